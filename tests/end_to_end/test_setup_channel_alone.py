"""The channel and Customer Voice, each on no more than its manifest names."""

from dev import odoo

# No website, no loyalty: nothing that a bigger database would have lent.
ALONE = """
from odoo.exceptions import AccessError
from odoo.http import root
from werkzeug.test import Client
import re

modules = env["ir.module.module"].search([("state", "=", "installed")])
installed = set(modules.mapped("name"))
unneeded = {name for name in installed if name.startswith(("website", "crm_loyalty"))}
assert not unneeded, unneeded
assert "website" not in env and "crm.customer.value" not in env


def login(name, partner):
    return env["res.users"].create({
        "name": name,
        "login": name,
        "password": name * 3,
        "partner_id": partner.id,
        "group_ids": [(6, 0, env.ref("base.group_portal").ids)],
    })


def refused(model, user):
    try:
        env[model].with_user(user).search([]).read(["display_name"])
    except AccessError:
        return True
    return False


class Browser(Client):
    def open(self, *args, **kwargs):
        known = {"REMOTE_ADDR": "127.0.0.1"}
        return super().open(*args, environ_base=known, **kwargs)

    def log_in(self, name):
        page = self.get("/web/login")
        sent = {"login": name, "password": name * 3, "csrf_token": self.token(page)}
        answer = self.post("/web/login", data=sent)
        assert answer.status_code == 303, answer.text

    def token(self, page):
        return re.search('csrf_token" value="([^"]+)"', page.text)[1]

    def read(self, address, *words):
        page = self.get(address)
        assert page.status_code == 200, (address, page.status_code)
        for word in words:
            assert word in page.text, (address, word)
        return page
"""
CHANNEL = """
assert "crm_distribution" in installed and "ecrm.case" not in env
country = env["res.country"].create({"name": "Irania", "code": "X5"})
territory = env["distribution.territory"].create({
    "name": "Irania", "area_ids": [(0, 0, {"country_id": country.id})],
})
goods = env["product.category"].create({"name": "Pumps"})
env["distribution.policy"].create({
    "name": "All", "kind": "intensive", "date_from": "2020-01-01",
}).action_activate()
ava, buyer = env["res.partner"].create([
    {
        "name": "Ava",
        "is_company": True,
        "email": "ava@ava.example",
        "distribution_level_id": env.ref("crm_distribution.level_wholesaler").id,
    },
    {"name": "Buyer", "email": "buyer@buyer.example"},
])
anahita = env["res.partner"].create({
    "name": "Anahita", "parent_id": ava.id, "email": "anahita@ava.example",
})
env["distribution.agreement"].create({
    "partner_id": ava.id, "territory_id": territory.id, "date_from": "2020-01-01",
}).action_activate()
user = login("anahita", anahita)
lead = env["crm.lead"].create({
    "name": "Forty pumps",
    "type": "lead",
    "user_id": False,
    "country_id": country.id,
    "distribution_category_id": goods.id,
    "partner_name": "Secret Customer",
})
offer = lead.distribution_route_id
assert (lead.distribution_state, offer.partner_id) == ("offered", ava)
for model in ("crm.lead", "distribution.route", "distribution.registration"):
    assert refused(model, user), model
env.cr.commit()

browser = Browser(root)
browser.log_in("anahita")
browser.read("/my", "New Leads", "Pumps")
address = f"/my/channel/lead/{offer.key}"
page = browser.read(address, "Accept")
assert "Secret Customer" not in page.text
sent = {"csrf_token": browser.token(page), "answer": "accept"}
browser.post(f"{address}/answer", data=sent)
browser.read(address, "Secret Customer")
day = env["res.company"].browse(1)._today().replace(year=2090)
browser.post("/my/channel/deal/new", data={
    "csrf_token": browser.token(browser.read("/my/channel/deal/new")),
    "customer_name": "Kaveh Steel",
    "customer_email": "buy@kaveh.example",
    "customer_phone": "021 88776655",
    "customer_city": "Tehran",
    "customer_country_id": country.id,
    "category_id": goods.id,
    "amount_expected": "1000",
    "date_close": day.isoformat(),
})
env.cr.rollback()
env.invalidate_all()
assert (lead.distribution_state, offer.answered_by_id) == ("accepted", anahita)
deal = env["distribution.registration"].search([])
assert (deal.partner_id, deal.customer_name) == (ava, "Kaveh Steel"), deal
deal._approve()
assert deal.state == "approved" and deal.ends_on
env.cr.commit()
browser.read("/my", "Protected for")
browser.read("/my/channel/deals", "Kaveh Steel")
print("routed, offered, accepted, registered")
"""
VOICE = """
assert {"crm_distribution", "crm_ecrm"} <= installed
env["ecrm.team"].create({
    "name": "Support",
    "leader_id": env.ref("base.user_admin").id,
    "member_ids": [(0, 0, {"user_id": env.ref("base.user_admin").id})],
})
customer = env["res.partner"].create({"name": "Emma", "email": "emma@home.example"})
user = login("emma", customer)
case = env["ecrm.case"]._receive(
    {"name": "Pump leaks", "description": "Since Monday.", "kind": "complaint"},
    by=customer, medium="portal",
)
assert case.state == "new" and case.clock_ids
assert refused("ecrm.case", user) and refused("crm.lead", user)
case._say("We send another one.", user=env.ref("base.user_admin"), then="solved")
assert case.state == "solved" and not case.unread
env.cr.commit()

browser = Browser(root)
browser.log_in("emma")
browser.read("/my/voice", "Pump leaks")
browser.read(f"/my/voice/case/{case.key}", "Since Monday.", "We send another one.")
print("received, answered")
"""


def test_channel_and_voice_work_without_website_and_loyalty(env, server):
    with server.copied("", "alone") as name:
        odoo.install(env, "alone", name, ["crm_distribution"])
        told = odoo.shell(env, "alone-channel", name, ALONE + CHANNEL)
        assert "routed, offered, accepted, registered" in told
        odoo.install(env, "alone", name, ["crm_ecrm"])
        told = odoo.shell(env, "alone-voice", name, ALONE + VOICE)
        assert "received, answered" in told

"""Installing, upgrading and uninstalling the add-ons, each on a real database."""

import http.cookiejar
import json
import os
import subprocess
import time
import urllib.request
from contextlib import contextmanager

import pytest
import setup_catalogue

from dev import addons, odoo, templates
from dev.test_odoo import free_port

ADDONS = addons.names()


@pytest.fixture
def database(server, env):
    """A copy of the template that has all our add-ons."""
    name = f"lifecycle-{os.getpid()}"
    server.copy(templates.suite(server, env), name)
    yield name
    server.drop(name)


@pytest.fixture
def empty(server, env):
    """A copy of the template that has only what our add-ons stand on."""
    name = f"lifecycle-{os.getpid()}"
    server.copy(templates.base(server, env), name)
    yield name
    server.drop(name)


def standing_on(name: str) -> set[str]:
    """The add-on and those of ours that cannot be without it."""
    found = {name}
    for other, manifest in addons.manifests().items():
        if found.intersection(manifest["depends"]):
            found |= standing_on(other)
    return found


def install(env, database: str, names: list[str]) -> None:
    """Install exactly these: what meets other modules by itself stays away."""
    odoo.install(env, "lifecycle", database, names, "--skip-auto-install")


def uninstall(env, database: str, *names: str) -> None:
    odoo.batch(env, "uninstall", "module", "uninstall", "-d", database, *names)


def run_crons(env, database: str, names: set[str]) -> None:
    """Have the add-ons' crons do their work, so that there is something to leave."""
    script = f"""
rows = env["ir.model.data"].search(
    [("model", "=", "ir.cron"), ("module", "in", {sorted(names)!r})]
)
for cron in env["ir.cron"].browse(rows.mapped("res_id")):
    cron.method_direct_trigger()
env.cr.commit()
"""
    shell = ("shell", "-d", database, "--no-http")
    odoo.batch(env, "crons", *shell, input=script, text=True)


@pytest.mark.parametrize("name", ADDONS)
def test_uninstalling_leaves_nothing_behind(env, server, empty, name):
    gone = standing_on(name)
    if others := sorted(set(ADDONS) - gone):
        install(env, empty, others)
    before = setup_catalogue.read(server, empty)
    install(env, empty, sorted(gone))
    assert f"module {name}" in setup_catalogue.read(server, empty) - before
    run_crons(env, empty, gone)

    uninstall(env, empty, name)

    after = setup_catalogue.read(server, empty)
    assert sorted(after - before) == []
    assert sorted(before - after) == []


@pytest.mark.parametrize(
    ("leftover", "found"),
    [
        ("CREATE TABLE left_over (id int)", "relation r left_over"),
        ("ALTER TABLE res_partner ADD left_over int", "column res_partner.left_over"),
        ("CREATE INDEX left_over ON res_partner (id)", "relation i left_over"),
        (
            "INSERT INTO ir_config_parameter (key, value) VALUES ('left.over', '1')",
            "parameter left.over",
        ),
        ("UPDATE ir_cron SET cron_name = 'left over'", "cron left over"),
        ("INSERT INTO crm_tag (name) VALUES ('\"left\"')", "rows crm_tag: "),
    ],
)
def test_catalogue_notices(server, empty, leftover, found):
    before = setup_catalogue.read(server, empty)
    server.query(leftover, database=empty)
    after = setup_catalogue.read(server, empty)
    assert any(line.startswith(found) for line in after - before)


def test_odoo_works_after_uninstalling(env, server, database):
    uninstall(env, database, *ADDONS)
    with serving(env, database) as web:
        page = web.get("/odoo")
        assert "web.assets_web" in page
        partner = web.call("res.partner", "create", {"name": "Buyer"})
        product = web.call("product.product", "create", {"name": "Ware"})
        line = {"product_id": product, "product_uom_qty": 2, "price_unit": 5}
        order = web.call(
            "sale.order",
            "create",
            {"partner_id": partner, "order_line": [[0, 0, line]]},
        )
        web.call("sale.order", "action_confirm", [order])
        (read,) = web.call("sale.order", "read", [order], ["state", "amount_untaxed"])
        assert (read["state"], read["amount_untaxed"]) == ("sale", 10)


def test_upgrade_keeps_structure_and_what_people_changed(env, server, database):
    names = tuple(ADDONS)
    server.query(
        "UPDATE ir_cron SET active = false, interval_number = 77 WHERE id IN"
        " (SELECT res_id FROM ir_model_data WHERE model = 'ir.cron' AND module IN %s)",
        [names],
        database,
    )
    server.query(
        "UPDATE ir_module_module SET latest_version = '19.0.0.0.0' WHERE name IN %s",
        [names],
        database,
    )
    before = setup_catalogue.read(server, database)

    odoo.install(env, "lifecycle", database, ADDONS)

    assert setup_catalogue.read(server, database) == before
    versions = server.query(
        "SELECT name, latest_version FROM ir_module_module WHERE name IN %s",
        [names],
        database,
    )
    assert dict(versions) == {
        name: manifest["version"] for name, manifest in addons.manifests().items()
    }
    kept = server.query(
        "SELECT bool_and(NOT active AND interval_number = 77) FROM ir_cron WHERE id IN"
        " (SELECT res_id FROM ir_model_data WHERE model = 'ir.cron' AND module IN %s)",
        [names],
        database,
    )
    assert kept != [(False,)]


OLD_CARDS = """
program = env["loyalty.program"].create({
    "name": "Points", "program_type": "loyalty", "trigger": "auto",
    "applies_on": "both",
    "rule_ids": [(0, 0, {"reward_point_mode": "money"})],
    "reward_ids": [(0, 0, {"required_points": 100})],
})
partners = env["res.partner"].create([{"name": str(n)} for n in range(1, 1501)])
env["loyalty.card"].create([
    {"program_id": program.id, "partner_id": partner.id, "points": n % 7 - 1}
    for n, partner in enumerate(partners)
])
env.cr.commit()
"""


def test_installing_opens_the_balances_that_were_there(env, server, empty):
    shell = ("shell", "-d", empty, "--no-http")
    odoo.batch(env, "old-cards", *shell, input=OLD_CARDS, text=True)
    install(env, empty, ["crm_loyalty"])
    ((wrong, opened, cards),) = server.query(
        """
        SELECT count(*) FILTER (WHERE coalesce(entry.points, 0) <> card.points),
               count(entry.points), count(*)
          FROM loyalty_card card
     LEFT JOIN (SELECT card_id, sum(points) AS points FROM loyalty_point_entry
                 WHERE kind = 'opening' AND key = 'opening/' || card_id
                 GROUP BY card_id) entry ON entry.card_id = card.id
        """,
        database=empty,
    )
    assert (wrong, cards) == (0, 1500)
    # a balance of zero has nothing to open
    assert opened == sum(n % 7 != 1 for n in range(1500))


class Web:
    """A person's browser, as far as this needs one."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(cookies)

    def get(self, path: str) -> str:
        with self.opener.open(self.address + path, timeout=60) as answer:
            return answer.read().decode()

    def post(self, path: str, **params):
        request = urllib.request.Request(
            self.address + path,
            json.dumps({"jsonrpc": "2.0", "params": params}).encode(),
            {"Content-Type": "application/json"},
        )
        with self.opener.open(request, timeout=60) as answer:
            body = json.load(answer)
        assert "error" not in body, body["error"]["data"]["debug"]
        return body["result"]

    def log_in(self, database: str) -> None:
        self.post(
            "/web/session/authenticate", db=database, login="admin", password="admin"
        )

    def call(self, model: str, method: str, *args):
        return self.post(
            "/web/dataset/call_kw", model=model, method=method, args=args, kwargs={}
        )


@contextmanager
def serving(env, database: str):
    """An Odoo that serves the database, and somebody logged in."""
    port = free_port()
    flags = ("-d", database, "--http-port", str(port), "--max-cron-threads=0")
    process = subprocess.Popen(
        [*odoo.COMMAND, *flags],
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        web = Web(port)
        deadline = time.monotonic() + 60
        while True:
            try:
                web.get("/web/login")
                break
            except OSError:
                assert process.poll() is None and time.monotonic() < deadline
                time.sleep(0.2)
        web.log_in(database)
        yield web
    finally:
        process.terminate()
        process.wait(30)

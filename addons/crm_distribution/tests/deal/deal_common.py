import re
from datetime import date, datetime

from freezegun import freeze_time

from odoo.fields import Command, Domain
from odoo.tests import HttpCase, new_test_user

from odoo.addons.base.tests.common import BaseCommon

from ...channel.conflict import UNKNOWN

DAY = date(2027, 3, 1)


class DealCommon(BaseCommon):
    """Three intermediaries, goods in a tree, two provinces, and who decides."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        clock = freeze_time(datetime(2027, 3, 1, 12))
        clock.start()
        cls.addClassCleanup(clock.stop)
        cls.company = cls.env.company
        cls.company.partner_id.tz = "UTC"
        cls.country = cls.env.ref("base.ir")
        cls.pumps = cls.env["product.category"].create({"name": "Pumps"})
        cls.small_pumps = cls.env["product.category"].create(
            {"name": "Small Pumps", "parent_id": cls.pumps.id}
        )
        cls.valves = cls.env["product.category"].create({"name": "Valves"})
        cls.pump, cls.small_pump, cls.valve = cls.env["product.product"].create(
            [
                {
                    "name": category.name,
                    "type": "service",
                    "categ_id": category.id,
                    "list_price": 100,
                    "taxes_id": [Command.clear()],
                }
                for category in (cls.pumps, cls.small_pumps, cls.valves)
            ]
        )
        level = cls.env.ref("crm_distribution.level_wholesaler")
        cls.x, cls.y, cls.z = (
            cls.env["res.partner"]
            .sudo()
            .create(
                [
                    {
                        "name": name,
                        "is_company": True,
                        "email": f"{login}@{login}.example",
                        "distribution_level_id": level.id,
                    }
                    for login, name in (
                        ("xenon", "Xenon Trade"),
                        ("ymir", "Ymir Trade"),
                        ("zamin", "Zamin Trade"),
                    )
                ]
            )
        )
        cls.north, cls.south = (
            cls._territory(name, first, last)
            for name, first, last in (("North", "10", "19"), ("South", "20", "29"))
        )
        cls.registrations = cls.env["distribution.registration"]
        cls.conflicts = cls.env["distribution.conflict"]
        cls.user = new_test_user(
            cls.env, "deal_user", "crm_distribution.group_channel_user"
        )
        cls.manager = new_test_user(
            cls.env, "deal_manager", "crm_distribution.group_channel_manager"
        )
        cls.seller = new_test_user(
            cls.env, "deal_seller", "sales_team.group_sale_salesman"
        )

    @classmethod
    def _territory(cls, name, first, last):
        return cls.env["distribution.territory"].create(
            {
                "name": name,
                "area_ids": [
                    Command.create(
                        {
                            "country_id": cls.country.id,
                            "zip_from": first,
                            "zip_to": last,
                        }
                    )
                ],
            }
        )

    @classmethod
    def _values(cls, name="Kaveh Steel", **values):
        return {
            "customer_name": name,
            "customer_country_id": cls.country.id,
            "category_id": cls.pumps.id,
            "amount_expected": 1000,
            **values,
        }

    @classmethod
    def _submit(cls, partner, name="Kaveh Steel", files=(), **values):
        values = cls._values(name, **values)
        return cls.registrations.sudo()._submit(partner, cls.company, values, files)

    @classmethod
    def _protected(cls, partner, name="Kaveh Steel", **values):
        values.setdefault("customer_email", "buy@kaveh.example")
        registration = cls._submit(partner, name, **values)
        registration.with_user(cls.user)._approve()
        return registration

    @classmethod
    def _customer(cls, name="Kaveh Steel", zip_code="15", **values):
        return cls.env["res.partner"].create(
            {
                "name": name,
                "is_company": True,
                "country_id": cls.country.id,
                "zip": zip_code,
                **values,
            }
        )

    @classmethod
    def _agreement(cls, partner, territory, category=None, exclusive=True):
        agreement = cls.env["distribution.agreement"].create(
            {
                "partner_id": partner.id,
                "category_id": (category or cls.pumps).id,
                "territory_id": territory.id,
                "exclusive": exclusive,
                "date_from": date(2027, 1, 1),
            }
        )
        agreement.action_activate()
        return agreement

    @classmethod
    def _policy(cls, handling="warn", category=None):
        policy = cls.env["distribution.policy"].create(
            {
                "name": f"Pumps: {handling}",
                "kind": "exclusive",
                "category_id": (category or cls.pumps).id,
                "date_from": date(2027, 1, 1),
                "conflict_handling": handling,
            }
        )
        policy.action_activate()
        return policy

    @classmethod
    def _order(cls, customer, product=None, solicitation=UNKNOWN, **values):
        return cls.env["sale.order"].create(
            {
                "partner_id": customer.id,
                "distribution_solicitation": solicitation,
                "order_line": [
                    Command.create({"product_id": (product or cls.pump).id})
                ],
                **values,
            }
        )

    def _mails_to(self, partners):
        addresses = Domain.OR(
            Domain("email_to", "like", f"<{partner.email}>") for partner in partners
        )
        return self.env["mail.mail"].search(addresses)

    def _found(self, **values):
        domain = [(name, "=", value.id) for name, value in values.items()]
        return self.conflicts.search(domain)


class DealPages(DealCommon, HttpCase):
    """Contacts of two intermediaries and of an end customer, who have logins."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls._login("deal_one", cls.x)
        cls.colleague = cls._login("deal_colleague", cls.x)
        cls.rival = cls._login("deal_rival", cls.y)
        cls.nobody = cls._login("deal_nobody", cls._customer("End Customer"))

    @classmethod
    def _login(cls, login, company):
        user = new_test_user(cls.env, login, "base.group_portal", password=login)
        user.partner_id.parent_id = company
        return user

    def _get(self, url, user=None, status=200):
        user = user or self.first
        self.authenticate(user.login, user.login)
        answer = self.url_open(url)
        self.assertEqual(answer.status_code, status, url)
        return answer

    def _form(self, **values):
        return {
            "customer_name": "Kaveh Steel",
            "customer_email": "buy@kaveh.example",
            "customer_phone": "021 88776655",
            "customer_city": "Tehran",
            "customer_country_id": self.country.id,
            "category_id": self.pumps.id,
            "amount_expected": "1000",
            "date_close": "2027-05-01",
            **values,
        }

    def _post(self, user=None, files=None, **values):
        page = self._get("/my/channel/deal/new", user)
        return self._send(page, files, **values)

    def _send(self, page, files=None, **values):
        data = self._form(**values)
        data["csrf_token"] = re.search(r'csrf_token" value="([^"]+)"', page.text)[1]
        return self.url_open(
            "/my/channel/deal/new", data=data, files=files, allow_redirects=False
        )

    def _deals(self, partner=None):
        return self.registrations.search([("partner_id", "=", (partner or self.x).id)])


def without_token(content):
    """A page without what is new in every page, hit or not."""
    return re.sub(rb"[0-9a-f]{40}o[0-9]+", b"token", content)

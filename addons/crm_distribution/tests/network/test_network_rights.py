from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from ...models.network.res_partner import MANAGED
from .common import NetworkCommon


class TestNetworkRights(NetworkCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.level = cls.env.ref("crm_distribution.level_retailer")
        cls.partner = cls.make_partner("Shop", distribution_level_id=cls.level.id)
        cls.manager, cls.user, cls.salesperson, cls.employee = (
            new_test_user(cls.env, name, groups)
            for name, groups in (
                (
                    "chief",
                    "crm_distribution.group_channel_manager,base.group_partner_manager",
                ),
                (
                    "clerk",
                    "crm_distribution.group_channel_user,base.group_partner_manager",
                ),
                (
                    "seller",
                    "sales_team.group_sale_salesman,base.group_partner_manager",
                ),
                ("worker", "base.group_user,base.group_partner_manager"),
            )
        )

    def test_managers_decide_on_members(self):
        values = {
            "distribution_capacity": 3,
            "distribution_level_id": self.env.ref(
                "crm_distribution.level_wholesaler"
            ).id,
            "distribution_paused": True,
            "distribution_paused_until": "2026-01-31",
        }
        self.assertEqual(values.keys(), MANAGED)
        for user in (self.user, self.salesperson, self.employee):
            for name, value in values.items():
                with self.subTest(user.login, field=name):
                    shop = self.partner.with_user(user)
                    with self.assertRaises(AccessError):
                        shop.write({name: value})
                    with self.assertRaises(AccessError):
                        shop.create({"name": "New", name: value})
                    sent = shop.with_context(**{f"default_{name}": value})
                    self.assertFalse(sent.create({"name": "New"})[name])
        self.partner.with_user(self.manager).write(values)
        self.assertEqual(self.partner.distribution_capacity, 3)
        made = self.partner.with_user(self.manager).create({"name": "New", **values})
        self.assertTrue(made.distribution_paused)

    def test_main_supplier_follows_from_links_alone(self):
        other = self.make_partner("Other")
        for user in (self.manager, self.user):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.partner.with_user(user).distribution_supplier_id = other

    def test_everybody_else_still_writes_contacts(self):
        for user in (self.user, self.salesperson, self.employee):
            shop = self.partner.with_user(user)
            shop.write({"phone": "1", "distribution_capacity": 0})
            self.assertEqual(shop.create({"name": "New"}).distribution_capacity, 0)

    def test_network_is_written_by_managers(self):
        Link = self.env["distribution.link"]
        values = {
            "supplier_id": self.partner.id,
            "buyer_id": self.make_partner("Buyer").id,
        }
        with self.assertRaises(AccessError):
            Link.with_user(self.user).create(values)
        Link.with_user(self.manager).create(values)
        Outlet = self.env["distribution.outlet"]
        with self.assertRaises(AccessError):
            Outlet.with_user(self.user).create({"name": "Shop"})
        outlet = Outlet.with_user(self.manager).create({"name": "Shop"})
        self.assertEqual(outlet.with_user(self.user).name, "Shop")
        for user in (self.salesperson, self.employee):
            with self.subTest(user.login), self.assertRaises(AccessError):
                outlet.with_user(user).read(["name"])

    def test_portal_reads_nothing_of_it(self):
        portal = new_test_user(self.env, "portal", "base.group_portal")
        portal.partner_id.parent_id = self.partner
        for model in (
            "distribution.level",
            "distribution.territory",
            "distribution.territory.area",
            "distribution.link",
            "distribution.outlet",
            "distribution.outlet.turnover",
            "distribution.handling",
            "distribution.coverage",
            "distribution.contact.efficiency",
            "distribution.network.import",
        ):
            with self.subTest(model), self.assertRaises(AccessError):
                self.env[model].with_user(portal).search_count([])
        own = portal.partner_id.with_user(portal)
        for name in ("distribution_capacity", "distribution_supplier_id"):
            with self.subTest(name), self.assertRaises(AccessError):
                own.read([name])
            with self.subTest(name), self.assertRaises(AccessError):
                own.search([(name, "!=", False)])

    def test_other_companies_network_is_hidden(self):
        other = self.env["res.company"].create({"name": "Other"})
        outlet = self.env["distribution.outlet"].create(
            {"name": "Theirs", "company_id": other.id}
        )
        link = self.env["distribution.link"].create(
            {
                "supplier_id": self.partner.id,
                "buyer_id": self.make_partner("Buyer").id,
                "company_id": other.id,
            }
        )
        territory = self.make_territory("Theirs", company_id=other.id)
        for record in (outlet, link, territory):
            with self.subTest(record._name):
                self.assertFalse(
                    record.with_user(self.manager).search([("id", "=", record.id)])
                )

    def test_company_that_a_user_acts_for(self):
        portal = new_test_user(self.env, "portal", "base.group_portal")
        portal.partner_id.parent_id = self.partner
        Partner = self.env["res.partner"]
        self.assertEqual(Partner._distribution_company_of(portal), self.partner)
        self.assertTrue(portal.partner_id._is_intermediary())
        self.partner.active = False
        self.assertFalse(Partner._distribution_company_of(portal))
        self.assertFalse(portal.partner_id._is_intermediary())

    def test_consumers_and_strangers_are_no_intermediaries(self):
        self.assertFalse(self.make_partner("Stranger")._is_intermediary())
        for kind in ("producer", "consumer"):
            level = self.env.ref(f"crm_distribution.level_{kind}")
            partner = self.make_partner(kind, distribution_level_id=level.id)
            self.assertFalse(partner._is_intermediary())

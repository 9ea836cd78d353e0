from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..common import ValueCommon

READABLE = ("crm.customer.value", "crm.purchase", "crm.purchase.history")


@tagged("post_install", "-at_install")
class TestValueAccess(ValueCommon):
    """Who sees what is known of a customer, by whatever door."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller, cls.leader, cls.manager, cls.clerk = (
            new_test_user(cls.env(su=True), login, groups, company_id=cls.company.id)
            for login, groups in (
                ("own_seller", "sales_team.group_sale_salesman"),
                ("all_seller", "sales_team.group_sale_salesman_all_leads"),
                ("sales_boss", "sales_team.group_sale_manager"),
                ("clerk", "base.group_user"),
            )
        )
        cls.portal = new_test_user(cls.env(su=True), "portal_user", "base.group_portal")
        cls.mine, cls.theirs, cls.nobodys = cls.env["res.partner"].create(
            [
                {"name": "Mine", "user_id": cls.seller.id},
                {"name": "Theirs", "user_id": cls.leader.id},
                {"name": "Nobody's"},
            ]
        )
        for partner in (cls.mine, cls.theirs, cls.nobodys):
            cls._orders(partner, 60, 40, 20)
        cls.runs._refresh_now(cls.company)
        cls.env.flush_all()

    def _seen(self, user, model):
        return (
            self.env[model]
            .with_user(user)
            .search([("company_id", "=", self.company.id)])
            .partner_id
        )

    def test_salesperson_sees_own_customers_and_nobodys(self):
        for model in READABLE:
            self.assertEqual(
                self._seen(self.seller, model), self.mine | self.nobodys, model
            )

    def test_salesperson_of_all_and_manager_see_all(self):
        for user in (self.leader, self.manager):
            for model in READABLE:
                self.assertEqual(
                    self._seen(user, model), self.mine | self.theirs | self.nobodys
                )

    def test_others_see_nothing(self):
        for user in (self.clerk, self.portal, self.env.ref("base.public_user")):
            for model in (*READABLE, "crm.value.run", "crm.value.batch"):
                with self.assertRaises(AccessError):
                    self.env[model].with_user(user).search([])

    def test_only_managers_read_runs(self):
        for user in (self.seller, self.leader):
            with self.assertRaises(AccessError):
                self.env["crm.value.run"].with_user(user).search([])
        self.assertTrue(self.env["crm.value.run"].with_user(self.manager).search([]))

    def test_reading_by_id_asks_the_rules_too(self):
        for model in READABLE:
            theirs = (
                self.env[model].sudo().search([("partner_id", "=", self.theirs.id)])
            )
            with self.assertRaises(AccessError):
                theirs.with_user(self.seller).read(["partner_id"])

    def test_grouping_does_not_leak(self):
        total = (
            self.env["crm.customer.value"]
            .with_user(self.seller)
            ._read_group([("company_id", "=", self.company.id)], [], ["__count"])
        )
        self.assertEqual(total, [(2,)])
        groups = (
            self.env["res.partner"]
            .with_user(self.seller)
            ._read_group(
                [("id", "in", (self.mine | self.theirs).ids)],
                ["customer_value_class"],
                ["__count"],
            )
        )
        self.assertIn((False, 1), groups)

    def test_hidden_customer_hides_the_value(self):
        """A company that hides customers by a rule of its own hides values with it."""
        self.env["ir.rule"].sudo().create(
            {
                "name": "No customers called Mine",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": "[('name', '!=', 'Mine')]",
                "groups": [],
            }
        )
        for model in READABLE:
            self.assertNotIn(self.mine, self._seen(self.manager, model))
            hidden = self.env[model].sudo().search([("partner_id", "=", self.mine.id)])
            self.assertTrue(hidden)
            self.assertFalse(hidden.with_user(self.manager)._filtered_access("read"))
            with self.assertRaises(AccessError):
                hidden.with_user(self.manager).read(["partner_id"])

    def test_partner_fields_show_what_the_user_may_see(self):
        mine, theirs = (self.mine | self.theirs).with_user(self.seller)
        self.assertTrue(mine.customer_lifecycle)
        self.assertFalse(theirs.customer_lifecycle)
        self.assertTrue(theirs.with_user(self.manager).customer_lifecycle)

    def test_list_form_and_search_agree_for_everybody(self):
        """Rights are asked of a form's value, and are part of a list's query."""
        hidden = self.mine.create({"name": "Hidden", "user_id": self.seller.id})
        contact, inner = self.mine.create(
            [
                {"name": "Contact", "parent_id": self.mine.id},
                {"name": "Of somebody hidden", "parent_id": hidden.id},
            ]
        )
        self._orders(hidden, 60, 40, 20)
        self.runs._refresh_now(self.company)
        self.env["ir.rule"].sudo().create(
            {
                "name": "No customers called Hidden",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": "[('name', '!=', 'Hidden')]",
                "groups": [],
            }
        )
        self.assertTrue(inner.sudo().customer_lifecycle)
        partners = self.mine | self.theirs | self.nobodys | contact | inner
        expected = {
            self.seller: self.mine | self.nobodys | contact,
            self.leader: partners - inner,
            self.manager: partners - inner,
            self.clerk: partners.browse(),
        }
        for user, shown in expected.items():
            theirs = partners.with_user(user)
            self.env.invalidate_all()
            in_list = theirs.filtered("customer_lifecycle")
            self.env.invalidate_all()
            in_form = theirs.browse().union(
                *(one for one in theirs if one.with_prefetch().customer_lifecycle)
            )
            self.assertEqual((in_list.ids, in_form.ids), (shown.ids, shown.ids), user)
            found = theirs.search([("customer_value_id", "!=", False)])
            self.assertEqual((theirs & found).ids, shown.ids, user.login)

    def test_partner_fields_are_empty_for_others(self):
        names = [
            "customer_value_class",
            "customer_lifecycle",
            "customer_contact_before",
            "customer_lifetime_value",
            "customer_reason",
            "customer_value_id",
        ]
        self.assertTrue(all(self.mine.with_user(self.seller).read(names)[0].values()))
        partners = self.env["res.partner"].with_user(self.clerk)
        shown = partners.browse(self.mine.id).read(names)[0]
        shown.pop("id")
        self.assertFalse(any(shown.values()), shown)
        for key in ("lost", "loyal", "active", "new", "at_risk"):
            self.assertFalse(partners.search([("customer_lifecycle", "=", key)]))
        groups = partners._read_group([], ["customer_value_class"], ["__count"])
        self.assertEqual([key for key, _count in groups], [False])
        ordered = partners.search([], order="customer_lifetime_value desc, id")
        self.assertEqual(ordered.ids, sorted(ordered.ids))

    def test_portal_user_reads_nothing_of_the_own_value(self):
        self.portal.partner_id = self.mine
        own = self.mine.with_user(self.portal)
        self.assertFalse(own.customer_lifecycle)
        self.assertFalse(own.customer_reason)

    def test_order_in_the_portal_hides_the_value(self):
        self.portal.partner_id = self.mine
        order = self.mine.sale_order_ids[0].with_user(self.portal)
        order.check_access("read")
        with self.assertRaises(AccessError):
            order.read(["customer_lifecycle"])

    def test_user_of_another_company_sees_nothing(self):
        other = self.setup_other_company()["company"]
        stranger = new_test_user(
            self.env(su=True),
            "stranger",
            "sales_team.group_sale_manager",
            company_id=other.id,
        )
        for model in (*READABLE, "crm.value.run"):
            self.assertFalse(self.env[model].with_user(stranger).search([]))

    def test_nobody_writes_by_rpc(self):
        value = self._value(self.mine)
        for user in (self.seller, self.leader, self.manager):
            for write in (
                lambda record: record.write({"lifetime_value": 1e6}),
                lambda record: record.unlink(),
                lambda record: record.copy(),
            ):
                with self.assertRaises(AccessError):
                    write(value.with_user(user))

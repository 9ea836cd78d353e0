from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .need_common import NeedCommon


@tagged("post_install", "-at_install")
class TestNeedAccess(NeedCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller, cls.manager, cls.clerk = (
            new_test_user(cls.env(su=True), login, groups, company_id=cls.company.id)
            for login, groups in (
                ("need_seller", "sales_team.group_sale_salesman"),
                ("need_boss", "sales_team.group_sale_manager"),
                ("need_clerk", "base.group_user"),
            )
        )
        cls.customer.user_id = cls.seller
        cls.other_customer.user_id = cls.manager

    def test_salesperson_states_needs_of_own_customers(self):
        need = self._state(self.customer, self.coffee, 1).with_user(self.seller)
        need.strength = 0.5
        fresh = self.env["crm.partner.need"].with_user(self.seller)
        fresh = fresh.create(
            {"partner_id": self.customer.id, "need_id": self.drinking.id}
        )
        self.assertEqual(fresh.evidence, "stated")
        fresh.unlink()

    def test_others_customers_needs_are_out_of_reach(self):
        need = self._state(self.other_customer, self.coffee, 1)
        self.env.flush_all()
        needs = self.env["crm.partner.need"].with_user(self.seller)
        self.assertNotIn(need, needs.search([]))
        for attempt in (
            lambda: need.with_user(self.seller).read(["strength"]),
            lambda: need.with_user(self.seller).write({"strength": 0}),
            lambda: need.with_user(self.seller).unlink(),
            lambda: needs.create(
                {"partner_id": self.other_customer.id, "need_id": self.drinking.id}
            ),
        ):
            with self.assertRaises(AccessError):
                attempt()

    def test_managers_keep_the_catalogue(self):
        with self.assertRaises(AccessError):
            self.coffee.with_user(self.seller).name = "Tea"
        self.coffee.with_user(self.manager).name = "Tea"
        with self.assertRaises(AccessError):
            self.coffee.with_user(self.manager).typical_share = 1

    def test_others_see_nothing(self):
        for model in ("crm.need", "crm.partner.need", "crm.need.prospect"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.clerk).search([])
        with self.assertRaises(AccessError):
            self.env["crm.need.run"].with_user(self.seller).search([])
        with self.assertRaises(AccessError):
            self.customer.with_user(self.clerk).read(["customer_need_ids"])

    def test_nobody_writes_readings(self):
        run = self._read()
        with self.assertRaises(AccessError):
            run.with_user(self.manager).write({"state": "bought"})

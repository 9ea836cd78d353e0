from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
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

    def test_nothing_is_stated_of_customers_whom_one_may_not_see(self):
        hidden = self.env["res.partner"].create({"name": "Hidden"})
        need = self._state(self.customer, self.coffee, 1)
        self.env["ir.rule"].sudo().create(
            {
                "name": "Not the hidden one",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": f"[('id', '!=', {hidden.id})]",
                "groups": [],
            }
        )
        self.env.flush_all()
        needs = self.env["crm.partner.need"].with_user(self.seller)
        command = Command.create({"need_id": self.coffee.id})
        for attempt in (
            lambda: needs.create({"partner_id": hidden.id, "need_id": self.coffee.id}),
            lambda: need.with_user(self.seller).write({"partner_id": hidden.id}),
            lambda: need.with_user(self.seller).copy({"partner_id": hidden.id}),
            lambda: hidden.with_user(self.manager).write(
                {"customer_need_ids": [command]}
            ),
            lambda: needs._merge_customers(hidden, self.customer),
        ):
            with self.assertRaises(AccessError):
                attempt()
        self.assertFalse(self._need(hidden, self.coffee))

    def test_refusal_does_not_tell_whether_the_need_is_there(self):
        self._state(self.other_customer, self.coffee, 1)
        needs = self.env["crm.partner.need"].with_user(self.seller)
        for need in self.coffee | self.drinking:
            with self.assertRaises(AccessError):
                needs.create({"partner_id": self.other_customer.id, "need_id": need.id})

    def test_need_moved_to_a_contact_is_its_companys(self):
        need = self._state(self.customer, self.coffee, 1)
        self.other_customer.is_company = True
        contact = self.env["res.partner"].create(
            {"name": "Dara", "parent_id": self.other_customer.id}
        )
        need.partner_id = contact
        self.assertEqual(need.partner_id, self.other_customer)

    def test_company_stays_and_what_is_linked_belongs_to_it(self):
        other = self.setup_other_company()["company"]
        need = self._state(self.customer, self.coffee, 1)
        theirs = self.env["crm.need"].create({"name": "Theirs", "company_id": other.id})
        for record in (need, self.coffee):
            with self.assertRaises(AccessError):
                record.sudo(False).company_id = other
        with self.assertRaises(UserError):
            self._state(self.customer, theirs, 1)
        self.other_customer.company_id = other
        with self.assertRaises(ValidationError):
            self._state(self.other_customer, self.coffee, 1)

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

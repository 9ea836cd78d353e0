from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .tier_common import TierCommon


@tagged("post_install", "-at_install")
class TestTierAccess(TierCommon):
    """Salespeople see their customers' tiers; only managers set tiers up."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller, cls.other_seller, cls.manager, cls.clerk = (
            new_test_user(cls.env(su=True), login, groups, company_id=cls.company.id)
            for login, groups in (
                ("tier_seller", "sales_team.group_sale_salesman"),
                ("tier_other", "sales_team.group_sale_salesman"),
                ("tier_manager", "crm_loyalty.group_loyalty_manager"),
                ("tier_clerk", "base.group_user"),
            )
        )

    def setUp(self):
        super().setUp()
        self.customer.user_id = self.seller
        self._spend(600)
        self._spend(1_200, self.other_customer)

    def test_salespeople_see_their_own_and_nobodys(self):
        self.other_customer.user_id = self.other_seller
        members = self.env["loyalty.tier.membership"]
        both = self.customer | self.other_customer
        for user, seen in (
            (self.seller, self.customer),
            (self.other_seller, self.other_customer),
            (self.manager, both),
        ):
            found = members.with_user(user).search([("partner_id", "in", both.ids)])
            self.assertEqual(found.partner_id.with_env(self.env), seen)
            partners = both.with_user(user)
            partners.invalidate_recordset()
            shown = partners.filtered("customer_tier_id").with_env(self.env)
            self.assertEqual(shown, seen)
        self.other_customer.user_id = False
        self.assertEqual(
            members.with_user(self.seller).search_count(
                [("partner_id", "in", both.ids)]
            ),
            2,
        )

    def test_rules_of_customers_hide_their_tiers_too(self):
        contact = self.customer.create({"name": "C", "parent_id": self.customer.id})
        self.assertTrue(contact.customer_tier_id)
        self.env["ir.rule"].sudo().create(
            {
                "name": "No Alba Bakery",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": "[('name', '!=', 'Alba Bakery')]",
                "groups": [],
            }
        )
        member = self.customer.sudo().tier_membership_ids.with_user(self.manager)
        self.assertFalse(contact.with_user(self.manager).customer_tier_id)
        with self.assertRaises(AccessError):
            member.read(["tier_id"])
        members = self.env["loyalty.tier.membership"].with_user(self.manager)
        self.assertFalse(members.search([("partner_id", "=", self.customer.id)]))

    def test_salespeople_set_nothing_up(self):
        program = self.program.with_user(self.seller).sudo(False)
        for attempt in (
            lambda: program.write({"grace_days": 300}),
            program.action_publish,
            program.action_simulate,
            program.action_withdraw,
            lambda: program.tier_ids[0].write({"threshold": 1}),
            lambda: program.create({"name": "Mine"}),
        ):
            with self.assertRaises(AccessError):
                attempt()
        program.with_user(self.manager).grace_days = 40

    def test_others_see_no_tier(self):
        customer = self.customer.with_user(self.clerk)
        with self.assertRaises(AccessError):
            customer.read(["customer_tier_id"])
        with self.assertRaises(AccessError):
            self.program.with_user(self.clerk).sudo(False).read(["name"])
        # what a member is granted helps whoever serves him
        self._benefit(self.silver, "service", service_level="premium")
        customer.invalidate_recordset()
        self.assertEqual(customer.service_level, "premium")

    def test_whoever_sells_counts_for_and_grants_the_same(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "60 days",
                "line_ids": [Command.create({"nb_days": 60, "value_amount": 100})],
            }
        )
        self._benefit(self.gold, "payment_term", payment_term_id=term.id)
        orders = self.env["sale.order"].with_user(self.other_seller)
        values = {
            "partner_id": self.customer.id,
            "user_id": self.other_seller.id,
            "order_line": [
                Command.create({"product_id": self.product.id, "price_unit": 400})
            ],
        }
        first = orders.create(values)
        self.assertFalse(first.payment_term_id)
        first.action_confirm()
        self.assertEqual(self._tier(), self.gold)
        second = orders.create(values)
        self.assertEqual(second.payment_term_id, term)

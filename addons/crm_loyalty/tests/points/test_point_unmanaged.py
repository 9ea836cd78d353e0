from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .point_common import PointCommon


@tagged("post_install", "-at_install")
class TestPointUnmanaged(PointCommon):
    """A program without ledger is Odoo's, while another one beside it has one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # the ledger is in use, but not here
        cls.ledger = cls.program
        cls.program = cls._make_program(name="Odoo's", keep_ledger=False)
        cls.ledger.rule_ids.minimum_qty = 1_000
        cls.seller = new_test_user(
            cls.env,
            "seller",
            "sales_team.group_sale_salesman_all_leads",
            company_id=cls.company.id,
        )

    def assertOdoo(self):
        cards = self.env["loyalty.card"].with_context(active_test=False).sudo()
        cards = cards.search([("program_id", "=", self.program.id)])
        self.assertFalse(cards.entry_ids | cards.lot_ids.entry_ids)
        self.assertFalse(cards.filtered("provisional") | cards.account_card_id)
        self.assertFalse(any(cards.mapped("account_key")))

    def test_a_quotation_opens_its_card_in_use(self):
        order = self._quote()
        card = order.coupon_point_ids.coupon_id
        self.assertTrue(card.active)
        self.assertEqual(self._card(), card)
        self.program.invalidate_recordset()
        self.assertEqual(self.program.coupon_ids, card)
        order.action_confirm()
        self.assertEqual(card.points, 100)
        self.assertTrue(card.history_ids)
        self.assertOdoo()

    def test_coupons_of_a_quotation_are_their_programs(self):
        coupons = self._make_program(
            name="Next",
            keep_ledger=False,
            program_type="next_order_coupons",
            applies_on="future",
        )
        order = self._quote()
        coupon = order.coupon_point_ids.coupon_id.filtered(
            lambda card: card.program_id == coupons
        )
        coupons.invalidate_recordset()
        self.assertEqual(coupons.coupon_ids, coupon)
        order._action_cancel()
        self.assertFalse(coupon.exists())

    def test_confirming_cancelling_and_credit_notes_are_odoos(self):
        order = self._order(quantity=3)
        card = self._card()
        self.assertEqual(card.points, 300)
        self._refund(order, quantity=1)
        self.assertEqual(card.points, 300)
        order._action_cancel()
        self.assertEqual(card.points, 0)
        self.assertTrue(card.active)
        order.action_draft()
        order._update_programs_and_rewards()
        order.action_confirm()
        self.assertEqual(card.points, 300)
        spending = self._order(quantity=0.2, claim=True)
        self.assertEqual(card.points, 200)
        spending._action_cancel()
        self.assertEqual(card.points, 300)
        self.assertOdoo()

    def test_nothing_vests_expires_or_is_pooled(self):
        self.program.write({"point_vesting_days": 14, "point_valid_days": 1})
        card = self.env["loyalty.card"].create(
            {"program_id": self.program.id, "partner_id": self.customer.id}
        )
        second = card.create(
            {
                "program_id": self.program.id,
                "partner_id": self.customer.id,
                "points": 50,
                "expiration_date": "2090-01-01",
            }
        )
        self._order()
        self.assertEqual((card.points, second.points), (100, 50))
        second.partner_id = self.other_customer
        second.partner_id = self.customer
        self.assertEqual((card.points, second.points), (100, 50))
        self.program.point_holder = "company"
        self.assertEqual((card.points, second.points), (100, 50))
        self.assertOdoo()

    def test_an_expired_card_earns_as_in_odoo(self):
        self._order()
        self._card().expiration_date = "2020-01-01"
        self._order()
        self.assertEqual(self._card().points, 200)
        self.assertOdoo()

    def test_another_currency_counts_as_in_odoo(self):
        pricelist = self._yen_pricelist()
        self._order(pricelist_id=pricelist.id)
        self.assertEqual(self._card().points, 15_000)

    def test_points_are_written_by_form_and_file_as_in_odoo(self):
        self._order()
        card = self._card()
        mine = card.with_user(self.seller)
        mine.points = 70
        self.assertEqual(card.points, 70)
        self.env["loyalty.card.update.balance"].with_user(self.seller).create(
            {"card_id": card.id, "new_balance": 80, "description": "Sorry"}
        ).action_update_card_point()
        self.assertEqual(card.points, 80)
        self.env["ir.model.data"].create(
            {"module": "mine", "name": "card", "model": card._name, "res_id": card.id}
        )
        answer = self.env["loyalty.card"].load(
            ["id", "points", "code"], [["mine.card", "33", "FILE"]]
        )
        self.assertFalse(answer["messages"])
        answer = self.env["loyalty.card"].load(
            ["program_id/.id", "partner_id/.id", "points"],
            [[str(self.program.id), str(self.other_customer.id), "12"]],
        )
        self.assertFalse(answer["messages"])
        self.env.invalidate_all()
        self.assertEqual((card.points, card.code), (33, "FILE"))
        self.assertEqual(self._card(self.other_customer).points, 12)
        card.unlink()
        self.assertFalse(card.exists())
        self.assertOdoo()

    def test_customers_are_merged_as_in_odoo(self):
        self._order()
        self._order(self.other_customer, quantity=2)
        kept = self._card(self.other_customer)
        self.env["base.partner.merge.automatic.wizard"].create({})._merge(
            (self.customer | self.other_customer).ids, self.other_customer
        )
        self.assertEqual(kept.points, 300)
        self.assertOdoo()

    def test_what_a_milestone_says_is_sent_as_in_odoo(self):
        template = self.env.ref("loyalty.mail_template_loyalty_card")
        self.program.communication_plan_ids = [
            Command.create(
                {
                    "trigger": "points_reach",
                    "points": 150,
                    "mail_template_id": template.id,
                }
            )
        ]
        self.customer.email = "alba@example.com"
        before = self.env["mail.mail"].sudo().search([])
        self._order()
        card = self._card()
        self.assertFalse(self.env["mail.mail"].sudo().search([]) - before)
        self._order()
        self.assertEqual(card.points, 200)
        sent = self.env["mail.mail"].sudo().search([]) - before
        self.assertEqual(sent.mapped("model"), ["loyalty.card"])

    def test_a_changed_customer_is_odoos_matter(self):
        self._order(quantity=2)
        order = self._quote(claim=True)
        self.assertTrue(order.order_line.coupon_id)
        order.partner_id = self.other_customer
        # Odoo leaves the line until programs are asked anew
        self.assertTrue(order.order_line.coupon_id)
        self.assertOdoo()

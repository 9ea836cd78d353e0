from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .point_common import PointCommon


@tagged("post_install", "-at_install")
class TestPointFaults(PointCommon):
    """What goes wrong with points without a ledger, each with the right result."""

    def test_full_credit_note_leaves_nothing(self):
        order = self._order(quantity=2)
        self.assertEqual(self._card().points, 200)
        refund = self._refund(order)
        self.assertEqual(self._card().points, 0)
        self.assertRecordValues(
            self._last_entry(),
            [{"kind": "claw_back", "points": -200, "move_id": refund.id}],
        )
        self.assertWhole()

    def test_credit_note_gives_spent_points_back(self):
        self._order()
        order = self._order(claim=True)
        self.assertEqual(self._card().points, 100)
        self.assertEqual(
            self._kinds(self._card())[1:], [("earn", 100), ("spend", -100)]
        )
        self._refund(order)
        self.assertEqual(self._card().points, 100)
        self.assertWhole()

    def test_partial_credit_notes_give_spent_points_back(self):
        self._order(quantity=3)
        order = self._order(quantity=4, claim=True)
        earned = order.coupon_point_ids.points
        self.assertEqual(self._card().points, 300 + earned - 100)
        invoice = order._create_invoices()
        invoice.action_post()
        for part in (1, 2, 4):
            # a quarter of everything each time, the reward included, then the rest
            refund = invoice._reverse_moves()
            for line in refund.invoice_line_ids:
                line.quantity *= 0.25 if part < 4 else 0.5
            refund.action_post()
            share = 1 - part / 4
            expected = 300 + share * (earned - 100)
            self.assertAlmostEqual(self._card().points, expected, 4)
            returned = self.entries.search([("kind", "=", "return")])
            self.assertAlmostEqual(sum(returned.mapped("points")), 100 * (1 - share), 4)
        self.assertWhole()

    def test_goods_credited_alone_give_no_spent_points_back(self):
        self._order(quantity=3)
        order = self._order(quantity=4, claim=True)
        self._refund(order, quantity=1)
        self.assertFalse(self.entries.search([("kind", "=", "return")]))
        self.assertEqual(self._card().points, 300 + 300 - 100)
        self.assertWhole()

    def test_partial_credit_notes_take_their_share(self):
        order = self._order(quantity=3)
        self._refund(order, quantity=1)
        self.assertEqual(self._card().points, 200)
        self._refund(order, quantity=2)
        self.assertEqual(self._card().points, 0)
        self.assertWhole()

    def test_credit_note_set_back_to_draft_gives_the_points_again(self):
        order = self._order()
        refund = self._refund(order)
        refund.button_draft()
        self.assertEqual(self._card().points, 100)
        refund.action_post()
        self.assertEqual(self._card().points, 0)
        self.assertWhole()

    def test_cancel_after_a_credit_note_takes_only_the_rest(self):
        order = self._order(quantity=4)
        self._refund(order, quantity=1)
        order._action_cancel()
        self.assertEqual(self._card().points, 0)
        self.assertWhole()

    def test_edited_order_then_cancel_ends_at_zero(self):
        order = self._order(quantity=2)
        order.order_line[0].product_uom_qty = 5
        order._update_programs_and_rewards()
        self.assertEqual(self._card().points, 500)
        order._action_cancel()
        self.assertEqual(self._card().points, 0)
        self.assertWhole()

    def test_order_edited_to_nothing_earns_nothing(self):
        order = self._order(quantity=5)
        order.order_line[0].product_uom_qty = 0
        order._update_programs_and_rewards()
        self.assertEqual(self._card().points, 0)
        self.assertWhole()

    def test_two_quotations_cannot_spend_the_same_points_in_one_batch(self):
        """L075 two at once: one batch"""
        self._order()
        first = self._quote(quantity=0.2, claim=True)
        second = self._quote(quantity=0.2, claim=True)
        with self.assertRaisesRegex(ValidationError, second.name):
            (first | second).action_confirm()

    def test_the_first_of_two_quotations_may_spend_them(self):
        self._order()
        first = self._quote(quantity=0.2, claim=True)
        second = self._quote(quantity=0.2, claim=True)
        first.action_confirm()
        with self.assertRaises(ValidationError):
            second.action_confirm()
        self.assertEqual(self._card().points, 0)
        self.assertWhole()

    def test_cancel_keeps_the_entries(self):
        order = self._order()
        card = self._card()
        order._action_cancel()
        self.assertEqual(self._kinds(card), [("earn", 100), ("claw_back", -100)])
        order.action_draft()
        order._update_programs_and_rewards()
        order.action_confirm()
        self.assertEqual(card.points, 100)
        self.assertEqual(len(card.entry_ids), 3)
        self.assertWhole()

    def test_foreign_currency_earns_as_the_same_goods_at_home(self):
        pricelist = self._yen_pricelist()
        order = self._order(pricelist_id=pricelist.id)
        self.assertEqual(order.amount_total, 15_000)
        self.assertEqual(self._card().points, 100)

    def test_program_in_the_orders_currency_earns_in_it(self):
        pricelist = self._yen_pricelist()
        program = self._make_program(
            currency_id=pricelist.currency_id.id,
            pricelist_ids=[Command.link(pricelist.id)],
        )
        self._order(pricelist_id=pricelist.id)
        self.assertEqual(self._card(program=program).points, 15_000)

    def test_expired_card_does_not_earn(self):
        self._order()
        self._card().expiration_date = "2020-01-01"
        order = self._order()
        self.assertEqual(self._card().points, 100)
        self.assertFalse(order.coupon_point_ids.filtered("points"))

    def test_salesperson_cannot_set_points(self):
        self._order()
        seller, manager = (
            new_test_user(self.env, login, group, company_id=self.company.id)
            for login, group in (
                ("point_seller", "sales_team.group_sale_salesman_all_leads"),
                ("point_manager", "sales_team.group_sale_manager"),
            )
        )
        for user in (seller, manager):
            card = self._card().with_user(user)
            for values in (
                {"points": 999_999},
                {"pending_points": 5},
                {"account_card_id": card.id},
            ):
                with self.assertRaises(AccessError):
                    card.write(values)
        self.assertEqual(self._card().points, 100)
        self.assertWhole()

    def test_salesperson_confirms_and_cancels_all_the_same(self):
        seller = new_test_user(
            self.env,
            "point_seller",
            "sales_team.group_sale_salesman_all_leads",
            company_id=self.company.id,
        )
        self._order()
        order = self._quote(quantity=0.2, claim=True).with_user(seller)
        order.action_confirm()
        self.assertEqual(self._card().points, 0)
        order._action_cancel()
        self.assertEqual(self._card().points, 100)
        self.assertWhole()

    def test_only_managers_update_a_balance(self):
        self._order()
        seller, manager = (
            new_test_user(self.env, login, group, company_id=self.company.id)
            for login, group in (
                ("point_seller", "sales_team.group_sale_salesman_all_leads"),
                ("point_manager", "sales_team.group_sale_manager"),
            )
        )
        values = {
            "card_id": self._card().id,
            "new_balance": 130,
            "description": "A gift",
        }
        Wizard = self.env["loyalty.card.update.balance"]
        with self.assertRaises(AccessError):
            Wizard.with_user(seller).create(values).action_update_card_point()
        Wizard.with_user(manager).create(values).action_update_card_point()
        self.assertEqual(self._card().points, 130)
        self.assertRecordValues(
            self._last_entry(),
            [
                {
                    "kind": "adjust",
                    "points": 30,
                    "reason": "A gift",
                    "create_uid": manager.id,
                }
            ],
        )
        self.assertWhole()

    def test_merge_keeps_the_ledger_whole(self):
        order = self._order()
        self._order(self.other_customer, quantity=2)
        merged, kept = self._card(self.customer), self._card(self.other_customer)
        self.env["base.partner.merge.automatic.wizard"].create({})._merge(
            (self.customer | self.other_customer).ids, self.other_customer
        )
        self.assertEqual((merged.points, kept.points), (0, 300))
        self.assertFalse(merged.active)
        self.assertWhole()
        order._action_cancel()
        self.assertEqual((merged.points, kept.points), (0, 200))
        self.assertWhole()

    def test_spent_points_come_back_after_a_merge(self):
        self._order()
        order = self._order(quantity=0.2, claim=True)
        self._order(self.other_customer)
        merged, kept = self._card(self.customer), self._card(self.other_customer)
        self.env["base.partner.merge.automatic.wizard"].create({})._merge(
            (self.customer | self.other_customer).ids, self.other_customer
        )
        self.assertEqual(kept.points, 100)
        order._action_cancel()
        self.assertEqual((merged.points, kept.points), (0, 200))
        self.assertWhole()

    def test_cancelled_or_deleted_quotation_leaves_no_card(self):
        order = self._quote()
        self.assertTrue(order.coupon_point_ids)
        order._action_cancel()
        self.assertFalse(self._card())
        order = self._quote()
        order.unlink()
        self.assertFalse(self._card())

    def test_quotation_leaves_cards_that_others_need(self):
        first, second = self._quote(), self._quote()
        first._action_cancel()
        self.assertTrue(second.coupon_point_ids.coupon_id)
        second.action_confirm()
        self.assertEqual(self._card().points, 100)

from datetime import date, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .statement_common import StatementCommon


@tagged("post_install", "-at_install")
class TestPointStatements(StatementCommon):
    """What was earned is stated; today's rules are not asked for it again."""

    def test_a_line_says_what_earned_its_points(self):
        order = self._sell(60, {"price_unit": 20, "product_uom_qty": 2})
        self.assertRecordValues(
            self.statements.search([("order_id", "=", order.id)], order="id"),
            [
                {
                    "sale_line_id": line.id,
                    "card_id": self._card().id,
                    "rule_id": self.rule.id,
                    "by": "money",
                    "rate": 1,
                    "factor": 1,
                    "quantity": quantity,
                    "amount": amount,
                    "points": amount,
                }
                for line, quantity, amount in zip(
                    order.order_line, (1, 2), (60, 40), strict=True
                )
            ],
        )

    def test_statements_are_never_changed_or_deleted(self):
        self._sell(60)
        statement = self.statements.search([], limit=1)
        with self.assertRaises(AccessError):
            statement.points = 1_000
        with self.assertRaises(AccessError):
            statement.unlink()

    def test_other_rules_move_nothing_and_take_back_what_was_given(self):
        category = self.env["product.category"].create({"name": "Elsewhere"})
        changes = {
            "rate": lambda: self.rule.write({"reward_point_amount": 3}),
            "mode": lambda: self.rule.write({"reward_point_mode": "unit"}),
            "narrowed": lambda: self.rule.write(
                {"product_ids": [Command.set(self.other_product.ids)]}
            ),
            "minimum": lambda: self.rule.write({"minimum_amount": 5_000}),
            "category": lambda: self.product.write({"categ_id": category.id}),
            "archived": lambda: self.program.write({"active": False}),
            "replaced": lambda: self.program.write(
                {
                    "rule_ids": [
                        Command.delete(self.rule.id),
                        Command.create({"reward_point_amount": 3}),
                    ]
                }
            ),
        }
        for name, change in changes.items():
            with self.subTest(name), self.cr.savepoint() as savepoint:
                customer = self.env["res.partner"].create({"name": name})
                order = self._sell({"product_uom_qty": 5}, partner=customer)
                card = self._card(customer)
                self.assertEqual(card.points, 500)
                change()
                count = len(card.entry_ids)
                order.note = "Ring twice"
                order._update_programs_and_rewards()
                order._get_claimable_rewards()
                self.assertEqual((card.points, len(card.entry_ids)), (500, count))
                invoice = self._invoice(order)
                self._credit(invoice, {order.order_line: {"quantity": 1}})
                self.assertEqual(card.points, 400)
                self._credit(invoice, {order.order_line: {"quantity": 4}})
                self.assertEqual(card.points, 0)
                self.assertWhole()
                savepoint.rollback()

    def test_a_deleted_rule_takes_back_at_its_own_rate(self):
        """L001 past by today's rules"""
        order = self._sell({"product_uom_qty": 2, "price_unit": 25})
        self.program.write(
            {
                "rule_ids": [
                    Command.delete(self.rule.id),
                    Command.create(
                        {"reward_point_mode": "money", "reward_point_amount": 3}
                    ),
                ]
            }
        )
        invoice = self._invoice(order)
        self._credit(invoice, {order.order_line: {"quantity": 1}})
        self.assertEqual(self._points(), 25)
        self._sell(10)
        self.assertEqual(self._points(), 55)

    def test_what_a_confirmed_order_gains_earns_by_todays_rule(self):
        order = self._sell({"product_uom_qty": 5})
        self.rule.reward_point_amount = 3
        order.order_line = [Command.create(self._line(100))]
        order._update_programs_and_rewards()
        self.assertEqual(self._points(), 800)
        # the newest part leaves first
        order.order_line[0].product_uom_qty = 6
        order._update_programs_and_rewards()
        self.assertEqual(self._points(), 1_100)
        invoice = self._invoice(order)
        self._credit(invoice, {order.order_line[0]: {"quantity": 2}})
        self.assertEqual(self._points(), 1_100 - 300 - 100)
        self.assertWhole()

    def test_a_tier_that_was_left_takes_back_what_it_gave(self):
        """L002 past by today's rules"""
        for later in (1.0, 3.0):
            customer = self.env["res.partner"].create({"name": f"Tier {later}"})
            factor = "_granted_point_factor"
            with patch.object(type(self.env["sale.order"]), factor, lambda _o: 2.0):
                order = self._sell(100, partner=customer)
            self.assertEqual(self._points(customer), 200)
            with patch.object(type(order), factor, lambda _o, later=later: later):
                order._update_programs_and_rewards()
                invoice = self._invoice(order)
                self._credit(invoice, {order.order_line: {"quantity": 0.4}})
            self.assertEqual(self._points(customer), 120)

    def test_a_rate_of_exchange_that_moved_takes_back_the_same(self):
        """L003 past by today's rules, currency"""
        yen = self.env.ref("base.JPY")
        yen.active = True
        rate = self.env["res.currency.rate"].create(
            {"currency_id": yen.id, "company_id": self.company.id, "rate": 100}
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Yen", "currency_id": yen.id}
        )
        order = self._sell(11_000, pricelist_id=pricelist.id)
        self.assertEqual(self._points(), 110)
        rate.rate = 80
        invoice = self._invoice(order)
        self._credit(invoice, {order.order_line: {"quantity": 0.5}})
        self.assertEqual(self._points(), 55)

    def test_a_minimum_is_not_asked_of_what_is_left(self):
        """L005 past by today's rules"""
        self.rule.minimum_amount = 100
        order = self._sell({"product_uom_qty": 4, "price_unit": 30})
        invoice = self._invoice(order)
        self._credit(invoice, {order.order_line: {"quantity": 1}})
        self.assertEqual(self._points(), 90)

    def test_a_minimum_that_a_further_line_reaches_counts_for_all(self):
        self.rule.minimum_amount = 100
        order = self._sell(80)
        self.assertFalse(self._card())
        order.order_line = [Command.create(self._line(40))]
        order._update_programs_and_rewards()
        self.assertEqual(self._points(), 120)

    def test_points_wait_and_last_as_promised(self):
        """L006, L007 and L008 past by today's rules: vesting, expiry, archived"""
        self.program.write(
            {
                "point_vesting": "delivery",
                "point_vesting_days": 14,
                "point_valid_days": 365,
            }
        )
        with freeze_time("2026-05-20"):
            order = self._sell(80)
            card = self._card()
            self.program.write(
                {
                    "point_vesting": "confirmation",
                    "point_vesting_days": 0,
                    "point_valid_days": 30,
                }
            )
            self._night()
            self.assertEqual((card.points, card.pending_points), (0, 80))
        with freeze_time("2026-06-01"):
            self.program.active = False
            order.order_line.qty_delivered = 1
            self._night()
            lot = card.lot_ids.filtered("points")
            self.assertEqual(lot.available_on, date(2026, 6, 15))
        with freeze_time("2026-06-14"):
            self._night()
            self.assertEqual((card.points, card.pending_points), (0, 80))
        with freeze_time("2026-06-15"):
            self._night()
            self.assertEqual((card.points, card.pending_points), (80, 0))
            lot = card.lot_ids.filtered("points")
            self.assertEqual(lot.expires_on, date(2026, 6, 15) + timedelta(365))
            self._credit(self._invoice(order))
            self.assertEqual((card.points, card.pending_points), (0, 0))
        self.assertWhole()

    def test_a_tax_that_changed_takes_back_what_was_given(self):
        """L009 past by today's rules, tax"""
        tax = self.env["account.tax"].create({"name": "21", "amount": 21})
        order = self._sell({"tax_ids": [Command.set(tax.ids)]})
        self.assertEqual(self._points(), 121)
        invoice = self._invoice(order)
        refund = self._credit(invoice, post=False)
        refund.invoice_line_ids.tax_ids = tax.copy({"name": "25", "amount": 25})
        refund.action_post()
        self.assertEqual(self._points(), 0)

    def test_orders_from_before_statements_keep_their_balance(self):
        order = self._sell(60, 40)
        invoice = self._invoice(order)
        self._credit(invoice, {order.order_line[1]: {"quantity": 0.5}})
        self.assertEqual(self._points(), 80)
        self.env.flush_all()
        self.cr.execute(
            "DELETE FROM loyalty_point_statement WHERE order_id = %s", [order.id]
        )
        self.cr.execute(
            "UPDATE sale_order SET points_asked_for = NULL WHERE id = %s", [order.id]
        )
        self.env.invalidate_all()
        self.rule.reward_point_amount = 3
        order._update_programs_and_rewards()
        self.assertEqual(self._points(), 80)
        self._credit(invoice, {order.order_line[0]: {"quantity": 1}})
        self.assertEqual(self._points(), 20)
        order.order_line = [Command.create(self._line(10))]
        order._update_programs_and_rewards()
        self.assertEqual(self._points(), 50)
        self.assertWhole()

    def test_what_was_written_off_before_is_not_written_off_for_a_later_return(self):
        """Sold again and credited, each with a write-off of its own."""
        self.program.point_debt_policy = "write_off"
        order = self._sell(100)
        card = self._card()
        card._post_adjustments({card: -70}, "Spent elsewhere")
        for _round in range(2):
            order._action_cancel()
            self.assertEqual(card.points, 0)
            order.action_draft()
            order._update_programs_and_rewards()
            order.action_confirm()
            self.assertEqual(card.points, 30)
        refund = self._credit(self._invoice(order))
        for _round in range(2):
            self.assertEqual(card.points, 0)
            refund.button_draft()
            self.assertEqual(card.points, 30)
            refund.action_post()
        self.assertEqual(card.points, 0)
        self.assertWhole()

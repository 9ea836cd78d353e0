from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .statement_common import StatementCommon


class PaymentCommon(StatementCommon):
    """Gift cards and a wallet beside points."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.voucher = cls._make_product("Gift card", 50)
        cls.gifts = cls._make_payment("gift_card", cls.voucher)
        cls.wallet = cls._make_payment("ewallet", cls._make_product("Top-up", 100))

    @classmethod
    def _make_payment(cls, kind, product):
        return cls.env["loyalty.program"].create(
            {
                "name": kind,
                "keep_ledger": True,
                "program_type": kind,
                "trigger": "auto",
                "applies_on": "future",
                "rule_ids": [
                    Command.create(
                        {
                            "reward_point_mode": "money",
                            "reward_point_split": kind == "gift_card",
                            "product_ids": [Command.set(product.ids)],
                        }
                    )
                ],
                "reward_ids": [
                    Command.create(
                        {
                            "reward_type": "discount",
                            "discount": 1,
                            "discount_mode": "per_point",
                            "discount_applicability": "order",
                            "required_points": 1,
                        }
                    )
                ],
            }
        )

    @classmethod
    def _fill(cls, program, points, partner=None):
        card = cls.env["loyalty.card"].create(
            {
                "program_id": program.id,
                "points": points,
                "partner_id": partner.id if partner else False,
            }
        )
        return card.sudo()

    def _pay_by(self, order, card):
        """With all that is on the card, as far as there is something to pay."""
        if card.program_id == self.gifts:
            order._try_apply_code(card.code)
        before = order.order_line
        status = order._apply_program_reward(card.program_id.reward_ids, card)
        self.assertFalse(status)
        return order.order_line - before

    def _worth(self, partner=None):
        """Revenue in the value history."""
        self.env.flush_all()
        history = self.env["crm.purchase.history"].search(
            [
                ("partner_id", "=", (partner or self.customer).id),
                ("company_id", "=", self.company.id),
            ]
        )
        return history.revenue


@tagged("post_install", "-at_install")
class TestPointPayment(PaymentCommon):
    """A gift card or a wallet pays: that is no discount, and buying one no purchase."""

    def test_an_order_paid_by_card_and_wallet_earns_and_counts_in_full(self):
        """Payment is no discount: 150 of goods, 50 by gift card, 30 by wallet"""
        card = self._fill(self.gifts, 50)
        purse = self._fill(self.wallet, 30, self.customer)
        order = self._offer({"product_uom_qty": 3, "price_unit": 50})
        self._pay_by(order, card)
        self._pay_by(order, purse)
        self.assertEqual(order.amount_total, 70)
        order.action_confirm()
        self.assertEqual((self._points(), card.points, purse.points), (150, 0, 0))
        self.assertEqual(self._worth(), 150)
        self._credit(self._invoice(order))
        self.assertEqual((self._points(), card.points, purse.points), (0, 50, 30))
        self.assertFalse(self._worth())
        self.assertWhole()

    def test_a_total_of_nothing_that_a_card_paid(self):
        """L021 payment as discount"""
        tax = self.env["account.tax"].create(
            {"name": "Fixed", "amount_type": "fixed", "amount": 10}
        )
        card = self._fill(self.gifts, 100)
        order = self._offer({"price_unit": 90, "tax_ids": [Command.set(tax.ids)]})
        self._pay_by(order, card)
        self.assertEqual(order.amount_total, 0)
        order.action_confirm()
        self.assertEqual(self._points(), 100)
        self.assertEqual(self._worth(), 90)
        tiers = self.env["loyalty.tier.program"].create(
            {"name": "Ladder", "measure": "spend", "company_id": self.company.id}
        )
        today = self.company._today()
        question = self.customer.id, today, today
        found = self.env["loyalty.tier.amount"]._read_amounts(tiers, [question])
        self.assertEqual(found[question].amount, 90)

    def test_a_card_is_bought_spent_and_given_back(self):
        """L022 payment as discount"""
        self._sell({"product_id": self.voucher.id, "price_unit": 50})
        card = self.env["loyalty.card"].search([("program_id", "=", self.gifts.id)])
        self.assertEqual((card.points, bool(self._card())), (50, False))
        self.assertFalse(self._worth())
        order = self._offer(50)
        self._pay_by(order, card)
        order.action_confirm()
        self.assertEqual((self._points(), card.points, self._worth()), (50, 0, 50))
        self._credit(self._invoice(order))
        self.assertEqual((self._points(), card.points), (0, 50))

    def test_each_means_of_payment_gets_back_what_its_line_says(self):
        """L024 payment as discount"""
        for with_lines in (False, True):
            customer = self.env["res.partner"].create({"name": f"{with_lines}"})
            card = self._fill(self.gifts, 50)
            purse = self._fill(self.wallet, 30, customer)
            order = self._offer(
                {"product_uom_qty": 3, "price_unit": 50}, partner=customer
            )
            by_card, by_purse = self._pay_by(order, card), self._pay_by(order, purse)
            order.action_confirm()
            lines = {order.order_line[0]: {"quantity": 1}}
            if with_lines:
                lines |= {
                    by_card: {"price_unit": -16.67},
                    by_purse: {"price_unit": -10},
                }
            refund = self._credit(self._invoice(order), lines)
            self.assertEqual(refund.amount_total, 23.33 if with_lines else 50)
            self.assertEqual(
                (round(card.points, 2), round(purse.points, 2)),
                (16.67, 10) if with_lines else (0, 0),
            )
            self.assertEqual(self._points(customer), 100)

    def test_points_that_paid_come_back_with_their_line(self):
        """L025 payment as discount"""
        self.program.reward_ids.write({"required_points": 200, "discount": 20})
        for half in (False, True):
            customer = self.env["res.partner"].create({"name": f"{half}"})
            self._sell(200, partner=customer)
            order = self._offer(100, partner=customer)
            card = self._card(customer)
            self.assertFalse(order._apply_program_reward(self.program.reward_ids, card))
            order.action_confirm()
            self.assertEqual((order.amount_total, card.points), (80, 100))
            share = {"quantity": 0.5 if half else 1}
            refund = self._credit(
                self._invoice(order), dict.fromkeys(order.order_line, share)
            )
            self.assertEqual(refund.amount_total, 40 if half else 80)
            self.assertEqual(card.points, 150 if half else 200)

    def test_a_wallet_is_never_filled_by_cancelling(self):
        """L027 payment as discount"""
        purse = self._fill(self.wallet, 100, self.customer)
        order = self._offer(60)
        self._pay_by(order, purse)
        for _round in range(3):
            order.action_confirm()
            self.assertEqual(purse.points, 40)
            order._action_cancel()
            self.assertEqual(purse.points, 100)
            order.action_draft()
            if not order.order_line.filtered("reward_id"):
                self._pay_by(order, purse)
        order.action_confirm()
        self.assertEqual(purse.points, 40)
        self.assertWhole()

    def test_money_is_not_given_back_to_a_card_that_has_expired(self):
        """L029 payment as discount, expiry"""
        card = self._fill(self.gifts, 50)
        today = fields.Date.today()
        card.expiration_date = today + timedelta(30)
        order = self._offer(80)
        by_card = self._pay_by(order, card)
        order.action_confirm()
        invoice = self._invoice(order)
        with freeze_time(today + timedelta(31)):
            refund = self._credit(invoice, post=False)
            with self.assertRaisesRegex(UserError, "expired on"):
                refund.action_post()
            self.assertEqual(card.points, 0)
            refund.invoice_line_ids.filtered(
                lambda item: item.sale_line_ids == by_card
            ).unlink()
            refund.action_post()
            self.assertEqual((refund.amount_total, card.points), (80, 0))

    def test_a_card_gets_its_money_back_on_its_last_day(self):
        """L029 payment as discount, expiry"""
        card = self._fill(self.gifts, 50)
        today = fields.Date.today()
        card.expiration_date = today + timedelta(30)
        order = self._offer(80)
        by_card = self._pay_by(order, card)
        order.action_confirm()
        invoice = self._invoice(order)
        goods = order.order_line - by_card
        with freeze_time(today + timedelta(30)):
            self._credit(invoice, {goods: {"price_unit": 60}, by_card: {}})
            self.assertEqual(card.points, 50)

    def test_points_that_expired_meanwhile_expire_at_once(self):
        """L029 payment as discount, expiry: points in the same place"""
        self.program.point_valid_days = 10
        self._order()
        order = self._order(quantity=0.5, claim=True)
        invoice = self._invoice(order)
        paid = order.order_line.filtered("reward_id")
        with freeze_time(fields.Date.today() + timedelta(11)):
            goods = order.order_line - paid
            self._credit(invoice, {goods: {"quantity": 0.1}, paid: {}})
            self.assertEqual(
                self._kinds(self._card())[-2:], [("return", 100), ("expire", -100)]
            )

    def test_a_used_gift_card_is_credited_for_what_is_left(self):
        """L030 payment as discount"""
        sold = self._sell({"product_id": self.voucher.id, "price_unit": 50})
        card = self.env["loyalty.card"].search([("program_id", "=", self.gifts.id)])
        order = self._offer(20)
        self._pay_by(order, card)
        order.action_confirm()
        self.assertEqual(card.points, 30)
        invoice = self._invoice(sold)
        for line in ({}, {"price_unit": 40}):
            with (
                self.assertRaisesRegex(ValidationError, "20 of the gift card"),
                self.cr.savepoint(),
            ):
                self._credit(invoice, {sold.order_line: line})
        self.assertEqual(card.points, 30)
        self._credit(invoice, {sold.order_line: {"price_unit": 30}})
        self.assertEqual(card.points, 0)
        self.assertWhole()

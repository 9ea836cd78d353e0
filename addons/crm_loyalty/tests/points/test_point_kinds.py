from odoo.fields import Command
from odoo.tests import tagged

from .statement_common import StatementCommon


@tagged("post_install", "-at_install")
class TestPointKinds(StatementCommon):
    """Kinds of trouble that people have had with points and cards elsewhere."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.voucher = cls._make_product("Gift Card", 50)
        cls.gifts = cls._make_program(
            name="Gift Cards",
            program_type="gift_card",
            applies_on="future",
            rule_ids=[
                Command.create(
                    {
                        "reward_point_mode": "money",
                        "reward_point_amount": 1,
                        "reward_point_split": True,
                        "product_ids": [Command.set(cls.voucher.ids)],
                    }
                )
            ],
            reward_ids=[
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
        )

    def _gift(self, code, points):
        return self.env["loyalty.card"].create(
            {"program_id": self.gifts.id, "points": points, "code": code}
        )

    def _pay(self, order, code):
        """Whose line it then is."""
        before = order.order_line
        ((card, rewards),) = order._try_apply_code(code).items()
        self.assertFalse(order._apply_program_reward(rewards, card))
        return order.order_line - before

    def test_bought_by_the_dozen_goods_come_back_by_the_piece(self):
        pieces = self._make_program(
            name="Pieces",
            rule_ids=[
                Command.create({"reward_point_mode": "unit", "reward_point_amount": 12})
            ],
        )
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self._sell({"product_uom_id": dozen.id, "price_unit": 120})
        earned = self._points(program=pieces)
        self.assertEqual(self._points(), 120)
        invoice = self._invoice(order)
        unit = {"product_uom_id": self.product.uom_id.id, "price_unit": 10}
        for back, left in ((3, 0.75), (6, 0.25), (3, 0)):
            refund = self._credit(
                invoice, {order.order_line: {**unit, "quantity": back}}
            )
            self.assertEqual(refund.amount_untaxed, 10 * back)
            self.assertAlmostEqual(self._points(), 120 * left)
            self.assertAlmostEqual(self._points(program=pieces), earned * left)

    def test_each_of_several_gift_cards_keeps_what_it_did_not_pay(self):
        first, second = self._gift("FIRST", 100), self._gift("SECOND", 100)
        order = self._offer({"product_uom_qty": 1.5})
        lines = [self._pay(order, card.code) for card in (first, second)]
        self.assertEqual(order.amount_total, 0)
        order.action_confirm()
        self.assertEqual((first.points, second.points), (0, 50))
        self.assertEqual(self._points(), 150)
        invoice = self._invoice(order)
        refund = self._credit(invoice, {lines[1]: {}, order.order_line[0]: {}})
        self.assertEqual((first.points, second.points), (0, 100))
        refund.button_draft()
        self.assertEqual((first.points, second.points), (0, 50))
        self._credit(invoice)
        self.assertEqual((first.points, second.points), (100, 100))
        self.assertEqual(self._points(), 0)

    def test_another_reward_takes_the_place_of_one_on_a_confirmed_order(self):
        small = self.program.reward_ids
        large = small.copy({"discount": 40, "required_points": 300})
        self._sell(500)
        order = self._sell(100)
        card = self._card()
        self.assertFalse(order._apply_program_reward(small, card))
        self.assertEqual(card.points, 500)
        self.assertFalse(order._apply_program_reward(large, card))
        self.assertEqual(order.amount_total, 60)
        self.assertEqual(card.points, 300)
        order._action_cancel()
        self.assertEqual(card.points, 500)
        self.assertWhole()

    def test_of_several_gift_cards_in_a_line_the_unused_one_comes_back(self):
        order = self._sell({"product_id": self.voucher.id, "product_uom_qty": 3})
        cards = order.coupon_point_ids.coupon_id.sorted("id")
        self.assertEqual(cards.mapped("points"), [50, 50, 50])
        # the last one, which would be the first to go
        used = cards[2]
        spending = self._offer(100)
        self._pay(spending, used.code)
        spending.action_confirm()
        self.assertEqual(used.points, 0)
        invoice = self._invoice(order)
        first = self._credit(invoice, {order.order_line: {"quantity": 1}})
        self.assertEqual(cards.mapped("points"), [50, 0, 0])
        self._credit(invoice, {order.order_line: {"quantity": 1}})
        self.assertEqual(cards.mapped("points"), [0, 0, 0])
        first.button_draft()
        self.assertEqual(cards.mapped("points"), [50, 0, 0])
        self.assertWhole()

    def test_a_copied_order_brings_nothing_of_the_first_ones_points(self):
        self._sell(200)
        order = self._offer(100)
        self._claim(order)
        order.action_confirm()
        card = self._card()
        self.assertEqual(card.points, 200)
        copied = order.copy()
        self.assertFalse(
            copied.order_line.coupon_id | copied.coupon_point_ids.coupon_id
        )
        self.assertFalse(copied.sudo().point_statement_ids)
        self.assertEqual(card.points, 200)
        copied.action_confirm()
        self.assertEqual(card.points, 300)
        order._action_cancel()
        self.assertEqual(card.points, 300)
        copied._action_cancel()
        self.assertEqual(card.points, 200)

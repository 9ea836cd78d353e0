from odoo.fields import Command
from odoo.tests import tagged

from .till_points_common import TillPointsCommon


class ExchangeCommon(TillPointsCommon):
    def _exchange(self, sold, taken=1, back=1, **values):
        """As the till's screen sends it: what comes back stands below what is new."""
        lines = [(taken, False), (-back, sold.lines[0].id)]
        parts = [
            {
                "product_id": self.product.id,
                "qty": quantity,
                "price_unit": 100,
                "price_subtotal": 100 * quantity,
                "price_subtotal_incl": 100 * quantity,
                "refunded_orderline_id": refunded,
            }
            for quantity, refunded in lines
        ]
        sale = self._ring_up(
            lines=[Command.create(part) for part in parts],
            is_refund=True,
            state="draft",
            amount_total=100 * (taken - back),
            amount_paid=100 * (taken - back),
            **values,
        )
        sale.with_user(self.cashier).action_pos_order_paid()
        return sale


@tagged("post_install", "-at_install")
class TestPosExchange(ExchangeCommon):
    """Goods come back and others are taken, on one receipt."""

    def test_what_comes_back_is_taken_once(self):
        """The screen takes it off what the new goods earn; the first sale's lines say
        what it had earned, whatever the rule says today."""
        sale = self._ring_up(2)
        self._tell(self.program, 200, sale=sale)
        self.program.rule_ids.reward_point_amount = 3
        exchange = self._exchange(sale, taken=3)
        self._tell(self.program, 600, self._card(), exchange)
        self.assertEqual(self._card().points, 200 - 100 + 900)
        self._tell(self.program, 600, self._card(), exchange)
        self.assertEqual(self._card().points, 1000)
        self.assertEqual(sum(exchange.sudo().point_statement_ids.mapped("points")), 900)
        self._bring_back(exchange)
        self.assertEqual(self._card().points, 700)
        self.assertWhole()

    def test_one_for_one_leaves_all_as_before(self):
        """The screen sees no piece more, and tells of no points at all."""
        sale = self._ring_up()
        self._tell(self.program, 100, sale=sale)
        for points in (0, 0):
            sale = self._exchange(sale)
            self._tell(self.program, points, self._card(), sale)
            self.assertEqual(self._card().points, 100)
        self.assertWhole()

    def test_by_piece_too(self):
        self.program.rule_ids.write(
            {"reward_point_mode": "unit", "reward_point_amount": 10}
        )
        sale = self._ring_up(2)
        self._tell(self.program, 20, sale=sale)
        self._tell(self.program, 10, self._card(), self._exchange(sale, 2, 1))
        self.assertEqual(self._card().points, 30)
        self.assertWhole()

    def test_more_comes_back_than_is_taken(self):
        """The screen sees less than nothing, and tells of no points at all."""
        self.program.rule_ids.minimum_qty = 0
        sale = self._ring_up(3)
        self._tell(self.program, 300, sale=sale)
        exchange = self._exchange(sale, taken=1, back=2)
        self._tell(self.program, 0, self._card(), exchange)
        self.assertEqual(self._card().points, 300 - 200 + 100)
        self._bring_back(exchange)
        self.assertEqual(self._card().points, 100)
        self.assertWhole()

    def test_goods_that_earned_nothing_take_nothing(self):
        """They were bought before the customer had a card, or by nobody."""
        exchange = self._exchange(self._ring_up(), taken=2)
        self._tell(self.program, 100, sale=exchange)
        self.assertEqual(self._card().points, 200)

    def test_a_reward_is_paid_from_the_new_goods(self):
        sale = self._ring_up(2)
        self._tell(self.program, 200, sale=sale)
        exchange = self._exchange(sale, taken=2)
        reward = self._ring_up(reward=self.program.reward_ids).lines[1]
        reward.order_id = exchange
        # 190 for the new goods, 100 for the former, 100 spent
        self._tell(self.program, 90 - 100, self._card(), exchange)
        self.assertEqual(self._card().points, 200 - 100 + 190 - 100)
        self.assertWhole()

    def test_goods_that_came_back_before_the_sale_was_told(self):
        """A till without connection tells late what its sales earned."""
        sale = self._ring_up(3)
        self._bring_back(sale)
        self._tell(self.program, 300, sale=sale)
        self.assertEqual(self._card().points, 200)
        self._bring_back(sale)
        self.assertEqual(self._card().points, 100)
        self.assertWhole()

from odoo.fields import Command
from odoo.tests import tagged

from .point_common import PointCommon


@tagged("post_install", "-at_install")
class TestPointRefunds(PointCommon):
    """A credit note takes back what the refunded goods earned, and only that."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_product = cls._make_product("Oil", 50)

    def _order_both(self):
        order = self._quote()
        order.order_line = [Command.create({"product_id": self.other_product.id})]
        order._update_programs_and_rewards()
        order.action_confirm()
        return order

    def _refund_only(self, order, product):
        invoice = order._create_invoices()
        invoice.action_post()
        refund = invoice._reverse_moves()
        refund.invoice_line_ids.filtered(lambda i: i.product_id != product).unlink()
        refund.action_post()

    def test_goods_count_by_their_money(self):
        order = self._order_both()
        self.assertEqual(self._card().points, 150)
        self._refund_only(order, self.other_product)
        self.assertEqual(self._card().points, 100)
        self.assertWhole()

    def test_goods_without_points_take_none_back(self):
        """L044 same goods: shipping that did not earn takes nothing back"""
        self.program.rule_ids.product_ids = self.product
        order = self._order_both()
        self.assertEqual(self._card().points, 100)
        self._refund_only(order, self.other_product)
        self.assertEqual(self._card().points, 100)

    def test_goods_with_points_take_all_back(self):
        self.program.rule_ids.product_ids = self.product
        order = self._order_both()
        self._refund_only(order, self.product)
        self.assertEqual(self._card().points, 0)
        self.assertWhole()

    def test_coupon_for_the_next_order_goes_with_the_last_goods(self):
        """Used coupons: it goes with the last of the goods that earned it"""
        program = self._make_program(
            name="Next time",
            program_type="next_order_coupons",
            applies_on="future",
            rule_ids=[Command.create({"reward_point_mode": "order"})],
            reward_ids=[Command.create({"discount": 10})],
        )
        order = self._order(quantity=2)
        coupon = self._card(program=program)
        self.assertEqual(coupon.points, 1)
        self._refund(order, quantity=1)
        self.assertEqual(coupon.points, 1)
        self._refund(order, quantity=1)
        self.assertEqual(coupon.points, 0)
        self.assertWhole()

    def test_price_reduction_takes_its_share(self):
        order = self._order()
        invoice = order._create_invoices()
        invoice.action_post()
        refund = invoice._reverse_moves()
        refund.invoice_line_ids.price_unit = 25
        refund.action_post()
        self.assertEqual(self._card().points, 75)

    def test_refund_and_new_invoice_leave_the_points(self):
        order = self._order()
        self._refund(order)
        self.assertEqual(self._card().points, 0)
        order._create_invoices().action_post()
        self.assertEqual(self._card().points, 100)
        self.assertWhole()

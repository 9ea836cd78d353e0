from odoo.fields import Command
from odoo.tests import tagged

from .statement_common import StatementCommon


@tagged("post_install", "-at_install")
class TestPointChanges(StatementCommon):
    """What becomes of points when the goods of a confirmed order turn into others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pieces = cls._make_program(
            name="Pieces",
            rule_ids=[
                Command.create({"reward_point_mode": "unit", "reward_point_amount": 10})
            ],
        )

    def _by_piece(self):
        return self._points(program=self.pieces)

    def _owns(self):
        self.env.flush_all()
        owners = [("purchased_product_ids", "in", self.product.ids)]
        return self.customer.filtered_domain(
            [("id", "in", self.env["res.partner"].search(owners).ids)]
        )

    def _swap(self, line, product, **values):
        """Other goods on the line of a confirmed order, and rewards asked for again."""
        line.write({"product_id": product.id, **values})
        line.order_id._update_programs_and_rewards()

    def test_other_goods_on_a_line_take_the_points_of_the_former(self):
        """The past stays with the goods that earned it."""
        self.rule.product_ids = self.product
        order = self._sell(100, 60)
        self.assertEqual(self._points(), 160)
        self._swap(order.order_line[0], self.other_product, price_unit=100)
        self.assertEqual(self._points(), 60)
        # whatever counts for both of them stays
        self.assertEqual(self._by_piece(), 20)
        self._swap(order.order_line[0], self.product, price_unit=90)
        self.assertEqual((self._points(), self._by_piece()), (150, 20))
        self._credit(self._invoice(order))
        self.assertEqual((self._points(), self._by_piece()), (0, 0))
        self.assertWhole()

    def test_other_goods_on_a_line_earn_by_todays_rule(self):
        self.rule.product_ids = self.product
        order = self._sell({"product_id": self.other_product.id, "price_unit": 80})
        self.assertFalse(self._card())
        self.rule.reward_point_amount = 3
        self._swap(order.order_line, self.product, price_unit=80)
        self.assertEqual((self._points(), self._by_piece()), (240, 10))
        order.note = "Ring twice"
        order._update_programs_and_rewards()
        self.assertEqual((self._points(), self._by_piece()), (240, 10))
        self.assertWhole()

    def test_other_goods_of_the_same_rule_are_new_goods(self):
        self.rule.write({"minimum_amount": 250, "minimum_qty": 3})
        order = self._sell({"product_uom_qty": 2, "price_unit": 100}, 100)
        self.assertEqual(self._points(), 300)
        self.rule.reward_point_amount = 3
        self._swap(order.order_line[0], self.other_product, price_unit=100)
        # who reached the least amount once has reached it
        self.assertEqual((self._points(), self._by_piece()), (700, 30))
        self.rule.write({"minimum_amount": 0, "minimum_qty": 0})
        order.order_line[0].product_uom_qty = 1
        self._swap(order.order_line[0], self.product, price_unit=100)
        self.assertEqual((self._points(), self._by_piece()), (400, 20))
        order.order_line[0].product_uom_qty = 2
        order._update_programs_and_rewards()
        self.assertEqual((self._points(), self._by_piece()), (700, 30))
        self._credit(self._invoice(order))
        self.assertEqual((self._points(), self._by_piece()), (0, 0))
        self.assertWhole()

    def test_points_for_the_order_stay_whichever_goods_it_has(self):
        self.rule.write({"reward_point_mode": "order", "reward_point_amount": 100})
        order = self._sell(60, 40)
        self._swap(order.order_line[1], self.other_product, price_unit=40)
        self.assertEqual(self._points(), 100)
        self._credit(self._invoice(order), {order.order_line[1]: {}})
        self.assertEqual(self._points(), 60)

    def test_of_menus_the_parts_that_come_back_count(self):
        """L047 same goods, on orders"""
        soup, bread = (self._make_product(name, 10) for name in ("Soup", "Bread"))
        combos = self.env["product.combo"].create(
            [
                {
                    "name": part.name,
                    "combo_item_ids": [Command.create({"product_id": part.id})],
                }
                for part in (soup, bread)
            ]
        )
        menu = self.env["product.product"].create(
            {
                "name": "Menu",
                "type": "combo",
                "list_price": 12,
                "combo_ids": [Command.set(combos.ids)],
                "taxes_id": [Command.clear()],
            }
        )
        order = self._offer({"product_id": menu.id, "product_uom_qty": 2})
        order.order_line = [
            Command.create(
                {
                    "product_id": combo.combo_item_ids.product_id.id,
                    "product_uom_qty": 2,
                    "combo_item_id": combo.combo_item_ids.id,
                    "linked_line_id": order.order_line.id,
                }
            )
            for combo in combos
        ]
        order._update_programs_and_rewards()
        order.action_confirm()
        parts = order.order_line[1:]
        self.assertEqual((self._points(), self._by_piece()), (24, 20))
        invoice = self._invoice(order)
        # the line above them that says what they are has no price and is left as it is
        self._credit(
            invoice,
            {order.order_line[0]: {}, **{part: {"quantity": 1} for part in parts}},
        )
        self.assertEqual((self._points(), self._by_piece()), (12, 10))
        self._credit(invoice, {part: {"quantity": 1} for part in parts})
        self.assertEqual((self._points(), self._by_piece()), (0, 0))
        self.assertWhole()

    def test_who_has_all_his_money_back_keeps_no_goods(self):
        """L120 allowance, and then the return at what was left of the price"""
        order = self._sell({"product_uom_qty": 5})
        invoice = self._invoice(order)
        self._credit(invoice, {order.order_line: {"quantity": 1, "price_unit": 30}})
        self.assertEqual((self._points(), self._by_piece()), (470, 50))
        rest = self._credit(invoice, {order.order_line: {"price_unit": 94}})
        self.assertEqual((self._points(), self._by_piece()), (0, 0))
        self.assertFalse(self._owns())
        rest.button_draft()
        self.assertEqual((self._points(), self._by_piece()), (470, 50))
        self.assertTrue(self._owns())
        self.assertWhole()

    def test_more_was_delivered_than_was_invoiced_in_full(self):
        """Vesting: all that was ordered is invoiced, whatever else went out"""
        self.program.point_vesting = "invoice"
        order = self._sell({"product_uom_qty": 2})
        self._invoice(order)
        order.order_line.qty_delivered = 3
        self.env.flush_all()
        self.assertEqual(order.invoice_status, "upselling")
        self._night()
        self.assertEqual(self._points(), 200)

    def test_a_copy_of_an_order_earns_by_itself_and_spends_nothing(self):
        self._order(quantity=2)
        order = self._order(claim=True)
        self.assertEqual(self._points(), 200)
        again = order.copy()
        self.assertEqual(len(again.order_line), 1)
        again._update_programs_and_rewards()
        again.action_confirm()
        self.assertEqual(self._points(), 300)
        self._credit(self._invoice(again))
        self.assertEqual(self._points(), 200)
        self.assertWhole()

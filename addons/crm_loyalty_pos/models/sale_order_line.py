from odoo import models

from odoo.addons.crm_loyalty.statements import Size


class SaleOrderLine(models.Model):
    """Goods of an order that was settled at the till come back there, too."""

    _inherit = "sale.order.line"

    def _given_and_back(self):
        moved = super()._given_and_back()
        if not self.env["pos.order.line"]._any_settled():
            return moved
        # sudo: who reads orders need not read the till
        for line in self.sudo().filtered("pos_order_line_ids"):
            given, back = moved.get(line, (Size(), Size()))
            moved[line] = given, line._with_till_returns(back)
        return moved

    def _with_till_returns(self, back: Size) -> Size:
        """:param back: what came back otherwise"""
        money, pieces = back
        settled = self.pos_order_line_ids
        left = settled._point_sizes_left()
        for line, size in settled._point_sizes().items():
            money += line.currency_id._convert(
                size.money - left[line].money,
                self.currency_id,
                self.company_id,
                self.order_id.date_order,
            )
            pieces += line.product_uom_id._compute_quantity(
                size.pieces - left[line].pieces, self.product_uom_id, round=False
            )
        return Size(money, pieces)

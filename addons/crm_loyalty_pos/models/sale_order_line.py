from odoo import models


class SaleOrderLine(models.Model):
    """Goods of an order that was settled at the till come back there, too."""

    _inherit = "sale.order.line"

    def _given_and_back(self, name):
        given, back = super()._given_and_back(name)
        if not self.env["pos.order.line"]._any_settled():
            return given, back
        # sudo: who reads orders need not read the till
        settled = self.sudo().pos_order_line_ids
        if not settled:
            return given, back
        left = settled._point_sizes_left()
        for line, size in settled._point_sizes().items():
            if name == "price_subtotal":
                back += line.currency_id._convert(
                    size.money - left[line].money,
                    self.currency_id,
                    self.company_id,
                    self.order_id.date_order,
                )
            else:
                back += line.product_uom_id._compute_quantity(
                    size.pieces - left[line].pieces, self.product_uom_id, round=False
                )
        return given, back

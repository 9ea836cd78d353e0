from odoo import api, models

from odoo.addons.crm_loyalty.statements import Size, left_of


class PosOrderLine(models.Model):
    _inherit = "pos.order.line"

    @api.constrains("coupon_id", "order_id")
    def _check_coupon(self):
        self.filtered("coupon_id").order_id._check_cards()

    def _loyalty_worth(self) -> float:
        """What it costs with taxes by its price, whatever total a till has sent."""
        # what taxes ask of products is read for all lines of the sale at once
        parts = (self | self.combo_line_ids).with_prefetch(self._prefetch_ids)
        amounts = [
            part._compute_amount_line_all()["price_subtotal_incl"] for part in parts
        ]
        return sum(amounts)

    def _point_sizes(self) -> dict:
        """What each line came to: untaxed, a combo with its parts, and in pieces."""
        return {
            line: Size(
                sum((line | line.combo_line_ids).mapped("price_subtotal")), line.qty
            )
            for line in self
        }

    def _point_sizes_left(self) -> dict:
        """What the customer keeps of each after what was brought back, so far paid."""
        left = {}
        for line, size in self._point_sizes().items():
            parts = (line | line.combo_line_ids).refund_orderline_ids
            back = {
                name: -sum(
                    part[name]
                    for part in refunds
                    if part.order_id.state in ("paid", "done")
                )
                for name, refunds in (
                    ("price_subtotal", parts),
                    ("qty", line.refund_orderline_ids),
                )
            }
            left[line] = Size(
                left_of(size.money, size.money, back["price_subtotal"]),
                left_of(size.pieces, size.pieces, back["qty"]),
            )
        return left

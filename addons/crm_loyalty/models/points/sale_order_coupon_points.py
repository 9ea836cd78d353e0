from odoo import api, models

from ...points import MOST_POINTS
from .loyalty_card import CARDS_MERGE


class SaleOrderCouponPoints(models.Model):
    _name = "sale.order.coupon.points"
    _inherit = ["sale.order.coupon.points", "suite.number.mixin"]

    _number_limits = {"points": (-MOST_POINTS, MOST_POINTS)}

    def write(self, vals):
        """Odoo notes what an order would earn whenever it asks: mostly the same."""
        by_system = self.env.su and vals.keys() == {"points"}
        if by_system and self.coupon_id._of_ledger():
            changed = self.filtered(lambda line: line.points != vals["points"])
            return not changed or super(SaleOrderCouponPoints, changed).write(vals)
        return super().write(vals)

    @api.constrains("coupon_id", "order_id")
    def _check_coupon(self):
        if not CARDS_MERGE.on(self):
            self.order_id._check_cards()

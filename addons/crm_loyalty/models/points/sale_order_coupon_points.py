from odoo import api, models

from ...points import MOST_POINTS
from .loyalty_card import CARDS_MERGE


class SaleOrderCouponPoints(models.Model):
    _name = "sale.order.coupon.points"
    _inherit = ["sale.order.coupon.points", "suite.number.mixin"]

    _number_limits = {"points": (-MOST_POINTS, MOST_POINTS)}

    @api.constrains("coupon_id", "order_id")
    def _check_coupon(self):
        if not CARDS_MERGE.on(self):
            self.order_id._check_cards()

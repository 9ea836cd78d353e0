from odoo import api, models

from ...points import MOST_POINTS


class SaleOrderCouponPoints(models.Model):
    _name = "sale.order.coupon.points"
    _inherit = ["sale.order.coupon.points", "suite.number.mixin"]

    _number_limits = {"points": (-MOST_POINTS, MOST_POINTS)}

    @api.constrains("coupon_id", "order_id")
    def _check_coupon(self):
        self.order_id._check_cards()

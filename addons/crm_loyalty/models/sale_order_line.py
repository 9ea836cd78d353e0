from odoo import api, models

from .loyalty_card import POSTED_BY_CALLER


class SaleOrderLine(models.Model):
    """Odoo changes cards when reward lines of confirmed orders change; we post that."""

    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        if not any(vals.get("coupon_id") for vals in vals_list):
            return super().create(vals_list)
        lines = super(SaleOrderLine, self._leaving_points()).create(vals_list)
        lines = lines.with_env(self.env)
        lines._confirmed_orders()._post_points_now()
        return lines

    def write(self, vals):
        if "points_cost" not in vals:
            return super().write(vals)
        res = super(SaleOrderLine, self._leaving_points()).write(vals)
        self._confirmed_orders()._post_points_now()
        return res

    def unlink(self):
        orders = self.filtered("coupon_id")._confirmed_orders()
        if not orders:
            return super().unlink()
        res = super(SaleOrderLine, self._leaving_points()).unlink()
        orders._post_points_now()
        return res

    def _confirmed_orders(self):
        return self.order_id.filtered(lambda order: order.state == "sale")

    def _leaving_points(self):
        return self.with_context(points_posted=POSTED_BY_CALLER)

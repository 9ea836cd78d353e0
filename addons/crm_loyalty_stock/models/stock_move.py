from odoo import models


class StockMove(models.Model):
    """A delivery is made with the priority of the orders that it serves, and points
    may wait for it.
    """

    _inherit = "stock.move"

    def _action_done(self, cancel_backorder=False):
        done = super()._action_done(cancel_backorder=cancel_backorder)
        # sudo: who delivers need not see the order
        done.sudo().sale_line_id.order_id._wake_vesting()
        return done

    def _get_new_picking_values(self):
        values = super()._get_new_picking_values()
        # sudo: a warehouse need not read orders, nor what tiers grant
        orders = self.sudo().sale_line_id.order_id
        priorities = [order.tier_delivery_priority or "0" for order in orders]
        if priorities and max(priorities) > values.get("priority", "0"):
            values["priority"] = max(priorities)
        return values

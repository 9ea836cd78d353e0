from odoo import models

from .pos_order import TillSale


class LoyaltyCard(models.Model):
    _inherit = "loyalty.card"

    def _post_adjustments(self, changes, reason=""):
        """What a sale at the till did is its own doing, not a correction by hand."""
        sale = self.env.context.get("till_sale")
        if isinstance(sale, TillSale) and not reason:
            return sale.order._post_till_points(changes)
        return super()._post_adjustments(changes, reason)

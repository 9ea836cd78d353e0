from odoo import models

from .pos_order import TILL_SALE


class LoyaltyCard(models.Model):
    _inherit = "loyalty.card"

    _protected_fields = {"source_pos_order_id"}

    def _post_adjustments(self, changes, reason=""):
        """What a sale at the till did is its own doing, not a correction by hand."""
        sale = TILL_SALE.on(self)
        if sale and not reason:
            return sale.order._post_till_points(changes, sale)
        return super()._post_adjustments(changes, reason)

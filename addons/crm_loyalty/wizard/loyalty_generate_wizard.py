from odoo import models

from ..models.points.loyalty_card import MOST_POINTS

# more would not be made within one request
MOST_CARDS = 100_000


class LoyaltyGenerateWizard(models.TransientModel):
    """Opens cards as the user, who must be one that may open them."""

    _name = "loyalty.generate.wizard"
    _inherit = ["loyalty.generate.wizard", "suite.number.mixin"]

    _number_limits = {
        "points_granted": (-MOST_POINTS, MOST_POINTS),
        "coupon_qty": (0, MOST_CARDS),
    }

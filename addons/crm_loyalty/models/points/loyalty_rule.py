from odoo import models

from .sale_order import BY_LEDGER


class LoyaltyRule(models.Model):
    _inherit = "loyalty.rule"

    def _compute_amount(self, currency_to):
        """A minimum is met by what a document shows, not by its last binary digit."""
        amount = super()._compute_amount(currency_to)
        if BY_LEDGER.on(self):
            amount -= currency_to.rounding / 2
        return amount

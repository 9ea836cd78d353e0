from odoo import api, models
from odoo.tools import ormcache

from .sale_order import BY_LEDGER

# what money goes onto
MONEY = ("gift_card", "ewallet")
# what says which products those are
SAID_BY = {"product_ids", "program_id", "active"}


class LoyaltyRule(models.Model):
    _inherit = "loyalty.rule"

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules._tell_money_products()
        return rules

    def write(self, vals):
        if SAID_BY.isdisjoint(vals):
            return super().write(vals)
        self._tell_money_products()
        res = super().write(vals)
        self._tell_money_products()
        return res

    def unlink(self):
        self._tell_money_products()
        return super().unlink()

    @api.model
    @ormcache()
    def _money_products(self) -> frozenset[int]:
        """Products that sell a gift card or fill a wallet."""
        # sudo: visitors and salespeople need not read rules
        rules = self.sudo().search([("program_id.program_type", "in", MONEY)])
        return frozenset(rules.product_ids.ids)

    def _tell_money_products(self) -> None:
        """Whoever has looked for them looks again, if these rules are of such."""
        # sudo: whoever may write a rule need not read its program
        if any(kind in MONEY for kind in self.sudo().program_id.mapped("program_type")):
            self.env["loyalty.program"]._forget_answers()

    def _compute_amount(self, currency_to):
        """A minimum is met by what a document shows, not by its last binary digit."""
        amount = super()._compute_amount(currency_to)
        if BY_LEDGER.on(self):
            amount -= currency_to.rounding / 2
        return amount

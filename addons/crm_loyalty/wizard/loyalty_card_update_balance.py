from odoo import models
from odoo.exceptions import AccessError

from ..models.points.loyalty_card import MOST_POINTS, POSTED_BY_CALLER


class LoyaltyCardUpdateBalance(models.TransientModel):
    _name = "loyalty.card.update.balance"
    _inherit = ["loyalty.card.update.balance", "suite.number.mixin"]

    _number_limits = {"new_balance": (-MOST_POINTS, MOST_POINTS)}

    def action_update_card_point(self):
        """In a ledger for managers only; the description is the entry's reason."""
        # sudo: whoever may see the card is told by its rights below
        if not self.card_id.sudo().program_id.keep_ledger:
            return super().action_update_card_point()
        if not (self.env.su or self._may_update_balance()):
            raise AccessError(self.env._("Only managers may change a balance by hand."))
        self.card_id.check_access("write")
        change = {self.card_id: self.new_balance - self.card_id.points}
        # Odoo writes the card as the user; the entry is posted below
        wizard = POSTED_BY_CALLER.put(self, ())
        res = super(LoyaltyCardUpdateBalance, wizard).action_update_card_point()
        # sudo: the right was checked above
        self.card_id.sudo()._post_adjustments(change, self.description)
        return res

    def _may_update_balance(self) -> bool:
        return self.env.user.has_group("sales_team.group_sale_manager")

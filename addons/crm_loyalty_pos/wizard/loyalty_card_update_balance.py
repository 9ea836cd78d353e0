from odoo import models


class LoyaltyCardUpdateBalance(models.TransientModel):
    _inherit = "loyalty.card.update.balance"

    def _may_update_balance(self) -> bool:
        return super()._may_update_balance() or self.env.user.has_group(
            "point_of_sale.group_pos_manager"
        )

from odoo import models


class LoyaltyReward(models.Model):
    _inherit = "loyalty.reward"

    def _worth_per_point(self) -> float:
        """Money off a price for each point; 0 where that depends on the order."""
        self.ensure_one()
        if not self.required_points:
            return 0.0
        if self.reward_type == "product":
            prices = self.reward_product_ids.mapped("lst_price")
            worth = max(prices, default=0.0) * self.reward_product_qty
        elif self.reward_type != "discount" or self.discount_mode == "percent":
            return 0.0
        elif self.discount_mode == "per_point":
            return self.discount
        else:
            worth = self.discount
        return worth / self.required_points

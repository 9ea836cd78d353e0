from odoo import api, models


class PosOrderLine(models.Model):
    _inherit = "pos.order.line"

    @api.constrains("coupon_id", "order_id")
    def _check_coupon(self):
        self.filtered("coupon_id").order_id._check_cards()

    def _loyalty_worth(self) -> float:
        """What it costs with taxes by its price, whatever total a till has sent."""
        amounts = [
            line._compute_amount_line_all()["price_subtotal_incl"]
            for line in self | self.combo_line_ids
        ]
        return sum(amounts)

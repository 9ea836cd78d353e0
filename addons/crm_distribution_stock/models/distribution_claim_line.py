from odoo import fields, models

from ..keys import FIRST


class DistributionClaimLine(models.Model):
    _inherit = "distribution.claim.line"

    stock_move_id = fields.Many2one(
        "stock.move", "Delivered by", readonly=True, ondelete="restrict"
    )

    def _bucket_key(self):
        if self.stock_move_id:
            return FIRST + self.stock_move_id.id
        return super()._bucket_key()

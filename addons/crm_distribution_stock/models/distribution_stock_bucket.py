from odoo import fields, models


class DistributionStockBucket(models.Model):
    _inherit = "distribution.stock.bucket"

    stock_move_id = fields.Many2one(
        "stock.move", "Delivery", readonly=True, ondelete="set null"
    )

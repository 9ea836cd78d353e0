from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    distribution_stock_tolerance = fields.Float(
        related="company_id.distribution_stock_tolerance", readonly=False
    )

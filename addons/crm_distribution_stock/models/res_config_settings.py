from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    distribution_sell_in = fields.Selection(
        related="company_id.distribution_sell_in", readonly=False, required=True
    )

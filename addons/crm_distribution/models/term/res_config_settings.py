from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    distribution_minimum_payout = fields.Monetary(
        related="company_id.distribution_minimum_payout",
        readonly=False,
    )

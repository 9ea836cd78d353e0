from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    distribution_offer_hours = fields.Integer(
        related="company_id.distribution_offer_hours", readonly=False
    )

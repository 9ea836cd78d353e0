from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    advice_response = fields.Float(related="company_id.advice_response", readonly=False)
    advice_margin_floor = fields.Float(
        related="company_id.advice_margin_floor", readonly=False
    )
    advice_days = fields.Integer(related="company_id.advice_days", readonly=False)

from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    value_horizon_years = fields.Integer(
        related="company_id.value_horizon_years", readonly=False
    )
    value_discount_rate = fields.Float(
        related="company_id.value_discount_rate", readonly=False
    )
    value_lapse_threshold = fields.Float(
        related="company_id.value_lapse_threshold", readonly=False
    )
    value_class_a = fields.Float(related="company_id.value_class_a", readonly=False)
    value_class_b = fields.Float(related="company_id.value_class_b", readonly=False)
    value_class_c = fields.Float(related="company_id.value_class_c", readonly=False)
    value_cutoff = fields.Date(related="company_id.value_cutoff", readonly=False)
    value_amounts = fields.Selection(related="company_id.value_amounts", readonly=False)
    value_amount_growth = fields.Float(
        related="company_id.value_amount_growth", readonly=False
    )
    value_use_attributes = fields.Boolean(
        related="company_id.value_use_attributes", readonly=False
    )

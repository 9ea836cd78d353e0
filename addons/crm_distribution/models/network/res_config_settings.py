from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    distribution_coverage_months = fields.Integer(
        related="company_id.distribution_coverage_months", readonly=False
    )
    distribution_contact_cost = fields.Monetary(
        related="company_id.distribution_contact_cost", readonly=False
    )

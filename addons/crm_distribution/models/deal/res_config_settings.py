from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    distribution_decision_hours = fields.Integer(
        related="company_id.distribution_decision_hours", readonly=False
    )
    distribution_protection_days = fields.Integer(
        related="company_id.distribution_protection_days", readonly=False
    )
    distribution_extension_days = fields.Integer(
        related="company_id.distribution_extension_days", readonly=False
    )
    distribution_inactivity_days = fields.Integer(
        related="company_id.distribution_inactivity_days", readonly=False
    )
    distribution_registration_ceiling = fields.Integer(
        related="company_id.distribution_registration_ceiling", readonly=False
    )
    distribution_manager_id = fields.Many2one(
        related="company_id.distribution_manager_id", readonly=False
    )

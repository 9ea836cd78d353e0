from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    ecrm_quarantine_days = fields.Integer(
        related="company_id.ecrm_quarantine_days", readonly=False
    )

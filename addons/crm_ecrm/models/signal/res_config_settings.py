from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    ecrm_unanswered_days = fields.Integer(
        related="company_id.ecrm_unanswered_days", readonly=False
    )

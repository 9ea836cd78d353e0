from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    ecrm_consent_first = fields.Boolean(
        related="company_id.ecrm_consent_first", readonly=False
    )

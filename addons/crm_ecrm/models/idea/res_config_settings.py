from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    ecrm_idea_days = fields.Integer(related="company_id.ecrm_idea_days", readonly=False)

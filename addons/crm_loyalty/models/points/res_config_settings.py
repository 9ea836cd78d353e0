from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    point_liability_account_id = fields.Many2one(
        related="company_id.point_liability_account_id", readonly=False
    )
    point_deferral_account_id = fields.Many2one(
        related="company_id.point_deferral_account_id", readonly=False
    )
    point_journal_id = fields.Many2one(
        related="company_id.point_journal_id", readonly=False
    )

from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    distribution_minimum_payout = fields.Monetary(
        related="company_id.distribution_minimum_payout",
        readonly=False,
    )
    distribution_expense_account_id = fields.Many2one(
        related="company_id.distribution_expense_account_id", readonly=False
    )
    distribution_accrued_account_id = fields.Many2one(
        related="company_id.distribution_accrued_account_id", readonly=False
    )
    distribution_journal_id = fields.Many2one(
        related="company_id.distribution_journal_id", readonly=False
    )

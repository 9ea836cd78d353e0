from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    distribution_minimum_payout = fields.Monetary(
        "Minimum Pay-Out",
        currency_field="currency_id",
        help="What is due below it is carried to the next statement.",
        groups="base.group_user",
    )
    distribution_expense_account_id = fields.Many2one(
        "account.account",
        "Expense of Commissions and Rebates",
        domain="[('account_type', 'in', ('expense', 'expense_direct_cost', 'income'))]",
        groups="base.group_user",
    )
    distribution_accrued_account_id = fields.Many2one(
        "account.account",
        "Accrued Commissions and Rebates",
        domain="[('account_type', 'in', "
        "('liability_current', 'liability_non_current'))]",
        groups="base.group_user",
    )
    distribution_journal_id = fields.Many2one(
        "account.journal",
        "Journal for Accrued Commissions",
        domain="[('type', '=', 'general')]",
        groups="base.group_user",
    )
    _distribution_minimum_payout_range = models.Constraint(
        "CHECK (distribution_minimum_payout >= 0)", "A minimum is not below 0."
    )

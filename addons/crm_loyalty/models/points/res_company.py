from odoo import fields, models

from ...tools.prefetch import SELDOM_READ


class ResCompany(models.Model):
    """Where the points liability is booked."""

    _inherit = "res.company"

    point_liability_account_id = fields.Many2one(
        "account.account",
        "Contract Liability for Points",
        domain="[('account_type', 'in', "
        "('liability_current', 'liability_non_current'))]",
        prefetch=SELDOM_READ,
        help="What customers may still ask for their points.",
        groups="base.group_user",
    )
    point_deferral_account_id = fields.Many2one(
        "account.account",
        "Revenue Deferred for Points",
        domain="[('account_type', 'in', ('income', 'income_other'))]",
        prefetch=SELDOM_READ,
        help="The revenue account that gives and takes what points defer.",
        groups="base.group_user",
    )
    point_journal_id = fields.Many2one(
        "account.journal",
        "Journal for Points",
        domain="[('type', '=', 'general')]",
        prefetch=SELDOM_READ,
        groups="base.group_user",
    )

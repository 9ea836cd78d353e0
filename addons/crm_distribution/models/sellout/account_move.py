from odoo import api, fields, models
from odoo.tools import SQL


class AccountMove(models.Model):
    """A credit note that pays a claim: it takes no goods back, and is no turnover."""

    _name = "account.move"
    _inherit = ["account.move", "suite.protected.mixin"]
    _protected_fields = {"distribution_claim_id"}

    distribution_claim_id = fields.Many2one(
        "distribution.claim",
        "Claim",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups="account.group_account_invoice,account.group_account_readonly",
        help="The claim that it pays. It is no turnover and no return.",
    )

    _distribution_claim_uniq = models.UniqueIndex(
        "(distribution_claim_id) "
        "WHERE distribution_claim_id IS NOT NULL AND state <> 'cancel'",
        "A claim is paid by one credit note.",
    )

    @api.model
    def _trades_sql(self) -> SQL:
        """Hook: whether `move` sells goods or takes them back.

        What pays a claim or a statement does neither, whatever stands on its lines.
        """
        return SQL("move.distribution_claim_id IS NULL")

    def _follow_claims(self) -> None:
        # sudo: a claim follows its credit note, whoever posts
        self.sudo().distribution_claim_id._follow_credits()

    def _pays_channel(self) -> bool:
        """Hook: whether it pays a claim or a statement.

        :param self: in superuser mode
        """
        self.ensure_one()
        return bool(self.distribution_claim_id)

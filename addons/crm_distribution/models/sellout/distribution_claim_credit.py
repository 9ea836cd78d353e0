from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from .distribution_claim import APPROVED

GROUP_CREDIT = "account.group_account_invoice"


class DistributionClaim(models.Model):
    """What is approved is paid by one credit note that is not cancelled."""

    _inherit = "distribution.claim"
    _protected_fields = {"move_ids"}

    move_ids = fields.One2many(
        "account.move",
        "distribution_claim_id",
        "Credit Notes",
        readonly=True,
        groups="account.group_account_invoice,account.group_account_readonly",
    )

    def action_draft_credit(self):
        """Draft a credit note for each; those that have one already keep it."""
        self._check_may_credit()
        # two at one moment: the second one finds those of the first
        self.env["suite.turn"]._take(f"claim credit {claim.id}" for claim in self)
        new = self.filtered(lambda claim: not claim._credits())
        for claim in new:
            if claim.state != "approved":
                raise UserError(
                    self.env._("%s: only what is approved is paid.", claim.name)
                )
            if claim.currency_id.compare_amounts(claim.payable, 0) <= 0:
                raise UserError(self.env._("%s: there is nothing to pay.", claim.name))
        # the credit notes themselves by the rights of whoever invoices
        moves = self.env["account.move"]._as_system()
        moves.create([claim._prepare_credit_values() for claim in new])
        return self.action_open_credits()

    def action_open_credits(self):
        self._check_may_credit()
        credits = self.env["account.move"].browse(self._credits().ids)
        return credits._get_records_action() if credits else None

    def _check_may_credit(self) -> None:
        """By Odoo's own rights on invoices, and for what one may see."""
        if not (self.env.su or self.env.user.has_group(GROUP_CREDIT)):
            raise AccessError(self.env._("Only those who may invoice pay claims."))
        self.check_access("read")

    def _credits(self):
        """Those that are not cancelled."""
        # sudo: whether there is one decides, also where others' are not seen
        moves = self.sudo().move_ids
        return moves.filtered(lambda move: move.state != "cancel")

    def _prepare_credit_values(self) -> dict:
        self.ensure_one()
        lines = [(self.name, self.amount)]
        if self.deducted:
            lines.append((self.env._("Corrections of earlier claims"), -self.deducted))
        moves = self.env["account.move"]
        values = moves._prepare_channel_values("out_refund", self, self.name, lines)
        return {**values, "distribution_claim_id": self.id}

    def _follow_credits(self) -> None:
        """Settled as long as its credit note is posted.

        :param self: in superuser mode
        """
        for claim in self:
            is_paid = "posted" in claim.move_ids.mapped("state")
            state = "settled" if is_paid else "approved"
            if claim.state in APPROVED and claim.state != state:
                claim.state = state

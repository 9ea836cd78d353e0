from odoo import models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """What happens to an invoice: each of Odoo's hooks that several themes need, once.

    The steps stand in the themes: ``target``, ``sellout``, ``term``.
    """

    _inherit = "account.move"

    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._state_territory()
        # after the place, by which terms are chosen
        posted._state_earnings()
        posted._follow_claims()
        return posted

    def button_draft(self):
        self._refuse_reviving()
        res = super().button_draft()
        self._state_earnings()
        self._follow_claims()
        return res

    def button_cancel(self):
        res = super().button_cancel()
        self._free_statement_lines()
        self._follow_claims()
        self._reopen_corrections()
        return res

    def unlink(self):
        self._free_statement_lines()
        # sudo: a claim follows its credit note, whoever deletes it
        claims = self.sudo().distribution_claim_id
        corrections = self.sudo().distribution_correction_id
        res = super().unlink()
        claims._follow_credits()
        corrections._take_back()
        return res

    def _refuse_reviving(self) -> None:
        """What a cancelled one was to pay is open again: nothing is paid twice."""
        cancelled = self.filtered(lambda move: move.state == "cancel")
        # sudo: what it pays, of whoever may change it
        if any(move._pays_channel() for move in cancelled.sudo()):
            self.check_access("write")
            raise UserError(
                self.env._(
                    "It was cancelled, and what it was to pay is open again: draft "
                    "another one from its statement or claim."
                )
            )

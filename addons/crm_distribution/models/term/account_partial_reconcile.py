from odoo import api, models


class AccountPartialReconcile(models.Model):
    """Money that comes in releases commissions, and takes them back when it goes."""

    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        partials = super().create(vals_list)
        partials._release_earnings(partials._matched_moves())
        return partials

    def unlink(self):
        moves = self._matched_moves()
        res = super().unlink()
        self._release_earnings(moves.exists())
        return res

    def _matched_moves(self):
        return (self.debit_move_id | self.credit_move_id).move_id

    def _release_earnings(self, moves) -> None:
        # sudo: entries are the system's, whoever reconciles
        self.env["distribution.accrual"].sudo()._follow_payments(moves)

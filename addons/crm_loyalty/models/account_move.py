from odoo import models


class AccountMove(models.Model):
    """What happens to an invoice: each of Odoo's hooks that several themes need, once.

    The steps stand in the themes: ``points``, ``tier``.
    """

    _inherit = "account.move"

    def _post(self, soft=True):
        self._check_cards_paid_back()
        posted = super()._post(soft)
        posted._update_points()
        # after the points, so that a tier by points counts them
        posted._reconsider_tiers()
        return posted

    def button_draft(self):
        res = super().button_draft()
        self._update_points()
        self._reconsider_tiers()
        return res

from odoo import models


class AccountMove(models.Model):
    """What happens to an invoice: each of Odoo's hooks that several themes need, once.

    The steps stand in the themes: ``target``, ``term``.
    """

    _inherit = "account.move"

    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._state_territory()
        # after the place, by which terms are chosen
        posted._state_earnings()
        return posted

    def button_draft(self):
        res = super().button_draft()
        self._state_earnings()
        return res

    def button_cancel(self):
        res = super().button_cancel()
        self._free_statement_lines()
        return res

    def unlink(self):
        self._free_statement_lines()
        return super().unlink()

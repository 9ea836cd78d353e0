from odoo import fields, models


class AccountPaymentTerm(models.Model):
    _inherit = "account.payment.term"

    def _lasts_longer(self, other) -> bool:
        """Whether the last payment is due later than by another term, or at once."""
        return self._last_due() > other._last_due()

    def _last_due(self):
        today = fields.Date.today()
        return max((line._get_due_date(today) for line in self.line_ids), default=today)

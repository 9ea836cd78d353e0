from odoo import api, fields, models


class AccountPaymentTerm(models.Model):
    _inherit = "account.payment.term"

    def _lasts_longer(self, other) -> bool:
        """Whether the last payment is due later than by another term, or at once."""
        return self._last_due() > other._last_due()

    def _last_due(self):
        today = fields.Date.today()
        return max((line._get_due_date(today) for line in self.line_ids), default=today)

    @api.model
    def _grant_longer(self, documents, term: str) -> None:
        """Give documents the tier's term where it gives more time than their own.

        :param term: the documents' field of payment terms
        """
        for company, alike in documents.grouped("company_id").items():
            granted = alike.partner_id._tier_benefits("payment_term", company)
            for document in alike if granted else ():
                benefit = granted.get(document.partner_id.commercial_partner_id)
                if benefit and benefit.payment_term_id._lasts_longer(document[term]):
                    document[term] = benefit.payment_term_id

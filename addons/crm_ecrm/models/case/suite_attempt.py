from datetime import timedelta

from odoo import api, models
from odoo.tools import email_normalize

PERIOD = timedelta(hours=1)
FROM_ONE_PLACE = 20
OF_ONE_SENDER = 5
# by a login, or by the link of a case
OF_ONE_PERSON = 60


class SuiteAttempt(models.Model):
    """What customers send by a form: so much an hour, and no more."""

    _inherit = "suite.attempt"

    @api.model
    def _admit_form(self, place: str, sender: str) -> bool:
        """Count one more by the form for everybody; is it within the limits?"""
        sender = email_normalize(sender or "") or sender or "?"
        limits = {
            f"form from {place or '?'}": FROM_ONE_PLACE,
            f"form of {sender}": OF_ONE_SENDER,
        }
        return self._admit(limits, PERIOD)

    @api.model
    def _admit_person(self, partner) -> bool:
        """Count one more by a contact who is known; is it within the limit?"""
        return self._admit({f"form of contact {partner.id}": OF_ONE_PERSON}, PERIOD)

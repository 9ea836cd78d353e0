from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import email_normalize
from odoo.tools.misc import hmac

PERIOD = timedelta(hours=1)
FROM_ONE_PLACE = 20
OF_ONE_SENDER = 5


class EcrmAttempt(models.Model):
    """Something sent by a public form: so many an hour, and no more.

    Kept in the database, since each worker would count for itself. Who it was is not
    kept: addresses are known by their keyed hash alone.
    """

    _name = "ecrm.attempt"
    _description = "Public Form Sent"
    _order = "id"

    place = fields.Char(readonly=True, index=True)
    sender = fields.Char(readonly=True, index=True)

    @api.model
    def _admit(self, place: str, sender: str) -> bool:
        """Count one more, and say whether it is within the limits."""
        place = self._hashed(place or "?")
        sender = self._hashed(email_normalize(sender or "") or sender or "?")
        # two at one moment would not see each other
        self.env["suite.turn"]._take([f"form {place}", f"form {sender}"])
        lately = Domain("create_date", ">", fields.Datetime.now() - PERIOD)
        refused = (
            self.search_count(lately & Domain("place", "=", place)) >= FROM_ONE_PLACE
            or self.search_count(lately & Domain("sender", "=", sender))
            >= OF_ONE_SENDER
        )
        if not refused:
            self.create({"place": place, "sender": sender})
        return not refused

    @api.model
    def _hashed(self, text: str) -> str:
        # sudo: the server's secret
        return hmac(self.sudo().env, "ecrm.attempt", text)

    @api.autovacuum
    def _gc_attempts(self):
        old = fields.Datetime.now() - PERIOD
        self.search([("create_date", "<", old)], limit=10_000).unlink()

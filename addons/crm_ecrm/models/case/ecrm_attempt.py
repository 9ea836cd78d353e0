from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import email_normalize
from odoo.tools.misc import hmac

PERIOD = timedelta(hours=1)
FROM_ONE_PLACE = 20
OF_ONE_SENDER = 5
# by a login, or by the link of a case
OF_ONE_PERSON = 60


class EcrmAttempt(models.Model):
    """Something that a customer sent by a form: so much an hour, and no more.

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
        """Count one more by the form for everybody; is it within the limits?"""
        sender = email_normalize(sender or "") or sender or "?"
        return self._count(
            place=(place or "?", FROM_ONE_PLACE), sender=(sender, OF_ONE_SENDER)
        )

    @api.model
    def _admit_person(self, partner) -> bool:
        """Count one more by a contact who is known; is it within the limit?"""
        return self._count(sender=(f"contact {partner.id}", OF_ONE_PERSON))

    def _count(self, **limits: tuple[str, int]) -> bool:
        """
        :param limits: by column whose it is, and how many there may be
        """
        marks = {column: self._hashed(who) for column, (who, _most) in limits.items()}
        # two at one moment would not see each other
        self.env["suite.turn"]._take(f"form {mark}" for mark in marks.values())
        lately = Domain("create_date", ">", fields.Datetime.now() - PERIOD)
        within = all(
            self.search_count(lately & Domain(column, "=", marks[column])) < most
            for column, (_who, most) in limits.items()
        )
        if within:
            self.create(marks)
        return within

    @api.model
    def _hashed(self, text: str) -> str:
        # sudo: the server's secret
        return hmac(self.sudo().env, "ecrm.attempt", text)

    @api.autovacuum
    def _gc_attempts(self):
        old = fields.Datetime.now() - PERIOD
        self.search([("create_date", "<", old)], limit=10_000).unlink()

from collections.abc import Iterable, Mapping
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import hmac

# nobody asks for what was longer ago
LONGEST_PERIOD = timedelta(hours=1)


class SuiteAttempt(models.Model):
    """Something that was tried from outside: so much in a time, and no more.

    Kept in the database, since each worker would count for itself. Who it was is not
    kept: people and addresses are known by their keyed hash alone.
    """

    _name = "suite.attempt"
    _description = "Attempt"
    _order = "id"

    mark = fields.Char(required=True, readonly=True)

    _mark_idx = models.Index("(mark, create_date)")

    @api.model
    def _admit(self, limits: Mapping[str, int], period: timedelta) -> bool:
        """Count one more; is it within all limits? One beyond them is not counted.

        :param limits: how many there may be, by what is tried and by whom
        """
        self._take_turn(limits)
        within = self._is_within(limits, period)
        if within:
            self._note(limits)
        return within

    @api.model
    def _take_turn(self, whos: Iterable[str]) -> None:
        """Before asking, where what was asked decides: two at one moment would not see
        each other.

        :raise SerializationFailure: somebody else's try came in between
        """
        self.env["suite.turn"]._take(f"attempt {self._hashed(who)}" for who in whos)

    @api.model
    def _is_within(self, limits: Mapping[str, int], period: timedelta) -> bool:
        """Whether there is room for one more, which `_note` counts."""
        most = {self._hashed(who): number for who, number in limits.items()}
        groups = self._read_group(
            Domain("mark", "in", list(most))
            & Domain("create_date", ">", fields.Datetime.now() - period),
            ["mark"],
            ["__count"],
        )
        counts = dict(groups)
        return all(counts.get(mark, 0) < number for mark, number in most.items())

    @api.model
    def _note(self, whos: Iterable[str]) -> None:
        self.create([{"mark": self._hashed(who)} for who in whos])

    @api.model
    def _hashed(self, text: str) -> str:
        # sudo: the server's secret
        return hmac(self.sudo().env, "suite.attempt", text)

    @api.autovacuum
    def _gc_attempts(self):
        old = fields.Datetime.now() - LONGEST_PERIOD
        self.search([("create_date", "<", old)], limit=10_000).unlink()

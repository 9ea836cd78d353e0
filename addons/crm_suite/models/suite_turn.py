from collections.abc import Iterable
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

KEPT = timedelta(days=1)


class SuiteTurn(models.Model):
    """Makes those who decide under one limit take turns.

    Two transactions at one moment do not see each other, and each may be within the
    limit alone. Both write the turn of that name, so that the database lets only one
    of them through; the server tries the other again, which then sees both.
    """

    _name = "suite.turn"
    _description = "Turn to Decide"
    _log_access = False

    name = fields.Char(required=True, readonly=True)
    taken_at = fields.Datetime(readonly=True, index=True)

    _name_uniq = models.UniqueIndex("(name)", "One turn for each name.")

    @api.model
    def _take(self, names: Iterable[str]) -> None:
        """Take these turns until the transaction ends, before reading what decides.

        :raise SerializationFailure: somebody else's turn came in between
        """
        # in one sequence everywhere, so that no two wait for each other
        names = sorted(set(names))
        if not names:
            return
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO suite_turn (name, taken_at)
                SELECT name, %s FROM unnest(%s) AS name
                ON CONFLICT (name) DO UPDATE SET taken_at = EXCLUDED.taken_at
                """,
                fields.Datetime.now(),
                names,
            ),
            # to wait for another one's turn is no error
            log_exceptions=False,
        )

    @api.autovacuum
    def _gc_turns(self):
        """No transaction lasts a day: nobody needs the row that he would wait for."""
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM suite_turn WHERE id IN (
                    SELECT id FROM suite_turn WHERE taken_at < %s
                       FOR UPDATE SKIP LOCKED
                )
                """,
                fields.Datetime.now() - KEPT,
            )
        )

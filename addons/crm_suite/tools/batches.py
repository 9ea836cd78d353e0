"""Jobs in batches, each a transaction that any number of processes may take."""

from collections.abc import Callable

from psycopg2.errors import SerializationFailure

from odoo.exceptions import ConcurrencyError
from odoo.models import BaseModel
from odoo.tools import SQL


def work_through(
    find_open: Callable[[], BaseModel], step: Callable[[BaseModel], None]
) -> None:
    """Lock one of the open records, do a ``step`` of its work, commit, go on.

    Ends when nothing is open, other processes have the rest, or the job's time is up.
    The step must write down what it did, so that a record is open until it is done.
    """
    found = find_open()
    commit_progress = found.env["ir.cron"]._commit_progress
    commit_progress(remaining=len(found))
    while True:
        try:
            if not (record := _take(find_open())):
                return
            step(record)
            found.env.flush_all()
        except (ConcurrencyError, SerializationFailure):
            # another process was a moment faster: look again
            found.env.cr.rollback()
        if not commit_progress(1, remaining=len(find_open())):
            return


def _take(records: BaseModel) -> BaseModel:
    """Lock one of these; none when other processes have them all."""
    if not records:
        return records
    cr = records.env.cr
    cr.execute(
        SQL(
            "SELECT id FROM %s WHERE id IN %s"
            " ORDER BY id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED",
            SQL.identifier(records._table),
            records._ids,
        ),
        # losing a race is no error
        log_exceptions=False,
    )
    return records.browse(row[0] for row in cr.fetchall())

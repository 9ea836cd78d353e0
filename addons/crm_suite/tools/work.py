"""Long lists of work, each record or batch a transaction of its own.

Every scheduled job goes this way, so that any number of processes may share the work,
a killed one leaves its step to the next, and one bad record stops nobody.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from psycopg2.errors import DeadlockDetected, LockNotAvailable, SerializationFailure

from odoo import fields
from odoo.exceptions import ConcurrencyError, LockError
from odoo.fields import Domain
from odoo.models import BaseModel
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

RACES = (
    ConcurrencyError,
    DeadlockDetected,
    LockError,
    LockNotAvailable,
    SerializationFailure,
)
MAX_RACES = 10
LOOK_AGAIN = timedelta(minutes=5)


class Outcome(NamedTuple):
    """How a run ended."""

    done: int
    # ids of records on which the step failed
    failed: list[int]
    # how many open records are in other hands
    held: int
    out_of_time: bool


def work_through(
    model: BaseModel,
    domain: list | Domain | Callable[[], list | Domain],
    step: Callable[[BaseModel], None],
    batch: int = 1,
    *,
    more: Callable[[], int] | None = None,
) -> Outcome:
    """Lock the next open records, do a ``step`` of their work, commit, go on.

    Ends when nothing is open, other processes have the rest (the job then looks again
    in a few minutes), or the job's time is up. A lost race is run again. A record on
    which the step fails is logged and left out until the next run.

    :param domain: what is open; a callable is asked anew for each look
    :param step: must write down what it did, so that a record is open until it is done
    :param batch: how many records the step gets at once; when it fails on several, it
        gets each of them alone
    :param more: how much other work the same job has, for jobs of several kinds
    """
    return _Run(model, domain, step, batch, more).go()


class _Run:
    def __init__(self, model, domain, step, batch, more):
        self.model = model
        self.env = model.env
        self.domain = domain
        self.step = step
        self.batch = batch
        self.more = more
        self.done = 0
        self.failed: set[int] = set()
        self.contested: set[int] = set()
        # records of a failed batch
        self.alone: list[int] = []

    def go(self) -> Outcome:
        left = self.count_open()
        others = self.more() if self.more else 0
        # one step at least, whatever came before it, so that no job starves
        self.commit(0, left + others)
        out_of_time = False
        races = 0
        while not out_of_time:
            records = self.model.browse()
            try:
                records = self.take()
                if not records:
                    break
                self.step(records)
                self.env.flush_all()
                # counted again at the end only: one more than nothing until then
                left = max(left - len(records), 1)
                out_of_time = not self.commit(len(records), left + others)
            except RACES:
                self.roll_back()
                races += 1
                if races == MAX_RACES:
                    races = 0
                    if not records:
                        break
                    self.contested.update(records.ids)
            except Exception:
                self.roll_back()
                if not records:
                    raise
                self.leave_out(records)
            else:
                races = 0
                self.done += len(records)
        return self.finish(out_of_time)

    def finish(self, out_of_time: bool) -> Outcome:
        left = self.count_open()
        others = self.more() if self.more else 0
        held = 0 if out_of_time else left + len(self.contested)
        if held:
            self.look_again()
        # what nobody can do now is no reason to call the job at once
        self.commit(0, others + (left if out_of_time else 0))
        return Outcome(self.done, sorted(self.failed), held, out_of_time)

    def open_domain(self) -> Domain:
        domain = self.domain() if callable(self.domain) else self.domain
        left_out = self.failed | self.contested
        return Domain(domain) & Domain("id", "not in", sorted(left_out))

    def count_open(self) -> int:
        return self.model.search_count(self.open_domain())

    def take(self) -> BaseModel:
        while self.alone:
            one = self.lock(Domain("id", "=", self.alone.pop()), 1)
            if one:
                return one
        return self.lock(Domain.TRUE, self.batch)

    def lock(self, narrowed: Domain, limit: int) -> BaseModel:
        """Lock open records that no other process holds, up to so many."""
        domain = self.open_domain() & narrowed
        query = self.model._search(domain, order="id", limit=limit)
        chosen = query.select()
        self.env.flush_query(chosen)
        self.env.cr.execute(
            SQL(
                "%s FOR NO KEY UPDATE OF %s SKIP LOCKED",
                chosen,
                SQL.identifier(query.table),
            ),
            # losing a race is no error
            log_exceptions=False,
        )
        return self.model.browse(row[0] for row in self.env.cr.fetchall())

    def leave_out(self, records: BaseModel) -> None:
        if len(records) > 1:
            _logger.info(
                "%s: a step failed on %s together; each is tried alone",
                self.model._name,
                records.ids,
                exc_info=True,
            )
            self.alone = records.ids[::-1]
        else:
            _logger.exception(
                "%s: the step failed on %s; the others go on",
                self.model._name,
                records.id,
            )
            self.failed.add(records.id)

    def look_again(self) -> None:
        """Others may hold the rest, and be killed: see later whether they lived."""
        job = self.env["ir.cron"].browse(self.env.context.get("cron_id"))
        if job:
            # sudo: whoever the job runs as
            job.sudo()._trigger(fields.Datetime.now() + LOOK_AGAIN)

    def commit(self, processed: int, remaining: int) -> float:
        """
        :return: seconds that are left
        """
        commit_progress = self.env["ir.cron"]._commit_progress
        return commit_progress(processed, remaining=remaining)

    def roll_back(self) -> None:
        self.env.cr.rollback()
        self.env.transaction.reset()
        self.env.registry.reset_changes()

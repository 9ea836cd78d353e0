import contextlib
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.exceptions import ConcurrencyError, LockError
from odoo.fields import Domain
from odoo.tests import TransactionCase

from ..tools.work import LOOK_AGAIN, MAX_RACES, work_through

LOGGER = "odoo.addons.crm_suite.tools.work"
OPEN = [("name", "=like", "work %"), ("taken_at", "=", False)]


class Killed(BaseException):
    """Ends a process wherever it is."""


def close(records):
    records.taken_at = "2026-01-01"


class TestWork(TransactionCase):
    """The list: turns of some name that nobody has taken yet."""

    def setUp(self):
        super().setUp()
        self.items = self.env["suite.turn"].create(
            [{"name": f"work {number}"} for number in range(7)]
        )
        self.enterContext(self.enter_registry_test_mode())
        cr = self.enterContext(self.registry.cursor())
        self.model = self.env(cr=cr)["suite.turn"]

    def names_open(self):
        return self.model.search(OPEN).mapped("name")

    def test_every_record_is_worked_through_in_batches(self):
        seen = []

        def step(records):
            seen.append(records.ids)
            close(records)

        outcome = work_through(self.model, OPEN, step, 3)
        ids = self.items.ids
        self.assertEqual(seen, [ids[:3], ids[3:6], ids[6:]])
        self.assertEqual(outcome, (7, [], 0, False))

    def test_domain_is_asked_anew(self):
        asked = []

        def domain():
            asked.append(True)
            return Domain(OPEN)

        work_through(self.model, domain, close)
        self.assertGreater(len(asked), len(self.items))

    def test_failing_record_stops_nobody(self):
        bad = self.items[3]

        def step(records):
            close(records)
            if bad.id in records.ids:
                raise ValueError("bad one")

        for batch in (1, 3, 10):
            self.model.search([("name", "=like", "work %")]).taken_at = False
            with self.subTest(batch), self.assertLogs(LOGGER, "ERROR") as logs:
                outcome = work_through(self.model, OPEN, step, batch)
            self.assertEqual(outcome, (6, bad.ids, 0, False))
            self.assertEqual(self.names_open(), ["work 3"])
            self.assertEqual(len(logs.records), 1)
            self.assertTrue(logs.records[0].exc_info)

    def test_lost_race_is_run_again(self):
        for error in (SerializationFailure, ConcurrencyError, LockError):
            self.model.search([("name", "=like", "work %")]).taken_at = False
            left = [error("a moment")] * (MAX_RACES - 1)

            def step(records, left=left):
                close(records)
                if left:
                    raise left.pop()

            with self.subTest(error):
                outcome = work_through(self.model, OPEN, step, 2)
                self.assertEqual(outcome, (7, [], 0, False))

    def test_record_that_always_loses_is_left_to_others(self):
        bad = self.items[0]

        def step(records):
            if records == bad:
                raise LockError("held")
            close(records)

        outcome = work_through(self.model, OPEN, step)
        self.assertEqual(outcome, (6, [], 1, False))
        self.assertEqual(self.names_open(), ["work 0"])

    def test_error_of_the_domain_is_raised(self):
        def domain():
            raise ValueError("no domain")

        with self.assertRaises(ValueError):
            work_through(self.model, domain, close)


class TestWorkInAJob(TransactionCase):
    """What the scheduler is told."""

    def setUp(self):
        super().setUp()
        self.items = self.env["suite.turn"].create(
            [{"name": f"work {number}"} for number in range(5)]
        )
        model = self.env["ir.model"]._get_id("res.partner")
        self.job = self.env["ir.cron"].create(
            {"name": "Work", "model_id": model, "state": "code", "code": "pass"}
        )
        _job, self.progress = self.job._add_progress()
        self.env.flush_all()
        self.enterContext(self.enter_registry_test_mode())
        cr = self.enterContext(self.registry.cursor())
        context = {"cron_id": self.job.id, "ir_cron_progress_id": self.progress.id}
        env = self.env(cr=cr, context=context)
        self.model = env["suite.turn"]
        self.progress = self.progress.with_env(env)

    def out_of_time(self):
        self.model = self.model.with_context(cron_end_time=0)

    def triggers(self):
        return self.model.env["ir.cron.trigger"].search([("cron_id", "=", self.job.id)])

    def assertTold(self, done, remaining):
        self.assertRecordValues(self.progress, [{"done": done, "remaining": remaining}])

    def test_all_is_done(self):
        work_through(self.model, OPEN, close, 2)
        self.assertTold(5, 0)
        self.assertFalse(self.triggers())

    def test_time_is_up_after_one_step(self):
        self.out_of_time()
        outcome = work_through(self.model, OPEN, close, 2)
        self.assertEqual(outcome, (2, [], 0, True))
        self.assertTold(2, 3)
        self.assertFalse(self.triggers())

    def test_killed_job_has_told_that_some_is_left(self):
        def step(records):
            if len(records) < 2:
                raise Killed
            close(records)

        # Odoo's `assertRaises` keeps savepoints of its own
        with contextlib.suppress(Killed):
            work_through(self.model, OPEN, step, 2)
        self.model.env.cr.rollback()
        self.assertTold(4, 1)

    def test_records_that_stay_open_are_counted(self):
        """A step may do a part of the work: the record stays open."""
        self.out_of_time()
        work_through(self.model, OPEN, lambda records: None)
        self.assertTold(1, 5)

    def test_failed_records_do_not_wake_the_job(self):
        def step(records):
            raise ValueError

        with self.assertLogs(LOGGER, "ERROR") as logs:
            outcome = work_through(self.model, OPEN, step, 2)
        self.assertEqual(outcome, (0, self.items.ids, 0, False))
        self.assertEqual(len(logs.records), 5)
        self.assertTold(0, 0)
        self.assertFalse(self.triggers())

    def test_job_looks_again_for_what_others_hold(self):
        def step(records):
            raise LockError("held")

        before = fields.Datetime.now()
        outcome = work_through(self.model, OPEN, step, 10)
        self.assertEqual(outcome, (0, [], 5, False))
        self.assertTold(0, 0)
        self.assertGreaterEqual(self.triggers().call_at, before + LOOK_AGAIN)

    def test_job_of_several_kinds_counts_them_all(self):
        closed = [("name", "=like", "work %"), ("taken_at", "=", "2026-01-01")]

        def publish(records):
            records.taken_at = "2026-01-02"

        def work():
            for domain, others, step in (
                (OPEN, closed, close),
                (closed, OPEN, publish),
            ):
                outcome = work_through(
                    self.model,
                    domain,
                    step,
                    more=lambda others=others: self.model.search_count(others),
                )
                if outcome.out_of_time:
                    break

        timely = self.model
        self.out_of_time()
        work()
        self.assertTold(1, 5)
        self.model = timely
        work()
        self.assertTold(10, 0)
        self.assertFalse(self.model.search_count(OPEN))


class TestWorkRaces(TransactionCase):
    """Real transactions beside each other; what they leave is removed."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self.forget)
        self.one, self.two = (
            self.env(cr=self.enterContext(self.registry.cursor()))["suite.turn"]
            for _number in range(2)
        )
        self.items = self.one.create([{"name": f"work {n}"} for n in range(4)])
        self.one.env.cr.commit()

    def forget(self):
        with self.registry.cursor() as cr:
            cr.execute("DELETE FROM suite_turn WHERE name LIKE 'work %'")

    @contextlib.contextmanager
    def told(self):
        """What a scheduler would be told is left, each time."""
        told = []

        def commit_progress(jobs, processed=0, *, remaining):
            told.append(remaining)
            return actual(jobs, processed, remaining=remaining)

        model = self.registry["ir.cron"]
        actual = model._commit_progress
        with patch.object(model, "_commit_progress", commit_progress):
            yield told

    def test_workers_share_the_list(self):
        seen = {1: [], 2: []}

        def second(records):
            seen[2] += records.ids
            close(records)

        def first(records):
            seen[1] += records.ids
            if len(seen[1]) == 1:
                # while this one is locked, the other does what it can
                with self.told() as remaining:
                    outcome = work_through(self.two, OPEN, second)
                self.assertEqual(outcome, (3, [], 1, False))
                # nothing that calling the job at once would help
                self.assertEqual(remaining, [4, 3, 2, 1, 0])
            close(records)

        outcome = work_through(self.one, OPEN, first)
        self.assertEqual(outcome, (1, [], 0, False))
        self.assertEqual(seen[1] + seen[2], self.items.ids)

    def test_what_another_did_meanwhile_is_not_done_twice(self):
        done = []

        def domain():
            # the look of the first is older than what the second does
            self.one.search_count(OPEN)
            if not done:
                done.append(work_through(self.two, OPEN, close, 4))
            return OPEN

        with self.assertNoLogs("odoo.sql_db", "ERROR"):
            outcome = work_through(self.one, domain, self.fail)
        self.assertEqual(done, [(4, [], 0, False)])
        self.assertEqual(outcome, (0, [], 0, False))

    def test_failed_step_leaves_nothing(self):
        def step(records):
            close(records)
            records.env["suite.turn"].create({"name": "work done"})
            records.env.flush_all()
            if self.items[1] in records:
                raise ValueError("bad one")
            records.env["suite.turn"].search([("name", "=", "work done")]).unlink()

        with self.assertLogs(LOGGER, "ERROR"):
            outcome = work_through(
                self.one, OPEN + [("name", "!=", "work done")], step, 2
            )
        self.assertEqual(outcome, (3, self.items[1].ids, 0, False))
        self.assertEqual(self.two.search(OPEN).mapped("name"), ["work 1"])

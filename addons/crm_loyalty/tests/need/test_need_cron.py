from contextlib import suppress
from itertools import pairwise
from unittest.mock import patch

from odoo.tests import tagged

from .need_common import NeedCommon


@tagged("post_install", "-at_install")
class TestNeedCron(NeedCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cron = cls.env.ref("crm_loyalty.cron_refresh_needs")
        # other companies' nights are not this test's
        cls.runs_of_needs.create(
            [
                {"company_id": company.id, "state": "done"}
                for company in cls.env["res.company"].search([]) - cls.company
            ]
        )
        cls.crowd = cls.env["res.partner"].create(
            [{"name": f"Customer {n:02}"} for n in range(25)]
        )
        for partner in cls.crowd:
            cls._buy(partner, cls.beans)
            cls._buy(partner, cls.cups)

    def _run_night(self):
        with self.enter_registry_test_mode():
            self.cron.with_user(self.env.ref("base.user_root")).method_direct_trigger()
        self.env.invalidate_all()

    def _needs(self):
        return self.env["crm.partner.need"].search(
            [("partner_id", "in", self.crowd.ids)]
        )

    def test_night_reads_everybody_once(self):
        self._run_night()
        self.assertEqual(len(self._needs()), 50)
        run = self.runs_of_needs.search([("company_id", "=", self.company.id)])
        self.assertRecordValues(run, [{"state": "done"}])
        self.assertTrue(run.finished_at)
        self._run_night()
        self.assertEqual(
            self.runs_of_needs.search([("company_id", "=", self.company.id)]), run
        )

    def test_killed_night_keeps_its_batches_and_goes_on(self):
        Run = type(self.runs_of_needs)
        write = Run._write_bought
        calls = []

        def dies_at_the_third(run, first, last):
            calls.append((first, last))
            if len(calls) == 3:
                raise KeyboardInterrupt
            return write(run, first, last)

        default = (10,)
        with (
            patch.object(Run._cron_refresh, "__defaults__", default),
            patch.object(Run, "_write_bought", dies_at_the_third),
            suppress(KeyboardInterrupt),
        ):
            self._run_night()
        run = self.runs_of_needs.search([("company_id", "=", self.company.id)])
        self.assertEqual(run.state, "bought")
        reached = run.last_partner
        self.assertEqual(reached, calls[1][1])

        calls.clear()
        with (
            patch.object(Run._cron_refresh, "__defaults__", default),
            patch.object(
                Run,
                "_write_bought",
                lambda self, first, last: (
                    calls.append((first, last)) or write(self, first, last)
                ),
            ),
        ):
            self._run_night()
        self.assertEqual(calls[0][0], reached + 1)
        self.assertEqual(run.state, "done")
        self.assertEqual(len(self._needs()), 50)

    def test_batches_meet_without_gap_or_overlap(self):
        Run = type(self.runs_of_needs)
        spans = []
        with (
            patch.object(Run._cron_refresh, "__defaults__", (7,)),
            patch.object(
                Run,
                "_write_bought",
                lambda self, first, last: spans.append((first, last)) or 0,
            ),
        ):
            self._run_night()
        self.assertGreater(len(spans), 3)
        for (_first, last), (first, _last) in pairwise(spans):
            self.assertEqual(first, last + 1)
        self.assertEqual(spans[0][0], 1)

    def test_queries_do_not_grow_with_customers(self):
        run = self.runs_of_needs.create({"company_id": self.company.id})

        def queries(size):
            run.write({"state": "bought", "last_partner": 0})
            run.last_partner = self.crowd[0].id - 1
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            run._work(size)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        queries(1)
        self.assertEqual(queries(2), queries(25))

    def test_old_readings_are_forgotten_and_open_ones_kept(self):
        done, open_run = self.runs_of_needs.create(
            [
                {"company_id": self.company.id, "queued_on": "2020-01-01", "state": s}
                for s in ("done", "bought")
            ]
        )
        self.runs_of_needs._gc_done()
        self.assertEqual((done | open_run).exists(), open_run)

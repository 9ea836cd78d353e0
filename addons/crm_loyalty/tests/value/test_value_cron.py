from contextlib import suppress
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from ...models.value import crm_value_batch, crm_value_run
from ..common import ValueCommon, patch_time_to_one_step


@tagged("post_install", "-at_install")
class TestValueCron(ValueCommon, CronMixinCase):
    """The night's work: step by step, to be left and taken up anywhere."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop = cls._imported_shop(30)
        # only this company's run matters here
        today = fields.Date.today()
        for company in cls.env["res.company"].sudo().search([]) - cls.company:
            cls.runs.create(
                {"company_id": company.id, "cutoff": today, "state": "done"}
            )
        cls.night = cls.env.ref("crm_loyalty.cron_refresh_values").sudo()

    def _run_night(self):
        try:
            with self.enter_registry_test_mode():
                self.night.method_direct_trigger()
        finally:
            self.env.invalidate_all()

    def test_night_values_every_company_once(self):
        self._run_night()
        run = self.runs.search([("company_id", "=", self.company.id)])
        self.assertEqual(run.state, "done")
        self.assertEqual(self._all_values().partner_id, self.shop)
        self._run_night()
        self.assertEqual(self.runs.search([("company_id", "=", self.company.id)]), run)

    def test_killed_run_leaves_previous_values_whole_and_goes_on(self):
        self.runs._refresh_now(self.company)
        before = self._all_values().read(["lifetime_value", "alive"])
        self.runs.search(
            [("company_id", "=", self.company.id)]
        ).queued_on = "2020-01-01"
        self._order(self.shop[0], 1, quantity=9)
        score = crm_value_batch.score
        calls = []

        def dies_at_the_third(*args):
            calls.append(args)
            if len(calls) == 3:
                raise KeyboardInterrupt
            return score(*args)

        with (
            patch.object(crm_value_run, "BATCH_SIZE", 8),
            patch.object(crm_value_batch, "score", dies_at_the_third),
            # not assertRaises: it would take back what the night has committed
            suppress(KeyboardInterrupt),
        ):
            self._run_night()
        self.assertEqual(len(calls), 3)
        self.assertEqual(self._all_values().read(["lifetime_value", "alive"]), before)
        run = self.runs.search([("state", "=", "scoring")])
        self.assertEqual(run.batch_ids.mapped("scored").count(True), 2)
        self.assertTrue(0 < run.progress < 100)

        with patch.object(crm_value_batch, "score", side_effect=score) as finished:
            self._run_night()
        self.assertEqual(finished.call_count, 2)
        self.assertEqual(run.state, "done")
        self.assertGreater(run.changed_count, 0)

    def test_what_fails_while_scoring_or_publishing_fails_that_run_alone(self):
        self.runs._refresh_now(self.company)
        before = self._all_values().read(["lifetime_value"])
        finished = self.runs.search([])
        run_class = type(self.runs)
        for broken in (
            patch.object(crm_value_batch, "score", side_effect=ValueError("no scores")),
            patch.object(run_class, "_write_all", side_effect=ValueError("no room")),
        ):
            finished.queued_on = "2020-01-01"
            with broken, mute_logger(crm_value_run.__name__):
                self._run_night()
            failed = self.runs.search([]) - finished
            self.assertEqual(set(failed.mapped("state")), {"failed"})
            self.assertRegex(failed.mapped("error")[0], "no scores|no room")
            self.assertFalse(failed.batch_ids)
            self.assertEqual(self._all_values().read(["lifetime_value"]), before)
            finished |= failed
        finished.queued_on = "2020-01-01"
        self._run_night()
        self.assertEqual(self.runs.search([], limit=1).state, "done")

    def test_work_goes_on_where_the_time_ran_out(self):
        with (
            # more batches than the scheduler calls the job for at once
            patch.object(crm_value_run, "BATCH_SIZE", 1),
            patch_time_to_one_step(self.env),
        ):
            self._run_night()
        run = self.runs.search([("company_id", "=", self.company.id)])
        self.assertEqual(run.state, "scoring")
        self.assertIn(False, run.batch_ids.mapped("scored"))
        self._run_night()
        self.assertEqual(run.state, "done")

    def test_button_only_asks(self):
        manager = self.company_data["default_user_salesman"]
        manager.group_ids += self.env.ref("sales_team.group_sale_manager")
        with self.capture_triggers("crm_loyalty.cron_refresh_values") as captured:
            action = (
                self.runs.with_user(manager).with_company(self.company).action_refresh()
            )
        run = self.runs.browse(action["res_id"])
        self.assertEqual(run.state, "queued")
        self.assertEqual(run.with_user(manager).progress, 0)
        self.assertEqual(len(captured.records), 1)
        self.assertFalse(self._all_values())

    def test_salesperson_may_not_ask(self):
        seller = self.company_data["default_user_salesman"]
        with self.assertRaises(AccessError):
            self.runs.with_user(seller).action_refresh()

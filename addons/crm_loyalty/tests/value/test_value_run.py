from datetime import date
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.value import crm_value_run
from ...models.value.crm_value_run_words import verdicts
from ..common import ValueCommon

LOGGER = "odoo.addons.crm_loyalty.models.value.crm_value_run"
STORED = [
    "alive",
    "expected_purchases",
    "lifetime_value",
    "value_low",
    "value_high",
    "contact_before",
    "value_class",
    "lifecycle",
    "evidence",
    "purchase_count",
    "revenue",
    "margin",
]


@tagged("post_install", "-at_install")
class TestValueRun(ValueCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop = cls._imported_shop()

    def _stored(self):
        return self.values.search_read([("company_id", "=", self.company.id)], STORED)

    def _row_versions(self):
        """PostgreSQL's own mark of when a row was written."""
        self.env.cr.execute(
            "SELECT id, xmin::text, ctid::text FROM crm_customer_value"
            " WHERE company_id = %s ORDER BY id",
            [self.company.id],
        )
        return self.env.cr.fetchall()

    def test_every_customer_gets_a_value_in_range(self):
        run = self.runs._refresh_now(self.company)
        values = self.values.search([("partner_id", "in", self.shop.ids)])
        self.assertEqual(run.state, "done", run.error)
        self.assertEqual(values.partner_id, self.shop)
        for value in values:
            self.assertTrue(0 <= value.alive <= 1)
            self.assertLessEqual(value.value_low, value.lifetime_value)
            self.assertGreaterEqual(value.value_high, value.lifetime_value)
            self.assertTrue(value.reason)
            self.assertTrue(value.lifecycle and value.value_class and value.evidence)

    def test_recomputing_changes_nothing(self):
        first = self.runs._refresh_now(self.company)
        before = self._stored()
        versions = self._row_versions()
        second = self.runs._refresh_now(self.company)
        self.assertEqual(first.changed_count, len(before))
        self.assertEqual(second.changed_count, 0)
        self.assertEqual(self._stored(), before)
        self.assertEqual(self._row_versions(), versions)

    def test_only_changed_values_are_written(self):
        self.runs._refresh_now(self.company)
        self.company.write({"value_class_a": 0.4})
        moved = self.runs._refresh_now(self.company).changed_count
        self.assertTrue(0 < moved < len(self.shop))

    def test_small_and_large_batches_give_the_same_values(self):
        self.runs._refresh_now(self.company)
        before = self._stored()
        with patch.object(crm_value_run, "BATCH_SIZE", 7):
            run = self.runs._refresh_now(self.company)
        self.assertEqual(run.changed_count, 0)
        self.assertEqual(self._stored(), before)

    def test_customer_without_purchases_loses_the_value(self):
        lone = self._orders(self.customer, 40, 20)
        self.runs._refresh_now(self.company)
        self.assertTrue(self._value(self.customer))
        lone._action_cancel()
        self.runs._refresh_now(self.company)
        self.assertFalse(self._value(self.customer))

    def test_whose_purchases_are_all_credited_is_no_buyer(self):
        orders = self._orders(self.customer, 60, 40, 20)
        for order in orders:
            self._refund(order)
        self.runs._refresh_now(self.company)
        self.assertFalse(self._value(self.customer).lifetime_value)
        self.assertFalse(self._value(self.customer).purchase_count)

    def test_refund_lowers_value(self):
        orders = self._orders(self.customer, 60, 40, 20, quantity=5)
        self.runs._refresh_now(self.company)
        before = self._value(self.customer).lifetime_value
        self._refund(orders[0], quantity=4)
        self.runs._refresh_now(self.company)
        self.assertLess(self._value(self.customer).lifetime_value, before)

    def test_open_quotation_makes_a_potential_customer(self):
        self.env["sale.order"].create({"partner_id": self.customer.id})
        self.env["crm.lead"].create(
            {
                "name": "Wants a kit",
                "type": "opportunity",
                "partner_id": self.other_customer.id,
            }
        )
        self.runs._refresh_now(self.company)
        for partner in (self.customer, self.other_customer):
            self.assertRecordValues(
                self._value(partner),
                [{"lifecycle": "potential", "purchase_count": 0, "value_class": False}],
            )

    def test_values_of_other_companies_stay(self):
        other = self.setup_other_company()["company"]
        other.value_cutoff = self.company.value_cutoff
        self._order(self.customer, 10, company_id=other.id)
        self.runs._refresh_now(other)
        self.runs._refresh_now(self.company)
        self.assertEqual(
            self.values.search([("partner_id", "=", self.customer.id)]).company_id,
            other,
        )

    def test_company_without_purchases_says_so(self):
        empty = self.setup_other_company()["company"]
        run = self.runs._refresh_now(empty)
        self.assertEqual((run.state, run.customer_count), ("done", 0))
        self.assertIn("Not enough data", run.verdict)
        self.assertFalse(run.calibration_chart)

    def test_loss_makers_are_marked(self):
        dear = self._make_product("Dear", price=10, cost=30)
        line = {"product_id": dear.id}
        for days_ago in (50, 30, 10):
            self._order(self.customer, days_ago, lines=[line])
        self.runs._refresh_now(self.company)
        value = self._value(self.customer)
        self.assertTrue(value.unprofitable)
        self.assertLess(value.lifetime_value, 0)
        self.assertEqual(value.value_class, "d")

    def test_classes_share_the_value_as_set(self):
        self.company.write(
            {"value_class_a": 0.3, "value_class_b": 0.6, "value_class_c": 0.9}
        )
        run = self.runs._refresh_now(self.company)
        values = self._all_values()
        values = values.filtered(lambda value: value.lifetime_value > 0)
        best = values.filtered(lambda value: value.value_class == "a")
        rest = values - best
        total = sum(values.mapped("lifetime_value"))
        self.assertGreaterEqual(sum(best.mapped("lifetime_value")), 0.3 * total)
        without_last = sorted(best.mapped("lifetime_value"))[1:]
        self.assertLess(sum(without_last), 0.3 * total)
        self.assertGreaterEqual(
            min(best.mapped("lifetime_value")), max(rest.mapped("lifetime_value"))
        )
        self.assertEqual(run.concentration[-1], len(values))

    def test_nobody_writes_values(self):
        self.runs._refresh_now(self.company)
        manager = self.company_data["default_user_salesman"]
        manager.group_ids += self.env.ref("sales_team.group_sale_manager")
        value = self._all_values()[0].with_user(manager)
        with self.assertRaises(AccessError):
            value.write({"alive": 1})
        with self.assertRaises(AccessError):
            value.unlink()
        with self.assertRaises(AccessError):
            self.runs.with_user(manager).create(
                {"company_id": self.company.id, "cutoff": "2025-01-01"}
            )

    def test_one_open_run_per_company(self):
        run = self.runs._queue(self.company)
        self.assertEqual(self.runs._queue(self.company), run)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.runs.create({"company_id": self.company.id, "cutoff": run.cutoff})

    def test_broken_data_fail_one_company_only(self):
        self.runs._refresh_now(self.company)
        before = self._stored()
        broken = patch.object(
            crm_value_run, "estimate", side_effect=ValueError("no such thing")
        )
        with broken, self.assertLogs(LOGGER, "WARNING") as log:
            run = self.runs._refresh_now(self.company)
        self.assertIn("no such thing", log.output[0])
        self.assertRecordValues(
            run, [{"state": "failed", "error": "no such thing", "batch_ids": []}]
        )
        self.assertEqual(self._stored(), before)
        self.assertEqual(self.runs._refresh_now(self.company).state, "done")

    def test_settings_out_of_range_are_refused(self):
        for wrong in (
            {"value_class_a": 0.9, "value_class_b": 0.8},
            {"value_class_c": 1.0},
            {"value_class_a": 0.0},
            {"value_discount_rate": -0.1},
        ):
            with self.assertRaises(ValidationError):
                self.company.write(wrong)
        for wrong in (
            {"value_horizon_years": 0},
            {"value_lapse_threshold": 1.0},
            {"value_cutoff": "9999-12-31"},
            {"value_cutoff": "0001-01-01"},
        ):
            with (
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.company.write(wrong)

    def test_numbers_that_nobody_means_are_refused(self):
        names = ("horizon_years", "discount_rate", "lapse_threshold")
        for name in (*names, "class_a", "class_b", "class_c"):
            for wrong in (float("nan"), 1e308, 10**400, 3_000_000, -(10**400)):
                field = f"value_{name}"
                with self.subTest(field=field, wrong=str(wrong)[:9]):
                    with self.assertRaises(ValidationError):
                        self.company.write({field: wrong})
                    with self.assertRaises(ValidationError):
                        self.env["res.company"].create({"name": "Odd", field: wrong})

    def test_amount_beyond_what_can_be_counted_fails_the_run(self):
        self.runs._refresh_now(self.company)
        before = self._stored()
        with (
            patch.object(crm_value_run, "LARGEST_MONEY", 10),
            self.assertLogs(LOGGER, "WARNING"),
        ):
            run = self.runs._refresh_now(self.company)
        self.assertEqual(run.state, "failed")
        self.assertIn("too large", run.error)
        self.assertEqual(self._stored(), before)

    def test_company_of_a_run_and_of_a_value_stays(self):
        run = self.runs._refresh_now(self.company)
        other = self.env["res.company"].create({"name": "Elsewhere"})
        for record in (run, self._all_values()[0]):
            with self.assertRaises(AccessError):
                record.company_id = other

    def test_report_card_says_what_as_before_leaves_out(self):
        figures = {"model": 0.9, "naive": 0.8}
        for code, words in (
            ("naive_forecast", "Only who is surely gone"),
            ("naive_forecast_all", "even of those who had seemed surely gone"),
        ):
            [sentence] = verdicts(self.env, [{"code": code, "numbers": figures}])
            self.assertIn("buys on as before", sentence)
            self.assertIn(words, sentence)

    def test_report_card_tells_the_test_and_its_verdict(self):
        run = self.runs._refresh_now(self.company)
        self.assertEqual(run.backtest_on, run.cutoff)
        self.assertEqual(len(run.calibration_chart["series"]), 2)
        self.assertEqual(len(run.concentration_chart["labels"]), 20)
        self.assertIn("last quarter of time", run.backtest_verdict)
        self.assertTrue(run.verdict)
        self.assertLessEqual(run.total_low, run.total_value)
        self.assertGreaterEqual(run.total_high, run.total_value)
        self.assertAlmostEqual(
            run.total_value,
            sum(self._all_values().mapped("lifetime_value")),
            delta=0.01 * len(self.shop),
        )

    def test_fresh_back_test_is_kept(self):
        first = self.runs._refresh_now(self.company)
        with patch.object(crm_value_run, "backtest") as again:
            second = self.runs._refresh_now(self.company)
        again.assert_not_called()
        self.assertEqual(second.backtest, first.backtest)

    def test_queries_do_not_grow_with_customers(self):
        self.runs._refresh_now(self.company)
        few = self._queries_of_a_refresh()
        self._imported_shop(20)
        self.env.flush_all()
        self.assertLessEqual(self._queries_of_a_refresh(), few)

    def _queries_of_a_refresh(self):
        before = self.env.cr.sql_log_count
        self.runs._refresh_now(self.company)
        return self.env.cr.sql_log_count - before

    def test_value_at_risk_is_that_of_the_customers_due_within_a_month(self):
        self.company.value_cutoff = date(2025, 6, 10)
        run = self.runs._refresh_now(self.company)
        due = self._all_values().filtered(
            lambda value: (
                value.contact_before
                and date(2025, 6, 10) <= value.contact_before <= date(2025, 7, 10)
            )
        )
        self.assertTrue(due)
        self.assertEqual(run.at_risk_count, len(due))
        self.assertAlmostEqual(
            run.value_at_risk, sum(due.mapped("lifetime_value")), places=2
        )
        shown = self.values.search(run.action_open_at_risk()["domain"])
        self.assertEqual(shown, due)

from datetime import timedelta

from odoo import fields, models

from odoo.addons.crm_suite.tools.columns import EPOCH, day_number

from ...clv import BackTest, Trial, backtest, estimate
from .crm_value_run_attributes import without_trend
from .value_arrays import history_of, holdout_counts

BATCH_SIZE = 10_000
BACKTEST_DAYS = 28
HOLDOUT_SHARE = 0.25


class CrmValueRun(models.Model):
    """The first step: read everything once, fit, and cut the customers into batches."""

    _inherit = "crm.value.run"

    estimate = fields.Json(
        readonly=True, help="The fitted models, as the scoring processes need them."
    )
    backtest = fields.Json(readonly=True)
    backtest_on = fields.Date("Back-Test of", readonly=True)
    evidence = fields.Char(readonly=True)
    sample_size = fields.Integer("Customers Read", readonly=True)
    log_likelihood = fields.Float(readonly=True, digits=(16, 1))

    def _estimate(self):
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self._read_and_fit()
        # whatever is wrong with one company's data must not stop the others
        except Exception as error:  # noqa: BLE001
            self._fail(error)

    def _read_and_fit(self):
        company = self.company_id
        History = self.env["crm.purchase.history"]
        tested = self._fresh_backtest()
        trial = tested._trial() if tested else None
        # attributes are read where they are used, or may turn out to be
        trend = trial.adopted if trial else company.value_use_attributes
        columns = History._read_arrays(company, self.cutoff, trend=trend)
        history = history_of(columns, day_number(self.cutoff))
        if tested:
            report, tested_on = BackTest.from_dict(tested.backtest), tested.backtest_on
        else:
            report, trial = self._run_backtest(columns)
            tested_on = self.cutoff
        found = estimate(
            history,
            report,
            years=company.value_horizon_years,
            discount_rate=company.value_discount_rate,
        )
        attributes = self._prepare_attributes(trial, found)
        columns = without_trend(columns) | (
            self._attribute_columns(trial, columns) if attributes["used"] else {}
        )
        for rows in self._batch_slices(len(history)):
            part = {name: column[rows] for name, column in columns.items()}
            self.env["crm.value.batch"]._store(self, part)
        population = found.population
        self.write(
            {
                "state": "scoring",
                "estimate": found.to_dict(),
                "evidence": "population" if population else "rhythm",
                "sample_size": len(history),
                "log_likelihood": population.log_likelihood if population else 0,
                "backtest": report and report.to_dict(),
                "backtest_on": tested_on,
                "attributes": attributes,
            }
        )

    def _batch_slices(self, count: int) -> list[slice]:
        """At least one batch, so that a company without customers is published too."""
        starts = range(0, max(count, 1), BATCH_SIZE)
        return [slice(start, start + BATCH_SIZE) for start in starts]

    def _fresh_backtest(self):
        """The run with the latest back-test while that is fresh."""
        fresh = self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "=", "done"),
                ("backtest_on", ">", self.cutoff - timedelta(days=BACKTEST_DAYS)),
                ("backtest_on", "<=", self.cutoff),
            ],
            limit=1,
        )
        return fresh if fresh.backtest and fresh._attributes_fresh() else self.browse()

    def _run_backtest(self, columns) -> tuple[BackTest | None, Trial]:
        """Hold out the last quarter of the company's time; None without purchases.

        What was known at its beginning forecasts it: purchases and credit notes up to
        that day, and attributes as they were then.
        """
        if not len(columns["first_day"]):
            return None, Trial("few_outcomes")
        company = self.company_id
        History = self.env["crm.purchase.history"]
        first, last = int(columns["first_day"].min()), day_number(self.cutoff)
        split = last - round((last - first) * HOLDOUT_SHARE)
        split_date = EPOCH + timedelta(days=split)
        columns = History._read_arrays(
            company, split_date, known_by=split_date, trend=company.value_use_attributes
        )
        calibration = history_of(columns, split)
        holdout = History._read_holdout(company, split_date, self.cutoff)
        actual = holdout_counts(columns["customer"], holdout)
        plain = estimate(calibration)
        horizon = (last - split) / calibration.unit_days
        report = backtest(calibration, actual, horizon, plain)
        trial = self._try_attributes(
            plain, report, calibration, actual, columns, split_date, split
        )
        return report, trial

from datetime import timedelta

from odoo import fields, models

from ..clv import BackTest, backtest, estimate
from ..tools.columns import EPOCH, day_number
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
        columns = History._read_arrays(company, self.cutoff)
        history = history_of(columns, day_number(self.cutoff))
        report, tested_on = self._backtest_report(columns)
        found = estimate(
            history,
            report,
            years=company.value_horizon_years,
            discount_rate=company.value_discount_rate,
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
            }
        )

    def _batch_slices(self, count: int) -> list[slice]:
        """At least one batch, so that a company without customers is published too."""
        starts = range(0, max(count, 1), BATCH_SIZE)
        return [slice(start, start + BATCH_SIZE) for start in starts]

    def _backtest_report(self, columns):
        """The latest back-test while it is fresh, else a new one, with its day."""
        fresh = self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "=", "done"),
                ("backtest_on", ">", self.cutoff - timedelta(days=BACKTEST_DAYS)),
                ("backtest_on", "<=", self.cutoff),
            ],
            limit=1,
        )
        if fresh.backtest:
            return BackTest.from_dict(fresh.backtest), fresh.backtest_on
        return self._run_backtest(columns), self.cutoff

    def _run_backtest(self, columns) -> BackTest | None:
        """Hold out the last quarter of the company's time; None without purchases."""
        if not len(columns["first_day"]):
            return None
        company = self.company_id
        History = self.env["crm.purchase.history"]
        first, last = int(columns["first_day"].min()), day_number(self.cutoff)
        split = last - round((last - first) * HOLDOUT_SHARE)
        split_date = EPOCH + timedelta(days=split)
        columns = History._read_arrays(company, split_date)
        calibration = history_of(columns, split)
        holdout = History._read_holdout(company, split_date, self.cutoff)
        actual = holdout_counts(columns["customer"], holdout)
        return backtest(calibration, actual, (last - split) / calibration.unit_days)

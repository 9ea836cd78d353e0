import json
import logging
from collections.abc import Callable
from datetime import timedelta

import numpy as np

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_suite.tools.columns import EPOCH, day_number, stage_columns
from odoo.addons.crm_suite.tools.dates import written_day
from odoo.addons.crm_suite.tools.work import RACES, work_through

from ...clv import (
    BackTest,
    BaseTotal,
    Trial,
    backtest,
    concentration,
    estimate,
    value_classes,
)
from ...clv.correction import WORDS
from ...clv.lifecycle import POTENTIAL
from ...clv.rfm import fifths
from .value_arrays import (
    NEVER,
    carried,
    history_of,
    holdout_counts,
    holdout_money,
    known_columns,
    usual_amounts,
)
from .value_words import EVIDENCES, LIFECYCLES, VALUE_CLASSES

_logger = logging.getLogger(__name__)

OPEN_STATES = ("queued", "scoring")
QUEUED = Domain("state", "=", "queued")
UNSCORED = Domain("scored", "=", False)
SCORED = Domain("state", "=", "scoring") & Domain("batch_ids", "not any", UNSCORED)
BATCH_SIZE = 10_000
BACKTEST_DAYS = 28
HOLDOUT_SHARE = 0.25
STAGE_TYPES = {
    "partner_id": "int4",
    "first_purchase": "date",
    "last_purchase": "date",
    "purchase_count": "int4",
    "mean_interval": "float8",
    "revenue": "int8",
    "margin": "int8",
    "alive": "float8",
    "expected_purchases": "float8",
    "lifetime_value": "int8",
    "value_low": "int8",
    "value_high": "int8",
    "contact_day": "int4",
    "value_class": "int2",
    "unprofitable": "int2",
    "lifecycle": "int2",
    "evidence": "int2",
    "recency_score": "int2",
    "frequency_score": "int2",
    "monetary_score": "int2",
}
# where attributes are used: what they add up to, and the three that speak loudest
FACTORS = range(WORDS)
FACTOR_TYPES = {
    "shift": "float8",
    **{f"factor_{rank}": "int2" for rank in FACTORS},
    **{f"factor_value_{rank}": "float8" for rank in FACTORS},
    **{f"factor_weight_{rank}": "float8" for rank in FACTORS},
}
# staged as whole cents: PostgreSQL turns a float into a decimal by way of text
MONEY = ("revenue", "margin", "lifetime_value", "value_low", "value_high")
LARGEST_MONEY = 2**62
SHARES = [share / 20 for share in range(1, 21)]


class CrmValueRun(models.Model):
    """One estimation of a company's customer values; the only writer of values.

    A run goes through three steps, each a transaction of its own or several:

    1. *estimate* reads all purchase histories, fits the models, and cuts the customers
       into batches that carry their histories;
    2. *score* takes one batch after the other, in as many processes as there are;
    3. *publish* writes all values at once, as far as they changed.

    A killed process leaves its step to the next one, and the previous values stay whole
    until the run publishes.
    """

    _name = "crm.value.run"
    _description = "Customer Value Run"
    _inherit = ["suite.company.mixin", "suite.number.mixin", "suite.job.mixin"]
    _jobs = {"crm_loyalty.cron_score_values"}
    _order = "id desc"
    # sums over all customers
    _number_limits = {
        "total_value": (-1e21, 1e21),
        "total_low": (-1e21, 1e21),
        "total_high": (-1e21, 1e21),
    }

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        [
            ("queued", "Waiting"),
            ("scoring", "Scoring"),
            ("done", "Done"),
            ("failed", "Failed"),
        ],
        default="queued",
        required=True,
        readonly=True,
    )
    cutoff = fields.Date("As of", required=True, readonly=True)
    queued_on = fields.Date(default=fields.Date.today, required=True, readonly=True)
    finished_at = fields.Datetime(readonly=True)
    error = fields.Text(readonly=True)
    batch_ids = fields.One2many("crm.value.batch", "run_id", readonly=True)
    progress = fields.Float(
        compute="_compute_progress", help="Share of the work that is done, in percent."
    )
    changed_count = fields.Integer(
        "Values Changed", readonly=True, help="How many values this run wrote anew."
    )

    estimate = fields.Json(
        readonly=True, help="The fitted models, as the scoring processes need them."
    )
    backtest = fields.Json(readonly=True)
    backtest_on = fields.Date("Back-Test of", readonly=True)
    backtest_amounts = fields.Char(
        "Amounts of the Back-Test",
        readonly=True,
        help="How the company had past amounts counted.",
    )
    evidence = fields.Char(readonly=True)
    sample_size = fields.Integer("Customers Read", readonly=True)
    log_likelihood = fields.Float(readonly=True, digits=(16, 1))

    customer_count = fields.Integer("Customers", readonly=True)
    total_value = fields.Monetary("Value of All Customers", readonly=True)
    total_low = fields.Monetary(readonly=True)
    total_high = fields.Monetary(readonly=True)
    customers_for_80 = fields.Integer("Customers Who Make 80 %", readonly=True)
    concentration = fields.Json(
        readonly=True,
        help="How many of the best customers carry 5, 10, ... 100 % of the value.",
    )

    _one_open_uniq = models.UniqueIndex(
        "(company_id) WHERE state IN ('queued', 'scoring')",
        "The customer values of this company are being refreshed already.",
    )

    @api.depends("state", "batch_ids.scored")
    def _compute_progress(self):
        # sudo: the batches themselves are nobody's, how far they are is the run's
        batches = (
            self.env["crm.value.batch"]
            .sudo()
            ._read_group(
                [("run_id", "in", self.ids)], ["run_id", "scored"], ["__count"]
            )
        )
        counts = {(run.id, scored): count for run, scored, count in batches}
        for run in self:
            scored = counts.get((run.id, True), 0)
            total = scored + counts.get((run.id, False), 0)
            # estimating and publishing count as one batch each
            done = (1 + scored) / (2 + total) if total else 0
            run.progress = 100 * (1 if run.state == "done" else done)

    @api.depends_context("lang")
    @api.depends("cutoff")
    def _compute_display_name(self):
        for run in self:
            run.display_name = written_day(self.env, run.cutoff)

    def action_refresh(self):
        """Ask for fresh values of the current company; the scheduler does the work."""
        self.check_access("read")
        company = self.env.company
        # sudo: managers may ask for a run, but nobody may write one
        run = self.sudo()._queue(company)
        self.env.ref("crm_loyalty.cron_refresh_values").sudo()._trigger()
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.value.run",
            "res_id": run.id,
            "view_mode": "form",
        }

    @api.model
    def _cron_refresh(self):
        """Every night: fresh values for every company."""
        self._queue_due_runs()
        self._cron_work()

    @api.model
    def _cron_work(self):
        """Do the open runs' work, step by step, beside whoever else does.

        Any number of scheduler jobs, on any number of hosts, may call this.
        """
        batches = self.env["crm.value.batch"]

        def to_publish() -> int:
            return self.search_count([("state", "=", "scoring")])

        def to_score() -> int:
            return batches.search_count(UNSCORED) + to_publish()

        for model, domain, step, following in (
            (self, QUEUED, lambda run: run._share_out(), to_score),
            (batches, UNSCORED, lambda batch: batch._score(), to_publish),
            (self, SCORED, lambda run: run._publish(), None),
        ):
            if work_through(model, domain, step, more=following).out_of_time:
                return

    @api.model
    def _refresh_now(self, company):
        """A whole run in the caller's transaction; for scripts, never for a user."""
        run = self._queue(company)
        run._estimate()
        run.batch_ids._score()
        if run.state == "scoring":
            run._publish()
        return run

    @api.model
    def _queue(self, company):
        """The company's open run, made if there is none."""
        open_run = self.search(
            [("company_id", "=", company.id), ("state", "in", OPEN_STATES)]
        )
        return open_run or self.create(
            {"company_id": company.id, "cutoff": company._value_cutoff_date()}
        )

    @api.model
    def _queue_due_runs(self):
        """A run for each company that had none today."""
        today = fields.Date.today()
        served = Domain("queued_on", ">=", today) | Domain("state", "in", OPEN_STATES)
        companies = self.env["res.company"].search(
            [("id", "not in", self.search(served).company_id.ids)]
        )
        self.create(
            [
                {"company_id": company.id, "cutoff": company._value_cutoff_date()}
                for company in companies
            ]
        )

    def _share_out(self):
        """The first step, after which others may help."""
        self._estimate()
        self.env.ref("crm_loyalty.cron_score_values")._trigger()

    def _estimate(self):
        self._attempt(self._read_and_fit)

    def _read_and_fit(self):
        company = self.company_id
        History = self.env["crm.purchase.history"]
        tested = self._fresh_backtest()
        trial = tested._trial() if tested else None
        # attributes are read where they are used, or may turn out to be
        trend = trial.adopted if trial else company.value_use_attributes
        columns = History._read_arrays(company, self.cutoff, trend=trend)
        amounts = company._amount_trend(columns)
        columns |= usual_amounts(columns, day_number(self.cutoff), amounts)
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
            amounts=amounts,
        )
        attributes = self._prepare_attributes(trial, found)
        columns = carried(columns) | (
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
                "backtest_amounts": company._amounts_setting(),
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
        # other amounts would have made another forecast; and a report from before money
        # was looked at says nothing of it
        alike = fresh.backtest_amounts == self.company_id._amounts_setting()
        if fresh.backtest and alike and fresh._attributes_fresh():
            return fresh
        return self.browse()

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
        amounts = company._amount_trend(columns)
        columns |= usual_amounts(columns, split, amounts)
        calibration = history_of(columns, split)
        holdout = History._read_holdout(company, split_date, self.cutoff)
        actual = holdout_counts(columns["customer"], holdout)
        plain = estimate(calibration, amounts=amounts)
        horizon = (last - split) / calibration.unit_days
        revenue, margin = holdout_money(columns["customer"], holdout, plain.margin.base)
        report = backtest(calibration, actual, horizon, plain, revenue, margin)
        trial = self._try_attributes(
            plain, report, calibration, actual, columns, split_date, split
        )
        return report, trial

    def _attempt(self, step: Callable[[], None]) -> None:
        """Whatever is wrong with one company's data must not stop the others."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                step()
        except RACES:
            raise
        except Exception as error:  # noqa: BLE001
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        """Keep the reason; the previous values stay, the next night tries again."""
        _logger.warning("Customer values of %s failed: %s", self.company_id.name, error)
        self.batch_ids.unlink()
        self.write(
            {
                "state": "failed",
                "error": str(error),
                "finished_at": fields.Datetime.now(),
            }
        )

    def _publish(self):
        self._attempt(self._write_all)

    def _write_all(self):
        total, columns = self._collect_scores()
        self._stage(columns | self._whole_base_columns(columns))
        changed = self._delete_vanished() + self._write_values()
        self.env["crm.customer.value"].invalidate_model()
        self.batch_ids.unlink()
        self.write(
            {
                "state": "done",
                "finished_at": fields.Datetime.now(),
                "changed_count": changed,
                **self._prepare_summary_values(columns["lifetime_value"], total),
            }
        )

    def _collect_scores(self) -> tuple[BaseTotal, dict]:
        """All batches' customers in one set of columns, and the value of them all."""
        total, parts = BaseTotal(), []
        for batch in self.batch_ids:
            history, scores = batch._read_scored()
            mean, variance, error = map(float, scores.pop("total"))
            total += BaseTotal(batch.customer_count, mean, variance, error)
            parts.append(known_columns(history) | scores)
        return total, {
            name: np.concatenate([part[name] for part in parts]) for name in parts[0]
        }

    def _whole_base_columns(self, columns: dict) -> dict:
        """What needs all customers at once: classes, quantiles, and money rounded."""
        cents = 10**self.currency_id.decimal_places
        money = {name: np.rint(columns[name] * cents) for name in MONEY}
        if any((abs(amounts) > LARGEST_MONEY).any() for amounts in money.values()):
            raise ValueError(self.env._("An amount is too large to count in cents."))
        shares = self.company_id._value_class_shares()
        classes = value_classes(columns["lifetime_value"], shares)
        is_class = [classes == name for name in ("A", "B", "C")]
        return {
            **{name: amounts.astype(np.int64) for name, amounts in money.items()},
            "value_class": np.select(is_class, [0, 1, 2], 3),
            "unprofitable": (columns["lifetime_value"] < 0)
            | (columns["margin"] < 0)
            # everything came back
            | (columns["revenue"] <= 0),
            "recency_score": fifths(columns["last_purchase"]),
            "frequency_score": fifths(columns["purchase_count"]),
            "monetary_score": fifths(columns["revenue"]),
        }

    def _prepare_summary_values(self, value, total: BaseTotal) -> dict:
        low, high = total.interval()
        # who is worth less than a cent carries nothing
        value = np.round(value, self.currency_id.decimal_places)
        return {
            "customer_count": len(value),
            "total_value": total.mean,
            "total_low": low,
            "total_high": high,
            "customers_for_80": concentration(value, 0.8),
            "concentration": [concentration(value, share) for share in SHARES],
        }

    def _stage(self, columns: dict) -> None:
        """All new values in a temporary table, potential customers among them."""
        types = STAGE_TYPES | (FACTOR_TYPES if self._uses_attributes() else {})
        cr = self.env.cr
        stage_columns(cr, "customer_value_stage", types, columns)
        potential = self.env["crm.purchase.history"]._potential_customers_sql(
            self.company_id
        )
        cr.execute(
            SQL(
                """
                INSERT INTO customer_value_stage (partner_id, lifecycle)
                SELECT partner_id, %s FROM (%s) potential
                 WHERE NOT EXISTS (SELECT FROM customer_value_stage buyer
                                    WHERE buyer.partner_id = potential.partner_id)
                """,
                POTENTIAL,
                potential,
            )
        )

    def _delete_vanished(self) -> int:
        """Values of customers whose purchases are all cancelled, merged or undone."""
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM crm_customer_value value
                 WHERE company_id = %s
                   AND NOT EXISTS (SELECT FROM customer_value_stage stage
                                    WHERE stage.partner_id = value.partner_id)
                """,
                self.company_id.id,
            )
        )
        return self.env.cr.rowcount

    def _write_values(self) -> int:
        """Write what differs from what stands; returns how many values that were.

        One INSERT … ON CONFLICT would be slower for new rows and old ones. Which rows
        are new is settled before they are inserted: a query that looks them up in the
        very table that it fills is planned for the table's size of before.
        """
        values = self._staged_values_sql()
        names = [SQL.identifier(name) for name in values]
        comma = SQL(", ")
        parts = {
            "names": comma.join(names),
            "old": comma.join(SQL("value.%s", name) for name in names),
            "new": comma.join(values.values()),
            "company": self.company_id.id,
        }
        update = SQL(
            """
            UPDATE crm_customer_value value
               SET (%(names)s) = ROW (%(new)s)
              FROM customer_value_stage stage
             WHERE value.company_id = %(company)s
               AND value.partner_id = stage.partner_id
               AND (%(old)s) IS DISTINCT FROM (%(new)s)
            """,
            **parts,
        )
        forget_known = SQL(
            """
            DELETE FROM customer_value_stage stage
             USING crm_customer_value value
             WHERE value.company_id = %(company)s
               AND value.partner_id = stage.partner_id
            """,
            **parts,
        )
        insert = SQL(
            """
            INSERT INTO crm_customer_value (partner_id, company_id, %(names)s)
            SELECT stage.partner_id, %(company)s, %(new)s
              FROM customer_value_stage stage
              JOIN res_partner partner ON partner.id = stage.partner_id
            """,
            **parts,
        )
        cr = self.env.cr
        cr.execute(update)
        updated = cr.rowcount
        cr.execute(forget_known)
        cr.execute(insert)
        return updated + cr.rowcount

    def _staged_values_sql(self) -> dict[str, SQL]:
        """Each stored column of a value as an expression over the stage."""
        values = {
            name: SQL("stage.%s", SQL.identifier(name))
            for name in STAGE_TYPES
            if name not in ("partner_id", "contact_day")
        }
        digits = self.currency_id.decimal_places
        values |= {
            # text, so that a cent is the exact decimal 0.01
            name: SQL("%s * %s::numeric", values[name], f"1e-{digits}")
            for name in MONEY
        }
        for name, selection in (
            ("value_class", VALUE_CLASSES),
            ("lifecycle", LIFECYCLES),
            ("evidence", EVIDENCES),
        ):
            keys = [key for key, _label in selection]
            values[name] = SQL("(%s::varchar[])[%s + 1]", keys, values[name])
        values["unprofitable"] = SQL("stage.unprofitable = 1")
        values["contact_before"] = SQL(
            "date '2000-01-01' + nullif(stage.contact_day, %s)", int(NEVER)
        )
        return values | self._staged_factors_sql()

    def _uses_attributes(self) -> bool:
        return bool(self.attributes and self.attributes["used"])

    def _staged_factors_sql(self) -> dict[str, SQL]:
        if not self._uses_attributes():
            return {
                "attribute_shift": SQL("NULL::float8"),
                "factors": SQL("NULL::jsonb"),
            }
        terms = SQL("%s::jsonb[]", [json.dumps(term) for term in self._factor_terms()])
        factors = [
            SQL(
                "(%(terms)s)[nullif(%(column)s, -1) + 1]"
                " || jsonb_build_object('value', %(value)s, 'weight', %(weight)s)",
                terms=terms,
                column=SQL("stage.%s", SQL.identifier(f"factor_{rank}")),
                value=SQL("stage.%s", SQL.identifier(f"factor_value_{rank}")),
                weight=SQL("stage.%s", SQL.identifier(f"factor_weight_{rank}")),
            )
            for rank in FACTORS
        ]
        loudest = SQL("array_remove(ARRAY[%s], NULL)", SQL(", ").join(factors))
        return {
            "attribute_shift": SQL("stage.shift"),
            "factors": SQL("nullif(to_jsonb(%s), '[]'::jsonb)", loudest),
        }

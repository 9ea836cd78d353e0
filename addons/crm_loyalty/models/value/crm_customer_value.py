from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import numpy as np

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, Query

from odoo.addons.crm_suite.tools.dates import start_of_month, written_day, written_month

from ...clv import Estimate, PurchaseHistory
from . import value_words

CURVE_POINTS = 80
# The curve goes on after today for this share of the time known, without a purchase.
AHEAD = 0.25
# What contacts, opportunities and quotations tell of it.
TOLD_FIELDS = [
    "partner_id",
    "company_id",
    "last_purchase",
    "purchase_count",
    "revenue",
    "mean_interval",
    "factors",
    "value_class",
    "lifecycle",
    "contact_before",
    "lifetime_value",
]


class CrmCustomerValue(models.Model):
    """What a customer is worth to a company, and until when to act.

    Written by ``crm.value.run`` alone: nobody has the right to write it, and nothing
    here is computed from a user's input.
    """

    _name = "crm.customer.value"
    _description = "Customer Value"
    _inherit = [
        "suite.customer.data.mixin",
        "suite.company.mixin",
        "suite.number.mixin",
    ]
    _order = "lifetime_value desc nulls last, id"
    _rec_name = "partner_id"
    # the run that wrote a value says when; columns of their own would be checked
    # against the users' table for every customer every night
    _log_access = False

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(related="partner_id.user_id", string="Salesperson")
    country_id = fields.Many2one(related="partner_id.country_id")

    first_purchase = fields.Date(readonly=True)
    last_purchase = fields.Date(readonly=True)
    purchase_count = fields.Integer("Purchases", readonly=True)
    mean_interval = fields.Float(
        "Days between Purchases",
        readonly=True,
        digits=(16, 1),
        aggregator="avg",
        help="Average of this customer's own intervals; zero before a second purchase.",
    )
    revenue = fields.Monetary(readonly=True)
    margin = fields.Monetary(readonly=True)

    alive = fields.Float(
        "Retention Probability",
        readonly=True,
        aggregator="avg",
        help="How likely this customer still is one.",
    )
    expected_purchases = fields.Float(
        readonly=True, digits=(16, 2), help="Within the value horizon."
    )
    lifetime_value = fields.Monetary(
        readonly=True,
        help="Expected margin of the purchases still to come within the horizon, "
        "discounted to today.",
    )
    value_low = fields.Monetary("Value, Low", readonly=True, aggregator=None)
    value_high = fields.Monetary("Value, High", readonly=True, aggregator=None)
    contact_before = fields.Date(
        readonly=True,
        help="If nothing is bought until this day, the retention probability falls "
        "below the lapse threshold.",
    )
    value_class = fields.Selection(value_words.VALUE_CLASSES, readonly=True)
    unprofitable = fields.Boolean(readonly=True)
    lifecycle = fields.Selection(
        value_words.LIFECYCLES, readonly=True, group_expand=True
    )
    evidence = fields.Selection(
        value_words.EVIDENCES, "Based on", readonly=True, aggregator=None
    )
    recency_score = fields.Integer("Recency (1-5)", readonly=True, aggregator="avg")
    frequency_score = fields.Integer("Frequency (1-5)", readonly=True, aggregator="avg")
    monetary_score = fields.Integer("Monetary (1-5)", readonly=True, aggregator="avg")

    attribute_shift = fields.Float(
        readonly=True,
        aggregator=None,
        help="What the customer's attributes add to the logarithm of the odds of still "
        "being one; zero where attributes are not used.",
    )
    factors = fields.Json(
        readonly=True, help="The attributes that speak loudest, for staying or leaving."
    )

    silent_days = fields.Integer(
        "Days since Last Purchase", compute="_compute_silent_days"
    )
    reason = fields.Char(compute="_compute_reason")
    speaks_for = fields.Char("Speaks for Staying", compute="_compute_speaks")
    speaks_against = fields.Char("Speaks for Leaving", compute="_compute_speaks")

    timeline_chart = fields.Json("Purchases by Month", compute="_compute_charts")
    alive_chart = fields.Json(
        "Retention Probability over Time", compute="_compute_charts"
    )

    _partner_company_uniq = models.UniqueIndex(
        "(partner_id, company_id)", "A customer has one value per company."
    )
    _alive_range = models.Constraint(
        "CHECK (alive BETWEEN 0 AND 1)", "A probability lies between 0 and 1."
    )

    def init(self):
        # Every night most rows change, but no indexed column of an old row does: with
        # room left on the page, PostgreSQL rewrites a row without touching an index.
        self.env.cr.execute(
            SQL("ALTER TABLE %s SET (fillfactor = 50)", SQL.identifier(self._table))
        )

    @api.depends("last_purchase", "company_id.value_cutoff")
    def _compute_silent_days(self):
        for value, days in self._days_of_silence():
            value.silent_days = days

    def _days_of_silence(self) -> Iterator[tuple]:
        cutoffs = {c: c._value_cutoff_date() for c in self.company_id}
        for value in self:
            last = value.last_purchase
            yield value, last and (cutoffs[value.company_id] - last).days

    @api.depends_context("lang")
    @api.depends(
        "lifecycle",
        "last_purchase",
        "company_id.value_cutoff",
        "contact_before",
        "mean_interval",
        "factors",
        "purchase_count",
        "revenue",
    )
    def _compute_reason(self):
        for value, silent in self._days_of_silence():
            if value.purchase_count and value.revenue <= 0:
                value.reason = value_words.reason_of_returns(
                    self.env,
                    count=value.purchase_count,
                    last=written_day(self.env, value.last_purchase),
                )
                continue
            value.reason = value_words.reason(
                self.env,
                value.lifecycle,
                interval=round(value.mean_interval),
                silent=silent,
                last=written_day(self.env, value.last_purchase),
                before=written_day(self.env, value.contact_before),
            )
            if value.lifecycle == "at_risk" and value.factors:
                value.reason = value._reason_with_factors()

    @api.depends_context("lang")
    @api.depends("factors", "currency_id")
    def _compute_speaks(self):
        for value in self:
            words = value_words.both_sides(value.env, value.factors or [])
            value.speaks_for, value.speaks_against = words

    def _reason_with_factors(self) -> str:
        staying, leaving = value_words.both_sides(self.env, self.factors)
        return value_words.sentences(self.env, self.reason, staying, leaving)

    @api.depends_context("lang")
    @api.depends("purchase_count")
    def _compute_charts(self):
        purchases = self._purchases_of_each()
        estimates = self._latest_estimates()
        for value in self:
            bought = purchases.get((value.partner_id, value.company_id), [])
            value.timeline_chart = value._prepare_timeline_chart(bought)
            estimate = estimates.get(value.company_id)
            days = [day for day, revenue in bought if revenue > 0]
            value.alive_chart = (
                estimate and days and value._prepare_alive_chart(days, estimate)
            )

    def _purchases_of_each(self) -> dict:
        """Days and revenues by customer and company, oldest first."""
        found = {}
        for customer, company, day, revenue in self.env["crm.purchase"]._read_group(
            [
                ("partner_id", "in", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
            ],
            ["partner_id", "company_id", "date:day"],
            ["revenue:sum"],
            order="date:day",
        ):
            found.setdefault((customer, company), []).append((day, revenue))
        return found

    def _latest_estimates(self) -> dict:
        """The fitted models behind the values, by company."""
        # sudo: a salesperson reads the curve, not the run; it holds nobody's data
        runs = self.env["crm.value.run"].sudo()
        latest = runs._read_group(
            [("company_id", "in", self.company_id.ids), ("state", "=", "done")],
            ["company_id"],
            ["id:max"],
        )
        return {
            company: Estimate.from_dict(runs.browse(run_id).estimate)
            for company, run_id in latest
        }

    def _prepare_timeline_chart(self, bought) -> dict | bool:
        months = {}
        for day, revenue in bought:
            month = start_of_month(self.env, day)
            months[month] = months.get(month, 0) + revenue
        if not months:
            return False
        axis = []
        month = min(months)
        while month <= max(months):
            axis.append(month)
            month = start_of_month(self.env, month + timedelta(days=32))
        return {
            "type": "bar",
            "labels": [written_month(self.env, month) for month in axis],
            "yTitle": self.currency_id.name,
            "series": [
                {
                    "label": self.env._("Revenue"),
                    "data": [months.get(month, 0) for month in axis],
                }
            ],
        }

    def _prepare_alive_chart(self, days, estimate: Estimate) -> dict:
        """Alive probability at each moment, from what was known by then."""
        first = days[0]
        known = (self.company_id._value_cutoff_date() - first).days
        grid = np.linspace(0, known * (1 + AHEAD), CURVE_POINTS).astype(int)
        ages = np.union1d(grid, [known])
        bought = np.array([(day - first).days for day in days])
        history = _history_at(bought, ages)
        if self.attribute_shift:
            # what is known of the customer today, at each moment
            shift = np.full(len(ages), self.attribute_shift)
            history = replace(history, shift=shift)
        alive = np.round(100 * estimate.alive(history), 1).tolist()
        today = int(np.searchsorted(ages, known))
        so_far = alive[: today + 1]
        ahead = [None] * today + alive[today:]
        return {
            "type": "line",
            "labels": [
                written_day(self.env, first + timedelta(days=int(age))) for age in ages
            ],
            "yTitle": self.env._("Retention Probability (%)"),
            "percent": True,
            "series": [
                {"label": self.env._("So far"), "data": so_far},
                {
                    "label": self.env._("If nothing is bought"),
                    "data": ahead,
                    "dashed": True,
                },
            ],
        }

    @api.model
    def _fetch_of(self, customers):
        """These customers' values to the current company that the user may see.

        With all that a contact tells of them, in one query. For a few: the rules are
        asked of every value, for one much faster than to put them into the query.
        """
        if not customers.ids:
            return self.browse()
        query = Query(self.env, self._table, self._table_sql)
        for name, wanted in (
            ("partner_id", customers.ids),
            ("company_id", self.env.company.ids),
        ):
            column = self._field_to_sql(query.table, name, query)
            query.add_where(SQL("%s = ANY(%s)", column, wanted))
        # sudo: the user's rights are asked next
        values = self.sudo()._fetch_query(query, [self._fields[n] for n in TOLD_FIELDS])
        return values.sudo(False)._filtered_access("read")

    def _search_display_name(self, operator, value):
        return Domain("partner_id.display_name", operator, value)

    def action_open_partner(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": self.partner_id.id,
            "view_mode": "form",
        }

    def action_open_purchases(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty.crm_purchase_action"
        )
        action["domain"] = [
            ("partner_id", "=", self.partner_id.id),
            ("company_id", "=", self.company_id.id),
        ]
        return action


def _history_at(bought, ages) -> PurchaseHistory:
    """One customer as known at each age: a history with a row per moment.

    :param bought: days from the first purchase to each one, ascending, from 0
    """
    count = np.searchsorted(bought, ages, side="right")
    gaps = np.log(np.maximum(np.diff(bought, prepend=0), 1))
    return PurchaseHistory.from_days(
        customer=np.arange(len(ages)),
        repeats=count - 1,
        recency_days=bought[count - 1],
        age_days=ages,
        log_interval_days=np.cumsum(gaps)[count - 1],
    )

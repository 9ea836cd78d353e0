from dataclasses import replace
from datetime import timedelta

import numpy as np

from odoo import api, fields, models

from odoo.addons.crm_suite.tools.dates import start_of_month, written_day, written_month

from ...clv import Estimate, PurchaseHistory

CURVE_POINTS = 80
# The curve goes on after today for this share of the time known, without a purchase.
AHEAD = 0.25


class CrmCustomerValue(models.Model):
    """Two pictures of one customer: what was bought, and how alive it looked."""

    _inherit = "crm.customer.value"

    timeline_chart = fields.Json("Purchases by Month", compute="_compute_charts")
    alive_chart = fields.Json("Alive Probability over Time", compute="_compute_charts")

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
            "yTitle": self.env._("Alive (%)"),
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

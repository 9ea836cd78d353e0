from dateutil.relativedelta import relativedelta
from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain

from .crm_value_run import SHARES
from .crm_value_run_words import (
    backtest_words,
    comparison_rows,
    parameter_rows,
    small_print,
    verdict_words,
    verdicts,
    weight_rows,
)

_ROW = Markup("<tr><th scope='row'>%s</th><td>%s</td><td>%s</td></tr>")
_TABLE = Markup("<table class='table table-sm'><tbody>%s</tbody></table>")
_COMPARED = Markup("<tr><th scope='row'>%s</th>%s</tr>")
_HEAD = Markup("<th scope='col'>%s</th>")
_COMPARISON = Markup("<table class='table table-sm'>%s<tbody>%s</tbody></table>")


class CrmValueRun(models.Model):
    """The report card: whether the values can be believed, for all to read."""

    _inherit = "crm.value.run"

    verdict = fields.Text(compute="_compute_verdict")
    parameter_table = fields.Html("Parameters", compute="_compute_parameter_table")
    backtest_verdict = fields.Text("Back-Test", compute="_compute_backtest_verdict")
    calibration_chart = fields.Json(compute="_compute_calibration_chart")
    concentration_chart = fields.Json(compute="_compute_concentration_chart")
    at_risk_count = fields.Integer(
        "Customers to Contact within a Month", compute="_compute_at_risk"
    )
    value_at_risk = fields.Monetary(
        "Value at Risk within a Month",
        compute="_compute_at_risk",
        help="Value of the customers whom the company is to contact within a month.",
    )
    attribute_verdict = fields.Text("Attributes", compute="_compute_attribute_card")
    attribute_comparison = fields.Html(
        "Without and with Attributes", compute="_compute_attribute_card"
    )
    attribute_note = fields.Text(
        "How It Was Compared", compute="_compute_attribute_card"
    )
    attribute_weights = fields.Html(
        "What Attributes Say", compute="_compute_attribute_card"
    )

    @api.depends_context("lang")
    @api.depends("estimate")
    def _compute_verdict(self):
        for run in self:
            reasons = (run.estimate or {}).get("reasons", [])
            run.verdict = "\n".join(verdicts(self.env, reasons))

    @api.depends_context("lang")
    @api.depends("estimate")
    def _compute_parameter_table(self):
        for run in self:
            population = (run.estimate or {}).get("population")
            rows = parameter_rows(self.env, population) if population else []
            table = _TABLE % Markup().join(_ROW % row for row in rows)
            run.parameter_table = table if rows else False

    @api.depends_context("lang")
    @api.depends("backtest")
    def _compute_backtest_verdict(self):
        for run in self:
            run.backtest_verdict = run.backtest and backtest_words(
                self.env, run.backtest
            )

    @api.depends_context("lang")
    @api.depends("backtest")
    def _compute_calibration_chart(self):
        for run in self:
            report = run.backtest or {}
            tested = report.get("verdict", "too_few") != "too_few"
            deciles = report["deciles"] if tested else []
            run.calibration_chart = deciles and {
                "type": "line",
                "labels": list(range(1, len(deciles) + 1)),
                "xTitle": self.env._("Tenths of customers, least likely to buy first"),
                "yTitle": self.env._("Share who bought (%)"),
                "percent": True,
                "series": [
                    {
                        "label": self.env._("Forecast"),
                        "data": [100 * d["predicted"] for d in deciles],
                        "dashed": True,
                    },
                    {
                        "label": self.env._("What happened"),
                        "data": [100 * d["observed"] for d in deciles],
                        "points": True,
                    },
                ],
            }

    @api.depends_context("lang")
    @api.depends("concentration")
    def _compute_concentration_chart(self):
        for run in self:
            counts = run.concentration or []
            total = run.customer_count or 1
            run.concentration_chart = any(counts) and {
                "type": "bar",
                "labels": [f"{share:.0%}" for share in SHARES],
                "xTitle": self.env._("Share of the value of all customers"),
                "yTitle": self.env._("Best customers who carry it (%)"),
                "percent": True,
                "series": [
                    {
                        "label": self.env._("Customers (%)"),
                        "data": [round(100 * count / total, 1) for count in counts],
                    }
                ],
            }

    @api.depends_context("lang")
    @api.depends("attributes")
    def _compute_attribute_card(self):
        for run in self:
            kept = run.attributes
            trial = run._kept_trial()
            run.attribute_verdict = kept and verdict_words(run.env, trial, kept["used"])
            rows = comparison_rows(run.env, trial) if kept else []
            run.attribute_comparison = rows and run._comparison_table(rows)
            run.attribute_note = kept and small_print(run.env, trial)
            labels = kept["names_of_levels"] if kept else {}
            weights = weight_rows(run.env, trial, labels) if kept else []
            body = Markup().join(
                _COMPARED % (name, Markup("<td>%s</td>") % text)
                for name, text in weights
            )
            run.attribute_weights = weights and _COMPARISON % (Markup(), body)

    def _comparison_table(self, rows) -> Markup:
        head = Markup("<thead><tr>%s</tr></thead>") % Markup().join(
            _HEAD % title
            for title in (
                "",
                self.env._("Purchases alone"),
                self.env._("With attributes"),
            )
        )
        cell = Markup("<td>%s</td>")
        body = Markup().join(
            _COMPARED % (title, cell % plain + cell % corrected)
            for title, plain, corrected in rows
        )
        return _COMPARISON % (head, body)

    def _compute_at_risk(self):
        due = Domain.OR(map(self._at_risk_domain, self.company_id))
        figures = self.env["crm.customer.value"]._read_group(
            due, ["company_id"], ["__count", "lifetime_value:sum"]
        )
        totals = {company: (count, value) for company, count, value in figures}
        for run in self:
            run.at_risk_count, run.value_at_risk = totals.get(run.company_id, (0, 0))

    def _at_risk_domain(self, company) -> Domain:
        """Customers whom the company is to contact within a month of the cut-off."""
        today = company._value_cutoff_date()
        return (
            Domain("company_id", "=", company.id)
            & Domain("contact_before", ">=", today)
            & Domain("contact_before", "<=", today + relativedelta(months=1))
        )

    def action_open_at_risk(self):
        """The customers behind the value at risk."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty.crm_customer_value_action"
        )
        action["domain"] = list(self._at_risk_domain(self.company_id))
        return action

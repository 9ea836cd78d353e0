from datetime import date

import numpy as np
from dateutil.relativedelta import relativedelta
from markupsafe import Markup
from numpy.typing import NDArray

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.crm_suite.tools.columns import day_number

from ...clv import Attribute, Trial, refuse_protected, try_attributes
from ...clv.attributes import LEVEL
from ...clv.trial import NAIVE
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
from .signal_reading import (
    Signal,
    align,
    margin_trend,
    order_size,
    share_returned,
    tenure,
)

# Which customers are judged by which is drawn, and always the same way.
SEED = 19
OFF = "off"
_ROW = Markup("<tr><th scope='row'>%s</th><td>%s</td><td>%s</td></tr>")
_TABLE = Markup("<table class='table table-sm'><tbody>%s</tbody></table>")
_COMPARED = Markup("<tr><th scope='row'>%s</th>%s</tr>")
_HEAD = Markup("<th scope='col'>%s</th>")
_COMPARISON = Markup("<table class='table table-sm'>%s<tbody>%s</tbody></table>")


class CrmValueRun(models.Model):
    """What values rest on beside purchases, and whether they can be believed.

    Attributes of customers are tried with the back-test, and where they forecast
    better, read anew for every run until the next one. Model accuracy tells of both.
    """

    _inherit = "crm.value.run"

    attributes = fields.Json(
        "Trial of Attributes",
        readonly=True,
        help="How the forecast with attributes did in the back-test, and the "
        "correction that the values use if they use one.",
    )

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
                self.env, run.backtest, run.currency_id
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

    def _attributes_fresh(self) -> bool:
        """Whether this run's back-test has tried attributes, or need not have."""
        if not self.company_id.value_use_attributes:
            return True
        if not self.attributes or self.attributes["verdict"] == OFF:
            return False
        # an add-on that read one of them may be gone
        correction = self._trial().correction
        used = {part.name for part in correction.design.parts} if correction else set()
        return used <= {signal.name for signal in self._signal_sources()}

    def _try_attributes(self, plain, report, history, actual, columns, day, number):
        """The trial of all sources as they were on the back-test's day.

        :param report: the back-test of the plain model; where it is not the plain
            model that forecasts, there is nothing to correct
        """
        if not self.company_id.value_use_attributes:
            return Trial(OFF)
        if report.verdict == "naive":
            return Trial(NAIVE)
        attributes = []
        if report.verdict == "model":
            attributes = self._read_attributes(columns, day, number)
        rng = np.random.default_rng(SEED)
        return try_attributes(plain, history, actual, report.horizon, attributes, rng)

    def _prepare_attributes(self, trial: Trial, found) -> dict:
        """What the run keeps of a trial. ``used``: whether these values rest on it."""
        rung = "population" if found.population else "rhythm"
        used = trial.adopted and trial.evidence == rung and not found.naive
        kept = trial.to_dict() | {"used": used, "names_of_levels": {}}
        if trial.correction:
            kept["names_of_levels"] = self._level_names(trial.correction)
        return kept

    def _attribute_columns(self, trial: Trial, columns: dict) -> dict:
        """What the customers' attributes as of the cut-off say of them."""
        correction = trial.correction
        names = [part.name for part in correction.design.parts]
        attributes = self._read_attributes(
            columns, self.cutoff, day_number(self.cutoff), names
        )
        factors = correction.factors(attributes)
        found = {"shift": np.round(correction.shift(attributes), 6)}
        for rank in range(factors.column.shape[1]):
            found |= {
                f"factor_{rank}": factors.column[:, rank].astype(np.int16),
                f"factor_value_{rank}": np.round(factors.value[:, rank], 3),
                f"factor_weight_{rank}": np.round(factors.weight[:, rank], 3),
            }
        return found

    def _trial(self) -> Trial:
        """What the run's back-test found of attributes."""
        return (
            self._kept_trial() if self.company_id.value_use_attributes else Trial(OFF)
        )

    def _kept_trial(self) -> Trial:
        """The same, whatever the company has set since."""
        if not self.attributes:
            return Trial(OFF)
        kept = dict(self.attributes)
        kept.pop("used"), kept.pop("names_of_levels")
        return Trial.from_dict(kept)

    def _factor_terms(self) -> list[dict]:
        """What each column of the correction stands for, in the order of columns."""
        names = self.attributes["names_of_levels"]
        terms = []
        for part in self._kept_trial().correction.design.parts:
            if part.kind != "level":
                terms.append({"name": part.name})
                continue
            labels = names.get(part.name, {})
            terms += [
                {"name": part.name, "label": labels.get(str(int(level)), {})}
                for level in part.levels
            ]
        return terms

    def _signal_sources(self) -> list[Signal]:
        """Hook: the attributes that may correct who is alive, one source each."""
        signal = self.env["crm.customer.signal"]
        partner, order, move = "res.partner.", "sale.order.", "account.move."
        return [
            Signal(
                "industry",
                "level",
                signal._read_industry,
                (partner + "industry_id",),
                comodel="res.partner.industry",
            ),
            Signal(
                "country",
                "level",
                signal._read_country,
                (partner + "country_id", partner + "is_company"),
                comodel="res.country",
            ),
            Signal(
                "source",
                "level",
                signal._read_source,
                (order + "source_id", "crm.lead.source_id"),
                comodel="utm.source",
            ),
            Signal(
                "salesperson",
                "level",
                signal._read_salesperson,
                (order + "user_id",),
                comodel="res.users",
            ),
            Signal(
                "contacts",
                "amount",
                signal._read_contacts,
                (partner + "commercial_partner_id",),
                missing=0.0,
            ),
            Signal(
                "payment_delay",
                "amount",
                signal._read_payment_delay,
                ("account.move.line.date_maturity", move + "state"),
            ),
            Signal(
                "lost_quotations",
                "amount",
                signal._read_lost_quotations,
                (order + "validity_date", order + "state"),
                missing=0.0,
            ),
            Signal(
                "returns",
                "number",
                signal._read_credits,
                (move + "amount_untaxed_signed",),
                missing=0.0,
                returned=True,
            ),
            Signal(
                "margin_trend", "number", margin_trend, (order + "margin",), own=True
            ),
            Signal("tenure", "number", tenure, (order + "date_order",), own=True),
            Signal(
                "order_size",
                "amount",
                order_size,
                (order + "amount_untaxed",),
                own=True,
            ),
        ]

    def _allowed_signals(self) -> list[Signal]:
        """:raise ProtectedAttribute: one of them may not be used"""
        signals = self._signal_sources()
        for signal in signals:
            if not signal.fields:
                raise ValueError(f"{signal.name}: on what fields does it rest?")
            refuse_protected([signal.name, signal.comodel])
            for path in signal.fields:
                refuse_protected([path])
                model, _dot, name = path.rpartition(".")
                # KeyError: there is no such field, so nobody knows what is read
                field = self.env[model]._fields[name]
                refuse_protected([field.comodel_name or "", field.string])
        return signals

    def _read_attributes(
        self, columns: dict[str, NDArray], until: date, until_day: int, names=None
    ) -> list[Attribute]:
        """The customers' attributes as known at the end of that day, one query each.

        :param columns: purchase histories as of that day, with the margin's trend
        :param names: of the sources to read; all when None
        """
        return [
            self._read_attribute(signal, columns, until, until_day)
            for signal in self._allowed_signals()
            if names is None or signal.name in names
        ]

    def _read_attribute(self, signal: Signal, columns, until, until_day) -> Attribute:
        if signal.own:
            values = signal.read(columns, until_day)
            return Attribute(signal.name, signal.kind, values)
        customers, found = signal.read(self.company_id, until)
        values = align(columns["customer"], customers, found, signal.missing)
        if signal.returned:
            values = share_returned(values, columns["revenue"])
        return Attribute(signal.name, signal.kind, values)

    def _level_names(self, correction) -> dict[str, dict[str, dict[str, str]]]:
        """What the groups of a correction are called, in each language: so that a
        customer's page need not look them up."""
        comodels = {signal.name: signal.comodel for signal in self._signal_sources()}
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        names = {}
        for part in correction.design.parts:
            comodel = part.kind == LEVEL and comodels.get(part.name)
            if not comodel:
                continue
            ids = [int(level) for level in part.levels if level > 0]
            records = self.env[comodel].browse(ids).exists()
            names[part.name] = {
                str(record.id): {
                    lang: record.with_context(lang=lang).display_name or ""
                    for lang in languages
                }
                for record in records
            }
        return names

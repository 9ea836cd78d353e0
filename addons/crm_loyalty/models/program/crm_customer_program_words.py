from odoo import api, fields, models
from odoo.tools import format_amount


class CrmCustomerProgram(models.Model):
    """The result in words and pictures, from the figures that the job wrote."""

    _inherit = "crm.customer.program"

    measure_name = fields.Char(compute="_compute_words")
    margin_words = fields.Char("Extra Margin", compute="_compute_words")
    rate_words = fields.Char("Success", compute="_compute_words")
    cost_words = fields.Char("Cost and Return", compute="_compute_words")
    interval_chart = fields.Json(
        "Margin per Customer, with What Chance Leaves Open", compute="_compute_charts"
    )
    margin_chart = fields.Json(
        "Margin per Customer since Enrolment", compute="_compute_charts"
    )

    @api.depends_context("lang")
    @api.depends(
        *("kind", "measured_on", "margin_difference", "margin_low", "margin_high"),
        *("interval_known", "enough", "more_needed", "spent", "extra_margin"),
        *("treated_rate", "control_rate", "rate_low", "rate_high", "control_count"),
    )
    def _compute_words(self):
        names = {
            "acquisition": self.env._("New Customers"),
            "retention": self.env._("Retention Rate"),
            "win_back": self.env._("Save Rate"),
            "cross_sell": self.env._("Attach Rate"),
        }
        for program in self:
            program.measure_name = names[program.kind or "retention"]
            known = bool(program.measured_on)
            program.margin_words = known and program._margin_in_words()
            program.rate_words = known and program._rate_in_words()
            program.cost_words = known and program._cost_in_words()

    def _margin_in_words(self) -> str:
        if not self.control_count:
            return self.env._("Nobody is held back: nothing can be proved.")
        if not self.interval_known:
            return self.env._("Not enough evidence yet: too few purchases to compare.")
        values = {
            "low": self._money(self.margin_low),
            "high": self._money(self.margin_high),
        }
        if not self.enough:
            return " ".join(
                (
                    self._evidence_in_words(self.more_needed),
                    self.env._(
                        "So far: between %(low)s and %(high)s per customer.", **values
                    ),
                )
            )
        values["difference"] = self._money(self.margin_difference)
        return self.env._(
            "%(difference)s per customer, between %(low)s and %(high)s (95 %% sure).",
            **values,
        )

    def _rate_in_words(self) -> str:
        values = {
            "measure": self.measure_name,
            "treated": self._percent(self.treated_rate),
            "control": self._percent(self.control_rate),
        }
        if not self.control_count:
            return self.env._("%(measure)s %(treated)s; nobody is held back.", **values)
        words = self.env._("%(measure)s %(treated)s, held back %(control)s.", **values)
        if not self.rate_enough:
            return f"{words} {self._evidence_in_words(self.rate_more_needed)}"
        return words

    def _evidence_in_words(self, more: int) -> str:
        if not more:
            return self.env._("Not enough evidence yet.")
        return self.env._(
            "Not enough evidence yet, about %(count)s more customers needed.",
            count=f"{more:,}",
        )

    def _cost_in_words(self) -> str:
        values = {
            "spent": self._money(self.spent),
            "extra": self._money(self.extra_margin),
        }
        if self.kind == "acquisition" and self.success_count:
            return self.env._(
                "%(spent)s spent, %(each)s for each of %(count)s new customers.",
                spent=values["spent"],
                each=self._money(self.success_cost),
                count=self.success_count,
            )
        if not self.enough:
            return self.env._("%(spent)s spent; the return is not proved.", **values)
        return self.env._(
            "%(spent)s spent, %(extra)s extra margin: %(net)s net.",
            net=self._money(self.extra_margin - self.spent),
            **values,
        )

    def _money(self, amount: float) -> str:
        return format_amount(self.env, amount, self.currency_id)

    @staticmethod
    def _percent(rate: float) -> str:
        return f"{100 * rate:.1f} %"

    @api.depends_context("lang")
    @api.depends("margin_by_week", "measured_on", "interval_known")
    def _compute_charts(self):
        for program in self:
            program.margin_chart = program._prepare_margin_chart()
            program.interval_chart = program._prepare_interval_chart()

    def _prepare_margin_chart(self) -> dict | bool:
        lines = self.margin_by_week or {}
        longest = max((len(line) for line in lines.values()), default=0)
        if longest < 2:
            return False
        names = {
            "treated": self.env._("In the program"),
            "control": self.env._("Held back"),
        }
        return {
            "type": "line",
            "labels": [str(week) for week in range(longest)],
            "xTitle": self.env._("Weeks since enrolment"),
            "yTitle": self.currency_id.name,
            "series": [
                {
                    "label": names[arm],
                    "data": lines.get(arm, []),
                    "dashed": arm == "control",
                }
                for arm in ("treated", "control")
            ],
        }

    def _prepare_interval_chart(self) -> dict | bool:
        """The difference between its bounds, as three points over a line at zero."""
        if not (self.measured_on and self.interval_known):
            return False
        bounds = [self.margin_low, self.margin_difference, self.margin_high]
        return {
            "type": "line",
            "labels": [
                self.env._("At least"),
                self.env._("Best guess"),
                self.env._("At most"),
            ],
            "yTitle": self.currency_id.name,
            "series": [
                {
                    "label": self.env._("Extra margin per customer"),
                    "data": [round(bound, 2) for bound in bounds],
                    "type": "bar",
                },
                {"label": self.env._("No effect"), "data": [0, 0, 0], "dashed": True},
            ],
        }

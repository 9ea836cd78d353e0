from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_suite.tools.columns import read_columns
from odoo.addons.crm_suite.tools.work import work_through

from ...clv import at_every_look, margin_uplift, rate_uplift
from .program_words import (
    basis_in_words,
    cost_in_words,
    interval_chart,
    leak_in_words,
    margin_chart,
    margin_in_words,
    measure_names,
    rate_in_words,
)

MEASURE_BATCH = 20_000
# Credit notes still come in when the last member is not observed any more.
MEASURED_DAYS = 90


class CrmCustomerProgram(models.Model):
    """What a program brought: all who were meant to be touched against those held back.

    Written by the nightly job, so that a page of programs asks for no orders. Compared
    are those whose window has ended; before, it is too early to tell.
    """

    _inherit = "crm.customer.program"
    _protected_fields = {
        "measured_on",
        "enrolled_count",
        "control_count",
        "touched_count",
        "responded_count",
        "success_count",
        "treated_rate",
        "control_rate",
        "rate_difference",
        "rate_low",
        "rate_high",
        "rate_enough",
        "rate_more_needed",
        "margin_difference",
        "margin_low",
        "margin_high",
        "interval_known",
        "enough",
        "more_needed",
        "extra_margin",
        "return_on_cost",
        "success_cost",
        "margin_by_week",
        "counted_treated",
        "counted_control",
        "counted_cost",
        "last_window_end",
        "many_looks",
        "control_leak_count",
        "outside_count",
        "outside_cost",
    }

    measured_on = fields.Date("Figures As Of", readonly=True, copy=False)
    enrolled_count = fields.Integer("Enrolled", readonly=True, copy=False)
    control_count = fields.Integer(
        "Members in the Control Group", readonly=True, copy=False
    )
    touched_count = fields.Integer("Contacted", readonly=True, copy=False)
    responded_count = fields.Integer(
        "Responded", readonly=True, copy=False, help="Of those who were contacted."
    )
    success_count = fields.Integer(
        "Successes",
        readonly=True,
        copy=False,
        help="Of those not in the control group.",
    )
    # who has been observed to the end: the others would press both arms' figures down
    counted_treated = fields.Integer(
        "Observed to the End",
        readonly=True,
        copy=False,
        help="Of those not in the control group.",
    )
    counted_control = fields.Integer(
        "Control Group Observed to the End", readonly=True, copy=False
    )
    counted_cost = fields.Monetary(
        "Spent on Them", readonly=True, copy=False, aggregator=None
    )
    last_window_end = fields.Date(readonly=True, copy=False)
    many_looks = fields.Boolean(
        readonly=True,
        copy=False,
        help="Customers came in on several days: the interval holds at every look.",
    )
    control_leak_count = fields.Integer(
        "Control Group, Got the Offer Another Way", readonly=True, copy=False
    )
    outside_count = fields.Integer(
        "Used Outside",
        readonly=True,
        copy=False,
        help="Uses of the campaign's coupons by customers who were never enrolled.",
    )
    outside_cost = fields.Monetary(
        "Discount Used Outside", readonly=True, copy=False, aggregator=None
    )
    treated_rate = fields.Float("Success Rate", readonly=True, copy=False)
    control_rate = fields.Float(
        "Success Rate of the Control Group", readonly=True, copy=False
    )
    rate_difference = fields.Float(readonly=True, copy=False)
    rate_low = fields.Float(readonly=True, copy=False)
    rate_high = fields.Float(readonly=True, copy=False)
    rate_enough = fields.Boolean(readonly=True, copy=False)
    rate_more_needed = fields.Integer(readonly=True, copy=False)
    margin_difference = fields.Monetary(
        "Incremental Margin per Customer",
        readonly=True,
        copy=False,
        aggregator=None,
        help="What each customer brought more than the control group's.",
    )
    margin_low = fields.Monetary(readonly=True, copy=False, aggregator=None)
    margin_high = fields.Monetary(readonly=True, copy=False, aggregator=None)
    interval_known = fields.Boolean(readonly=True, copy=False)
    enough = fields.Boolean(
        "Proved", readonly=True, copy=False, help="The interval leaves zero out."
    )
    more_needed = fields.Integer(
        "More Customers Needed", readonly=True, copy=False, aggregator=None
    )
    extra_margin = fields.Monetary(
        "Incremental Margin in All",
        readonly=True,
        copy=False,
        help="Per customer × all others who were observed to the end.",
    )
    return_on_cost = fields.Float(
        "Return",
        readonly=True,
        copy=False,
        aggregator=None,
        help="Incremental margin less cost, for each unit of cost.",
    )
    success_cost = fields.Monetary(
        "Cost per Success",
        readonly=True,
        copy=False,
        aggregator=None,
        help="Of an acquisition campaign: the cost of a new customer.",
    )
    margin_by_week = fields.Json(readonly=True, copy=False)

    measure_name = fields.Char(compute="_compute_words")
    basis_words = fields.Char("Compared", compute="_compute_words")
    leak_words = fields.Char("Beside It", compute="_compute_words")
    margin_words = fields.Char("Incremental Margin", compute="_compute_words")
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
        "kind",
        "measured_on",
        "margin_difference",
        "margin_low",
        "margin_high",
        "interval_known",
        "enough",
        "more_needed",
        "spent",
        "extra_margin",
        "treated_rate",
        "control_rate",
        "rate_low",
        "rate_high",
        "control_count",
        "counted_treated",
        "counted_control",
        "last_window_end",
        "window_days",
        "many_looks",
        "control_leak_count",
        "outside_count",
        "outside_cost",
    )
    def _compute_words(self):
        names = measure_names(self.env)
        for program in self:
            program.measure_name = names[program.kind or "retention"]
            known = bool(program.measured_on)
            program.margin_words = known and margin_in_words(program)
            program.rate_words = known and rate_in_words(program)
            program.cost_words = known and cost_in_words(program)
            program.basis_words = known and basis_in_words(program)
            program.leak_words = known and leak_in_words(program)

    @api.depends_context("lang")
    @api.depends("margin_by_week", "measured_on", "interval_known")
    def _compute_charts(self):
        for program in self:
            program.margin_chart = margin_chart(program)
            program.interval_chart = interval_chart(program)

    def action_measure(self):
        """Bring the figures up to date, at once where there are few members."""
        self.check_access("write")
        # sudo: members and orders are read as the job does
        for program in self.sudo():
            program.measured_on = False
            if program.enrolled_count <= MEASURE_BATCH:
                program._measure_step(MEASURE_BATCH, anew=True)
            else:
                program._forget_measures()
        self._wake("cron_measure_programs")

    @api.model
    def _cron_measure(self, batch_size=MEASURE_BATCH):
        work_through(
            self,
            self._to_measure_domain,
            lambda program: program._measure_step(batch_size),
        )

    @api.model
    def _to_measure_domain(self) -> Domain:
        today = fields.Date.today()
        since = fields.Date.subtract(today, days=MEASURED_DAYS)
        return (
            Domain("state", "!=", "draft")
            & (Domain("measured_on", "=", False) | Domain("measured_on", "<", today))
            & Domain("member_ids", "any", [("observed_until", ">=", since)])
        )

    def _measure_step(self, batch_size: int, anew=False) -> None:
        """Measure the next members; when none is left, work out the figures."""
        today = fields.Date.today()
        due = Domain("program_id", "=", self.id)
        if not anew:
            due &= Domain("measured_on", "=", False) | Domain("measured_on", "<", today)
            due &= Domain(
                "observed_until", ">=", fields.Date.subtract(today, days=MEASURED_DAYS)
            )
        members = self.env["crm.customer.program.member"].search(
            due, limit=batch_size, order="id"
        )
        members._measure()
        if len(members) < batch_size or anew:
            self._work_out()
            self.measured_on = today

    def _forget_measures(self) -> None:
        """Have the job measure all members again."""
        members = self.env["crm.customer.program.member"]
        members.flush_model(["measured_on"])
        self.env.cr.execute(
            SQL(
                "UPDATE crm_customer_program_member SET measured_on = NULL"
                " WHERE program_id = %s",
                self.id,
            )
        )
        members.invalidate_model(["measured_on"])

    def _count_members(self) -> None:
        self.env["crm.customer.program.member"].flush_model()
        [counts] = self.env.execute_query_dict(
            SQL(
                """
                SELECT count(*) AS enrolled_count,
                       count(*) FILTER (WHERE arm = 'control') AS control_count,
                       count(*) FILTER (WHERE touched_at IS NOT NULL) AS touched_count,
                       count(*) FILTER (WHERE arm = 'treated'
                                          AND responded_at IS NOT NULL)
                           AS responded_count,
                       count(*) FILTER (WHERE arm = 'treated' AND success > 0)
                           AS success_count
                  FROM crm_customer_program_member WHERE program_id = %s
                """,
                self.id,
            )
        )
        self.write(counts)

    def _work_out(self) -> None:
        self._count_members()
        # figures go by what is counted here
        self.write(self._counts())
        self.write({**self._figures(), "margin_by_week": self._weekly_margins()})

    def _counts(self) -> dict:
        """Who is compared, and who had the offer that was not meant to."""
        self.env["crm.customer.program.member"].flush_model()
        [counts] = self.env.execute_query_dict(
            SQL(
                """
                SELECT count(*) FILTER (WHERE over AND arm = 'treated')
                           AS counted_treated,
                       count(*) FILTER (WHERE over AND arm = 'control')
                           AS counted_control,
                       coalesce(sum(cost) FILTER (WHERE over), 0) AS counted_cost,
                       max(%(until)s) AS last_window_end,
                       coalesce(min(%(enrolled)s) < max(%(enrolled)s), FALSE)
                           AS many_looks
                  FROM (SELECT *, observed_until <= %(now)s AS over
                          FROM crm_customer_program_member
                         WHERE program_id = %(program)s) member
                """,
                now=fields.Datetime.now(),
                program=self.id,
                until=self._local_day_sql("observed_until"),
                enrolled=self._local_day_sql("enrolled_at"),
            )
        )
        leaks = {"control_leak_count": 0, "outside_count": 0, "outside_cost": 0}
        if self.offer == "discount" and self.loyalty_program_id:
            leaks = self.env["crm.program.outcome"]._read_leaks(self)
        return {**counts, **leaks}

    def _local_day_sql(self, column: str) -> SQL:
        return self.company_id._day_sql(
            SQL("%s", self.company_id.id), SQL.identifier(column)
        )

    def _figures(self) -> dict:
        treated, control = self._outcomes("treated"), self._outcomes("control")
        compared = len(treated["margin"]) + len(control["margin"])
        confidence = at_every_look(compared) if self.many_looks else 0.95
        margin = margin_uplift(
            treated["margin"],
            control["margin"],
            treated_before=treated["before"],
            control_before=control["before"],
            confidence=confidence,
        )
        successes = int(treated["success"].sum())
        rate = rate_uplift(
            successes,
            len(treated["success"]),
            int(control["success"].sum()),
            len(control["success"]),
            confidence=confidence,
        )
        extra = (margin.difference or 0) * margin.treated_count
        cost = self.counted_cost + self.outside_cost
        return {
            "margin_difference": margin.difference,
            "margin_low": margin.low,
            "margin_high": margin.high,
            "interval_known": margin.low is not None,
            "enough": margin.enough,
            "more_needed": margin.more_needed,
            "extra_margin": extra,
            "return_on_cost": (extra - cost) / cost if cost else 0,
            "success_cost": cost / successes if successes else 0,
            "treated_rate": rate.treated_mean,
            "control_rate": rate.control_mean,
            "rate_difference": rate.difference,
            "rate_low": rate.low,
            "rate_high": rate.high,
            "rate_enough": rate.enough,
            "rate_more_needed": rate.more_needed,
        }

    def _outcomes(self, arm: str) -> dict:
        query = SQL(
            """
            SELECT coalesce(margin, 0), coalesce(margin_before, 0), success
              FROM crm_customer_program_member
             WHERE program_id = %s AND arm = %s AND observed_until <= %s
             ORDER BY id
            """,
            self.id,
            arm,
            fields.Datetime.now(),
        )
        columns = {"margin": "float8", "before": "float8", "success": "float8"}
        return read_columns(self.env.cr, query, columns)

    def _weekly_margins(self) -> dict:
        """Margin per customer up to each full week, by arm.

        A week's average is over those who were observed to its end, so that customers
        who came late do not press the line down.
        """
        members = SQL(
            "(SELECT id FROM crm_customer_program_member WHERE program_id = %s)",
            self.id,
        )
        rows = self.env.execute_query(
            self.env["crm.program.outcome"]._weeks_sql(members, fields.Datetime.now())
        )
        last = max(
            (weeks for _arm, weeks, week, _sum in rows if week is None), default=0
        )
        lines = {}
        for arm in ("treated", "control"):
            total, line = 0.0, [0.0]
            for number in range(last):
                seen = [row for row in rows if row[0] == arm and row[1] > number]
                count = sum(amount for *_row, week, amount in seen if week is None)
                if not count:
                    break
                total += sum(a for *_row, week, a in seen if week == number) / count
                line.append(round(total, 2))
            lines[arm] = line
        return lines

from datetime import timedelta

import numpy as np

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ...metrics import drivers as found_drivers, satisfaction
from ...metrics.sending import SendWindow
from .touchpoint_sources import LOW, METRICS, QUESTIONS, SOURCES, TRIGGERS, Source

DRIVER_DAYS = 365
# of the drivers, so that the same answers always tell the same
SEED = 2003
VERDICTS = [
    ("told", "Told"),
    ("few", "Too Few Answers"),
    ("even", "Everybody Says the Same"),
]


class EcrmTouchpoint(models.Model):
    """When customers are asked, what, and by what rule.

    Nobody is asked before it is started, and nobody for what happened before. Who is
    asked follows from the events alone: no agent chooses.
    """

    _name = "ecrm.touchpoint"
    _description = "Touchpoint"
    _inherit = [
        "suite.company.mixin",
        "suite.number.mixin",
        "suite.protected.mixin",
        "suite.job.mixin",
    ]
    _jobs = {"crm_ecrm.cron_ask_customers", "crm_ecrm.cron_refresh_drivers"}
    _protected_fields = {
        *("state", "started_on", "driver_ids", "drivers_on"),
        *("driver_answers", "driver_verdict", "r_squared"),
    }
    _number_limits = {
        "delay_hours": (0, 24 * 365),
        "window_start": (0, 24),
        "window_end": (0, 24),
        "valid_days": (1, 365),
        "reminder_days": (0, 365),
        "low_score": (0, 10),
    }
    _order = "sequence, name, id"

    name = fields.Char(
        "Subject", required=True, translate=True, help="The subject of the e-mail"
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    state = fields.Selection(
        [("draft", "Draft"), ("running", "Asking"), ("paused", "Paused")],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
    )
    started_on = fields.Datetime(readonly=True, copy=False)
    trigger = fields.Selection(TRIGGERS, "Asked After", required=True, default="order")
    metric = fields.Selection(
        METRICS,
        required=True,
        default="csat",
        help="Fixes the scale and the formula",
    )
    question = fields.Char(
        required=True,
        translate=True,
        size=300,
        compute="_compute_question",
        store=True,
        readonly=False,
        precompute=True,
    )
    wording = fields.Char(
        compute="_compute_wording", help="The question as the reader's language has it"
    )
    question_1 = fields.Char("Further Question", translate=True, size=300)
    question_2 = fields.Char("Another Further Question", translate=True, size=300)
    dimension_ids = fields.Many2many(
        "ecrm.dimension",
        string="Dimensions",
        help="Customers judge each from 1 to 5, if they like; what the score hangs on "
        "is told from these.",
    )
    survey_id = fields.Many2one(
        "survey.survey", help="Whose answers come in as feedback"
    )
    survey_question_id = fields.Many2one(
        "survey.question",
        "Question With the Score",
        domain="[('survey_id', '=', survey_id), ('question_type', '=', 'scale')]",
        help="A question with a scale of the metric's length",
    )
    delay_hours = fields.Float("Delay (Hours)", default=24)
    window_start = fields.Float("Sent From", default=9)
    window_end = fields.Float("Sent Until", default=18)
    on_weekends = fields.Boolean("On Saturday and Sunday Too")
    valid_days = fields.Integer("Link Works (Days)", required=True, default=30)
    reminder_days = fields.Integer(
        "Reminder After (Days)", default=7, help="One reminder; 0: none"
    )
    follow_up = fields.Boolean(
        "Follow Up on Low Scores",
        default=True,
        help="Opens a case, so that somebody looks after the customer",
    )
    low_score = fields.Integer(
        "Low up to",
        compute="_compute_low_score",
        store=True,
        readonly=False,
        precompute=True,
    )
    expected_count = fields.Integer(
        "In the Last 30 Days",
        compute="_compute_expected_count",
        help="So many events it would have asked about, before quarantine and consent",
    )
    answer_count = fields.Integer("Answers", compute="_compute_figure")
    figure = fields.Char(compute="_compute_figure")
    change = fields.Char("Change in 90 Days", compute="_compute_change")
    asked_figure = fields.Char("Asked and Answered", compute="_compute_asked_figure")
    driver_ids = fields.One2many("ecrm.driver", "touchpoint_id", readonly=True)
    drivers_on = fields.Datetime("Drivers Computed", readonly=True, copy=False)
    driver_answers = fields.Integer("Answers With All Marks", readonly=True, copy=False)
    driver_verdict = fields.Selection(VERDICTS, readonly=True, copy=False)
    r_squared = fields.Float("Explained (R²)", readonly=True, copy=False)
    driver_reading = fields.Char(compute="_compute_driver_reading")
    driver_chart = fields.Json(compute="_compute_driver_reading")

    _window_range = models.Constraint(
        "CHECK (window_start < window_end)", "It is sent from an hour to a later one."
    )

    @api.depends("metric")
    def _compute_question(self):
        """Own words stay."""
        ours = {self.env._(text) for text in QUESTIONS.values()}
        for touchpoint in self:
            if touchpoint.metric and touchpoint.question in {False, *ours}:
                touchpoint.question = self.env._(QUESTIONS[touchpoint.metric])

    @api.depends("metric", "question")
    @api.depends_context("lang")
    def _compute_wording(self):
        """Our own question is asked in each language that we have it in."""
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        for touchpoint in self:
            touchpoint.wording = touchpoint.question
            if usual := QUESTIONS.get(touchpoint.metric):
                said = {self.with_context(lang=one).env._(usual) for one in languages}
                if touchpoint.question in said:
                    touchpoint.wording = self.env._(usual)

    @api.depends("metric")
    def _compute_low_score(self):
        for touchpoint in self:
            touchpoint.low_score = LOW.get(touchpoint.metric, 0)

    @api.depends("trigger", "company_id")
    def _compute_expected_count(self):
        since = fields.Datetime.now() - timedelta(days=30)
        for touchpoint in self:
            source = touchpoint._source()
            if not source or not self.env[source.model].has_access("read"):
                touchpoint.expected_count = 0
                continue
            events = self.env[source.model].with_context(active_test=False)
            touchpoint.expected_count = events.search_count(
                touchpoint._event_domain(since)
            )

    def _compute_figure(self):
        counts = self._answer_counts()
        for touchpoint in self:
            mine = counts.get(touchpoint._origin.id, satisfaction.Counts())
            touchpoint.answer_count = mine.total
            touchpoint.figure = touchpoint._figure_in_words(mine)

    def _compute_change(self):
        """The last 90 days against the 90 before: only what is shown is a change."""
        now = fields.Datetime.now()
        start, before = (now - timedelta(days=days) for days in (90, 180))
        latest = self._answer_counts(Domain("answered_on", ">=", start))
        former = self._answer_counts(
            Domain("answered_on", ">=", before) & Domain("answered_on", "<", start)
        )
        none = satisfaction.Counts()
        for touchpoint in self:
            id_ = touchpoint._origin.id
            touchpoint.change = touchpoint._change_in_words(
                latest.get(id_, none), former.get(id_, none)
            )

    def _compute_asked_figure(self):
        """Who was asked stands beside the score."""
        ours = [("touchpoint_id", "in", self.ids)]
        asked = self.env["ecrm.feedback"]._read_group(
            [*ours, ("medium", "!=", "phone")], ["touchpoint_id", "state"], ["__count"]
        )
        left_out = self.env["ecrm.coverage"]._read_group(
            [*ours, ("state", "=", "left_out"), ("eligible", "=", 1)],
            ["touchpoint_id"],
            ["__count"],
        )
        counts = {(touchpoint, state): number for touchpoint, state, number in asked}
        not_asked = dict(left_out)
        for touchpoint in self:
            one = touchpoint._origin
            answered = counts.get((one, "answered"), 0)
            reached = answered + counts.get((one, "asked"), 0)
            touchpoint.asked_figure = self.env._(
                "Asked %(asked)s of %(eligible)s, answered %(answered)s of %(asked)s",
                asked=reached,
                eligible=reached + not_asked.get(one, 0),
                answered=answered,
            )

    @api.depends("driver_verdict", "driver_answers", "r_squared", "driver_ids")
    @api.depends_context("lang")
    def _compute_driver_reading(self):
        for touchpoint in self:
            touchpoint.driver_reading = touchpoint._drivers_in_words()
            touchpoint.driver_chart = touchpoint._prepare_chart()

    @api.constrains("metric", "low_score")
    def _check_low_score(self):
        for touchpoint in self:
            low, high = satisfaction.scale(touchpoint.metric)
            if not low <= touchpoint.low_score <= high:
                raise ValidationError(
                    self.env._(
                        "The scores of this metric lie between %(low)s and %(high)s.",
                        low=low,
                        high=high,
                    )
                )

    @api.constrains("metric")
    def _check_metric_stays(self):
        """What was asked as one thing is never counted as another."""
        # sudo: whether somebody was asked, whoever may see it
        asked = self.env["ecrm.feedback"].sudo()
        for metric, touchpoints in self.grouped("metric").items():
            if asked.search_count(
                [
                    ("touchpoint_id", "in", touchpoints.ids),
                    ("metric", "!=", metric),
                ],
                limit=1,
            ):
                raise ValidationError(
                    self.env._(
                        "Customers were asked already: make another touchpoint for "
                        "another metric."
                    )
                )

    @api.constrains("trigger")
    def _check_trigger_stays(self):
        """An invitation is of the kind of event that its touchpoint asks about."""
        # sudo: whether somebody was invited, whoever may see it
        invited = self.env["ecrm.invitation"].sudo()
        for touchpoint in self:
            source = touchpoint._source()
            ours = [("touchpoint_id", "=", touchpoint.id)]
            other = [("res_model", "!=", source.model if source else False)]
            if invited.search_count([*ours, *other], limit=1):
                raise ValidationError(
                    self.env._(
                        "Events were noted already: make another touchpoint for "
                        "another kind of event."
                    )
                )

    @api.constrains("survey_id", "survey_question_id", "metric", "trigger")
    def _check_survey_question(self):
        """A scale of ten about something else is no NPS."""
        for touchpoint in self.filtered(lambda one: one.trigger == "survey"):
            # sudo: surveys have rights of their own; only their scale is asked
            touchpoint = touchpoint.sudo()
            asked = touchpoint.survey_question_id
            fits = (asked.scale_min, asked.scale_max) == satisfaction.scale(
                touchpoint.metric
            )
            ours = asked.survey_id == touchpoint.survey_id
            if not asked or not ours or asked.question_type != "scale" or not fits:
                raise ValidationError(
                    self.env._(
                        "“%(touchpoint)s” needs a question of its survey with the "
                        "metric's scale.",
                        touchpoint=touchpoint.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_asked(self):
        # sudo: whether somebody was asked, whoever may see it
        invited = self.env["ecrm.invitation"].sudo()
        if invited.search_count([("touchpoint_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._("Customers were asked already: archive it instead.")
            )

    def action_start(self):
        """From now on customers are asked about what happens from now on."""
        self.check_access("write")
        resting = self.filtered(lambda one: one.state != "running")
        # sudo: invitations are the system's
        invitations = self.env["ecrm.invitation"].sudo()
        # planned before it rested: too long ago to ask about
        invitations.search(
            [("touchpoint_id", "in", resting.ids), ("state", "=", "planned")]
        ).write({"state": "left_out", "reason": "paused"})
        resting._as_system().write(
            {"state": "running", "started_on": fields.Datetime.now()}
        )

    def action_pause(self):
        """Nobody new is asked; what is asked already may be answered."""
        self.check_access("write")
        self._as_system().write({"state": "paused"})

    def action_refresh_drivers(self):
        self.check_access("read")
        # sudo: whoever reads the drivers may have them computed from all answers
        self.sudo()._refresh_drivers()

    def action_open_feedback(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_ecrm.ecrm_feedback_action"
        )
        return {**action, "domain": [("touchpoint_id", "=", self.id)], "context": {}}

    def action_open_invitations(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_ecrm.ecrm_coverage_action"
        )
        return {**action, "domain": [("touchpoint_id", "=", self.id)], "context": {}}

    @api.model
    def _cron_refresh_drivers(self):
        """Every night, of touchpoints whose answers are judged by dimensions."""
        for touchpoint in self.search([("dimension_ids", "!=", False)]):
            touchpoint._refresh_drivers()

    def _source(self) -> Source | None:
        """What it asks about; nothing for answers that come by themselves."""
        return self._sources().get(self.trigger)

    @api.model
    def _sources(self) -> dict[str, Source]:
        """Hook: what may be asked about, by trigger."""
        return SOURCES

    def _window(self) -> SendWindow:
        days = range(7) if self.on_weekends else self._workdays()
        return SendWindow(self.window_start, self.window_end, frozenset(days))

    def _workdays(self) -> set[int]:
        """Days on which the company works, Monday to Friday where nobody says."""
        lines = self.company_id.resource_calendar_id.attendance_ids
        return {int(line.dayofweek) for line in lines} or set(range(5))

    def _event_domain(self, since) -> Domain:
        """Events since a moment, over by now."""
        self.ensure_one()
        source = self._source()
        companies = [self.company_id.id, *([False] if source.shared else [])]
        return (
            Domain(list(source.base))
            & self._customer_domain(source)
            & Domain(source.company, "in", companies)
            & Domain(source.happened, ">=", since)
            & Domain(source.happened, "<=", fields.Datetime.now())
        )

    def _new_event_domain(self) -> Domain:
        """Events since it was started that have no invitation yet."""
        self.ensure_one()
        self.env["ecrm.invitation"].flush_model(["touchpoint_id", "res_id"])

        def uninvited(model, alias, query):
            return SQL(
                """
                NOT EXISTS (SELECT 1 FROM ecrm_invitation invitation
                             WHERE invitation.touchpoint_id = %s
                               AND invitation.res_id = %s)
                """,
                self.id,
                model._field_to_sql(alias, "id", query),
            )

        return self._event_domain(self.started_on) & Domain.custom(to_sql=uninvited)

    def _invite(self, events) -> None:
        """Write down events; whom to ask is decided when it is time."""
        self.ensure_one()
        source = self._source()
        values = []
        for event in events:
            partner = event.mapped(source.partner)[:1]
            happened = max(filter(None, event.mapped(source.happened)))
            ask_on = happened + timedelta(hours=self.delay_hours)
            values.append(
                {
                    "touchpoint_id": self.id,
                    "res_model": source.model,
                    "res_id": event.id,
                    "partner_id": partner.id,
                    "agent_id": event.mapped(source.agent)[:1].id,
                    "event_on": happened,
                    "ask_on": self._send_time(partner, ask_on),
                }
            )
        self.env["ecrm.invitation"].create(values)

    def _overtaken_events(self, events):
        """Ends of cases that were reopened since: the next end is asked about."""
        if self.trigger != "case":
            return events.browse()
        return events.filtered(lambda episode: episode.case_id.episode_id != episode)

    def _merged_events(self, events):
        """Those whose record went into another one."""
        if self.trigger != "case":
            return events.browse()
        return events.filtered(lambda episode: episode.case_id.state == "merged")

    def _send_time(self, partner, moment):
        """The moment, or when the send window opens next where the person is."""
        zone = partner.tz or self.company_id.partner_id.tz or "UTC"
        return self._window().next(moment, zone)

    def _answer_counts(self, narrowed=Domain.TRUE) -> dict[int, satisfaction.Counts]:
        """Answers of each touchpoint by group, in one query."""
        rows = self.env["ecrm.feedback"]._read_group(
            Domain("touchpoint_id", "in", self.ids)
            & Domain("answer_group", "!=", False)
            & narrowed,
            ["touchpoint_id", "answer_group"],
            ["__count"],
        )
        found: dict[int, dict[str, int]] = {}
        for touchpoint, group, number in rows:
            found.setdefault(touchpoint.id, {})[group] = number
        return {id_: satisfaction.Counts(**groups) for id_, groups in found.items()}

    def _figure_in_words(self, counts: satisfaction.Counts) -> str:
        return self.env["ecrm.feedback"]._figure_in_words(self.metric, counts)

    def _change_in_words(self, latest, former) -> str:
        after, before = (
            satisfaction.figure(self.metric, counts) for counts in (latest, former)
        )
        if not after or not before or not (after.enough and before.enough):
            return self.env._("Too few answers to compare")
        change = satisfaction.change(after, before)
        values = {"change": f"{change.value:+.1f}", "margin": f"{change.margin:.1f}"}
        if not change.shown:
            return self.env._("%(change)s ± %(margin)s: no change shown", **values)
        if change.value > 0:
            return self.env._("%(change)s ± %(margin)s: better", **values)
        return self.env._("%(change)s ± %(margin)s: worse", **values)

    def _refresh_drivers(self) -> None:
        """What the score hangs on, from a year of answers with all marks."""
        since = fields.Datetime.now() - timedelta(days=DRIVER_DAYS)
        for touchpoint in self:
            names, marks, scores = touchpoint._driver_table(since)
            values = touchpoint._prepare_drivers(names, marks, scores)
            touchpoint._as_system().write(
                {
                    **values,
                    "drivers_on": fields.Datetime.now(),
                    "driver_answers": len(scores),
                }
            )

    def _driver_table(self, since):
        """Dimensions, marks and overall scores of answers that have every mark."""
        self.ensure_one()
        dimensions = self.dimension_ids.ids
        for name in ("ecrm.feedback", "ecrm.feedback.mark"):
            self.env[name].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT array_agg(mark.score ORDER BY mark.dimension_id),
                       feedback.score
                  FROM ecrm_feedback feedback
                  JOIN ecrm_feedback_mark mark ON mark.answer_id = feedback.answer_id
                 WHERE feedback.touchpoint_id = %(touchpoint)s
                   AND feedback.answered_on >= %(since)s
                   AND mark.dimension_id = ANY(%(dimensions)s)
                 GROUP BY feedback.id, feedback.score
                HAVING count(*) = %(number)s
                 ORDER BY feedback.id
                """,
                touchpoint=self.id,
                since=since,
                dimensions=dimensions,
                number=len(dimensions),
            )
        )
        marks = np.array([row[0] for row in rows], dtype=float)
        scores = np.array([row[1] for row in rows], dtype=float)
        return sorted(dimensions), marks.reshape(len(rows), len(dimensions)), scores

    def _prepare_drivers(self, dimensions, marks, scores) -> dict:
        nothing = {"driver_ids": [fields.Command.clear()], "r_squared": 0}
        if not dimensions or not found_drivers.enough(len(scores), len(dimensions)):
            return {**nothing, "driver_verdict": "few"}
        try:
            found = found_drivers.find_drivers(
                marks, scores, np.random.default_rng(SEED)
            )
        except ValueError:
            return {**nothing, "driver_verdict": "even"}
        rows = [
            fields.Command.create({"dimension_id": dimension, **driver._asdict()})
            for dimension, driver in zip(dimensions, found.drivers, strict=True)
        ]
        return {
            "driver_ids": [fields.Command.clear(), *rows],
            "driver_verdict": "told",
            "r_squared": found.r_squared,
        }

    def _drivers_in_words(self) -> str:
        if not self.drivers_on:
            return self.env._("Not computed yet.")
        if self.driver_verdict == "few":
            needed = max(
                found_drivers.AT_LEAST,
                found_drivers.PER_DIMENSION * len(self.dimension_ids),
            )
            return self.env._(
                "Too few answers: %(answers)s judge every dimension, %(needed)s are "
                "needed.",
                answers=self.driver_answers,
                needed=needed,
            )
        if self.driver_verdict == "even":
            return self.env._(
                "All answers say the same of a dimension, or give the same score: what "
                "makes a difference cannot be told."
            )
        return self.env._(
            "The dimensions explain %(share)s %% of the differences between "
            "%(answers)s scores.",
            share=round(100 * self.r_squared),
            answers=self.driver_answers,
        )

    def _prepare_chart(self) -> dict | bool:
        """What the importance–performance chart draws; no number is made there."""
        rows = self.driver_ids
        if not rows:
            return False
        return {
            "points": [
                {
                    "id": row.id,
                    "label": row.dimension_id.name,
                    "importance": 100 * row.share,
                    "importanceLow": 100 * row.share_low,
                    "importanceHigh": 100 * row.share_high,
                    "performance": row.performance,
                    "performanceLow": row.performance_low,
                    "performanceHigh": row.performance_high,
                    "quadrant": row.quadrant,
                }
                for row in rows
            ],
            "importanceMiddle": 100 * sum(rows.mapped("share")) / len(rows),
            "performanceMiddle": sum(rows.mapped("performance")) / len(rows),
        }

from odoo import api, fields, models

from odoo.addons.crm_suite.tools.work import work_through

from ...metrics import clock

KINDS = [
    ("first", "First Answer"),
    ("next", "Next Answer"),
    ("solution", "Solution"),
]
STATES = [
    ("running", "Running"),
    ("paused", "Paused"),
    ("met", "Met"),
    ("missed", "Missed"),
    ("no_calendar", "No Calendar"),
    ("ended", "No Longer Promised"),
]


class EcrmCaseClock(models.Model):
    """How one promise on a case stands, as read from what happened.

    A clock that was met or missed keeps its result and the deadline by which it was
    judged, whatever is changed afterwards.
    """

    _name = "ecrm.case.clock"
    _description = "Clock of a Case"
    _order = "episode_id, started_on, id"
    _rec_name = "kind"

    case_id = fields.Many2one(
        "ecrm.case", required=True, readonly=True, index=True, ondelete="cascade"
    )
    episode_id = fields.Many2one(
        "ecrm.case.episode", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="case_id.company_id", store=True)
    team_id = fields.Many2one(related="case_id.team_id", store=True)
    kind = fields.Selection(KINDS, required=True, readonly=True)
    number = fields.Integer(required=True, readonly=True)
    state = fields.Selection(STATES, required=True, readonly=True, index=True)
    started_on = fields.Datetime(readonly=True)
    target_minutes = fields.Integer("Promised Minutes", readonly=True)
    used_minutes = fields.Integer(
        readonly=True, aggregator="avg", help="Working time, without waiting"
    )
    due_on = fields.Datetime("Due", readonly=True)
    warn_on = fields.Datetime(readonly=True)
    finished_on = fields.Datetime("Answered", readonly=True)
    user_id = fields.Many2one("res.users", "Answered By", readonly=True)
    warned_on = fields.Datetime(readonly=True)
    level = fields.Integer("Escalated To Level", readonly=True)
    next_on = fields.Datetime("Looked At Next", readonly=True, index="btree_not_null")

    _number_uniq = models.UniqueIndex(
        "(episode_id, kind, number)", "Clocks of an episode are counted."
    )

    def action_open_case(self):
        return self.case_id._get_records_action()

    def _is_settled(self) -> bool:
        return self.state in clock.SETTLED

    def _is_pending(self) -> bool:
        """Whether somebody still waits for what was promised."""
        return not self.finished_on and self.state != "ended"

    @api.model
    def _cron_watch(self):
        """Warns before a promise is missed, and escalates once a level."""
        cases = self.env["ecrm.case"]
        due = [("next_on", "<", fields.Datetime.now())]
        work_through(
            cases,
            cases._stale_clock_domain,
            lambda some: some._refresh_clocks(),
            50,
            more=lambda: self.search_count(due, limit=1),
        )
        work_through(self, due, lambda some: some._watch(), 20)

    def _watch(self):
        self.case_id._refresh_clocks()
        for one in self:
            now = fields.Datetime.now()
            if not one.next_on or one.next_on >= now:
                continue
            if one.state == "running":
                one._warn(now)
            else:
                one._escalate()
        self.case_id._sum_up_clocks()

    def _warn(self, now):
        self.write({"warned_on": now, "next_on": self.due_on})
        user = self.case_id._responsible_today()
        self.case_id._note("warned", user=user)
        self._tell(user, self.env._("%s is due soon", self._promise_name()))

    def _escalate(self):
        case, team = self.case_id, self.case_id.team_id
        level = self.level + 1
        second_on = None
        if level == 1:
            hours = team._hours()
            second_on = hours.add(self.due_on, clock.minutes(60 * team.second_hours))
            user = case._responsible_today()
        else:
            user = team._stand_in(team.second_id or team.leader_id)
        self.write({"level": level, "next_on": second_on or False})
        case._note("escalated", user=user)
        self._tell(user, self.env._("%s is late", self._promise_name()))

    def _promise_name(self) -> str:
        return dict(self._fields["kind"]._description_selection(self.env))[self.kind]

    def _tell(self, user, summary: str) -> None:
        self.case_id.activity_schedule(
            "mail.mail_activity_data_todo", user_id=user.id, summary=summary
        )

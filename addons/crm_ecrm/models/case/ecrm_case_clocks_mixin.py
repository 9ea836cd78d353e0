from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ...metrics import clock

OPEN = ("new", "open", "waiting")
# events that say what is promised from then on
PROMISING = ("opened", "reopened", "promised")
CLOCK_STATES = [
    ("missed", "Late"),
    ("warned", "Soon"),
    ("running", "On Time"),
    ("paused", "Paused"),
    ("no_calendar", "No Calendar"),
]


class EcrmCaseClocksMixin(models.AbstractModel):
    """What happened on a case, and the clocks that are read from it."""

    _name = "ecrm.case.clocks.mixin"
    _description = "Case with Clocks"
    _inherit = ["suite.protected.mixin"]
    _protected_fields = {
        "episode_id",
        "event_ids",
        "clock_ids",
        "clock_state",
        "due_on",
        "clock_mark",
        "service_level",
    }

    episode_id = fields.Many2one(
        "ecrm.case.episode", "Current Episode", readonly=True, copy=False
    )
    episode_ids = fields.One2many("ecrm.case.episode", "case_id", "Episodes")
    event_ids = fields.One2many("ecrm.case.event", "case_id", "Events", copy=False)
    clock_ids = fields.One2many("ecrm.case.clock", "case_id", "Clocks", copy=False)
    clock_state = fields.Selection(
        CLOCK_STATES, "Clock", readonly=True, copy=False, index="btree_not_null"
    )
    due_on = fields.Datetime("Due", readonly=True, copy=False, index="btree_not_null")
    clock_mark = fields.Char(readonly=True, copy=False)
    service_level = fields.Selection(
        lambda self: self.env["ecrm.team.promise"]._select_service_level(),
        readonly=True,
        copy=False,
        help="What the customer had when the case came in; it stays",
    )

    def _note(self, kind: str, at=None, *, user=None, **values):
        """Note what happened, in superuser mode; the only way to do so.

        Two at one moment would not see each other's: what follows from an event is
        decided by one after the other.
        """
        at = at or fields.Datetime.now()
        self.env["suite.turn"]._take(f"ecrm.case {case.id}" for case in self)
        # sudo: events are written by nobody himself
        return (
            self.env["ecrm.case.event"]
            .sudo()
            .create(
                [
                    {
                        "case_id": case.id,
                        "episode_id": case.sudo().episode_id.id,
                        "kind": kind,
                        "at": at,
                        "user_id": user.id if user else False,
                        "promise": case._promise_now() if kind in PROMISING else False,
                        **values,
                    }
                    for case in self
                ]
            )
        )

    def _service_levels(self) -> dict:
        """Hook: the service level that customers of these cases have now, by case."""
        return {}

    def _keep_service_level(self) -> None:
        """Whatever the customer has later: what was promised for a case, stays."""
        levels = self._service_levels()
        for case in self:
            if case.service_level != levels.get(case, False):
                case.service_level = levels.get(case, False)

    def _promise_now(self) -> dict[str, int]:
        return self.team_id._promise(self.severity, self.service_level)

    def _begin_episode(self, kind: str, at):
        """
        :param kind: ``opened`` or ``reopened``
        """
        for case in self:
            number = len(case.episode_ids) + 1
            case.episode_id = case.episode_ids.create(
                {"case_id": case.id, "number": number, "started_on": at}
            )
            case._note(kind, at)

    @api.model
    def _stale_clock_domain(self) -> Domain:
        """Open cases whose clocks were read by other hours or promises than today's."""
        # sudo: of all companies
        teams = self.env["ecrm.team"].sudo().with_context(active_test=False).search([])
        return Domain("state", "in", OPEN) & Domain.OR(
            Domain("team_id", "=", team.id)
            & Domain("clock_mark", "!=", team._clock_mark())
            for team in teams
        )

    def _refresh_clocks(self):
        """Read the clocks by the hours and promises of now; what is settled stays."""
        for case in self.filtered(lambda one: one.state in OPEN):
            told = case.event_ids.filtered(
                lambda event, case=case: (
                    event.episode_id == case.episode_id and event.kind in PROMISING
                )
            )
            if (told.sorted("id")[-1:].promise or {}) != case._promise_now():
                case._note("promised")
        self._read_clocks()

    def _read_clocks(self):
        """Bring the clocks of the current episodes to what the events say."""
        now = fields.Datetime.now()
        events = self.env["ecrm.case.event"].search(
            [("episode_id", "in", self.episode_id.ids)], order="at, id"
        )
        rows = self.env["ecrm.case.clock"].search(
            [("episode_id", "in", self.episode_id.ids)]
        )
        by_episode = events.grouped("episode_id")
        for team, cases in self.grouped("team_id").items():
            hours, mark = team._hours(), team._clock_mark()
            share = team.warn_percent / 100
            for case in cases:
                known = {
                    (row.kind, row.number): row
                    for row in rows
                    if row.episode_id == case.episode_id
                }
                happened = by_episode.get(case.episode_id, events.browse())
                read = clock.read_clocks(_as_told(happened), hours, now, share)
                for one in read:
                    case._keep_clock(one, known.get((one.kind, one.number)), share)
                if case.clock_mark != mark:
                    case.clock_mark = mark
        self._sum_up_clocks()

    def _keep_clock(self, read: clock.Clock, row, share: float):
        if row and row._is_settled():
            if read.finished and not row.finished_on and row.state == "missed":
                # late, but answered: the judgement and its deadline stay
                row.write(
                    {
                        "finished_on": read.finished,
                        "used_minutes": _minutes(read.used),
                        "user_id": read.who or False,
                        "next_on": False,
                    }
                )
            elif self.state not in OPEN and row.next_on:
                row.next_on = False
            return
        values = {
            "state": read.state,
            "started_on": read.started,
            "target_minutes": _minutes(read.target),
            "used_minutes": _minutes(read.used),
            "due_on": read.due or False,
            "warn_on": (share and read.warn) or False,
            "finished_on": read.finished or False,
            "user_id": read.who or False,
        }
        warned = bool(row and row.warned_on)
        if read.finished or self.state not in OPEN:
            values["next_on"] = False
        elif read.state == clock.RUNNING:
            values["next_on"] = (not warned and values["warn_on"]) or read.due
        elif read.state == clock.MISSED:
            values["next_on"] = read.due
        else:
            values["next_on"] = False
        if not row:
            self.env["ecrm.case.clock"].create(
                {
                    "case_id": self.id,
                    "episode_id": self.episode_id.id,
                    "kind": read.kind,
                    "number": read.number,
                    **values,
                }
            )
        else:
            _write_changed(row, values)

    def _sum_up_clocks(self):
        """What the board shows: the most urgent of all clocks."""
        rows = self.env["ecrm.case.clock"].search(
            [("episode_id", "in", self.episode_id.ids)]
        )
        by_episode = rows.grouped("episode_id")
        for case in self:
            pending = by_episode.get(case.episode_id, rows.browse()).filtered(
                lambda row: row._is_pending()
            )
            if case.state not in OPEN:
                pending = pending.browse()
            states = {
                "warned" if row.warned_on and row.state == "running" else row.state
                for row in pending
            }
            urgent = next((s for s, _label in CLOCK_STATES if s in states), False)
            dues = [row.due_on for row in pending if row.due_on]
            answers = [
                row.due_on for row in pending if row.due_on and row.kind != "solution"
            ]
            _write_changed(
                case,
                {
                    "clock_state": urgent,
                    "due_on": min(dues) if dues else False,
                    "promised_on": min(answers or dues) if dues else False,
                },
            )

    def _responsible_today(self):
        """Who must hear of it: whoever has the case or stands in, else the leader."""
        self.ensure_one()
        return self.team_id._stand_in(self.user_id or self.team_id.leader_id)


def _write_changed(record, values: dict) -> None:
    """Write what is new only: most clocks are as they were."""
    known = record.read(list(values), load=None)[0]
    changed = {name: value for name, value in values.items() if known[name] != value}
    if changed:
        record.write(changed)


def _minutes(time: timedelta) -> int:
    return round(time.total_seconds() / 60)


def _as_told(events) -> list[clock.Event]:
    return [
        clock.Event(
            at=event.at,
            kind=event.kind,
            who=event.user_id.id or None,
            promise={
                kind: timedelta(minutes=number)
                for kind, number in (event.promise or {}).items()
            }
            if event.kind in PROMISING
            else None,
            carried={
                kind: tuple(map(fields.Datetime.to_datetime, moments))
                for kind, moments in (event.carried or {}).items()
            },
        )
        for event in events
    ]

import hashlib
import json

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command, Domain

from ...metrics.clock import Hours, Span, minutes_of, stand_in
from .ecrm_team_promise import SEVERITY

# first answer, next answer, solution: working hours that a new team promises
USUAL = {"low": (16, 16, 80), "normal": (8, 8, 40), "serious": (2, 4, 16)}


class EcrmTeam(models.Model):
    """Who answers customers, when, and what they may rely on."""

    _name = "ecrm.team"
    _description = "Service Team"
    _inherit = [
        "mail.alias.mixin",
        "suite.company.mixin",
        "suite.number.mixin",
        "suite.job.mixin",
    ]
    # there is no case without a team
    _jobs = {
        "crm_ecrm.cron_watch_cases",
        "crm_ecrm.cron_share_answers",
        "crm_ecrm.cron_confirm_cases",
    }
    _order = "sequence, id"
    _company_links = {"calendar_id"}
    _number_limits = {
        "warn_percent": (0, 100),
        "second_hours": (0, 1000),
        "silence_days": (0, 365),
        "hour_cost": (0, 1e9),
    }

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    leader_id = fields.Many2one(
        "res.users",
        required=True,
        ondelete="restrict",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        help="Gets what nobody else takes, and hears of promises that stay missed",
    )
    second_id = fields.Many2one(
        "res.users",
        "Second Level",
        ondelete="set null",
        domain="[('share', '=', False)]",
        help="Hears instead of the leader of promises that stay missed",
    )
    second_hours = fields.Float(
        "Second Level After", default=4, help="Working hours after the promised time"
    )
    calendar_id = fields.Many2one(
        "resource.calendar",
        "Working Hours",
        default=lambda self: self.env.company.resource_calendar_id,
        help="Without them nothing is promised",
    )
    member_ids = fields.One2many("ecrm.team.member", "team_id", "Members")
    promise_ids = fields.One2many(
        "ecrm.team.promise",
        "team_id",
        "Promises",
        default=lambda self: self._usual_promises(),
    )
    assigns = fields.Boolean(
        "Assign by Load",
        default=True,
        help="New cases go to whoever is there and has the fewest open ones",
    )
    warn_percent = fields.Integer(
        "Warn After (%)", default=75, help="Of the promised time; 0 for no warning"
    )
    silence_days = fields.Integer(
        "Closed After Silence",
        default=7,
        help="Days after which a solved case is closed if the customer says nothing; "
        "0 for never",
    )
    hour_cost = fields.Monetary(
        "Cost per Hour", help="What an hour of work on cases costs"
    )
    receiving_server = fields.Char(
        help="How your mail server names itself in the header Authentication-Results. "
        "If given, mails that it does not vouch for are from nobody in particular."
    )
    open_count = fields.Integer(compute="_compute_open_count")

    _warn_range = models.Constraint(
        "CHECK (warn_percent BETWEEN 0 AND 100)", "A share lies between 0 and 100."
    )

    def _compute_open_count(self):
        counts = dict(
            self.env["ecrm.case"]._read_group(
                Domain("team_id", "in", self.ids)
                & Domain("state", "in", ["new", "open", "waiting"]),
                ["team_id"],
                ["__count"],
            )
        )
        for team in self:
            team.open_count = counts.get(team._origin, 0)

    @api.constrains("leader_id", "second_id")
    def _check_internal(self):
        for team in self:
            # sudo: whether somebody is an employee is no secret
            if any(user.share for user in (team.leader_id | team.second_id).sudo()):
                raise ValidationError(
                    self.env._("Only employees can lead a service team.")
                )

    def write(self, vals):
        # Odoo writes what is the alias's with its own rights
        self.check_access("write")
        res = super().write(vals)
        if {"calendar_id", "warn_percent"} & vals.keys():
            self._look_again()
        return res

    def action_open_cases(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_ecrm.ecrm_case_action"
        )
        return action | {
            "domain": [("team_id", "=", self.id)],
            "context": {"default_team_id": self.id, "search_default_open": 1},
        }

    @api.model
    def _usual_promises(self):
        names = ("first_hours", "next_hours", "solution_hours")
        return [
            Command.create(
                {"severity": severity, **dict(zip(names, USUAL[severity], strict=True))}
            )
            for severity, _label in SEVERITY
        ]

    def _alias_get_creation_values(self):
        values = super()._alias_get_creation_values()
        values["alias_model_id"] = self.env["ir.model"]._get_id("ecrm.case")
        if self.id:
            values["alias_defaults"] = {"team_id": self.id}
        return values

    @api.model
    def _of_company(self, company):
        """The team that gets what is addressed to nobody in particular."""
        return self.search([("company_id", "=", company.id)], limit=1)

    @api.model
    def _first_of_company(self, company):
        """The same; a company that never had one gets it with its first message.

        It promises nothing: that is for those who set it up. Whoever archived all
        teams wants no messages.
        """
        if team := self._of_company(company):
            return team
        teams = self.with_context(active_test=False, lang=company.partner_id.lang)
        teams.env["suite.turn"]._take([f"ecrm.team {company.id}"])
        if found := teams.search([("company_id", "=", company.id)]):
            return found.filtered("active")[:1]
        return teams.with_company(company).create(
            {
                "name": teams.env._("Customer Service"),
                "company_id": company.id,
                "leader_id": self._first_leader(company).id,
                "promise_ids": False,
            }
        )

    @api.model
    def _first_leader(self, company):
        """Who may set it up, rather a person than the system."""
        managers = self.env.ref("crm_ecrm.group_voice_manager").all_user_ids
        people = managers.filtered(
            lambda user: user.active and company in user.company_ids
        ).sorted("id")
        admin = self.env.ref("base.user_admin")
        return (people - admin)[:1] or people[:1] or admin

    def _look_again(self) -> None:
        """Have the clocks of open cases read anew, soon."""
        job = self.env.ref("crm_ecrm.cron_watch_cases", raise_if_not_found=False)
        if job:
            # sudo: whoever changes a promise may have the clocks follow it
            job.sudo()._trigger()

    def _hours(self) -> Hours:
        """When the team works, as far as its calendar says."""
        # sudo: calendars are everybody's to work by, whoever may read them
        calendar = self.sudo().calendar_id
        if not calendar.active:
            return Hours(calendar.tz or "UTC", ())
        spans = tuple(
            Span(
                int(one.dayofweek),
                minutes_of(one.hour_from),
                minutes_of(one.hour_to),
                int(one.week_type)
                if calendar.two_weeks_calendar and one.week_type
                else None,
            )
            for one in calendar.attendance_ids
            if not one.display_type
            and one.day_period != "lunch"
            and one.hour_to > one.hour_from
        )
        leaves = calendar.env["resource.calendar.leaves"].search(
            Domain("resource_id", "=", False)
            & Domain("time_type", "=", "leave")
            & Domain("calendar_id", "in", [False, calendar.id])
            & Domain("company_id", "in", [False, self.company_id.id])
        )
        closed = tuple((one.date_from, one.date_to) for one in leaves)
        return Hours(calendar.tz or "UTC", spans, closed)

    def _promise(self, severity: str, level: str | bool = False) -> dict[str, int]:
        """Minutes that are promised for a case, by kind of clock.

        A service level for which the team promises nothing of its own has the usual.
        """
        # sudo: what is promised to customers is no secret
        promises = self.sudo().promise_ids.filtered(
            lambda one: one.severity == severity
        )
        usual = promises.filtered(lambda one: not one.service_level)
        own = promises.filtered(lambda one: one.service_level == level)
        return (own or usual)[:1]._in_minutes()

    def _clock_mark(self) -> str:
        """Changes with whatever clocks depend on."""
        self.ensure_one()
        hours = self._hours()
        # sudo: what is promised to customers is no secret
        promises = self.sudo().promise_ids
        told = [
            hours.zone,
            hours.spans,
            hours.closed,
            self.warn_percent,
            sorted(
                (one.severity, one.service_level or "", one._in_minutes())
                for one in promises
            ),
        ]
        text = json.dumps(told, default=str, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def _members_here(self):
        """Members who are there and may work on cases."""
        members = self.member_ids
        away = self._away(members.user_id)
        return members.filtered(
            lambda member: (
                member.user_id not in away
                and member.user_id.has_group("crm_ecrm.group_voice_agent")
            )
        )

    def _away(self, users):
        """Who of them is not there when the team works next: now, if it does.

        By the dates of its members, and by absences in Odoo, which Time Off notes too:
        one look for all of them.
        """
        self.ensure_one()
        now = fields.Datetime.now()
        # an absence of whole days is kept by the hours of work alone
        moment = self._hours().next(now) or now
        # sudo: that a colleague is away is no secret; the reason is not read
        leaves = self.env["resource.calendar.leaves"].sudo()
        absent = leaves.search(
            Domain("resource_id.user_id", "in", users.ids)
            & Domain("time_type", "=", "leave")
            & Domain("date_from", "<=", moment)
            & Domain("date_to", ">", moment)
        )
        ids = {*absent.resource_id.user_id.ids}
        ids.update(self.member_ids.filtered(lambda one: one._is_away()).user_id.ids)
        return users.filtered(lambda user: user.id in ids or not user.active)

    def _least_loaded(self):
        """Of those who are there, who has the fewest open cases; perhaps nobody."""
        self.ensure_one()
        members = self._members_here()
        loads = dict(
            self.env["ecrm.case"]._read_group(
                Domain("user_id", "in", members.user_id.ids)
                & Domain("state", "in", ["new", "open", "waiting"]),
                ["user_id"],
                ["__count"],
            )
        )
        by_load = members.sorted(
            lambda one: (loads.get(one.user_id, 0), one.sequence, one.id)
        )
        return by_load[:1].user_id

    def _stand_in(self, user):
        """Who acts for somebody today: himself, a deputy, or the leader at last."""
        self.ensure_one()
        members = self.member_ids
        deputies = {one.user_id.id: one.deputy_id.id for one in members}
        away = self._away(members.user_id | members.deputy_id | user)
        return user.browse(stand_in(user.id, deputies, {*away.ids}, self.leader_id.id))

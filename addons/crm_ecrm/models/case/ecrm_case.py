import hashlib
from collections.abc import Sequence
from typing import Any

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import clean_context, email_normalize

from odoo.addons.crm_suite.tools.work import work_through

from .ecrm_case_clocks_mixin import OPEN
from .ecrm_team_promise import SEVERITY

CASE_KINDS = [
    ("complaint", "Complaint"),
    ("request", "Request"),
    ("question", "Question"),
    ("praise", "Praise"),
]
STATES = [
    ("new", "New"),
    ("open", "In Progress"),
    ("waiting", "Waiting for Customer"),
    ("solved", "Solved"),
    ("closed", "Closed"),
    ("merged", "Merged"),
]
MEDIA = [
    ("portal", "Portal"),
    ("form", "Form"),
    ("mail", "E-mail"),
    ("phone", "Phone"),
    ("staff", "Staff"),
    ("api", "Interface"),
]
SENDERS = [
    ("known", "Verified"),
    ("typed", "Address Not Confirmed"),
    ("failed", "Sender Not Verified"),
]
SHOWN = {
    "new": "received",
    "open": "working",
    "waiting": "waiting",
    "solved": "answered",
    "closed": "closed",
    "merged": "closed",
}
# whoever enters these tells in the form itself what the customer said
ENTERED = ("staff", "phone", "api")
ALIKE_DAYS = 30
LONGEST_NAME, LONGEST_TEXT = 200, 10_000


class EcrmCase(models.Model):
    """What a customer needs from us: a complaint, a request, a question, praise.

    By whatever way it comes in, it comes in by `_receive`; what customers write
    afterwards by `_hear`, what we write by `_say` or the chatter. States follow from
    what happens and are never written by hand.
    """

    _name = "ecrm.case"
    _description = "Case of a Customer"
    _inherit = [
        "ecrm.entry.mixin",
        "ecrm.case.clocks.mixin",
        "ecrm.case.portal.mixin",
        "suite.number.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "opened_on desc, id desc"
    _entry_kind = "case"
    # Odoo counts by it how much one sender opens, and so finds loops
    _primary_email = "email_from"
    _company_links = {"product_id", "order_id", "invoice_id"}
    _number_limits = {"minutes_spent": (0, 100_000), "compensation": (0, 1e12)}
    _protected_fields = {
        "state",
        "sender",
        "visibility",
        "opened_on",
        "promised_on",
        "form_token",
        "text_mark",
        "unread",
        "similar_id",
        "merged_into_id",
        "solved_on",
        "closed_on",
        "confirmed",
    }

    name = fields.Char("Subject", required=True, tracking=True)
    description = fields.Text("In the Customer's Words")
    kind = fields.Selection(
        CASE_KINDS, required=True, default="request", tracking=True, index=True
    )
    category_id = fields.Many2one(
        "ecrm.case.category", ondelete="restrict", tracking=True, index="btree_not_null"
    )
    cause_id = fields.Many2one(
        "ecrm.case.cause", ondelete="restrict", tracking=True, index="btree_not_null"
    )
    severity = fields.Selection(
        SEVERITY, required=True, default="normal", tracking=True
    )
    state = fields.Selection(
        STATES,
        required=True,
        readonly=True,
        default="new",
        copy=False,
        tracking=True,
        index=True,
        group_expand="_expand_states",
    )
    medium = fields.Selection(MEDIA, required=True, default="staff", copy=False)
    team_id = fields.Many2one(
        "ecrm.team",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
        default=lambda self: self.env["ecrm.team"]._of_company(self.env.company),
    )
    user_id = fields.Many2one(
        "res.users",
        "Assigned To",
        tracking=True,
        index="btree_not_null",
        domain="[('share', '=', False)]",
    )
    email_from = fields.Char("Customer's Address", tracking=True)
    contact_name = fields.Char()
    phone = fields.Char()
    sender = fields.Selection(
        SENDERS,
        required=True,
        readonly=True,
        copy=False,
        default="known",
        help="A typed address is nobody's until a mail to it was answered",
    )
    product_id = fields.Many2one("product.product", index="btree_not_null")
    order_id = fields.Many2one("sale.order", index="btree_not_null")
    invoice_id = fields.Many2one("account.move", index="btree_not_null")
    parent_id = fields.Many2one(
        "ecrm.case",
        "Common Cause",
        check_company=True,
        index="btree_not_null",
        help="The case that stands for a fault which several customers met",
    )
    child_ids = fields.One2many("ecrm.case", "parent_id", "Cases of the Same Cause")
    merged_into_id = fields.Many2one(
        "ecrm.case", readonly=True, copy=False, index="btree_not_null"
    )
    merged_ids = fields.One2many("ecrm.case", "merged_into_id", "Merged Cases")
    similar_id = fields.Many2one(
        "ecrm.case",
        "Possibly the Same",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    form_token = fields.Char(
        readonly=True, copy=False, groups="base.group_system", index="btree_not_null"
    )
    text_mark = fields.Char(readonly=True, copy=False, index="btree_not_null")
    unread = fields.Boolean(
        readonly=True, copy=False, help="The customer wrote after the case had ended"
    )
    solved_on = fields.Datetime(readonly=True, copy=False)
    closed_on = fields.Datetime(readonly=True, copy=False)
    confirmed = fields.Selection(
        [("customer", "By the Customer"), ("silence", "By Silence")],
        readonly=True,
        copy=False,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    minutes_spent = fields.Integer("Time Spent (Minutes)")
    compensation = fields.Monetary(help="What the customer got, beside the solution")
    cost = fields.Monetary(
        compute="_compute_cost",
        store=True,
        help="Time spent by what an hour of the team costs, and the compensation",
    )

    _form_token_uniq = models.UniqueIndex(
        "(form_token) WHERE form_token IS NOT NULL", "What was sent twice, counts once."
    )

    @api.depends("state")
    def _compute_portal_status(self):
        for case in self:
            case.portal_status = SHOWN[case.state]

    @api.depends("minutes_spent", "compensation", "team_id")
    def _compute_cost(self):
        """By the hour's cost of that time, not of later ones."""
        for case in self:
            hours = case.minutes_spent / 60
            case.cost = hours * case.team_id.hour_cost + case.compensation

    @api.depends("name", "number")
    def _compute_display_name(self):
        for case in self:
            case.display_name = f"{case.number} {case.name or ''}".strip()

    @api.model
    def _expand_states(self, states, domain):
        """The board has a column for each state in which somebody must do something."""
        return [*OPEN, "solved"]

    @api.constrains("parent_id")
    def _check_parent(self):
        if self._has_cycle():
            raise UserError(self.env._("A case cannot stand for itself."))

    @api.constrains("user_id")
    def _check_user(self):
        for case in self:
            # sudo: whether somebody is an employee is no secret
            if case.user_id.sudo().share:
                raise UserError(self.env._("Cases are assigned to employees only."))

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if partner := self.env["res.partner"].browse(vals.get("partner_id") or ()):
                vals.setdefault("email_from", partner.email_formatted or partner.email)
        cases = super().create(vals_list)
        # sudo: what a new case begins with is written by the system
        cases.sudo()._begin()
        return cases

    def write(self, vals):
        if {"email_from", "partner_id"} & vals.keys() and not self._is_by_system():
            for case in self.filtered(lambda one: one._goes_to_another(vals)):
                case.check_access("write")
                # sudo: links that were sent to the former customer end
                case.sudo().key = case._new_key()
        moved, before = self.browse(), {}
        if {"team_id", "severity"} & vals.keys():
            moved = self.filtered(
                lambda one: any(
                    name in vals and one._differs(name, vals[name])
                    for name in ("team_id", "severity")
                )
            )
        if "partner_id" in vals:
            # sudo: to compare, not to show
            before = {one: one.commercial_partner_id for one in self.sudo()}
        res = super().write(vals)
        # sudo: whose case it turns out to be, has what was promised to him
        given = self.sudo().filtered(
            lambda one: one in before and one.commercial_partner_id != before[one]
        )
        given._keep_service_level()
        # sudo: clocks are read by the system
        (moved.sudo() | given)._refresh_clocks()
        return res

    def _goes_to_another(self, vals) -> bool:
        """Whether these values name another customer, or another address of his."""
        address = email_normalize(vals.get("email_from") or "")
        if address and address != email_normalize(self.email_from or ""):
            return True
        partner = vals.get("partner_id")
        return "partner_id" in vals and self._differs("partner_id", partner)

    def action_take(self):
        """Work on it oneself."""
        self.check_access("write")
        self.write({"user_id": self.env.uid})
        # sudo: states follow from what is done
        self.sudo().filtered(lambda case: case.state == "new").state = "open"

    def action_answer(self):
        """Write to the customer, and say how it goes on."""
        self.ensure_one()
        self.check_access("write")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_ecrm.ecrm_case_answer_action"
        )
        return action | {"context": {"default_case_id": self.id}}

    def action_wait(self):
        """The customer must say something before we can go on."""
        self.check_access("write")
        # sudo: states follow from what is done
        self.sudo()._wait(self.env.user)

    def action_resume(self):
        """Go on without the customer's answer."""
        self.check_access("write")
        for case in self.filtered(lambda one: one.state == "waiting"):
            # sudo: states follow from what is done
            case = case.sudo()
            case._note("resumed", user=self.env.user)
            case.state = "open"
            case._read_clocks()

    def action_solve(self):
        self.check_access("write")
        # sudo: states follow from what is done
        self.sudo()._solve(self.env.user)

    def action_close(self):
        """End it without a solution, such as advertising."""
        self.check_access("write")
        # sudo: states follow from what is done
        self.sudo()._close(None, self.env.user)

    def action_reopen(self):
        """Take it up again; the clock runs from the message that nobody read yet."""
        self.check_access("write")
        for case in self.filtered(lambda one: one.state in ("solved", "closed")):
            # sudo: states follow from what is done
            case = case.sudo()
            late = case.event_ids.filtered(
                lambda event, case=case: (
                    event.kind == "after" and event.episode_id == case.episode_id
                )
            )
            case._reopen(late[:1].at if case.unread and late else None)

    def action_mark_read(self):
        """What the customer wrote after the end asks for nothing, such as thanks."""
        self.check_access("write")
        # sudo: written by the system
        self.sudo().unread = False

    def action_trust_sender(self):
        """Somebody made sure who it is."""
        self.check_access("write")
        # sudo: written by the system
        for case in self.sudo().filtered(lambda one: one.sender == "failed"):
            case.sender = "known" if case.partner_id else "typed"

    def action_merge_similar(self):
        """The same said twice: go on in the other case."""
        for case in self:
            case._merge_into(case.similar_id)

    def action_not_similar(self):
        self.check_access("write")
        # sudo: written by the system
        self.sudo().similar_id = False

    def action_merge(self):
        """Go on in the oldest of these cases, which are of one customer."""
        oldest = self.sorted("opened_on")[:1]
        (self - oldest)._merge_into(oldest)
        return oldest._get_records_action()

    @api.model
    def _cron_confirm_by_silence(self):
        """Closes solved cases whose customers said nothing more."""
        work_through(self, self._silent_domain, lambda some: some._close("silence"), 20)

    @api.model
    def _silent_domain(self) -> Domain:
        now = fields.Datetime.now()
        # sudo: of all companies
        teams = self.env["ecrm.team"].sudo().with_context(active_test=False).search([])
        return Domain([("state", "=", "solved"), ("unread", "=", False)]) & Domain.OR(
            Domain("team_id", "=", team.id)
            & Domain(
                "solved_on", "<", fields.Datetime.subtract(now, days=team.silence_days)
            )
            for team in teams
            if team.silence_days
        )

    @api.model
    def _receive(
        self,
        values: dict[str, Any],
        *,
        by,
        medium: str,
        token: str | None = None,
        files: Sequence[tuple[str, bytes]] = (),
        at=None,
        message: dict[str, Any] | None = None,
    ):
        """A customer wants something: the one way in for portal, form, mail, interface.

        :param values: of the fields that the customer may fill in; by whoever may, of
            others too
        :param by: the contact who surely says it; empty if nobody is proven
        :param token: what was sent twice under one token, counts once
        :param at: when it came in, if not now
        :param message: more of what was sent, such as the identity of a mail
        :return: the case in superuser mode
        """
        # sudo: whoever writes to us may, and sees nothing by it
        cases = self.sudo().with_context(clean_context(self.env.context))
        if token:
            cases.env["suite.turn"]._take([f"case {token}"])
            if known := cases.search([("form_token", "=", token)]):
                return known
        team = cases.env["ecrm.team"].browse(values.get("team_id") or ())
        is_first = not team and not team._of_company(cases.env.company)
        team = team or team._first_of_company(cases.env.company)
        if not team:
            raise UserError(self.env._("Nobody is there yet to receive messages."))
        values = {
            "sender": "known" if by else "typed",
            **values,
            "partner_id": by.id,
            "medium": medium,
            "team_id": team.id,
            "company_id": team.company_id.id,
            "form_token": token,
        }
        if at:
            values["opened_on"] = at
        if by and not values.get("email_from"):
            values["email_from"] = by.email_formatted or by.email
        quiet = cases.with_company(team.company_id).with_context(
            mail_create_nosubscribe=True
        )
        case = quiet.create([values]).with_env(cases.env)
        if medium not in ENTERED:
            case._post_words(by, case.description or "", files, message or {})
        case._find_similar()
        if is_first:
            case._tell_of_first()
        if medium in ("form", "mail"):
            case._acknowledge()
        return case

    def _tell_of_first(self) -> None:
        """The first message of a company that was not ready for any."""
        leader = self.team_id.leader_id
        self.with_context(lang=leader.lang).activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=leader.id,
            summary=self.with_context(lang=leader.lang).env._(
                "Set up the service team: who answers, and how soon"
            ),
        )

    def _begin(self):
        """What every case begins with, whoever creates it."""
        self._keep_service_level()
        for case in self:
            case._begin_episode("opened", case.opened_on)
            if case.medium in ENTERED and case.description:
                case._post_words(case.partner_id, case.description)
            if case.medium == "phone":
                # the call itself is the first answer
                case._note("agent", user=case.create_uid)
            if not case.user_id and case.team_id.assigns:
                case.user_id = case.team_id._least_loaded()
        self._read_clocks()

    def _wait(self, user) -> None:
        for case in self.filtered(lambda one: one.state in ("new", "open")):
            asked = case.event_ids.filtered(
                lambda event, case=case: (
                    event.kind == "agent" and event.episode_id == case.episode_id
                )
            )
            if not asked:
                raise UserError(
                    self.env._(
                        "%s: write to the customer first; nothing was asked yet.",
                        case.number,
                    )
                )
            case._note("waiting", user=user)
            case.state = "waiting"
        self._read_clocks()

    def _solve(self, user) -> None:
        for case in self.filtered(lambda one: one.state in OPEN):
            case._note("solved", user=user)
            now = fields.Datetime.now()
            case.write({"state": "solved", "solved_on": now, "unread": False})
            case.episode_id.write({"solved_on": now, "user_id": user.id})
        self._read_clocks()

    def _close(self, confirmed: str | None, user=None) -> None:
        """
        :param confirmed: by ``customer`` or ``silence`` that it is solved, if so
        """
        now = fields.Datetime.now()
        for case in self.filtered(lambda one: one.state in (*OPEN, "solved")):
            if confirmed and case.state != "solved":
                # the customer himself says that it is
                case._note("solved", user=case.user_id)
                case.solved_on = now
                case.episode_id.write({"solved_on": now, "user_id": case.user_id.id})
            case._note("confirmed" if confirmed else "closed", user=user)
            case.write({"state": "closed", "closed_on": now, "confirmed": confirmed})
            case.episode_id.write({"ended_on": now, "confirmed": confirmed})
            case.activity_unlink(["mail.mail_activity_data_todo"])
        self._read_clocks()

    def _reopen(self, at=None) -> None:
        """Begin the next episode."""
        for case in self.filtered(lambda one: one.state in ("solved", "closed")):
            ended = {"state": "open", "solved_on": False, "closed_on": False}
            case.write({**ended, "confirmed": False, "unread": False})
            case._begin_episode("reopened", at or fields.Datetime.now())
        self._read_clocks()

    def _merge_into(self, target) -> None:
        """Go on in another case of the same customer; everything said stays."""
        if not self.env.user.has_group("crm_ecrm.group_voice_leader"):
            raise AccessError(self.env._("Only team leaders merge cases."))
        (self | target).check_access("write")
        # sudo: what follows from a merge is written by the system
        target = target.sudo()
        for case in self.sudo():
            if not target or case == target or case.state == "merged":
                raise UserError(self.env._("There is nothing to merge."))
            if target.state == "merged" or case in target._goes_on_in():
                raise UserError(self.env._("Choose the case that goes on."))
            if not case._is_of(target.partner_id, target.email_from):
                raise UserError(
                    self.env._(
                        "%(one)s and %(other)s are of different customers: give them "
                        "a common cause instead.",
                        one=case.number,
                        other=target.number,
                    )
                )
            carried = {
                row.kind: [str(row.started_on), str(row.due_on)]
                for row in case.clock_ids
                if row.episode_id == case.episode_id
                and row._is_pending()
                and row.due_on
                and case.state in OPEN
            }
            case._note("merged", user=self.env.user)
            ended = {"state": "merged", "merged_into_id": target.id, "unread": False}
            case.write(
                {**ended, "similar_id": False, "closed_on": fields.Datetime.now()}
            )
            case._hand_children_to(target)
            case.episode_id.ended_on = fields.Datetime.now()
            case.activity_unlink(["mail.mail_activity_data_todo"])
            case._read_clocks()
            if target.state in ("solved", "closed") and carried:
                target._reopen()
            if carried:
                target._note("carried", carried=carried)
            for one, other in ((case, target), (target, case)):
                one._message_log(
                    body=self.env._(
                        "Merged: %s", other._get_html_link(other.display_name)
                    )
                    if one == target
                    else self.env._("Goes on in %s", other.display_name)
                )
        target._read_clocks()

    def _goes_on_in(self):
        cases = self.browse()
        case = self
        while case:
            cases |= case
            case = case.merged_into_id
        return cases

    def _is_of(self, partner, address: str | None) -> bool:
        """Whether this contact or address is the customer, or of the same company."""
        self.ensure_one()
        if partner and self.commercial_partner_id:
            return partner.commercial_partner_id == self.commercial_partner_id
        mine = email_normalize(self.email_from or "")
        return bool(mine) and mine == email_normalize(address or partner.email or "")

    def _find_similar(self) -> None:
        """The same text by the same sender lately: perhaps sent twice."""
        for case in self:
            told = f"{case.name} {case.description or ''}".casefold().split()
            whose = email_normalize(case.email_from or "") or case.partner_id.id
            text = f"{case.company_id.id} {whose} {' '.join(told)}"
            case.text_mark = hashlib.sha256(text.encode()).hexdigest()
            if whose and not case.similar_id:
                since = fields.Datetime.subtract(case.opened_on, days=ALIKE_DAYS)
                case.similar_id = self.search(
                    Domain("text_mark", "=", case.text_mark)
                    & Domain("id", "!=", case.id)
                    & Domain("opened_on", ">=", since)
                    & Domain("state", "!=", "merged"),
                    limit=1,
                )

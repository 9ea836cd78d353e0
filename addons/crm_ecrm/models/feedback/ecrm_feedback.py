import secrets
from datetime import timedelta
from typing import Any

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import email_normalize
from odoo.tools.misc import hash_sign, verify_hash_signed

from odoo.addons.crm_suite.tools.dates import written_day
from odoo.addons.crm_suite.tools.links import read_link, scope, sign_link
from odoo.addons.crm_suite.tools.mails import write_mail

from ...metrics import satisfaction
from .touchpoint_sources import METRICS

GROUPS = [
    ("good", "Promoter, Satisfied, or Easy"),
    ("neutral", "In Between"),
    ("bad", "Detractor, Dissatisfied, or Hard"),
]
MEDIA = [
    ("link", "Link"),
    ("portal", "Customer Portal"),
    ("survey", "Survey"),
    ("phone", "Phone, Noted by Us"),
]
# what those who are asked may withdraw from
PURPOSE = "survey"
# what the link in a mail is for
LINK_PURPOSE = "feedback"
# of what somebody does on the page before he sends his answer
GESTURE_PURPOSE = "gesture"
GESTURE_HOURS = 24
# whoever confirms without a script reads first: a scanner does not
CONFIRM_AFTER = timedelta(seconds=2)
# how long an answer may still be changed
CHANGE_WITHIN = timedelta(hours=1)
RENEW_VALID_DAYS = 7
LONGEST_TEXT = 4000
MARKS = range(1, 6)


class EcrmFeedback(models.Model):
    """What a customer was asked and what he answered.

    Only he answers, by a link of his own or in the portal, and only what he sends after
    a gesture on the page counts: looking at a page writes nothing, and a mail scanner
    that sends forms is not he. The first answer is the accepted one; within an hour he
    may put another version in its place.
    """

    _name = "ecrm.feedback"
    _description = "Feedback"
    _inherit = ["ecrm.entry.mixin"]
    _entry_kind = "feedback"
    _order = "opened_on desc, id desc"

    name = fields.Char("Subject", required=True, readonly=True)
    touchpoint_id = fields.Many2one(
        "ecrm.touchpoint", required=True, readonly=True, index=True, ondelete="restrict"
    )
    metric = fields.Selection(METRICS, required=True, readonly=True)
    state = fields.Selection(
        [("asked", "Asked"), ("answered", "Answered")],
        required=True,
        readonly=True,
        default="asked",
        index=True,
    )
    agent_id = fields.Many2one(
        "res.users", readonly=True, index=True, help="Whose work was rated"
    )
    res_model = fields.Char("Model", readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", readonly=True)
    asked_on = fields.Datetime(readonly=True, index=True)
    valid_until = fields.Datetime("Link Works Until", readonly=True)
    reminded_on = fields.Datetime(readonly=True)
    renewed_on = fields.Datetime("Link Sent Anew", readonly=True)
    answered_on = fields.Datetime(
        readonly=True, index=True, help="First; a later version changes no date"
    )
    is_late = fields.Boolean("Late", readonly=True, help="After the link had ended")
    medium = fields.Selection(
        MEDIA,
        "Answered By",
        readonly=True,
    )
    score = fields.Integer(readonly=True, aggregator="avg")
    points = fields.Float(
        readonly=True,
        aggregator="avg",
        help="100, 0 or −100 for NPS, 100 or 0 for the others: the average of any "
        "answers is their figure.",
    )
    answer_group = fields.Selection(GROUPS, "Group", readonly=True, index=True)
    is_low = fields.Boolean("Low", readonly=True, help="At or below the touchpoint's")
    comment = fields.Text(readonly=True)
    reason_ids = fields.Many2many(
        "ecrm.touchpoint.reason",
        "ecrm_feedback_reason_rel",
        "feedback_id",
        "reason_id",
        "Reasons",
        readonly=True,
        ondelete="restrict",
        context={"active_test": False},
        help="What the customer chose in the answer that counts",
    )
    answer_id = fields.Many2one(
        "ecrm.feedback.answer", "Accepted Answer", readonly=True, ondelete="restrict"
    )
    answer_ids = fields.One2many(
        "ecrm.feedback.answer", "feedback_id", "Versions", readonly=True
    )
    case_ids = fields.One2many("ecrm.case", "feedback_id", "Follow-Up", readonly=True)
    answer_1 = fields.Text(related="answer_id.answer_1")
    answer_2 = fields.Text(related="answer_id.answer_2")
    mark_ids = fields.One2many(related="answer_id.mark_ids")

    _key_uniq = models.UniqueIndex("(key)", "Another feedback has this key.")
    _reminder_idx = models.Index(
        "(asked_on) WHERE state = 'asked' AND reminded_on IS NULL"
    )

    @api.depends("state", "case_ids.portal_status")
    def _compute_portal_status(self):
        for feedback in self:
            if feedback.state == "asked":
                feedback.portal_status = "waiting"
            elif not feedback.case_ids:
                feedback.portal_status = "received"
            else:
                # as far as its follow-up is
                follow_up = feedback.case_ids.sorted("id")[-1]
                feedback.portal_status = follow_up.portal_status

    def action_open_follow_up(self):
        self.ensure_one()
        self.check_access("read")
        return self.case_ids._get_records_action(name=self.env._("Follow-Up"))

    def action_open_source(self):
        """The record that the customer was asked about."""
        self.ensure_one()
        self.check_access("read")
        source = self.env[self.res_model].browse(self.res_id) if self.res_id else None
        if source is None or not source.exists():
            raise UserError(self.env._("There is no record that it is about."))
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }

    @api.model
    def _figure_in_words(self, metric: str, counts: satisfaction.Counts) -> str:
        """A figure with its interval and n, behind "too few" where they are few."""
        found = satisfaction.figure(metric, counts)
        if found is None:
            return self.env._("No answers")
        values = {
            "metric": metric.upper(),
            "value": f"{found.value:.1f}",
            "low": f"{found.low:.1f}",
            "high": f"{found.high:.1f}",
            "n": found.answers,
        }
        if not found.enough:
            return self.env._(
                "Too few answers (%(n)s) – %(metric)s %(value)s, between %(low)s and "
                "%(high)s",
                **values,
            )
        return self.env._(
            "%(metric)s %(value)s, between %(low)s and %(high)s (%(n)s answers)",
            **values,
        )

    @api.model
    def _unreminded_domain(self) -> Domain:
        """Asked, silent, not reminded yet, and their link still works."""
        now = fields.Datetime.now()
        waiting = Domain.FALSE
        # sudo: how long each touchpoint waits
        touchpoints = self.env["ecrm.touchpoint"].sudo()
        found = touchpoints.search(
            [("state", "=", "running"), ("reminder_days", ">", 0)]
        )
        for days, ours in found.grouped("reminder_days").items():
            waiting |= Domain("touchpoint_id", "in", ours.ids) & Domain(
                "asked_on", "<=", now - timedelta(days=days)
            )
        return (
            Domain("state", "=", "asked")
            & Domain("reminded_on", "=", False)
            & Domain("valid_until", ">", now)
            & waiting
        )

    def _remind(self) -> None:
        """Once, in the send window; whoever wants no surveys by now is left alone."""
        now = fields.Datetime.now()
        allowed = self.partner_id._may_contact("email", PURPOSE)
        self.reminded_on = now
        reached = self.filtered(lambda one: one.partner_id in allowed)
        reached._send("crm_ecrm.mail_template_reminder")

    def _send(self, template_id: str) -> None:
        """Mail to each person alone, with a link of his own; no score is in it."""
        template = self.env.ref(template_id, raise_if_not_found=False)
        if not template:
            return
        self.env["mail.mail"].create(
            [
                write_mail(
                    template,
                    feedback,
                    feedback.partner_id,
                    feedback.company_id.email_formatted,
                    link=feedback._link(),
                )
                for feedback in self
                if email_normalize(feedback.partner_id.email)
            ]
        )

    def _link(self) -> str:
        """The address of the person's page; it works until the feedback's link ends."""
        self.ensure_one()
        left = self.valid_until - fields.Datetime.now()
        hours = max(1, round(left.total_seconds() / 3600))
        token = sign_link(self, self._link_holder(), LINK_PURPOSE, hours)
        return f"{self.get_base_url()}/voice/feedback/{token}"

    @api.model
    def _by_link(self, token: str) -> tuple:
        """What a link leads to, in superuser mode, and whose it is."""
        return read_link(self, LINK_PURPOSE, token)

    @api.model
    def _renew(self, address: str) -> None:
        """A new link for the last question that an address has not answered.

        It goes to the address on file alone, not before the former has ended, and
        nobody learns whether the address is known.
        """
        now = fields.Datetime.now()
        normalized = email_normalize((address or "").replace("\x00", ""))
        if not normalized:
            return
        # sudo: whoever asks learns nothing, whatever is found
        found = self.sudo().search(
            Domain("partner_id.email_normalized", "=", normalized)
            & Domain("state", "=", "asked")
            & Domain("valid_until", "<=", now)
            & Domain("asked_on", ">", now - timedelta(days=365)),
            order="asked_on desc",
            limit=1,
        )
        if found:
            until = now + timedelta(days=RENEW_VALID_DAYS)
            found.write({"renewed_on": now, "valid_until": until})
            found._send("crm_ecrm.mail_template_ask")

    def _new_gesture(self, confirmed: bool = False) -> str:
        """What a page gets once somebody does something on it.

        :param confirmed: for a page without scripts that asks again
        """
        self.ensure_one()
        ready = fields.Datetime.now() + (CONFIRM_AFTER if confirmed else timedelta())
        values = [self.id, secrets.token_urlsafe(12), fields.Datetime.to_string(ready)]
        # sudo: the signing secret
        env = self.sudo().env
        return hash_sign(
            env, scope(self, GESTURE_PURPOSE), values, expiration_hours=GESTURE_HOURS
        )

    def _read_gesture(self, token: str) -> str | None:
        """What is its own of a gesture on this page; nothing for anything else."""
        self.ensure_one()
        try:
            # sudo: the signing secret
            env = self.sudo().env
            values = verify_hash_signed(env, scope(self, GESTURE_PURPOSE), token or "")
        except (ValueError, IndexError):
            return None
        if not values or values[0] != self.id:
            return None
        ready = fields.Datetime.to_datetime(values[2])
        return values[1] if ready <= fields.Datetime.now() else None

    def _answer(self, sent: dict[str, str], by, medium: str, gesture: str) -> str:
        """Take the answer of the person who was asked.

        :param sent: what the page's form holds
        :param by: the user in whose browser it was given
        :param gesture: as made for this page
        :return: ``accepted``, ``changed``, ``kept`` (too late to change) or ``confirm``
            (no gesture: nothing was taken)
        :raise UserError: refused, with the reason
        """
        self.ensure_one()
        self._check_person(by)
        values = self._read_answer(sent)
        nonce = self._read_gesture(gesture)
        if not nonce:
            return "confirm"
        # two at one moment do not see each other
        self.env["suite.turn"]._take([f"feedback {self.id}"])
        # sudo: the nonce is no reader's business
        versions = self.sudo().answer_ids
        if nonce in versions.mapped("nonce"):
            return "accepted"
        if not self._may_change():
            return "kept"
        self._accept({**values, "medium": medium, "nonce": nonce})
        if sent.get("visibility") in dict(self._fields["visibility"].selection):
            self.visibility = sent["visibility"]
        return "changed" if versions else "accepted"

    def _check_person(self, by) -> None:
        """Nobody answers in a customer's stead, least of all whose work is rated.

        :raise UserError: a member of the staff, or a stranger who is logged in
        """
        if by._is_internal():
            raise UserError(
                self.env._(
                    "You are signed in as a member of the staff. Only the customer "
                    "answers: this answer was not taken."
                )
            )
        if by._is_public():
            return
        if by.partner_id.commercial_partner_id != self.commercial_partner_id:
            raise UserError(self.env._("This question is for somebody else."))

    def _stop_asking(self, by, gesture: str) -> str:
        """The person wants no surveys any more: kept as what he said, with its proof.

        :return: ``stopped``, or ``stop`` where no gesture was made: nothing was taken
        :raise UserError: somebody else is signed in
        """
        self.ensure_one()
        self._check_person(by)
        if not self._read_gesture(gesture):
            return "stop"
        choices = {("email", PURPOSE): False}
        self.env["ecrm.consent"]._say(self.partner_id, choices, "link")
        return "stopped"

    def _check_holder(self, user) -> None:
        """In the portal only the person who was asked answers; colleagues read.

        :raise UserError: somebody else
        """
        if user.partner_id != self.partner_id:
            raise UserError(self.env._("Only who was asked may answer."))

    def _may_change(self) -> bool:
        if self.state == "asked" or self.medium == "phone":
            return self.state == "asked"
        return self.answered_on + CHANGE_WITHIN >= fields.Datetime.now()

    def _read_answer(self, sent: dict[str, str]) -> dict[str, Any]:
        """
        :raise UserError: no score of this metric, or no mark from 1 to 5
        """
        try:
            score = satisfaction.read_score(self.metric, sent.get("score", ""))
        except ValueError:
            low, high = satisfaction.scale(self.metric)
            raise UserError(
                self.env._(
                    "Please choose a score from %(low)s to %(high)s.",
                    low=low,
                    high=high,
                )
            ) from None
        marks = []
        for dimension in self.touchpoint_id.dimension_ids:
            text = sent.get(f"mark_{dimension.id}", "")
            if not text:
                continue
            if text not in map(str, MARKS):
                raise UserError(
                    self.env._(
                        "Please choose a mark from %(low)s to %(high)s.",
                        low=MARKS[0],
                        high=MARKS[-1],
                    )
                )
            marks.append({"dimension_id": dimension.id, "score": int(text)})
        texts = {
            name: (sent.get(name) or "").replace("\x00", "").strip()[:LONGEST_TEXT]
            for name in ("comment", "answer_1", "answer_2")
        }
        reasons = self.touchpoint_id._ticked(sent, score)
        return {
            "score": score,
            "reason_ids": [fields.Command.set(reasons.ids)],
            "mark_ids": [fields.Command.create(mark) for mark in marks],
            **texts,
        }

    def _accept(self, values: dict[str, Any], at=None) -> None:
        """A version that counts from now on; what it says decides what follows.

        :param at: when it was given, if not now
        """
        now = at or fields.Datetime.now()
        answer = self.env["ecrm.feedback.answer"].create(
            {**values, "feedback_id": self.id, "given_on": now}
        )
        score = answer.score
        touchpoint = self.touchpoint_id
        self.write(
            {
                "state": "answered",
                "answer_id": answer.id,
                "score": score,
                "points": satisfaction.points_of(self.metric, score),
                "answer_group": satisfaction.group_of(self.metric, score),
                "is_low": touchpoint.follow_up and score <= touchpoint.low_score,
                "comment": answer.comment,
                "reason_ids": [fields.Command.set(answer.reason_ids.ids)],
                "medium": answer.medium,
                "answered_on": self.answered_on or now,
                "is_late": self.is_late
                or bool(not self.answered_on and self._ended_by(now)),
            }
        )
        self._follow_up()
        self._after_answer()

    def _note_call(self, values: dict[str, Any]) -> None:
        """What a customer said on the phone, as we noted it: words, and no score.

        :param self: in superuser mode
        """
        self.ensure_one()
        now = fields.Datetime.now()
        answer = self.env["ecrm.feedback.answer"].create(
            {**values, "feedback_id": self.id, "given_on": now, "medium": "phone"}
        )
        self.write(
            {
                "state": "answered",
                "answer_id": answer.id,
                "comment": answer.comment,
                "medium": answer.medium,
                "answered_on": now,
            }
        )
        self._after_answer()

    def _after_answer(self) -> None:
        """Hook: an answer, or another version of it, was taken."""

    def _reasons_in_words(self) -> str:
        return " · ".join(self.reason_ids.mapped("name"))

    def _ended_by(self, moment) -> bool:
        """Whether the time to answer was over, however often a link was sent anew."""
        if not self.asked_on:
            return False
        days = self.touchpoint_id.valid_days
        return self.asked_on + timedelta(days=days) < moment

    def _follow_up(self) -> None:
        """A low score opens a case, once; whoever has it hears of another version."""
        if self.is_low and not self.case_ids:
            self.env["ecrm.case"]._receive_feedback(self)
        elif self.case_ids:
            self.case_ids._message_log_batch(
                {
                    case.id: self.env._("The customer's score is now %s.", self.score)
                    for case in self.case_ids
                }
            )

    def _page_values(self, user) -> dict[str, Any]:
        """What the person reads on the page; names and numbers, no records."""
        self.ensure_one()
        touchpoint = self.touchpoint_id
        low, high = satisfaction.scale(self.metric)
        answer = self.answer_id
        questions = touchpoint._script()
        marks = {mark.dimension_id.id: mark.score for mark in answer.mark_ids}
        return {
            "number": self.number,
            "title": self.name,
            "company": self.company_id.name,
            "question": touchpoint.wording,
            "scores": list(range(low, high + 1)),
            "ends": self._ends_in_words(),
            "questions": [
                (f"answer_{place}", text)
                for place, text in enumerate(questions, 1)
                if text
            ],
            "dimensions": [(one.id, one.name) for one in touchpoint.dimension_ids],
            "judge": self.env._(
                "How do you judge these, from %(low)s (bad) to %(high)s (good)? "
                "(optional)",
                low=MARKS[0],
                high=MARKS[-1],
            ),
            "marks": marks,
            "sides": {one: touchpoint._side(one) for one in range(low, high + 1)},
            "reasons": [
                (f"reason_{one.id}", one.name, one.shown_for, one in answer.reason_ids)
                for one in touchpoint.reason_ids
            ],
            "reason_sides": touchpoint._reason_sides(),
            "chosen_reasons": answer.reason_ids.mapped("name"),
            "is_open": self.state == "asked",
            "may_change": self._may_change(),
            # none where we noted what was said on the phone
            "score": answer.score if answer and self.answer_group else None,
            "comment": answer.comment or "",
            "answer_1": answer.answer_1 or "",
            "answer_2": answer.answer_2 or "",
            "visibility": self.visibility,
            # nobody else is there to see it
            "visibilities": self._fields["visibility"]._description_selection(self.env)
            if self._portal_may_share(self.partner_id)
            else [],
            "follow_ups": self._follow_up_values(user),
        }

    def _follow_up_values(self, user) -> list[dict[str, Any]]:
        """Who looks after a low score; by the link of a mail without its address."""
        labels = dict(self._fields["portal_status"]._description_selection(self.env))
        shown = self.case_ids.filtered_domain(self.case_ids._portal_domain(user))
        return [
            {
                "number": case.number,
                "url": case._portal_url() if case in shown else "",
                "status": labels[case.portal_status],
                "promised": self._moment(case.promised_on),
            }
            for case in self.case_ids
        ]

    def _moment(self, moment) -> str:
        """A moment as the person reads it, in his zone."""
        if not moment:
            return ""
        zone = self.partner_id.tz or self.company_id.partner_id.tz or "UTC"
        local = fields.Datetime.context_timestamp(self.with_context(tz=zone), moment)
        return f"{written_day(self.env, local.date())} {local:%H:%M}"

    def _ends_in_words(self) -> tuple[str, str]:
        """What the lowest and the highest score mean."""
        if self.metric == "nps":
            return self.env._("Not at all likely"), self.env._("Extremely likely")
        if self.metric == "csat":
            return self.env._("Very dissatisfied"), self.env._("Very satisfied")
        return self.env._("Strongly disagree"), self.env._("Strongly agree")

    def _portal_values(self, user) -> dict[str, Any]:
        """The same in the portal; only who was asked may answer."""
        values = self._page_values(user)
        mine = user.partner_id == self.partner_id
        return {
            **values,
            "url": self._portal_url(),
            "is_mine": mine,
            "may_change": mine and values["may_change"],
        }

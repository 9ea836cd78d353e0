import time
from typing import Any

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import email_normalize, html2plaintext
from odoo.tools.misc import hash_sign, verify_hash_signed

from odoo.addons.crm_suite.tools.dates import written_day

LONGEST_NAME, LONGEST_TEXT = 200, 10_000
LONGEST = {"name": LONGEST_NAME, "description": LONGEST_TEXT}
TYPED = (
    *("kind", "name", "description", "category", "order"),
    *("contact_name", "email_from", "phone", "visibility"),
)
FORM_HOURS = 24
# what the customer is shown of what happened, as the status that it led to
STEPS = {
    **{"opened": "received", "reopened": "working", "resumed": "working"},
    **{"agent": "working", "customer": "working", "waiting": "waiting"},
    **{"solved": "answered", "confirmed": "closed", "closed": "closed"},
    "merged": "closed",
}
# words go on where they came to; these take it up
TAKEN_UP = {"agent": "received", "customer": "waiting"}
# Nobody reads and fills in the form in less.
FORM_SECONDS = 3


class EcrmCasePortalMixin(models.AbstractModel):
    """What a customer sees of his case, and what he sends by a form.

    Values by name, never records: he has no rights on cases.
    """

    _name = "ecrm.case.portal.mixin"
    _description = "Case in the Portal"

    def _portal_values(self, reader) -> dict[str, Any]:
        """
        :param self: in superuser mode
        :param reader: the contact who looks; empty for whoever has the link
        """
        self.ensure_one()
        case = self
        labels = dict(case._fields["portal_status"]._description_selection(self.env))
        kinds = dict(case._fields["kind"]._description_selection(self.env))
        ended = case.state in ("closed", "merged")
        return {
            "number": case.number,
            "name": case.name,
            "kind": kinds[case.kind],
            "status": case.portal_status,
            "status_name": labels[case.portal_status],
            "visibility": case.visibility,
            "may_share": reader == case.partner_id and case._portal_may_share(reader),
            "opened": case._moment(case.opened_on),
            "promised": case._moment(case.promised_on),
            "promises_answer": any(
                row._is_pending() and row.kind != "solution" for row in case.clock_ids
            ),
            "is_late": bool(case.promised_on)
            and case.promised_on < fields.Datetime.now(),
            "facts": case._portal_facts(),
            "steps": case._portal_steps(labels),
            "messages": case._portal_messages(reader),
            "is_solved": case.state == "solved",
            "is_confirmed": case.confirmed == "customer",
            "is_merged": case.state == "merged",
            "goes_on": case._portal_goes_on(reader),
            "may_write": case.state != "merged",
            "may_confirm": case.state in ("open", "waiting", "solved")
            and bool(case._portal_answers()),
            "may_reopen": case.state in ("solved", "closed"),
            "has_ended": ended,
            "token": self._form_token(),
        }

    def _portal_facts(self) -> list[tuple[str, str]]:
        facts = [
            (self.env._("About"), self.category_id.name),
            (self.env._("Product"), self.product_id.display_name),
            (self.env._("Order"), self.order_id.name),
            (self.env._("Invoice"), self.invoice_id.name),
        ]
        return [(label, text) for label, text in facts if text]

    def _portal_steps(self, labels: dict[str, str]) -> list[tuple[str, str]]:
        """Each status that the case came to, and when."""
        steps: list[tuple[str, str]] = []
        reached = None
        for event in self.event_ids.sorted(lambda one: (one.at, one.id)):
            status = STEPS.get(event.kind, reached)
            if TAKEN_UP.get(event.kind, reached) == reached and status != reached:
                steps.append((labels[status], self._moment(event.at)))
                reached = status
        return steps

    def _portal_goes_on(self, reader) -> str:
        """The number of the case in which this one goes on, for its own customer."""
        case = self
        while case.merged_into_id:
            case = case.merged_into_id
        return case.number if case != self and reader == case.partner_id else ""

    def _portal_public(self):
        """Messages that the customer may read: what was said between him and us."""
        return self.env["mail.message"].search(
            Domain("model", "=", self._name)
            & Domain("res_id", "=", self.id)
            & Domain("message_type", "in", ["comment", "email", "email_outgoing"])
            & Domain("subtype_id", "=", self.env.ref("mail.mt_comment").id)
            & Domain("is_internal", "=", False),
            order="id",
        )

    def _portal_answers(self):
        return self._portal_public().filtered(
            lambda message: message.author_id and not message.author_id.partner_share
        )

    def _portal_messages(self, reader) -> list[dict[str, Any]]:
        messages = self._portal_public()
        files = messages.attachment_ids.sorted("id")
        places = {file: place for place, file in enumerate(files, 1)}
        return [
            {
                "author": self._portal_author(message, reader),
                "is_ours": bool(message.author_id)
                and not message.author_id.partner_share,
                "moment": self._moment(message.date),
                "body": message.body,
                "files": [
                    {"place": places[file], "name": file.name}
                    for file in message.attachment_ids.sorted("id")
                ],
            }
            for message in messages
        ]

    def _portal_author(self, message, reader) -> str:
        author = message.author_id
        if author and not author.partner_share:
            return author.name
        if not author or author == (reader or self.partner_id):
            return self.env._("You")
        same = author.commercial_partner_id == self.commercial_partner_id
        return author.name if same else self.env._("Somebody else")

    def _portal_file(self, place: int):
        """A file of what the customer may read, by its place; perhaps none."""
        files = self._portal_public().attachment_ids.sorted("id")
        return files[place - 1] if 1 <= place <= len(files) else files.browse()

    def _moment(self, moment) -> str:
        """A moment as the customer's own clock has it, or that of who answers."""
        if not moment:
            return ""
        zone = self.partner_id.tz or self.team_id.calendar_id.tz or "UTC"
        local = fields.Datetime.context_timestamp(self.with_context(tz=zone), moment)
        return f"{written_day(self.env, local.date())} {local:%H:%M}"

    def _customer_says(self, text: str, *, by, medium: str, files=(), token=None):
        """
        :param self: in superuser mode
        :return: why it could not be
        """
        text = (text or "").replace("\x00", "").strip()
        if not text and not files:
            return self.env._("Please write something.")
        if wrong := self._unfit(text, by=by):
            return wrong
        by = by or self._prove_sender()
        self._hear(text, by=by, medium=medium, files=files, token=token)
        return None

    def _unfit(self, text: str, *, by) -> str | None:
        """
        :return: why the customer's words cannot be taken, if so
        """
        if len(text) > LONGEST_TEXT:
            return self.env._("Please write at most %s characters.", LONGEST_TEXT)
        # sudo: counts what is sent, and tells nothing
        attempts = self.env["suite.attempt"].sudo()
        if not attempts._admit_person(by or self._prove_sender()):
            return self.env._("That was a lot. Please write again in an hour.")
        return None

    def _customer_confirms(self, *, by) -> None:
        """The customer says that it is solved."""
        if self.state in ("open", "waiting", "solved") and self._portal_answers():
            if not by:
                self._prove_sender()
            self._close("customer")

    def _customer_reopens(self, text: str, *, by, medium: str, files=(), token=None):
        """The customer says that it is not solved.

        :return: why it could not be
        """
        if self.state in ("solved", "closed"):
            text = (text or "").replace("\x00", "").strip()
            if not text:
                return self.env._("Please write what is still missing.")
            if wrong := self._unfit(text, by=by):
                return wrong
            by = by or self._prove_sender()
            self._reopen()
            self._hear(text, by=by, medium=medium, files=files, token=token)
            return None
        return self._customer_says(text, by=by, medium=medium, files=files, token=token)

    @api.model
    def _form_token(self) -> str:
        """Goes with a form, so that what is sent twice counts once."""
        # sudo: the server's secret signs it
        env = self.sudo().env
        values = [self._new_key(), time.time()]
        return hash_sign(env, "ecrm.form", values, expiration_hours=FORM_HOURS)

    @api.model
    def _form_nonce(self, token: str) -> tuple[str, float] | None:
        """What a form's token says: its identity, and how old it is in seconds."""
        try:
            # sudo: the server's secret signed it
            values = verify_hash_signed(self.sudo().env, "ecrm.form", token or "")
        except (ValueError, IndexError):
            values = None
        if not values:
            return None
        nonce, made = values
        return nonce, time.time() - made

    @api.model
    def _form_is_known(self, nonce: str) -> bool:
        """Whether this very form was taken already: it counts no second time."""
        # sudo: nobody but the sender has it
        return bool(self.sudo().search_count([("form_token", "=", nonce)], limit=1))

    @api.model
    def _form_is_human(self, token: str) -> bool:
        """Whether somebody had the time to read the form that is sent."""
        read = self._form_nonce(token)
        # sudo: a setting
        settings = self.sudo().env["ir.config_parameter"]
        least = settings.get_param("crm_ecrm.form_seconds", FORM_SECONDS)
        return bool(read) and read[1] >= float(least)

    @api.model
    def _form_typed(self, post: dict[str, str]) -> dict[str, str]:
        """What was sent for fields of the form, and for nothing else."""
        sent = {name: str(post.get(name) or "").replace("\x00", "") for name in TYPED}
        return {
            name: text.strip()[: LONGEST.get(name, 250) + 1]
            for name, text in sent.items()
        }

    @api.model
    def _form_choices(self, partner) -> dict[str, list[tuple[str, str]]]:
        """
        :param partner: who has a login; empty for others
        """
        # sudo: the names of what may be chosen
        env = self.sudo().env
        kinds = self._fields["kind"]._description_selection(self.env)
        categories = env["ecrm.case.category"].search([("in_form", "=", True)])
        orders = env["sale.order"]
        if partner:
            orders = orders.search(
                Domain("partner_id", "child_of", partner.commercial_partner_id.id)
                & Domain("state", "=", "sale")
                & Domain("company_id", "=", env.company.id),
                order="date_order desc",
                limit=50,
            )
        return {
            "kind": kinds,
            "category": [(str(one.id), one.name) for one in categories],
            "order": [(str(one.id), one.name) for one in orders],
        }

    @api.model
    def _form_read(self, partner, post) -> tuple[dict[str, Any], dict[str, str]]:
        """
        :return: values of the form, and what is wrong by field
        """
        typed = self._form_typed(post)
        errors: dict[str, str] = {}
        needed = ["name", "description", *(() if partner else ("email_from",))]
        for name in needed:
            if not typed[name]:
                errors[name] = self.env._("Please fill this in.")
        for name, text in typed.items():
            if len(text) > LONGEST.get(name, 250):
                errors[name] = self.env._(
                    "Please write at most %s characters.", LONGEST.get(name, 250)
                )
        values: dict[str, Any] = {
            name: typed[name] for name in ("name", "description") if typed[name]
        }
        if "name" in values:
            values["name"] = " ".join(values["name"].split())
        for name, field in (
            ("kind", "kind"),
            ("category", "category_id"),
            ("order", "order_id"),
        ):
            options = dict(self._form_choices(partner)[name])
            if typed[name] and typed[name] not in options:
                errors[name] = self.env._("Please choose one of the list.")
            elif typed[name]:
                values[field] = typed[name] if name == "kind" else int(typed[name])
        if partner:
            shared = typed["visibility"] == "company"
            values["visibility"] = "company" if shared else "mine"
        else:
            email = email_normalize(typed["email_from"])
            if typed["email_from"] and not email:
                errors["email_from"] = self.env._("Please write one mail address.")
            values["email_from"] = email
            values["contact_name"] = " ".join(typed["contact_name"].split())
            values["phone"] = typed["phone"]
        return values, errors

    @api.model
    def _plain(self, html: str) -> str:
        return html2plaintext(html or "").strip()[:LONGEST_TEXT]

from collections.abc import Sequence
from typing import Any

from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import email_normalize, plaintext2html
from odoo.tools.misc import hmac

from odoo.addons.crm_suite.tools.links import sign_link

from .ecrm_case_clocks_mixin import OPEN

LINK_HOURS = 24 * 30


class EcrmCase(models.Model):
    """How a case talks with its customer.

    He gets mails of ours alone, each with the link to the page of his case; Odoo's
    notifications go to colleagues.
    """

    _inherit = "ecrm.case"

    def _hear(
        self,
        text: str,
        *,
        by,
        medium: str,
        at=None,
        files: Sequence[tuple[str, bytes]] = (),
        token: str | None = None,
        automatic: bool = False,
        message: dict[str, Any] | None = None,
    ):
        """The customer writes again: the one way in for portal, link, mail.

        :param self: in superuser mode
        :param by: the contact who writes; empty for whoever has the case's address
        :param automatic: a machine wrote, such as one that tells of an absence
        """
        self.ensure_one()
        case = self
        while case.merged_into_id:
            case = case.merged_into_id
        if token:
            self.env["suite.turn"]._take([f"case {case.id} {token}"])
            if case.event_ids.filtered(lambda event: event.token == token):
                return case
        said = case._post_words(by, text, files, message or {})
        happened = {"message_id": said.id, "medium": medium, "token": token or False}
        if automatic:
            case._note("auto", at, **happened)
        elif case.state in OPEN:
            case._note("customer", at, **happened)
            if case.state == "waiting":
                case.state = "open"
        else:
            case._note("after", at, **happened)
            case.unread = True
        case._read_clocks()
        return case

    def _say(self, text: str, **how):
        """We write to the customer, and it goes on as `_say_html` tells."""
        return self._say_html(plaintext2html(text), **how)

    def _say_html(
        self, body, *, user, then: str = "open", files=(), at=None, by_mail=True
    ):
        """
        :param self: in superuser mode
        :param then: ``open``, ``waiting`` or ``solved``
        :param at: when it was decided, if not now
        :param by_mail: whether a mail tells him; else he finds it on his pages
        """
        self.ensure_one()
        if self.state == "merged":
            raise UserError(self.env._("Answer in the case that goes on."))
        message = self.message_post(
            body=body,
            author_id=user.partner_id.id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            reply_to=self._reply_address(),
            attachments=list(files),
        )
        self._answered(message, user, at)
        if then == "waiting":
            self._wait(user)
        elif then == "solved":
            self._solve(user)
        if by_mail:
            self._mail_to_customer(message)
        return message

    def _answered(self, message, user, at=None) -> None:
        self._note("agent", at, user=user, message_id=message.id)
        self.unread = False
        if self.state == "new":
            self.state = "open"
        self._read_clocks()

    def _post_words(self, by, text: str, files=(), message=None):
        """What the customer says, as a message of the case; nobody hears twice."""
        message = message or {}
        author = by or self.env["res.partner"]
        # pages and drawings of theirs are files to be read, not to be shown by us
        options = {
            "mail_post_autofollow_author_skip": True,
            "attachments_mime_plainxml": True,
        }
        return self.with_context(**options).message_post(
            body=message.get("body") or plaintext2html(text),
            author_id=author.id or False,
            email_from=author.email_formatted or self.email_from or self.contact_name,
            message_type="email" if message.get("message_id") else "comment",
            subtype_xmlid="mail.mt_comment",
            attachments=list(files),
            **(
                {"message_id": message["message_id"]}
                if message.get("message_id")
                else {}
            ),
        )

    def _acknowledge(self) -> None:
        """Tell the sender once a day that we have it, and when we answer."""
        senders = self.env["ecrm.sender"]
        for case in self:
            day = case.company_id._today()
            if case.sender == "failed" or not senders._take_acknowledgement(
                case.email_from, day
            ):
                continue
            message = case.message_post(
                body=case._acknowledgement(),
                message_type="auto_comment",
                subtype_xmlid="mail.mt_note",
                reply_to=case._reply_address(),
            )
            # whoever types an address sends it no words of his own
            theirs = case.with_context(lang=case._customer_lang())
            subject = "" if case.partner_id else theirs.env._("Your message")
            case._mail_to_customer(message, subject)

    def _acknowledgement(self) -> str:
        case = self.with_context(lang=self._customer_lang())
        if case.promised_on:
            return case.env._(
                "We have received your message and answer by %s.",
                case._moment(case.promised_on),
            )
        return case.env._("We have received your message.")

    def _customer_lang(self) -> str:
        return self.partner_id.lang or self.company_id.partner_id.lang or "en_US"

    def _mail_to_customer(self, message, subject: str = "") -> None:
        """Send a message to the customer, with the link to the page of his case."""
        self.ensure_one()
        address = self.partner_id.email_formatted or self.email_from
        if self.sender == "failed" or not email_normalize(address or ""):
            return
        case = self.with_context(lang=self._customer_lang())
        body = case.env["ir.qweb"]._render(
            "crm_ecrm.case_mail",
            {
                "number": case.number,
                "subject": subject or case.name,
                "text": message.body,
                "link": case._link(),
                "ask": case.state == "solved",
                "company": case.company_id.name,
            },
            lang=case.env.lang,
        )
        mails = self.env["mail.mail"]
        mails.create(
            {
                "mail_message_id": message.id,
                "subject": f"[{case.number}] {subject or case.name}",
                "email_to": address,
                "email_from": case.company_id.email_formatted or message.email_from,
                "reply_to": case._reply_address() or message.reply_to,
                "body_html": body,
                "auto_delete": True,
            }
        )
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()

    def _link(self) -> str:
        """The page of this case for whoever reads the customer's mail."""
        token = sign_link(self, self.partner_id, "case", LINK_HOURS)
        return f"{self.get_base_url()}/voice/case/{token}"

    def _reply_address(self) -> str | bool:
        """An address that belongs to this case alone, and that nobody can make up."""
        alias = self.team_id.alias_id
        if not (alias.alias_name and alias.alias_domain):
            return False
        local = f"{alias.alias_name}+{self.id}.{self._reply_signature()}"
        return f"{local}@{alias.alias_domain}"

    def _reply_signature(self) -> str:
        return hmac(self.env(su=True), "ecrm.case.reply", (self.id, self.key))[:20]

    def _prove_sender(self):
        """Somebody answered by the link that only the typed address got: it is his.

        :return: the contact
        """
        self.ensure_one()
        if self.partner_id:
            return self.partner_id
        partners = self.env["res.partner"]
        email = email_normalize(self.email_from or "")
        # two of his cases at one moment would each make him
        self.env["suite.turn"]._take([f"ecrm.person {email}"])
        partner = partners.search(
            Domain("email_normalized", "=", email)
            & Domain("company_id", "in", [False, self.company_id.id]),
            limit=1,
        ) or partners.create(
            {
                "name": self.contact_name or email,
                "email": email,
                "phone": self.phone,
                "lang": self.env.lang,
            }
        )
        self.write({"partner_id": partner.id, "sender": "known"})
        return partner

    def _link_person(self, holder):
        if holder or self.sender == "failed":
            return holder
        return self._prove_sender()

    def _message_post_after_hook(self, message, msg_values):
        """Whoever posts for all to read, by the chatter or by a mail, answers.

        What the system posts is noted by whoever has it post.
        """
        res = super()._message_post_after_hook(message, msg_values)
        # sudo: to compare, not to show
        if not self.env.su and message.sudo().author_id.partner_share:
            raise AccessError(self.env._("Nobody writes in a customer's name."))
        public = message.subtype_id == self.env.ref("mail.mt_comment")
        spoken = message.message_type in ("comment", "email", "email_outgoing")
        if not self.env.su and public and spoken and self.env.user._is_internal():
            # sudo: what follows from an answer is written by the system
            case = self.sudo()
            case._answered(message.sudo(), self.env.user)
            case._mail_to_customer(message.sudo())
        return res

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """The customer gets mails of ours, with the link to his page, and no others."""
        found = super()._notify_get_recipients(message, msg_vals, **kwargs)
        address = email_normalize(self.email_from or "")
        customer = self.partner_id.id
        return [
            one
            for one in found
            if not (customer and one["id"] == customer)
            and not (address and one["share"] and one["email_normalized"] == address)
        ]

    def _message_receive_bounce(self, email, partner):
        """A mail came back: nothing more goes there by itself."""
        res = super()._message_receive_bounce(email, partner)
        # sudo: mails come in as nobody in particular
        self.sudo().env["ecrm.sender"]._came_back(email)
        for case in self:
            case._message_log(body=self.env._("A mail to %s came back.", email))
        return res

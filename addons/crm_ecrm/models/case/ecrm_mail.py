import base64
import email
import email.errors
import email.header
import email.policy
import hashlib
import logging
import re
from email.parser import BytesHeaderParser

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import consteq, email_normalize, email_split

from odoo.addons.crm_suite.tools.uploads import file_name
from odoo.addons.crm_suite.tools.work import RACES, work_through

from ...metrics import mailbox
from ...metrics.sender import is_authentic, is_automatic

_logger = logging.getLogger(__name__)

STATES = [
    ("waiting", "Waiting"),
    ("done", "Delivered"),
    ("refused", "Not Delivered"),
    ("parked", "Parked"),
]
REPLY = re.compile(r"\+(\d{1,9})\.([0-9a-f]{20})$")
NUMBER = re.compile(r"\bC\d{5,}\b")
KEPT_DAYS = 30
WHOLE_MAIL = "mail.eml"


class EcrmMail(models.Model):
    """A mail to one of our teams, kept as it came until it is a message of a case.

    The mail server hands over and goes; each mail is then delivered in a transaction
    of its own. One that fails waits here with its raw text and the reason, and holds
    up no other.
    """

    _name = "ecrm.mail"
    _description = "Incoming Mail"
    _inherit = ["suite.protected.mixin", "suite.job.mixin"]
    _jobs = {"crm_ecrm.cron_deliver_mails"}
    _order = "id desc"
    _rec_name = "subject"
    _protected_fields = {
        *("identity", "subject", "email_from", "received_on", "raw", "team_id"),
        *("company_id", "reply_to_id", "state", "reason", "case_id"),
    }

    identity = fields.Char(
        readonly=True, help="Message-Id, or a hash of the whole mail"
    )
    subject = fields.Char(readonly=True)
    email_from = fields.Char("From", readonly=True)
    received_on = fields.Datetime(readonly=True, default=fields.Datetime.now)
    raw = fields.Binary("Raw Mail", attachment=True, readonly=True)
    team_id = fields.Many2one("ecrm.team", readonly=True, ondelete="set null")
    company_id = fields.Many2one("res.company", readonly=True)
    reply_to_id = fields.Many2one(
        "ecrm.case", "Answers To", readonly=True, ondelete="set null"
    )
    state = fields.Selection(
        STATES, required=True, readonly=True, default="waiting", index=True
    )
    reason = fields.Text(readonly=True)
    case_id = fields.Many2one(
        "ecrm.case", readonly=True, ondelete="set null", index="btree_not_null"
    )

    _identity_uniq = models.UniqueIndex("(identity)", "Each mail is delivered once.")

    def action_try_again(self):
        """Deliver parked mails anew, such as after what held them up was mended."""
        self.check_access("write")
        # sudo: written by the system
        self.sudo().filtered(lambda mail: mail.state == "parked").state = "waiting"
        self._deliver_soon()

    @api.model
    def _cron_deliver(self):
        waiting = [("state", "=", "waiting")]
        work_through(self, waiting, lambda mail: mail._deliver_or_park())

    @api.autovacuum
    def _gc_mails(self):
        """Delivered mails are messages by now; parked ones stay until somebody acts."""
        old = fields.Datetime.subtract(fields.Datetime.now(), days=KEPT_DAYS)
        self.search(
            [("state", "in", ["done", "refused"]), ("received_on", "<", old)],
            limit=1000,
        ).unlink()

    @api.model
    def _deliver_soon(self) -> None:
        # sudo: whoever brings a mail may have it delivered
        self.env.ref("crm_ecrm.cron_deliver_mails").sudo()._trigger()

    @api.model
    def _keep(self, raw: bytes, *, identity="", team=None, case=None, reason=""):
        """Keep a mail for its delivery; one that is there already is not kept twice."""
        headers = BytesHeaderParser(policy=email.policy.compat32).parsebytes(raw)
        identity = (identity or str(headers.get("Message-Id") or "")).strip()
        identity = _holdable(identity)[:500] or hashlib.sha256(raw).hexdigest()
        self.env["suite.turn"]._take([f"mail {identity}"])
        if known := self.search([("identity", "=", identity)]):
            return known
        mail = self.create(
            {
                "identity": identity,
                "subject": _readable(headers.get("Subject")),
                "email_from": _readable(headers.get("From")),
                "team_id": team.id if team else False,
                "company_id": (team or case).company_id.id if team or case else False,
                "reply_to_id": case.id if case else False,
                "raw": base64.b64encode(raw),
                "state": "parked" if reason else "waiting",
                "reason": _holdable(reason),
            }
        )
        self._deliver_soon()
        return mail

    @api.model
    def _case_of_address(self, recipients: str):
        """The case whose own signed address is among the recipients, if any."""
        cases = self.env["ecrm.case"]
        for address in email_split(recipients or ""):
            local = address.rpartition("@")[0].lower()
            if found := REPLY.search(local):
                case = cases.browse(int(found[1])).exists()
                if case and consteq(case._reply_signature(), found[2]):
                    return case
        return cases

    @api.model
    def _team_of_address(self, recipients: str):
        """The team of one of these addresses, with a case's part or without."""
        return self.env["ecrm.team"].search(
            Domain("alias_name", "in", _names(recipients)), limit=1
        )

    @api.model
    def _takes_long(self, raw: bytes, recipients: str) -> bool:
        """Whether it is read in part, and not while the mail server waits.

        What goes to other records of Odoo too is read as Odoo does.
        """
        if not mailbox.is_unwieldy(raw):
            return False
        others = self.env["mail.alias"].search_count(
            Domain("alias_name", "in", _names(recipients))
            & Domain("alias_model_id.model", "!=", "ecrm.case"),
            limit=1,
        )
        return not others

    def _deliver_or_park(self):
        try:
            with self.env.cr.savepoint():
                self._deliver()
        except RACES:
            # nothing is wrong with it: the loop delivers it again
            raise
        except Exception as error:  # noqa: BLE001 (whatever is wrong with a mail)
            _logger.info("Mail %s cannot be delivered", self.identity, exc_info=True)
            reason = _holdable(f"{type(error).__name__}: {error}")
            self.write({"state": "parked", "reason": reason})

    def _deliver(self):
        """Make it a message of a case, or say why it is none."""
        self.ensure_one()
        raw = self._raw_bytes()
        if mailbox.is_too_heavy(raw):
            raise UserError(self.env._("Reading its page would take too long."))
        message = email.message_from_bytes(raw, policy=email.policy.SMTP)
        was_cut = mailbox.cut(message)
        parsed = self._read(self.env["mail.thread"].message_parse(message))
        if was_cut:
            # what is left out is not lost: the whole of it is a file of the case
            parsed["attachments"].append((WHOLE_MAIL, raw))
        address = email_normalize(parsed.get("email_from") or "")
        if self._is_known(parsed["message_id"]):
            return self._refuse(self.env._("This mail is a message already."))
        if self._is_from_us(address):
            return self._refuse(self.env._("It is from one of our own addresses."))
        automatic = is_automatic({k.lower(): str(v) for k, v in message.items()})
        case, team = self.reply_to_id, self.team_id or self.reply_to_id.team_id
        authentic = is_authentic(
            message.get_all("Authentication-Results", []),
            (address or "").rpartition("@")[2],
            team.receiving_server or "",
        )
        if address and authentic is not False:
            self.env["ecrm.sender"]._wrote(address)
        user = self._employee(address) if authentic is not False else None
        if case and user:
            return self._deliver_answer(case, user, parsed)
        partner = self.env["res.partner"]
        if address and authentic is not False:
            partner = self._customer(address, team)
        if case and authentic is not False and case._is_of(partner, address):
            by = partner or case.partner_id
            heard = case._hear(
                case._plain(parsed["body"]),
                by=by,
                medium="mail",
                at=self.received_on,
                files=parsed["attachments"],
                automatic=automatic,
                message=self._as_message(parsed),
            )
            return self._done(heard)
        if automatic:
            return self._refuse(self.env._("A machine wrote it, and asks for nothing."))
        return self._done(self._deliver_new(team, partner, authentic, parsed))

    def _read(self, parsed: dict) -> dict:
        """What Odoo read of the mail, as a database and a page can hold it."""
        parsed = {
            name: _holdable(value) if isinstance(value, str) else value
            for name, value in parsed.items()
        }
        files = [
            one._replace(fname=file_name(one.fname)) for one in parsed["attachments"]
        ]
        return {**parsed, "attachments": files}

    def _deliver_answer(self, case, user, parsed):
        """A colleague answers a notification by mail."""
        thread = case.with_user(user)
        thread.check_access("write")
        thread.message_post(
            body=Markup(parsed["body"]),  # noqa: S704 (sanitized by the field)
            message_type="email",
            message_id=parsed["message_id"],
            subtype_xmlid="mail.mt_note"
            if parsed.get("is_internal")
            else "mail.mt_comment",
            attachments=parsed["attachments"],
        )
        return self._done(case)

    def _deliver_new(self, team, partner, authentic, parsed):
        text = self.env["ecrm.case"]._plain(parsed["body"])
        subject = " ".join((parsed.get("subject") or "").split())[:200]
        case = self.env["ecrm.case"]._receive(
            {
                "name": subject or text[:60] or self.env._("No subject"),
                "description": text,
                "team_id": team.id,
                "email_from": parsed.get("email_from"),
                "sender": "failed"
                if authentic is False
                else ("known" if partner else "typed"),
            },
            by=partner,
            medium="mail",
            at=self.received_on,
            files=parsed["attachments"],
            message=self._as_message(parsed),
        )
        if not case.similar_id and authentic is not False:
            case.similar_id = self._named_in(subject, case)
        return case

    def _named_in(self, subject: str, case):
        """A case of the same customer that the subject names: a person decides."""
        numbers = NUMBER.findall(subject)
        named = case.search([("number", "in", numbers), ("id", "!=", case.id)])
        return named.filtered(lambda one: one._is_of(case.partner_id, case.email_from))[
            :1
        ]

    def _as_message(self, parsed) -> dict:
        return {
            "message_id": parsed["message_id"],
            "body": Markup(parsed["body"]),  # noqa: S704 (sanitized by the field)
        }

    def _is_known(self, identity: str) -> bool:
        """Whether it is a message of a case, or one of ours that comes back.

        What came in for other records of Odoo as well is none of these.
        """
        return bool(
            self.env["mail.message"].search_count(
                Domain("message_id", "=", identity)
                & (
                    Domain("model", "=", "ecrm.case")
                    | Domain("message_type", "!=", "email")
                ),
                limit=1,
            )
        )

    def _is_from_us(self, address: str | bool) -> bool:
        if not address:
            return False
        ours = self.env["mail.alias.domain"]._find_aliases([address])
        return bool(ours) or bool(REPLY.search(address.rpartition("@")[0]))

    def _employee(self, address: str | bool):
        if not address:
            return None
        return self.env["res.users"].search(
            Domain("email_normalized", "=", address) & Domain("share", "=", False),
            limit=1,
        )

    def _customer(self, address: str, team):
        """The contact of an address, rather one with a login."""
        found = self.env["res.partner"].search(
            Domain("email_normalized", "=", address)
            & Domain("company_id", "in", [False, team.company_id.id]),
            order="id",
            limit=20,
        )
        return found.sorted(lambda one: not one.user_ids)[:1]

    def _done(self, case):
        self.write(
            {
                "state": "done",
                "case_id": case.id,
                "reason": False,
                "company_id": case.company_id.id,
            }
        )

    def _refuse(self, reason: str):
        self.write({"state": "refused", "reason": reason})

    def _raw_bytes(self) -> bytes:
        return base64.b64decode(self.with_context(bin_size=False).raw or b"")


def _holdable(text: str) -> str:
    """What no column holds, and no letter is, left out."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def _names(recipients: str) -> list[str]:
    """What stands before the @ of each, without a case's part."""
    addresses = email_split(recipients or "")
    names = {re.sub(r"\+.*$", "", one.rpartition("@")[0]).lower() for one in addresses}
    return sorted(names - {""})


def _readable(header) -> str:
    """A header as text, whatever its sender made of it."""
    try:
        text = str(
            email.header.make_header(email.header.decode_header(str(header or "")))
        )
    except (LookupError, UnicodeError, ValueError, email.errors.HeaderParseError):
        text = str(header or "")
    return _holdable(" ".join(text.split())[:500])

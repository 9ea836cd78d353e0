import xmlrpc.client as xmlrpclib
from email import policy
from email.parser import BytesHeaderParser

from odoo import api, models
from odoo.exceptions import AccessError

from odoo.addons.crm_suite.tools.work import RACES

from ...metrics import mailbox
from ...metrics.sender import is_automatic


class MailThread(models.AbstractModel):
    """Mails to teams are kept first, and delivered afterwards, each for itself."""

    _inherit = "mail.thread"

    @api.model
    def message_process(
        self,
        model,
        message,
        custom_values=None,
        save_original=False,
        strip_attachments=False,
        thread_id=None,
    ):
        """A mail to a team that nobody can read is kept, not lost."""
        options = (custom_values, save_original, strip_attachments, thread_id)
        raw = _as_bytes(message)
        # sudo: mails come in as nobody in particular
        mails = self.env["ecrm.mail"].sudo()
        recipients = _recipients(raw)
        team = mails._team_of_address(recipients)
        if not team:
            return super().message_process(model, message, *options)
        self._check_brings_mail()
        # by no standard part of a mail, and no column holds it
        raw = raw.replace(b"\x00", b"")
        if mailbox.is_too_heavy(raw):
            reason = self.env._("Reading its page would take too long.")
            mails._keep(raw, team=team, reason=reason)
            return False
        if mails._takes_long(raw, recipients):
            mails._keep(raw, team=team, case=mails._case_of_address(recipients))
            return False
        try:
            with self.env.cr.savepoint():
                return super().message_process(model, raw, *options)
        except (AccessError, *RACES):
            # whoever brings it tries again, or may not
            raise
        except Exception as error:  # noqa: BLE001 (whatever is wrong with a mail)
            mails._keep(raw, team=team, reason=f"{type(error).__name__}: {error}")
            return False

    @api.model
    def message_route(
        self, message, message_dict, model=None, thread_id=None, custom_values=None
    ):
        """A case's own signed address, and a team's with a part that is none."""
        if not message_dict.get("is_bounce"):
            # sudo: mails come in as nobody in particular
            mails = self.env["ecrm.mail"].sudo()
            recipients = message_dict["recipients"]
            case = mails._case_of_address(recipients)
            if case:
                return [("ecrm.case", case.id, None, self.env.uid, None)]
            if "+" in recipients and (team := mails._team_of_address(recipients)):
                values = {"team_id": team.id}
                return [("ecrm.case", 0, values, self.env.uid, None)]
        return super().message_route(
            message, message_dict, model, thread_id, custom_values
        )

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        ours = [route for route in routes or () if route[0] == "ecrm.case"]
        rest = [route for route in routes or () if route[0] != "ecrm.case"]
        res = False
        if ours:
            self._check_brings_mail()
            _model, case_id, values, _user, _alias = ours[0]
            # sudo: mails come in as nobody in particular
            env = self.sudo().env
            env["ecrm.mail"]._keep(
                message.as_bytes(),
                identity=message_dict["message_id"],
                team=env["ecrm.team"].browse((values or {}).get("team_id") or ()),
                case=env["ecrm.case"].browse(case_id or ()),
            )
        if rest or not ours:
            res = super()._message_route_process(message, message_dict, rest)
            headers = {name.lower(): str(text) for name, text in message.items()}
            if rest and is_automatic(headers):
                # sudo: mails come in as nobody in particular
                notes = self.env["ecrm.automatic.mail"].sudo()
                notes._note(message_dict["message_id"])
        return res

    def _check_brings_mail(self) -> None:
        """Whoever brings mails says what their headers are: nobody else may."""
        if not (self.env.su or self.env.user.has_group("base.group_system")):
            raise AccessError(self.env._("Mails come in by the mail server alone."))


def _as_bytes(message) -> bytes:
    if isinstance(message, xmlrpclib.Binary):
        return bytes(message.data)
    return message.encode() if isinstance(message, str) else bytes(message)


def _recipients(raw: bytes) -> str:
    headers = BytesHeaderParser(policy=policy.compat32).parsebytes(raw)
    names = ("Delivered-To", "To", "Cc", "Resent-To", "Resent-Cc")
    return ",".join(str(text) for name in names for text in headers.get_all(name, []))

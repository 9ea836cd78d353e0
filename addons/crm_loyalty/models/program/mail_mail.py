from odoo import models
from odoo.tools import email_normalize_all


class MailMail(models.Model):
    """The last moment: what waited in the queue is asked again before it leaves."""

    _inherit = "mail.mail"

    def send(self, *args, **kwargs):
        held_back = self._to_held_back()
        held_back._drop()
        return super(MailMail, self - held_back).send(*args, **kwargs)

    def _to_held_back(self):
        """Those of these messages that a program's control group must not get."""
        # sudo: the system leaves them out; nobody is told
        of_mailings = self.sudo().filtered("mailing_id")
        if not of_mailings:
            return self.browse()
        self.check_access("read")
        # sudo: as above
        Member = self.env["crm.customer.program.member"].sudo()
        to_members = of_mailings.filtered(lambda mail: mail.model == Member._name)
        control = set(Member.browse(to_members.mapped("res_id"))._held_back_ids())
        found = to_members.filtered(lambda mail: mail.res_id in control)
        for mailing, mails in of_mailings.grouped("mailing_id").items():
            addresses = {mail: mail._addresses_sent_to() for mail in mails}
            refused = mailing._held_back_among(set().union(*addresses.values()))
            found |= mails.filtered(
                lambda mail, addresses=addresses, refused=refused: (
                    addresses[mail] & refused
                )
            )
        return self & found.sudo(False)

    def _addresses_sent_to(self) -> set[str]:
        typed = email_normalize_all(f"{self.email_to or ''},{self.email_cc or ''}")
        return {*typed, *self.recipient_ids.mapped("email_normalized")} - {False}

    def _drop(self) -> None:
        if not self:
            return
        # sudo: a trace would tell who is held back
        self.sudo().mailing_trace_ids.unlink()
        self.sudo().state = "cancel"

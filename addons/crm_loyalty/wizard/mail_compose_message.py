from odoo import models


class MailComposeMessage(models.TransientModel):
    """Nothing is written to a program's control group, to whatever list it is sent.

    Asked when the messages are made, and not when recipients are chosen: they may be
    handed over one by one, or be enrolled in between.
    """

    _inherit = "mail.compose.message"

    def _prepare_mail_values(self, res_ids):
        mail_values = super()._prepare_mail_values(res_ids)
        for res_id in self._held_back(mail_values):
            del mail_values[res_id]
        return mail_values

    def _held_back(self, mail_values: dict) -> set[int]:
        """The records among these that belong to somebody who is held back."""
        found = set()
        if self.model == "crm.customer.program.member":
            # sudo: the system leaves them out; nobody is told
            members = self.env[self.model].sudo().browse(mail_values)
            found.update(members._held_back_ids())
        mailing = self.mass_mailing_id
        # sudo: only whether there is one
        if not mailing.sudo().origin_program_id:
            return found
        recipients = self._get_recipients_data(mail_values)
        addresses = {
            res_id: set(data["mail_to_normalized"])
            for res_id, data in recipients.items()
        }
        refused = mailing._held_back_among(set().union(*addresses.values()))
        return found | {res_id for res_id in addresses if addresses[res_id] & refused}

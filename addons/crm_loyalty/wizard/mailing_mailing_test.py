from odoo import models
from odoo.exceptions import UserError
from odoo.tools import email_normalize_all


class MailingMailingTest(models.TransientModel):
    """A test of a program's e-mail goes to colleagues, and to no member of it.

    Of either arm: to refuse the control group alone would tell who is in it.
    """

    _inherit = "mailing.mailing.test"

    def send_mail_test(self):
        addresses = set(email_normalize_all(self.email_to or ""))
        # sudo: who is a member is no secret to whoever may send to all of them
        program = self.mass_mailing_id.sudo().origin_program_id
        if program._members_among(addresses):
            raise UserError(
                self.env._(
                    "A test goes to colleagues: one of these addresses is of a "
                    "customer in the campaign."
                )
            )
        return super().send_mail_test()

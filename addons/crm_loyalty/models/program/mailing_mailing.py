from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain


class MailingMailing(models.Model):
    """The e-mail of a customer program: the program alone says whom it goes to."""

    _inherit = "mailing.mailing"

    program_ids = fields.One2many("crm.customer.program", "mailing_id", "Programs")

    @api.model
    def _create_for_program(self, program):
        """The members' e-mail: the program's text, the offer, and a way out."""
        body = Markup(
            "<div><p><t t-out=\"object.recipient_name or ''\"/></p>%(text)s"
            '<p t-if="object.offer_words" t-out="object.offer_words"/>'
            '<p><a href="/unsubscribe_from_list">%(way_out)s</a></p></div>'
        ) % {"text": program.message or "", "way_out": self.env._("Unsubscribe")}
        return self.create(
            {
                "name": program.name,
                "subject": program.subject,
                "mailing_type": "mail",
                "mailing_model_id": self.env["ir.model"]._get_id(
                    "crm.customer.program.member"
                ),
                "body_arch": body,
                "body_html": body,
                "user_id": (program.user_id or self.env.user).id,
                "reply_to_mode": "new",
                "reply_to": (program.user_id or self.env.user).email_formatted,
                "keep_archives": True,
            }
        )

    def _get_recipients_domain(self):
        """Who is held back would get it too, were it sent as any other mailing."""
        if self.program_ids:
            return Domain.FALSE
        return super()._get_recipients_domain()

    def _get_seen_list(self):
        """The program knows who was touched; a reminder is no duplicate."""
        return set() if self.program_ids else super()._get_seen_list()

    def _queue_for_members(self, members) -> None:
        """Put one e-mail for each member in the queue, in the caller's transaction."""
        self.ensure_one()
        composer = (
            self.env["mail.compose.message"]
            .with_context(
                active_ids=members.ids,
                default_composition_mode="mass_mail",
                **self._get_mass_mailing_context(),
            )
            .create(
                {
                    "auto_delete": not self.keep_archives,
                    "auto_delete_keep_log": self.reply_to_mode == "update",
                    "author_id": self.user_id.partner_id.id,
                    "attachment_ids": [
                        fields.Command.link(attachment.id)
                        for attachment in self.attachment_ids
                    ],
                    "body": self._prepend_preview(self.body_html or "", self.preview),
                    "composition_mode": "mass_mail",
                    "email_from": self.email_from,
                    "force_send": False,
                    "mail_server_id": self.mail_server_id.id,
                    "mass_mailing_id": self.id,
                    "model": members._name,
                    "reply_to": self.reply_to_mode == "new" and self.reply_to,
                    "reply_to_force_new": self.reply_to_mode == "new",
                    "subject": self.subject,
                    "template_id": False,
                    "use_exclusion_list": self.use_exclusion_list,
                }
            )
        )
        composer._action_send_mail()
        self.write({"state": "done", "sent_date": fields.Datetime.now()})

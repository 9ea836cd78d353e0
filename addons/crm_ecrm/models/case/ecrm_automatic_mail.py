from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...metrics.sender import AUTOMATIC_SUBJECT, MACHINES

# of what came before we were there: as far back as a customer waits for an answer
LOOKED_BACK_DAYS = 365
# nobody gets a mail, reads it and has answered in less
READ_SECONDS = 30


class EcrmAutomaticMail(models.Model):
    """That a machine wrote a message, such as one that tells of an absence.

    Its headers say so, which Odoo does not keep: they are read when a mail comes in. Of
    what came before, the subject, the address, or an answer within seconds tells.
    """

    _name = "ecrm.automatic.mail"
    _description = "Automatic Mail"
    _rec_name = "message_id"
    _log_access = False

    message_id = fields.Many2one(
        "mail.message", required=True, readonly=True, ondelete="cascade"
    )

    _message_uniq = models.UniqueIndex("(message_id)", "A message is noted once.")

    @api.model
    def _note(self, identity: str) -> None:
        """The mail that came in by this Message-ID was written by a machine."""
        messages = self.env["mail.message"].search([("message_id", "=", identity)])
        known = self.search([("message_id", "in", messages.ids)]).message_id
        self.create([{"message_id": one.id} for one in messages - known])

    @api.model
    def _note_earlier(self) -> None:
        """Mails of the last year that came in before anybody looked at headers."""
        self.env["mail.message"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO ecrm_automatic_mail (message_id)
                SELECT message.id
                  FROM mail_message message
                 WHERE message.message_type = 'email'
                   AND message.date > %(since)s
                   AND (message.subject ~* %(subject)s
                        OR message.email_from ~* %(machines)s
                        OR (message.parent_id IS NOT NULL AND EXISTS (
                            SELECT 1
                              FROM mail_message ours
                              JOIN res_users writer
                                ON writer.partner_id = ours.author_id
                               AND NOT writer.share
                             WHERE ours.model = message.model
                               AND ours.res_id = message.res_id
                               AND ours.id < message.id
                               AND ours.message_type IN
                                   ('comment', 'email', 'email_outgoing')
                               AND ours.subtype_id = %(public)s
                               AND ours.date BETWEEN message.date - %(read)s
                                                 AND message.date)))
                    ON CONFLICT DO NOTHING
                """,
                since=fields.Datetime.now() - timedelta(days=LOOKED_BACK_DAYS),
                subject=AUTOMATIC_SUBJECT,
                machines=MACHINES,
                public=self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_comment"),
                read=timedelta(seconds=READ_SECONDS),
            )
        )
        self.invalidate_model()

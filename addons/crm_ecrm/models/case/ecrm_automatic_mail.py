from odoo import api, fields, models


class EcrmAutomaticMail(models.Model):
    """That a machine wrote a message, such as one that tells of an absence.

    Odoo keeps no headers: what is not noted when a mail comes in is not known later.
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

from datetime import date

from odoo import api, fields, models
from odoo.tools import SQL, email_normalize


class EcrmSender(models.Model):
    """An address that wrote to us: how often it is answered by itself.

    One acknowledgement a day at most, and none where the last mail came back: two
    machines that answer each other would never end.
    """

    _name = "ecrm.sender"
    _description = "Address of a Sender"
    _rec_name = "email"
    _order = "email, id"

    email = fields.Char(required=True, readonly=True)
    acknowledged_on = fields.Date("Last Acknowledged", readonly=True)
    bounced_on = fields.Datetime(
        "Came Back",
        readonly=True,
        help="No automatic mail goes there until its owner writes again",
    )

    _email_uniq = models.UniqueIndex("(email)", "One row for each address.")

    @api.model
    def _take_acknowledgement(self, address: str, day: date) -> bool:
        """Whether this address may be answered by itself now: the first of the day."""
        if not (email := email_normalize(address or "")):
            return False
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO ecrm_sender AS sender (email, acknowledged_on)
                     VALUES (%(email)s, %(day)s)
                ON CONFLICT (email) DO UPDATE SET acknowledged_on = %(day)s
                      WHERE sender.bounced_on IS NULL
                        AND coalesce(sender.acknowledged_on < %(day)s, TRUE)
                  RETURNING sender.id
                """,
                email=email,
                day=day,
            )
        )
        self.invalidate_model()
        return bool(rows)

    @api.model
    def _came_back(self, address: str) -> None:
        if email := email_normalize(address or ""):
            self.env["suite.turn"]._take([f"ecrm.sender {email}"])
            row = self.search([("email", "=", email)]) or self.create({"email": email})
            row.bounced_on = fields.Datetime.now()

    @api.model
    def _wrote(self, address: str) -> None:
        """Who writes, can be written to."""
        email = email_normalize(address or "")
        known = self.search([("email", "=", email), ("bounced_on", "!=", False)])
        known.bounced_on = False

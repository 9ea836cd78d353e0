from odoo import fields, models
from odoo.exceptions import UserError

from ..models.preference.preference_words import PURPOSES, REACHED_BY, STATES

LONGEST = 2000


class EcrmConsentNote(models.TransientModel):
    """What a customer said of his preferences on the phone or in a letter."""

    _name = "ecrm.consent.note"
    _description = "Note a Consent"

    partner_id = fields.Many2one("res.partner", "Person", required=True)
    medium = fields.Selection(REACHED_BY, required=True, default="email")
    purpose = fields.Selection(PURPOSES, required=True, default="marketing")
    state = fields.Selection(STATES, required=True, default="withdrawn")
    note = fields.Text(
        "How He Said It",
        required=True,
        help="On the phone, in a letter, in person: when, to whom, in which words",
    )

    def action_note(self):
        self.ensure_one()
        self.check_access("write")
        self.partner_id.check_access("read")
        note = self.note.strip()
        if not note:
            raise UserError(self.env._("Write down how the customer said it."))
        self.env["ecrm.consent"]._say(
            self.partner_id,
            {(self.medium, self.purpose): self.state == "given"},
            "staff",
            note=note[:LONGEST],
        )
        return {"type": "ir.actions.act_window_close"}

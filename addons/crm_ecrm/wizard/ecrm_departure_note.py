from odoo import fields, models
from odoo.exceptions import UserError

from .chosen_records import chosen_records

MOST = 200
SOURCES = ("res.partner", "crm.lead")


class EcrmDepartureNote(models.TransientModel):
    """Notes that the chosen customers are lost, so that they are asked why."""

    _name = "ecrm.departure.note"
    _description = "Ask Why They Left"

    left_on = fields.Datetime("Lost On", required=True, default=fields.Datetime.now)
    reason_id = fields.Many2one("crm.lost.reason", "Reason, as Far as Known")

    def action_note(self):
        self.ensure_one()
        self.check_access("write")
        # what is lost is archived
        wizard = self.with_context(active_test=False)
        records = chosen_records(wizard, SOURCES, MOST)
        departures = self.env["ecrm.departure"]
        how = {"reason": self.reason_id, "left_on": self.left_on}
        if records._name == "crm.lead":
            for lead in records.filtered("partner_id"):
                departures |= departures._note(lead.partner_id, lead=lead, **how)
        else:
            departures = departures._note(records, **how)
        if not departures:
            raise UserError(self.env._("No customer is named there."))
        return departures._get_records_action(name=self.env._("Lost Customers"))

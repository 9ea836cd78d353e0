from odoo import fields, models
from odoo.exceptions import UserError

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
        model = self.env.context.get("active_model")
        ids = self.env.context.get("active_ids") or []
        if model not in SOURCES or len(ids) > MOST:
            raise UserError(self.env._("Choose up to %s records of a list.", MOST))
        # only those that the user sees; what is lost is archived
        found = self.env[model].with_context(active_test=False)
        records = found.search([("id", "in", ids)])
        departures = self.env["ecrm.departure"]
        how = {"reason": self.reason_id, "left_on": self.left_on}
        if model == "crm.lead":
            for lead in records.filtered("partner_id"):
                departures |= departures._note(lead.partner_id, lead=lead, **how)
        else:
            departures = departures._note(records, **how)
        if not departures:
            raise UserError(self.env._("No customer is named there."))
        return departures._get_records_action(name=self.env._("Lost Customers"))

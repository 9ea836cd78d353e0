from odoo import fields, models
from odoo.exceptions import UserError

from .chosen_records import chosen_records

MOST = 500
SOURCES = ("ecrm.entry", "ecrm.idea", "crm.lead", "ecrm.engagement")


class EcrmInsightAdd(models.TransientModel):
    """Puts what was chosen in a list behind an insight, a new one if need be."""

    _name = "ecrm.insight.add"
    _description = "Add to an Insight"

    insight_id = fields.Many2one("ecrm.insight")
    name = fields.Char("Or a New Theme")

    def action_add(self):
        self.ensure_one()
        self.check_access("write")
        records = chosen_records(self, SOURCES, MOST)
        insight = self.insight_id
        if not insight:
            if not (self.name or "").strip():
                raise UserError(self.env._("Choose an insight, or name a new one."))
            insight = insight.create({"name": self.name.strip()})
        insight._add_evidence(records)
        return {
            "type": "ir.actions.act_window",
            "res_model": "ecrm.insight",
            "res_id": insight.id,
            "view_mode": "form",
        }

from odoo import models
from odoo.fields import Command

from .ecrm_insight_evidence import SIGNAL


class EcrmInsight(models.Model):
    _inherit = "ecrm.insight"

    def _add_evidence(self, records) -> int:
        """Figures are made anew each time: they are kept as they stand now."""
        if records._name != "ecrm.engagement":
            return super()._add_evidence(records)
        self.ensure_one()
        ours = records.filtered(lambda one: one.company_id == self.company_id)
        known = self.evidence_ids.filtered(lambda one: one.res_model == SIGNAL)
        new = ours.partner_id - known.commercial_partner_id
        values = [{"res_model": SIGNAL, "partner_id": one.id} for one in new]
        self.write({"evidence_ids": [Command.create(line) for line in values]})
        return len(new)

from odoo import api, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.crm_suite.tools.dates import written_day

from ..insight.ecrm_insight_evidence import TAKEN

SIGNAL = "signal"


class EcrmInsightEvidence(models.Model):
    """What a customer does without saying is evidence too: as it stood when added."""

    _inherit = "ecrm.insight.evidence"

    @api.model
    def _select_models(self):
        *kinds, note = super()._select_models()
        return [*kinds, (SIGNAL, self.env._("Signals of a Customer")), note]

    def _take_over(self):
        if self.res_model != SIGNAL:
            return super()._take_over()
        self.ensure_one()
        company = self.insight_id.company_id
        customer = self.partner_id.commercial_partner_id
        found = self.env["ecrm.engagement"].search(
            [("partner_id", "=", customer.id), ("company_id", "=", company.id)]
        )
        if self.res_id or not customer or not found:
            raise ValidationError(
                self.env._("Choose a customer of whom something is measured.")
            )
        name = self.env._(
            "Engagement %(score)s of 100, %(trend)s in 90 days, on %(day)s",
            score=round(found.score),
            trend=f"{found.trend:+.0f}",
            day=written_day(self.env, company._today()),
        )
        # marked, since `write` asks this of what it writes
        return TAKEN.put(self._as_system()).write(
            {
                "name": name,
                "quote": found.reasons,
                "partner_id": customer.id,
                "commercial_partner_id": customer.id,
            }
        )

    def action_open(self):
        """The days behind it; they go on."""
        if self.res_model != SIGNAL:
            return super().action_open()
        self.ensure_one()
        self.check_access("read")
        found = self.env["ecrm.engagement"].search(
            [
                ("partner_id", "=", self.commercial_partner_id.id),
                ("company_id", "=", self.company_id.id),
            ]
        )
        if not found:
            raise UserError(self.env._("The record is gone."))
        return found.action_open_signals()

from collections import defaultdict

from odoo import models
from odoo.fields import Domain


class DistributionAgreement(models.Model):
    _inherit = "distribution.agreement"

    def _open_leads(self) -> dict[int, list[int]]:
        """Leads that are offered or given under these, by agreement."""
        routes = self.env["distribution.route"].search_fetch(
            Domain("agreement_id", "in", self.ids)
            & Domain("is_current", "=", True)
            & Domain("state", "in", ("offered", "accepted"))
            & Domain("lead_id.active", "=", True)
            & Domain("lead_id.won_status", "=", "pending"),
            ["agreement_id", "lead_id"],
        )
        leads = defaultdict(list)
        for route in routes:
            leads[route.agreement_id.id].append(route.lead_id.id)
        return dict(leads)

from odoo import models
from odoo.fields import Domain

from .crm_lead import ASSIGNING, HELD


class CrmTeam(models.Model):
    """Odoo's own assignment leaves leads alone that intermediaries have or may get."""

    _inherit = "crm.team"

    def _allocate_leads(self, creation_delta_days=7):
        # there is no hook: the duplicates of a lead are looked up in between
        teams = self.with_context(distribution_assigning=ASSIGNING)
        return super(CrmTeam, teams)._allocate_leads(creation_delta_days)

    def _assign_and_convert_leads(self, force_quota=False):
        # it reads its list first, and commits meanwhile: each lead is asked again
        teams = self.with_context(distribution_assigning=ASSIGNING)
        return super(CrmTeam, teams)._assign_and_convert_leads(force_quota)

    def _get_lead_to_assign_domain(self):
        domain = super()._get_lead_to_assign_domain()
        return list(Domain(domain) & Domain("distribution_state", "not in", HELD))

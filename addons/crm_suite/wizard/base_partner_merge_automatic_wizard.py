from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_values(self, src_partners, dst_partner):
        """The contact that is left has its company by now."""
        spoke_for = dst_partner.commercial_partner_id
        res = super()._update_values(src_partners, dst_partner)
        self.env["suite.merged.contact"]._keep(src_partners, dst_partner, spoke_for)
        return res

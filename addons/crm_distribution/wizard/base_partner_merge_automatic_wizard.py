from odoo import api, models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        # sudo: whoever may merge contacts merges their deals
        registrations = self.env["distribution.registration"].sudo()
        registrations._merge_customers(src_partners, dst_partner)
        res = super()._update_foreign_keys(src_partners, dst_partner)
        registrations._compare_merged(dst_partner)
        return res

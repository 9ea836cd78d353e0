from odoo import api, models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Odoo deletes what would be there twice: ours is joined before."""
        # sudo: whoever may merge contacts merges what is known of them
        rows = self.env(su=True)
        sources = src_partners.with_env(rows)
        target = dst_partner.with_env(rows)
        rows["ecrm.consent"]._merge_partners(sources, target)
        rows["ecrm.preference"]._merge_partners(sources, target)
        rows["ecrm.idea.vote"]._merge_partners(sources, target)
        rows["ecrm.idea.news"]._merge_partners(sources, target)
        rows["ecrm.portal.visit"]._merge_partners(sources, target)
        return super()._update_foreign_keys(src_partners, dst_partner)

    def _update_values(self, src_partners, dst_partner):
        """The contact that is left has its company by now, perhaps the other's."""
        res = super()._update_values(src_partners, dst_partner)
        self.env["ecrm.entry.mixin"]._join_merged(dst_partner)
        return res

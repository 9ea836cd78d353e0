from odoo import api, models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        # sudo: whoever may merge contacts merges their links
        links = self.env["distribution.link"].sudo()
        links._merge_partners(src_partners, dst_partner)
        # sudo: and their deals
        registrations = self.env["distribution.registration"].sudo()
        registrations._merge_customers(src_partners, dst_partner)
        # sudo: and their shares
        shares = self.env["distribution.share"].sudo()
        shares._merge_partners(src_partners, dst_partner)
        # sudo: and what they were offered
        routes = self.env["distribution.route"].sudo()
        routes._merge_candidates(src_partners, dst_partner)
        # sudo: and what they reported
        lines = self.env["distribution.sellout.line"].sudo()
        lines._merge_partners(src_partners, dst_partner)
        reporters = lines.env["distribution.reporter"]
        reporters._merge_partners(src_partners, dst_partner)
        stocks = lines.env["distribution.stock"]
        stocks._merge_partners(src_partners, dst_partner)
        res = super()._update_foreign_keys(src_partners, dst_partner)
        registrations._compare_merged(dst_partner)
        # sudo: and what was between them
        conflicts = self.env["distribution.conflict"].sudo()
        conflicts._close_merged(dst_partner)
        links._check_merged(dst_partner)
        stocks._refresh_merged(dst_partner)
        # sudo: and what they turned over counts together
        entries = self.env["distribution.accrual"].sudo()
        entries._catch_up_partner(dst_partner)
        return res

    def _update_values(self, src_partners, dst_partner):
        """What channel managers decided on one of them holds for both of them."""
        return super()._update_values(src_partners, dst_partner._as_system())

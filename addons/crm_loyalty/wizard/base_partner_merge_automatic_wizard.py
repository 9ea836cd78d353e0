from odoo import api, models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Needs first: where both have one, Odoo would delete all the source's."""
        self.env["crm.partner.need"]._merge_customers(src_partners, dst_partner)
        # sudo: whoever may merge partners merges their memberships
        memberships = self.env["loyalty.tier.membership"].sudo()
        memberships._merge_customers(src_partners, dst_partner)
        members = self.env["crm.customer.program.member"]
        members._merge_customers(src_partners, dst_partner)
        return super()._update_foreign_keys(src_partners, dst_partner)

    def _merge_loyalty_cards(self, src_partners, dst_partner):
        """Move the lots first, so that Odoo finds nothing left to add up."""
        # sudo: as Odoo does: whoever may merge partners merges their cards
        Card = self.env["loyalty.card"].sudo()
        cards = Card.search([("partner_id", "in", src_partners.ids)], order="id")
        merged = {}
        for program, group in cards.grouped("program_id").items():
            if not (program.is_nominative and program.keep_ledger):
                continue
            target = Card.search(
                [("partner_id", "=", dst_partner.id), ("program_id", "=", program.id)],
                limit=1,
            )
            if not target:
                target = group[0]
                target.partner_id = dst_partner
            sources = group - target
            sources._hand_points_over(target)
            # else an order edited later would promise its points a second time
            sources._hand_orders_over(target)
            merged[target] = sources
        res = super()._merge_loyalty_cards(src_partners, dst_partner)
        for target, sources in merged.items():
            sources.account_card_id = target
        return res

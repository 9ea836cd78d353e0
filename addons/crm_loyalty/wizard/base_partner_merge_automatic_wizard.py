from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge_loyalty_cards(self, src_partners, dst_partner):
        """Move the lots first, so that Odoo finds nothing left to add up."""
        # sudo: as Odoo does: whoever may merge partners merges their cards
        Card = self.env["loyalty.card"].sudo()
        cards = Card.search([("partner_id", "in", src_partners.ids)], order="id")
        merged = {}
        for program, group in cards.grouped("program_id").items():
            if not program.is_nominative:
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
            merged[target] = sources
        res = super()._merge_loyalty_cards(src_partners, dst_partner)
        for target, sources in merged.items():
            sources.account_card_id = target
        return res

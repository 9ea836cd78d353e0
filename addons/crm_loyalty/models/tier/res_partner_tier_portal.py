from odoo import models


class ResPartner(models.Model):
    """What customers are told of their tier and what it gives: plain values."""

    _inherit = "res.partner"

    def _portal_tiers(self, company) -> list[dict]:
        """Where the customer stands in each tier program, and what he gets there.

        Tiers count a company's purchases: its contacts see them as they see its points.
        """
        if not self._may_use_points_of(self.commercial_partner_id):
            return []
        told = []
        for progress in self._tier_progress(company):
            target = progress.next_tier.threshold
            percent = None
            if target:
                reached = 1 - progress.missing / target
                percent = round(100 * min(max(reached, 0.0), 1.0))
            told.append(
                {
                    "program": progress.program.name,
                    "tier": progress.tier.name or "",
                    "next": progress.next_tier.name or "",
                    "sentences": progress.sentences,
                    "percent": percent,
                    "benefits": self._portal_benefits(progress.tier),
                }
            )
        return [each for each in told if each["sentences"] or each["benefits"]]

    def _portal_benefits(self, tier) -> list[dict]:
        """What a tier gives its members today, but for what other systems ask."""
        if not tier:
            return []
        granted = tier._granted_benefits(tier.program_id._today())
        return [
            {
                "name": benefit.name,
                "contact": benefit.kind == "contact" and benefit.user_id.name or "",
                "url": benefit._portal_url(),
            }
            for benefit in granted
            if benefit.kind != "integration"
        ]

    def _portal_function(self, code: str, company) -> str:
        """Where a portal function leads, for a customer who is granted it today."""
        if not self._may_use_points_of(self.commercial_partner_id):
            return ""
        return next(
            (
                benefit.url or ""
                for _customer, benefit in self._granted_today(("portal",), company)
                if benefit.code == code
            ),
            "",
        )

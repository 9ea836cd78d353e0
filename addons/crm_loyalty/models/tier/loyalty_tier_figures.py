from odoo import fields, models
from odoo.fields import Domain

from ...tiers import add_months


class LoyaltyTier(models.Model):
    """What members of a tier bring, and what its benefits cost: of the last year."""

    _inherit = "loyalty.tier"

    member_count = fields.Integer("Members", compute="_compute_figures")
    yearly_revenue = fields.Monetary(
        "Revenue (Year)",
        compute="_compute_figures",
        help="What today's members bought in the last twelve months, net of refunds.",
    )
    yearly_margin = fields.Monetary("Margin (Year)", compute="_compute_figures")
    lifetime_value = fields.Monetary(
        compute="_compute_figures", help="Of today's members together."
    )
    yearly_cost = fields.Monetary(
        "Cost (Year)",
        compute="_compute_figures",
        help="Of the benefits that members of this tier have.",
    )

    def _compute_figures(self):
        """A few queries for each company, however many tiers."""
        figures = {}
        for company, tiers in self.grouped("company_id").items():
            if company:
                figures |= tiers._origin._read_figures(company)
        for tier in self:
            found = figures.get(tier._origin.id) or {}
            tier.member_count = found.get("members", 0)
            tier.yearly_revenue = found.get("revenue", 0)
            tier.yearly_margin = found.get("margin", 0)
            tier.lifetime_value = found.get("value", 0)
            tier.yearly_cost = tier._origin._cost_of_a_year(found)

    def _read_figures(self, company) -> dict:
        today = company._today()
        memberships = self.env["loyalty.tier.membership"]
        query = memberships._search(
            memberships._current_domain(today) & Domain("tier_id", "in", self.ids)
        )
        amounts = self.env["loyalty.tier.amount"]
        return amounts._read_tiers(query, company, add_months(today, -12))

    def _cost_of_a_year(self, figures: dict) -> float:
        """What the benefits of this tier cost for members with such figures."""
        if not figures:
            return 0.0
        today = self.program_id._today()
        return sum(
            benefit._cost_for(figures) for benefit in self._granted_benefits(today)
        )

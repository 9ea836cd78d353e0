from odoo import fields, models


class LoyaltyTierSimulationLine(models.TransientModel):
    """One tier's share of a simulation."""

    _name = "loyalty.tier.simulation.line"
    _description = "Simulated Tier"
    _inherit = ["suite.protected.mixin", "suite.number.mixin"]
    # thresholds are tried by whoever simulates
    _protected_fields = {
        "simulation_id",
        "tier_id",
        "member_count",
        "current_count",
        "revenue",
        "margin",
        "cost",
    }
    _number_limits = {"threshold": (0, 1e12)}
    _order = "threshold desc, id"

    simulation_id = fields.Many2one(
        "loyalty.tier.simulation", required=True, index=True, ondelete="cascade"
    )
    tier_id = fields.Many2one("loyalty.tier", required=True, ondelete="cascade")
    threshold = fields.Monetary(
        "From",
        currency_field="unit_currency_id",
        help="To try: the tier itself keeps its own.",
    )
    live_threshold = fields.Monetary(
        "From, Today", related="tier_id.threshold", currency_field="unit_currency_id"
    )
    unit_currency_id = fields.Many2one(related="tier_id.unit_currency_id")
    currency_id = fields.Many2one(related="tier_id.currency_id")
    member_count = fields.Integer("Would Be Members")
    current_count = fields.Integer("Members Now")
    revenue = fields.Monetary("Revenue (Year)")
    margin = fields.Monetary("Margin (Year)")
    cost = fields.Monetary("Cost (Year)")

from odoo import fields, models


class LoyaltyTierSimulationLine(models.TransientModel):
    """One tier's share of a simulation."""

    _name = "loyalty.tier.simulation.line"
    _description = "Simulated Tier"

    simulation_id = fields.Many2one(
        "loyalty.tier.simulation", required=True, index=True, ondelete="cascade"
    )
    tier_id = fields.Many2one("loyalty.tier", required=True, ondelete="cascade")
    threshold = fields.Monetary(
        related="tier_id.threshold", currency_field="unit_currency_id"
    )
    unit_currency_id = fields.Many2one(related="tier_id.unit_currency_id")
    currency_id = fields.Many2one(related="tier_id.currency_id")
    member_count = fields.Integer("Would Be Members")
    current_count = fields.Integer("Members Now")
    revenue = fields.Monetary("Revenue (Year)")
    margin = fields.Monetary("Margin (Year)")
    cost = fields.Monetary("Cost (Year)")

from odoo import fields, models

from .loyalty_tier_simulation import CHANGES


class LoyaltyTierSimulationCustomer(models.TransientModel):
    """One customer in a simulation."""

    _name = "loyalty.tier.simulation.customer"
    _description = "Customer in a Simulation of Tiers"
    _inherit = "suite.customer.data.mixin"
    _order = "amount desc, id"
    _rec_name = "partner_id"

    simulation_id = fields.Many2one(
        "loyalty.tier.simulation", required=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", ondelete="cascade")
    currency_id = fields.Many2one("res.currency", ondelete="cascade")
    unit_currency_id = fields.Many2one("res.currency", ondelete="cascade")
    tier_id = fields.Many2one("loyalty.tier", "Would Be", ondelete="cascade")
    current_tier_id = fields.Many2one("loyalty.tier", "Is Now", ondelete="cascade")
    change = fields.Selection(CHANGES)
    amount = fields.Monetary("Qualifying Amount", currency_field="unit_currency_id")
    revenue = fields.Monetary("Revenue (Year)")
    margin = fields.Monetary("Margin (Year)")
    points = fields.Float("Points (Year)")

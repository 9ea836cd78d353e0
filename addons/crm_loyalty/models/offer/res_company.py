from odoo import fields, models

from ...tools.prefetch import SELDOM_READ


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = ["res.company", "suite.number.mixin"]
    _number_limits = {
        "advice_response": (0, 1),
        "advice_margin_floor": (0, 1),
        "advice_days": (1, 1_000),
    }

    advice_response = fields.Float(
        "Assumed Response",
        default=0.10,
        prefetch=SELDOM_READ,
        help="Share of customers at risk who buy because of an offer, assumed until "
        "past campaigns tell.",
        groups="base.group_user",
    )
    advice_margin_floor = fields.Float(
        "Least Margin",
        default=0.10,
        prefetch=SELDOM_READ,
        help="Share of the price that must be left as margin after a discount.",
        groups="base.group_user",
    )
    advice_days = fields.Integer(
        "Days to Judge By",
        default=90,
        prefetch=SELDOM_READ,
        help="Who would buy anyway within so many days needs no offer; and an "
        "overruled advice is evaluated after them.",
        groups="base.group_user",
    )

    _advice_response_range = models.Constraint(
        "CHECK (advice_response BETWEEN 0 AND 1)",
        "The assumed response lies between 0 and 100 %.",
    )
    _advice_margin_floor_range = models.Constraint(
        "CHECK (advice_margin_floor BETWEEN 0 AND 1)",
        "The least margin lies between 0 and 100 %.",
    )
    _advice_days_range = models.Constraint(
        "CHECK (advice_days BETWEEN 1 AND 1000)", "Judge by 1 to 1,000 days."
    )

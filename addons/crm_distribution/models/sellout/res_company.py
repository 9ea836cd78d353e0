from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    distribution_stock_tolerance = fields.Float(
        "Tolerated Stock Gap (%)",
        default=5.0,
        help="Reported stock that is further away from the calculated one is an alert.",
        groups="base.group_user",
    )

    _distribution_stock_tolerance_range = models.Constraint(
        "CHECK (distribution_stock_tolerance BETWEEN 0 AND 1000)",
        "A tolerance lies between 0 and 1,000 %.",
    )

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    distribution_minimum_payout = fields.Monetary(
        "Minimum Pay-Out",
        currency_field="currency_id",
        help="What is due below it is carried to the next statement.",
    )
    _distribution_minimum_payout_range = models.Constraint(
        "CHECK (distribution_minimum_payout >= 0)", "A minimum is not below 0."
    )

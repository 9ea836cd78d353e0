from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    distribution_coverage_months = fields.Integer(
        "Months of Coverage",
        default=12,
        help="An outlet handles what it bought, sold or had in stock in the last so "
        "many months, the current one included.",
        groups="base.group_user",
    )
    distribution_contact_cost = fields.Monetary(
        "Cost of a Contact",
        help="What it costs on average to keep one supplier and one buyer in contact "
        "for a year: visits, calls, orders, invoices.",
        groups="base.group_user",
    )

    _distribution_coverage_months_range = models.Constraint(
        "CHECK (distribution_coverage_months BETWEEN 1 AND 120)",
        "Coverage looks back for 1 to 120 months.",
    )
    _distribution_contact_cost_range = models.Constraint(
        "CHECK (distribution_contact_cost >= 0)", "A contact does not cost less than 0."
    )

from datetime import date

from odoo import fields, models


class DistributionScopeMixin(models.AbstractModel):
    """Which goods, where, and from when to when; both days included.

    For models with a `state` that ends.
    """

    _name = "distribution.scope.mixin"
    _description = "Goods, Place and Time"
    _inherit = "mail.thread"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    category_id = fields.Many2one(
        "product.category",
        "Product Category",
        index=True,
        ondelete="restrict",
        tracking=True,
        help="With the categories below it. Empty: all goods.",
    )
    territory_id = fields.Many2one(
        "distribution.territory",
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
        help="With the territories below it. Empty: everywhere.",
    )
    date_from = fields.Date(
        "From",
        required=True,
        default=lambda self: self.env.company._today(),
        tracking=True,
    )
    date_to = fields.Date(
        "To", tracking=True, help="The last day. Empty: until it is ended."
    )

    _date_to_range = models.Constraint(
        "CHECK (date_to >= date_from OR state = 'ended')",
        "The last day lies before the first.",
    )

    def _covers_day(self, day: date) -> bool:
        self.ensure_one()
        return self.date_from <= day and (not self.date_to or day <= self.date_to)

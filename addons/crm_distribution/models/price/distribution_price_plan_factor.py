from odoo import api, fields, models
from odoo.exceptions import ValidationError

INTERNAL = ("objective", "cost", "mix", "organisation")


class DistributionPricePlanFactor(models.Model):
    """What was weighed when prices were made, by whom it was said and when."""

    _name = "distribution.price.plan.factor"
    _description = "Factor of a Price Plan"
    _inherit = ["distribution.price.input.mixin"]
    _order = "side desc, kind, id"
    _company_links = ("product_id",)
    _number_limits = {"value": (0, 1e12)}

    name = fields.Char("What", required=True)
    kind = fields.Selection(
        [
            ("objective", "Objective"),
            ("cost", "Cost"),
            ("mix", "Marketing mix"),
            ("organisation", "Organisation"),
            ("demand", "Market and demand"),
            ("competition", "Competition"),
            ("economy", "Economy"),
            ("intermediaries", "Condition of intermediaries"),
            ("government", "Government"),
        ],
        required=True,
        default="cost",
    )
    side = fields.Selection(
        [("internal", "Internal"), ("external", "External")],
        compute="_compute_side",
        store=True,
    )
    effect = fields.Selection(
        [
            ("none", "Weighed, no figure"),
            ("cost_amount", "Adds an amount to the cost"),
            ("cost_percent", "Adds % of the cost"),
            ("tax", "Tax on the consumer price, %"),
            ("ceiling", "Ceiling of the consumer price, with tax"),
        ],
        default="none",
        required=True,
        help="Taxes and ceilings are a government's. Several taxes add up; of several "
        "ceilings the lowest counts.",
    )
    value = fields.Float(
        digits=(16, 4),
        help="A cost: in the currency of costs, for one unit. A ceiling: in that of "
        "the last level.",
    )
    product_id = fields.Many2one(
        "product.product",
        "For",
        ondelete="restrict",
        index="btree_not_null",
        help="Empty: all products of the plan.",
    )
    source = fields.Char(
        required=True, help="Who says so: a document, a person, a law."
    )
    date = fields.Date(
        "As of", required=True, default=lambda self: self.env.company._today()
    )

    _value_range = models.Constraint(
        "CHECK (effect = 'none' OR coalesce(value, 0) > 0)",
        "A factor with a figure says how much.",
    )

    @api.depends("kind")
    def _compute_side(self):
        for factor in self:
            factor.side = "internal" if factor.kind in INTERNAL else "external"

    @api.constrains("kind", "effect")
    def _check_effect(self):
        for factor in self:
            if factor.effect in ("tax", "ceiling") and factor.kind != "government":
                raise ValidationError(
                    self.env._(
                        "%s: a tax or a ceiling is a factor of the kind “Government”.",
                        factor.name,
                    )
                )

from odoo import api, fields, models
from odoo.tools import formatLang

KINDS = [("number", "A figure"), ("answer", "Yes or no")]


class DistributionCriterion(models.Model):
    """What a policy asks of partners: a figure within bounds, or a yes."""

    _name = "distribution.criterion"
    _description = "Admission Criterion"
    _inherit = ["suite.company.mixin", "suite.number.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        index=True,
        default=lambda self: self.env.company,
        help="Empty: for all companies.",
    )
    kind = fields.Selection(KINDS, default="number", required=True)
    least = fields.Float("At Least")
    most = fields.Float("At Most", help="0: no upper bound.")
    unit = fields.Char(translate=True)
    asked = fields.Char("Asks For", compute="_compute_asked")

    _most_range = models.Constraint(
        "CHECK (most IS NULL OR most = 0 OR most >= coalesce(least, 0))",
        "The upper bound lies below the lower one.",
    )

    @api.depends("kind", "least", "most", "unit")
    def _compute_asked(self):
        for criterion in self:
            criterion.asked = criterion._bounds_in_words(
                criterion.kind, criterion.least, criterion.most
            )

    def _bounds_in_words(self, kind: str, least: float, most: float) -> str:
        """These bounds, which are its own or those of a day before, with its unit."""
        if kind == "answer":
            return self.env._("Yes")
        unit = self.unit or ""
        low, high = (
            f"{formatLang(self.env, bound, digits=_decimals(bound))} {unit}".strip()
            for bound in (least, most)
        )
        if not most:
            return self.env._("At least %s", low)
        if not least:
            return self.env._("At most %s", high)
        return self.env._("%(least)s to %(most)s", least=low, most=high)


def _decimals(number: float) -> int:
    return 0 if number == round(number) else 2

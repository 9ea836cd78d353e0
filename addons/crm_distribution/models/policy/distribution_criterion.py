from odoo import api, fields, models


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
        "res.company", index=True, default=lambda self: self.env.company
    )
    kind = fields.Selection(
        [("number", "A figure"), ("answer", "Yes or no")],
        default="number",
        required=True,
    )
    least = fields.Float("At Least")
    most = fields.Float("At Most", help="0: no upper bound.")
    unit = fields.Char(translate=True)
    summary = fields.Char(compute="_compute_summary")

    _most_range = models.Constraint(
        "CHECK (most IS NULL OR most = 0 OR least IS NULL OR most >= least)",
        "The upper bound lies below the lower one.",
    )

    @api.depends("kind", "least", "most", "unit")
    def _compute_summary(self):
        for criterion in self:
            criterion.summary = criterion._bounds_in_words()

    def _bounds_in_words(self) -> str:
        self.ensure_one()
        if self.kind == "answer":
            return self.env._("Yes")
        least, most = (
            f"{value:,g} {self.unit or ''}".strip() for value in self._bounds()
        )
        if self.most and self.least:
            return self.env._("%(least)s to %(most)s", least=least, most=most)
        if self.most:
            return self.env._("At most %s", most)
        return self.env._("At least %s", least)

    def _bounds(self) -> tuple[float, float]:
        return self.least, self.most

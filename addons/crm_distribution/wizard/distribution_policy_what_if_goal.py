from odoo import fields, models


class DistributionPolicyWhatIfGoal(models.TransientModel):
    """An area and goods for which another goal would hold."""

    _name = "distribution.policy.what.if.goal"
    _description = "Goal in a What-If"

    what_if_id = fields.Many2one(
        "distribution.policy.what.if", required=True, index=True, ondelete="cascade"
    )
    territory_id = fields.Many2one("distribution.territory", ondelete="cascade")
    category_id = fields.Many2one("product.category", "Goods", ondelete="cascade")
    measure = fields.Selection([("numeric", "Numeric"), ("weighted", "Weighted")])
    actual = fields.Float("Reached (%)")
    before = fields.Float("Goal Now (%)")
    after = fields.Float("Goal Then (%)")
    gap_before = fields.Float("Missing Now (%)")
    gap_after = fields.Float("Missing Then (%)")

from odoo import fields, models


class DistributionPolicyWhatIfLine(models.TransientModel):
    """An agreement whose promise would change."""

    _name = "distribution.policy.what.if.line"
    _description = "Agreement in a What-If"
    _order = "contradicts desc, day, id"

    what_if_id = fields.Many2one(
        "distribution.policy.what.if", required=True, index=True, ondelete="cascade"
    )
    agreement_id = fields.Many2one(
        "distribution.agreement", required=True, ondelete="cascade"
    )
    day = fields.Date("From")
    before = fields.Char("Now")
    after = fields.Char("Then")
    contradicts = fields.Boolean(
        help="The agreement is exclusive, and the changed policy would not allow it."
    )

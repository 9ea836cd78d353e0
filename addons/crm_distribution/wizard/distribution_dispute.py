from odoo import fields, models
from odoo.exceptions import UserError


class DistributionDispute(models.TransientModel):
    """Holds a line of a statement, or ends its dispute."""

    _name = "distribution.dispute"
    _description = "Dispute of a Line"

    line_id = fields.Many2one(
        "distribution.settlement.line", required=True, ondelete="cascade"
    )
    decision = fields.Selection(
        [("dispute", "Hold"), ("decide", "Decide")], required=True, default="dispute"
    )
    currency_id = fields.Many2one(related="line_id.currency_id")
    # as whoever chose the line may read it
    amount = fields.Monetary(related="line_id.amount", related_sudo=False)
    granted = fields.Monetary(
        help="May be billed. The rest is written off, under your name."
    )
    reason = fields.Text()

    def action_confirm(self):
        self.ensure_one()
        self.check_access("read")
        self.line_id.check_access("read")
        if not (self.reason or "").strip():
            raise UserError(self.env._("Say why."))
        if self.decision == "dispute":
            self.line_id._hold(self.reason)
        else:
            self.line_id._decide(self.granted, self.reason)

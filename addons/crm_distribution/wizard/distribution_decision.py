from odoo import fields, models
from odoo.exceptions import UserError


class DistributionDecision(models.TransientModel):
    """The reason of a decision on a deal, a conflict or a debt."""

    _name = "distribution.decision"
    _description = "Reason of a Decision"

    decision = fields.Selection(
        [
            ("reject", "Do Not Accept"),
            ("release", "Release"),
            ("decide", "Decide"),
            ("override", "Override"),
            ("write_off", "Write Off"),
        ],
        required=True,
    )
    registration_ids = fields.Many2many("distribution.registration")
    conflict_ids = fields.Many2many("distribution.conflict")
    correction_ids = fields.Many2many(
        "distribution.claim.correction", help="Of the intermediaries whose debt it is."
    )
    outcome = fields.Selection(
        [
            ("holder", "The holder keeps it"),
            ("other", "The other side gets it"),
            ("shared", "Shared"),
            ("no_conflict", "No conflict"),
        ]
    )
    reason = fields.Text(required=True)

    def action_confirm(self):
        self.ensure_one()
        if not self.reason.strip():
            raise UserError(self.env._("Say why."))
        if self.decision == "reject":
            for one in self.registration_ids:
                one._reject(self.reason)
        elif self.decision == "release":
            for one in self.registration_ids:
                one._release(self.reason)
        elif self.decision == "override":
            self.conflict_ids._override(self.reason)
        elif self.decision == "write_off":
            self.correction_ids._write_off(self.reason)
        elif self.outcome:
            self.conflict_ids._close(self.outcome, self.reason)
        else:
            raise UserError(self.env._("Choose how the conflict ends."))

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# more are not read on a phone
MOST = 8


class EcrmTouchpointReason(models.Model):
    """A reason that customers may tick beside their score.

    Once somebody ticked it, its words are his: they stay as they were, and it is
    archived instead of deleted.
    """

    _name = "ecrm.touchpoint.reason"
    _description = "Reason for a Score"
    _inherit = ["suite.company.mixin", "suite.protected.mixin"]
    _order = "sequence, id"
    _protected_fields = {"name", "touchpoint_id"}

    touchpoint_id = fields.Many2one(
        "ecrm.touchpoint", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="touchpoint_id.company_id", store=True, index=True
    )
    name = fields.Char("Reason", required=True, translate=True, size=100)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    shown_for = fields.Selection(
        [
            ("always", "All Scores"),
            ("low", "Low and Middle Scores"),
            ("high", "High Scores"),
        ],
        required=True,
        default="always",
        help="High are 9 and 10 of NPS, 4 and 5 of CSAT, 5 to 7 of CES.",
    )

    @api.constrains("touchpoint_id", "active")
    def _check_most(self):
        # two at one moment would not see each other's
        self.env["suite.turn"]._take(
            f"ecrm.touchpoint.reason {one.id}" for one in self.touchpoint_id
        )
        counts = self._read_group(
            [("touchpoint_id", "in", self.touchpoint_id.ids), ("active", "=", True)],
            ["touchpoint_id"],
            ["__count"],
        )
        if any(number > MOST for _touchpoint, number in counts):
            raise ValidationError(
                self.env._("Customers choose from %s reasons at most.", MOST)
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_chosen(self):
        # sudo: whether somebody chose it, whoever may see it
        if self.sudo()._is_chosen():
            raise UserError(
                self.env._("Customers chose this reason already: archive it instead.")
            )

    def copy_data(self, default=None):
        """Nobody chose the copy yet: it begins with the words."""
        # the permit is for what the copy reads
        return super(EcrmTouchpointReason, self._as_system()).copy_data(default)

    def copy_translations(self, new, excluded=()):
        """In every language."""
        ours = super(EcrmTouchpointReason, self._as_system())
        return ours.copy_translations(new, excluded)

    def _is_protected(self) -> bool:
        return self._is_chosen()

    def _is_chosen(self) -> bool:
        """Whether any of these stands in an answer.

        :param self: in superuser mode
        """
        answers = self.env["ecrm.feedback.answer"]
        return bool(answers.search_count([("reason_ids", "in", self.ids)], limit=1))

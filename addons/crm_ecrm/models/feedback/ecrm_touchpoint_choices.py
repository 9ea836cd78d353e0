from odoo import fields, models

from ...metrics import satisfaction


class EcrmTouchpoint(models.Model):
    """What customers may choose as reasons for their score."""

    _inherit = "ecrm.touchpoint"

    reason_ids = fields.One2many(
        "ecrm.touchpoint.reason", "touchpoint_id", "Reasons", copy=True
    )

    def _side(self, score: int) -> str:
        """Which reasons a score is asked for: those of high ones where it is good."""
        good = satisfaction.group_of(self.metric, score) == satisfaction.GOOD
        return "high" if good else "low"

    def _ticked(self, sent: dict[str, str], score: int):
        """Reasons ticked on the page that belong to the score; no other is looked up.

        Who changes his score leaves the other side's reasons ticked behind it.
        """
        sides = {"always", self._side(score)}
        return self.reason_ids.filtered(
            lambda one: (
                one.active and one.shown_for in sides and sent.get(f"reason_{one.id}")
            )
        )

    def _reason_sides(self) -> str:
        """For which scores there is a reason to choose at all."""
        sides = {*self.reason_ids.mapped("shown_for")}
        return sides.pop() if len(sides) == 1 else "always"

from odoo import api, fields, models

from ..models.idea.idea_words import STATUSES


class EcrmIdeaAnswer(models.TransientModel):
    """What becomes of an idea, in words for those who voted for it."""

    _name = "ecrm.idea.answer"
    _description = "Answer to an Idea"

    idea_id = fields.Many2one("ecrm.idea", required=True)
    status = fields.Selection(STATUSES, required=True)
    planned_for = fields.Date("Promised for")
    answer = fields.Text(
        help="All who voted read it. A “no” needs its reason: it is a full answer."
    )
    voter_count = fields.Integer(
        related="idea_id.vote_count", related_sudo=False, string="Voters"
    )

    @api.model
    def default_get(self, fields):
        """It begins with what was said last."""
        values = super().default_get(fields)
        if idea_id := values.get("idea_id"):
            idea = self.env["ecrm.idea"].browse(idea_id)
            values.setdefault("status", idea.status)
            values.setdefault("planned_for", idea.planned_for)
            values.setdefault("answer", idea.answer)
        return values

    def action_answer(self):
        self.ensure_one()
        self.check_access("write")
        self.idea_id._answer(self.status, self.answer, self.planned_for)
        return {"type": "ir.actions.act_window_close"}

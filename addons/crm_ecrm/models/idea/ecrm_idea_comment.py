from odoo import fields, models

from .idea_words import LONGEST_COMMENT

STATES = [
    ("waiting", "To Look At"),
    ("shown", "Shown"),
    ("hidden", "Hidden"),
]


class EcrmIdeaComment(models.Model):
    """What a customer says on an idea; others see it once it is shown."""

    _name = "ecrm.idea.comment"
    _description = "Comment on an Idea"
    _inherit = "suite.protected.mixin"
    _order = "id"
    _protected_fields = {"idea_id", "partner_id", "text", "state"}

    idea_id = fields.Many2one(
        "ecrm.idea", required=True, readonly=True, index=True, ondelete="cascade"
    )
    root_id = fields.Many2one(related="idea_id.root_id", store=True, index=True)
    company_id = fields.Many2one(related="idea_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(
        "res.partner", "By", readonly=True, index="btree_not_null", ondelete="set null"
    )
    text = fields.Text(required=True, readonly=True)
    state = fields.Selection(STATES, required=True, readonly=True, default="waiting")

    _text_range = models.Constraint(
        f"CHECK (char_length(text) <= {LONGEST_COMMENT})",
        "A comment is too long.",
    )

    def action_show(self):
        self._set_state("shown")

    def action_hide(self):
        self._set_state("hidden")

    def _set_state(self, state):
        self.check_access("write")
        self._as_system().write({"state": state})

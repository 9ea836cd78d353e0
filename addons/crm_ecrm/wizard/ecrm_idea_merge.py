from odoo import api, fields, models
from odoo.fields import Command


class EcrmIdeaMerge(models.TransientModel):
    """Ideas that mean the same, and the one under which they go on."""

    _name = "ecrm.idea.merge"
    _description = "Merge Ideas"

    idea_ids = fields.Many2many("ecrm.idea", string="Ideas")
    target_id = fields.Many2one(
        "ecrm.idea",
        "Goes on as",
        required=True,
        domain="[('merged_into_id', '=', False)]",
    )

    @api.model
    def default_get(self, fields):
        """The ideas of the list, under the one with most votes."""
        values = super().default_get(fields)
        if self.env.context.get("active_model") == "ecrm.idea":
            ids = self.env.context.get("active_ids") or []
            ideas = self.env["ecrm.idea"].search([("id", "in", ids)])
            values.setdefault("idea_ids", [Command.set(ideas.ids)])
            if len(ideas) > 1:
                values.setdefault("target_id", ideas[0].id)
        return values

    def action_merge(self):
        self.ensure_one()
        self.check_access("write")
        self.idea_ids._merge_into(self.target_id)
        return {"type": "ir.actions.act_window_close"}

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools.safe_eval import safe_eval

TONES = [
    ("plain", "Plain"),
    ("good", "Good News"),
    ("warning", "Soon"),
    ("danger", "Now"),
]


class SuiteTile(models.Model):
    """A figure on an app's first page; it opens the records that it counts.

    Add-ons bring tiles as data. Everybody counts with his own rights: what he may not
    read, is not there for him.
    """

    _name = "suite.tile"
    _description = "Tile of a First Page"
    _order = "app, sequence, id"

    name = fields.Char(required=True, translate=True)
    app = fields.Char(required=True, index=True, help="On whose first page it is")
    sequence = fields.Integer(default=10)
    icon = fields.Char(default="fa-circle-o", help="A class of Font Awesome")
    tone = fields.Selection(
        TONES,
        required=True,
        default="plain",
        help="Its colour once there is something",
    )
    action_id = fields.Many2one(
        "ir.actions.act_window", "Opens", required=True, ondelete="cascade"
    )
    domain = fields.Char(
        required=True,
        default="[]",
        help="Which records are counted; “uid” stands for the reader",
    )
    hint = fields.Char(translate=True, help="What to do, once there is something")
    empty = fields.Char(translate=True, help="What it means that there is nothing")
    next_action_id = fields.Many2one(
        "ir.actions.act_window",
        "Next Step",
        ondelete="set null",
        help="Opened instead as long as there is nothing",
    )
    group_ids = fields.Many2many("res.groups", string="For")
    count = fields.Integer(compute="_compute_count")
    sentence = fields.Char(compute="_compute_count")

    @api.depends("action_id", "domain", "hint", "empty")
    @api.depends_context("uid", "allowed_company_ids", "lang")
    def _compute_count(self):
        for tile in self:
            records = self.env[tile._model()]
            readable = records.has_access("read")
            tile.count = records.search_count(tile._counted()) if readable else 0
            tile.sentence = tile.hint if tile.count else tile.empty

    @api.constrains("action_id", "domain")
    def _check_domain(self):
        for tile in self:
            try:
                self.env[tile._model()].search_count(tile._counted(), limit=1)
            except (KeyError, SyntaxError, TypeError, ValueError) as error:
                raise ValidationError(
                    self.env._(
                        "The condition of “%(tile)s” cannot be read: %(error)s",
                        tile=tile.name,
                        error=error,
                    )
                ) from error

    def action_open(self):
        """Open what is counted, or the next step where there is nothing."""
        self.ensure_one()
        self.check_access("read")
        if not self.count and self.next_action_id:
            return self._action_dict("next_action_id")
        action = self._action_dict("action_id")
        context = safe_eval(action["context"] or "{}", {"uid": self.env.uid})
        # the filters of the list would hide some of what was counted
        action["context"] = {
            key: value
            for key, value in context.items()
            if not key.startswith("search_default_")
        }
        action["domain"] = list(self._counted())
        action["display_name"] = action["name"] = self.name
        return action

    def _action_dict(self, field: str) -> dict:
        # as such an action is read by administrators alone; this one's fields go out
        # to every user's client anyway
        return self.sudo()[field]._get_action_dict()

    def _model(self) -> str:
        # an action as such is read by administrators alone
        return self.sudo().action_id.res_model

    def _counted(self) -> Domain:
        return Domain(safe_eval(self.domain, {"uid": self.env.uid}))

from odoo import api, fields, models
from odoo.fields import Command

from ..models.policy.policy_words import KINDS, POLICY_LIMITS

COPIED = (
    "kind",
    "capacity",
    "category_id",
    "territory_id",
    "date_from",
    "date_to",
    "goal_numeric",
    "goal_weighted",
)
# Begins as the policy's, with the rights of whoever tries, and may be changed.
TRIED = {
    "compute": "_compute_values",
    "store": True,
    "readonly": False,
    "compute_sudo": False,
    "precompute": True,
}


class DistributionPolicyWhatIf(models.TransientModel):
    """What another policy would do, before it is one.

    Agreements whose promise would change and leads under them, those that contradict
    it, orders of partners who would have no place, and the goals that would be reached
    or missed by what outlets handle today.
    """

    _name = "distribution.policy.what.if"
    _description = "What If a Policy Changes"
    _inherit = "suite.number.mixin"
    _rec_name = "policy_id"
    _number_limits = POLICY_LIMITS

    policy_id = fields.Many2one(
        "distribution.policy", required=True, readonly=True, ondelete="cascade"
    )
    state = fields.Selection(related="policy_id.state", related_sudo=False)
    company_id = fields.Many2one(related="policy_id.company_id")
    kind = fields.Selection(KINDS, "Distribution", **TRIED, required=True)
    capacity = fields.Integer(**TRIED)
    category_id = fields.Many2one("product.category", "Product Category", **TRIED)
    territory_id = fields.Many2one("distribution.territory", **TRIED)
    date_from = fields.Date("From", **TRIED, required=True)
    date_to = fields.Date("To", **TRIED)
    goal_numeric = fields.Float("Goal: Numeric Distribution (%)", **TRIED)
    goal_weighted = fields.Float("Goal: Weighted Distribution (%)", **TRIED)
    line_ids = fields.One2many(
        "distribution.policy.what.if.line",
        "what_if_id",
        "Agreements",
        compute="_compute_line_ids",
        store=True,
        compute_sudo=False,
    )
    goal_ids = fields.One2many(
        "distribution.policy.what.if.goal",
        "what_if_id",
        "Goals",
        compute="_compute_goal_ids",
        store=True,
        compute_sudo=False,
    )
    order_ids = fields.Many2many(
        "sale.order",
        string="Orders",
        compute="_compute_order_ids",
        help="Of the last 12 months, delivered there to intermediaries who have no "
        "agreement that covers it.",
    )
    summary = fields.Char(compute="_compute_summary")

    @api.depends("policy_id")
    def _compute_values(self):
        for wizard in self:
            for name in COPIED:
                wizard[name] = wizard.policy_id[name]

    @api.depends(*COPIED)
    def _compute_line_ids(self):
        for wizard in self:
            policy = wizard._ready()
            lines = policy._changed_promises(wizard) if policy else ()
            wizard.line_ids = [Command.clear(), *map(Command.create, lines)]

    @api.depends(*COPIED)
    def _compute_goal_ids(self):
        for wizard in self:
            policy = wizard._ready()
            goals = policy._changed_goals(wizard) if policy else ()
            wizard.goal_ids = [Command.clear(), *map(Command.create, goals)]

    @api.depends(*COPIED)
    def _compute_order_ids(self):
        for wizard in self:
            policy = wizard._ready()
            wizard.order_ids = policy._sales_without_place(wizard) if policy else False

    @api.depends_context("lang")
    @api.depends("line_ids", "goal_ids", "order_ids")
    def _compute_summary(self):
        for wizard in self:
            goals = wizard.goal_ids
            lost = goals.filtered(lambda one: one.gap_after > one.gap_before)
            won = goals.filtered(lambda one: one.gap_after < one.gap_before)
            wizard.summary = self.env._(
                "%(changed)s agreements with %(leads)s open leads would have another "
                "promise, %(against)s of them contradict it. %(orders)s orders went to "
                "partners without a place there. Coverage would miss less of its goal "
                "in %(won)s areas and goods, and more in %(lost)s.",
                changed=len(wizard.line_ids),
                leads=sum(wizard.line_ids.mapped("lead_count")),
                orders=len(wizard.order_ids),
                against=len(wizard.line_ids.filtered("contradicts")),
                won=len(won),
                lost=len(lost),
            )

    def action_apply(self):
        """The policy as it was tried here."""
        self.ensure_one()
        self.policy_id.check_access("write")
        values = {}
        for name in COPIED:
            field = self._fields[name]
            if self[name] != self.policy_id[name]:
                values[name] = field.convert_to_write(self[name], self)
        self.policy_id.write(values)
        return {"type": "ir.actions.act_window_close"}

    def _ready(self):
        """The policy, once enough is typed to try another one in its place."""
        if not (self.policy_id and self.date_from and self.kind):
            return self.env["distribution.policy"]
        self.policy_id.check_access("write")
        return self.policy_id

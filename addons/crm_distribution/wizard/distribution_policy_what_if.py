from odoo import api, fields, models
from odoo.fields import Command, Domain

from odoo.addons.crm_suite.tools.dates import written_day

from ..channel.policy import Rule, Rulebook, contradicts
from ..models.policy.policy_words import KINDS, promise_in_words

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
MEASURES = ("numeric", "weighted")
# as many areas × goods as can be looked through
MOST_CELLS = 200


class DistributionPolicyWhatIf(models.TransientModel):
    """What another policy would do, before it is one.

    Agreements whose promise would change, those that would contradict it, and the
    goals that would be reached or missed by what outlets handle today.
    """

    _name = "distribution.policy.what.if"
    _description = "What If a Policy Changes"
    _inherit = "suite.number.mixin"
    _rec_name = "policy_id"
    _number_limits = {
        "capacity": (1, 1_000),
        "goal_numeric": (0, 100),
        "goal_weighted": (0, 100),
    }

    policy_id = fields.Many2one(
        "distribution.policy", required=True, readonly=True, ondelete="cascade"
    )
    state = fields.Selection(related="policy_id.state")
    company_id = fields.Many2one(related="policy_id.company_id")
    kind = fields.Selection(
        KINDS, compute="_compute_values", store=True, readonly=False, required=True
    )
    capacity = fields.Integer(compute="_compute_values", store=True, readonly=False)
    category_id = fields.Many2one(
        "product.category",
        "Product Category",
        compute="_compute_values",
        store=True,
        readonly=False,
    )
    territory_id = fields.Many2one(
        "distribution.territory",
        "Territory",
        compute="_compute_values",
        store=True,
        readonly=False,
    )
    date_from = fields.Date(
        "From", compute="_compute_values", store=True, readonly=False, required=True
    )
    date_to = fields.Date("To", compute="_compute_values", store=True, readonly=False)
    goal_numeric = fields.Float(
        "Goal: Numeric Distribution (%)",
        compute="_compute_values",
        store=True,
        readonly=False,
    )
    goal_weighted = fields.Float(
        "Goal: Weighted Distribution (%)",
        compute="_compute_values",
        store=True,
        readonly=False,
    )
    line_ids = fields.One2many(
        "distribution.policy.what.if.line",
        "what_if_id",
        "Agreements",
        compute="_compute_line_ids",
        store=True,
    )
    goal_ids = fields.One2many(
        "distribution.policy.what.if.goal",
        "what_if_id",
        "Goals",
        compute="_compute_goal_ids",
        store=True,
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
            lines = (
                {
                    "agreement_id": change.claim.id,
                    "day": change.day,
                    "before": promise_in_words(self.env, change.before),
                    "after": promise_in_words(self.env, change.after),
                    "contradicts": contradicts(change),
                }
                for change in wizard._changes()
            )
            wizard.line_ids = [Command.clear(), *map(Command.create, lines)]

    @api.depends(*COPIED)
    def _compute_goal_ids(self):
        for wizard in self:
            goals = map(Command.create, wizard._changed_goals())
            wizard.goal_ids = [Command.clear(), *goals]

    @api.depends_context("lang")
    @api.depends("line_ids", "goal_ids")
    def _compute_summary(self):
        for wizard in self:
            goals = wizard.goal_ids
            lost = goals.filtered(lambda one: one.gap_after > one.gap_before)
            won = goals.filtered(lambda one: one.gap_after < one.gap_before)
            wizard.summary = self.env._(
                "%(changed)s agreements would have another promise, %(against)s of "
                "them contradict it. Coverage would miss less of its goal in %(won)s "
                "areas and goods, and more in %(lost)s.",
                changed=len(wizard.line_ids),
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

    def _rule(self) -> Rule:
        return Rule(
            self.policy_id.id,
            self.policy_id.company_id.id,
            self.category_id.parent_path or "",
            self.territory_id.parent_path or "",
            self.date_from,
            self.date_to or None,
            self.kind,
            self.capacity,
            self.env._(
                "%(policy)s, changed on %(day)s",
                policy=self.policy_id.name,
                day=written_day(self.env, self.policy_id.company_id._today()),
            ),
        )

    def _changes(self) -> list:
        if not (self.policy_id and self.date_from):
            return []
        self.policy_id.check_access("write")
        return self.policy_id._changes([self._rule()])

    def _changed_goals(self) -> list[dict]:
        """By area and goods: what is reached, and what is asked now and then."""
        if not (self.policy_id and self.date_from):
            return []
        self.policy_id.check_access("write")
        company = self.policy_id.company_id
        Policy = self.env["distribution.policy"]
        before = Policy._rulebook([company.id])
        rules = {**before.rules, self.policy_id.id: self._rule()}
        after = Rulebook(rules.values())
        day = max(company._today(), self.date_from)
        found = []
        for cell in self._cells(company):
            place = (
                company.id,
                cell.category_id.parent_path or "",
                cell.territory_id.parent_path or "",
                day,
            )
            now, then = (book.ranked(*place)[:1] for book in (before, after))
            for measure in MEASURES:
                goal = f"goal_{measure}"
                asked = sum(Policy.browse(rule.id)[goal] for rule in now)
                wanted = sum(
                    (self if rule.id == self.policy_id.id else Policy.browse(rule.id))[
                        goal
                    ]
                    for rule in then
                )
                actual = cell[f"{measure}_distribution"]
                if asked != wanted:
                    found.append(
                        {
                            "territory_id": cell.territory_id.id,
                            "category_id": cell.category_id.id,
                            "measure": measure,
                            "actual": actual,
                            "before": asked,
                            "after": wanted,
                            "gap_before": max(asked - actual, 0),
                            "gap_after": max(wanted - actual, 0),
                        }
                    )
        return found

    def _cells(self, company):
        """Coverage in the scope that it has or would have."""
        scopes = []
        for one in (self.policy_id, self):
            scope = Domain("company_id", "=", company.id)
            if one.category_id:
                scope &= Domain("category_id", "child_of", one.category_id.ids)
            if one.territory_id:
                scope &= Domain("territory_id", "child_of", one.territory_id.ids)
            scopes.append(scope)
        return self.env["distribution.coverage"].search(
            Domain.OR(scopes), limit=MOST_CELLS
        )

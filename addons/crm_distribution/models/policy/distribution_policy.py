from collections.abc import Collection, Sequence
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...channel.policy import Decision, Question, Rule, Rulebook
from .policy_words import GOODS, KINDS, decision_sentence


class DistributionPolicy(models.Model):
    """How densely goods are distributed somewhere, and from when to when.

    For any product, place and day one decides: the closest category, then the closest
    territory, then the later start, then the newer one.
    """

    _name = "distribution.policy"
    _description = "Distribution Policy"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "suite.company.mixin",
        "suite.protected.mixin",
        "suite.number.mixin",
    ]
    _order = "state, date_from desc, id desc"
    # by its buttons alone, which show what they change
    _protected_fields = {"state"}
    _number_limits = {
        "capacity": (1, 1_000),
        "goal_numeric": (0, 100),
        "goal_weighted": (0, 100),
    }

    name = fields.Char(required=True, tracking=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    state = fields.Selection(
        [("draft", "Draft"), ("active", "Active"), ("ended", "Ended")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    category_id = fields.Many2one(
        "product.category",
        "Product Category",
        index=True,
        ondelete="restrict",
        tracking=True,
        help="With the categories below it. Empty: all goods.",
    )
    territory_id = fields.Many2one(
        "distribution.territory",
        "Territory",
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
        help="With the territories below it. Empty: everywhere.",
    )
    date_from = fields.Date(
        "From",
        required=True,
        default=lambda self: self.env.company._today(),
        tracking=True,
    )
    date_to = fields.Date(
        "To", tracking=True, help="The last day. Empty: until it is ended."
    )
    goods_kind = fields.Selection(GOODS, "Kind of Goods")
    kind = fields.Selection(KINDS, default="selective", required=True, tracking=True)
    capacity = fields.Integer(
        default=1,
        tracking=True,
        help="How many partners may hold an exclusive agreement over one scope at a "
        "time.",
    )
    goal_numeric = fields.Float(
        "Goal: Numeric Distribution (%)",
        tracking=True,
        help="Share of the outlets that handle the goods. 0: no goal.",
    )
    goal_weighted = fields.Float(
        "Goal: Weighted Distribution (%)",
        tracking=True,
        help="Share of the turnover in the category that is made by outlets that handle "
        "the goods. 0: no goal.",
    )
    conflict_handling = fields.Selection(
        [("warn", "Record a conflict"), ("block", "Refuse until a manager allows it")],
        "Contradictions",
        default="warn",
        required=True,
        tracking=True,
    )
    criterion_ids = fields.Many2many(
        "distribution.criterion", string="Admission Criteria", check_company=True
    )
    capacity_warning = fields.Char(compute="_compute_capacity_warning")

    _date_to_range = models.Constraint(
        "CHECK (date_to >= date_from OR state = 'ended')",
        "The last day lies before the first.",
    )
    _capacity_range = models.Constraint(
        "CHECK (capacity >= 1)",
        "An exclusive policy has room for one partner at least.",
    )
    _goals_range = models.Constraint(
        "CHECK (goal_numeric BETWEEN 0 AND 100 AND goal_weighted BETWEEN 0 AND 100)",
        "A goal lies between 0 and 100 %.",
    )

    @api.depends("kind", "capacity", "company_id.distribution_exclusive_most")
    def _compute_capacity_warning(self):
        for policy in self:
            most = policy.company_id.distribution_exclusive_most
            beyond = policy.kind == "exclusive" and policy.capacity > most
            policy.capacity_warning = beyond and self.env._(
                "%(capacity)s exclusive partners over one scope: more than %(most)s is "
                "hardly exclusive any more, and rules of competition may not accept it.",
                capacity=policy.capacity,
                most=most,
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        if decided := self.filtered(lambda policy: policy.state != "draft"):
            raise UserError(
                self.env._("“%s” has decided already: end it instead.", decided[0].name)
            )

    def action_activate(self):
        self.check_access("write")
        self._as_system().write({"state": "active"})

    def action_end(self):
        """From now on it decides no more; for the days before, it still says so."""
        self.check_access("write")
        for policy in self.filtered(lambda policy: policy.state == "active"):
            yesterday = policy.company_id._today() - timedelta(days=1)
            last = min(policy.date_to or yesterday, yesterday)
            policy._as_system().write({"state": "ended", "date_to": last})

    @api.model
    def _decide(self, questions: Sequence[Question]) -> list[Decision]:
        """Which policy decides each of these; two queries, however many."""
        book = self._rulebook({question.company_id for question in questions})
        categories, territories = self._scope_paths(questions)
        decisions = {}
        sentences = {}
        for question in set(questions):
            ranked = book.ranked(
                question.company_id,
                categories[question.category_id],
                territories[question.territory_id],
                question.day,
            )
            ids = tuple(rule.id for rule in ranked)
            if ids not in sentences:
                sentences[ids] = decision_sentence(self.env, ranked)
            decisions[question] = Decision(
                ids[0] if ids else False, sentences[ids], ids[1:]
            )
        return [decisions[question] for question in questions]

    @api.model
    def _rulebook(self, company_ids: Collection[int]) -> Rulebook:
        """All policies of these companies that decide on some day."""
        self.flush_model()
        self.env["product.category"].flush_model(["parent_path"])
        self.env["distribution.territory"].flush_model(["parent_path"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT policy.id, policy.company_id,
                       coalesce(category.parent_path, ''),
                       coalesce(territory.parent_path, ''),
                       policy.date_from, policy.date_to,
                       policy.kind, policy.capacity, policy.name
                  FROM distribution_policy policy
                  LEFT JOIN product_category category
                    ON category.id = policy.category_id
                  LEFT JOIN distribution_territory territory
                    ON territory.id = policy.territory_id
                 WHERE policy.state IN ('active', 'ended')
                   AND policy.company_id = ANY(%(companies)s)
                """,
                companies=list(company_ids),
            )
        )
        return Rulebook(Rule(*row) for row in rows)

    @api.model
    def _scope_paths(
        self, questions: Sequence[Question]
    ) -> tuple[dict[int | bool, str], dict[int | bool, str]]:
        """Where the categories and territories stand in their trees; one query."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT 0, id, parent_path FROM product_category WHERE id = ANY(%s)
                 UNION ALL
                SELECT 1, id, parent_path FROM distribution_territory WHERE id = ANY(%s)
                """,
                list({q.category_id for q in questions if q.category_id}),
                list({q.territory_id for q in questions if q.territory_id}),
            )
        )
        paths = {False: ""}, {False: ""}
        for tree, id_, path in rows:
            paths[tree][id_] = path
        return paths

    @api.model
    def _goals_sql(self, source: SQL) -> SQL:
        """The goals of the deciding policy, in the database.

        :param source: selects id, company_id, category_id, territory_id, day
        :return: selects id, policy_id, kind, goal_numeric, goal_weighted; no row where
            no policy decides
        """
        self.flush_model()
        return SQL(
            """
            SELECT DISTINCT ON (asked.id)
                   asked.id, policy.id AS policy_id, policy.kind,
                   policy.goal_numeric, policy.goal_weighted
              FROM (%(source)s) asked
              LEFT JOIN product_category asked_category
                ON asked_category.id = asked.category_id
              LEFT JOIN distribution_territory asked_territory
                ON asked_territory.id = asked.territory_id
              JOIN distribution_policy policy
                ON policy.company_id = asked.company_id
               AND policy.state IN ('active', 'ended')
               AND asked.day BETWEEN policy.date_from
                                 AND coalesce(policy.date_to, 'infinity')
              LEFT JOIN product_category category ON category.id = policy.category_id
              LEFT JOIN distribution_territory territory
                ON territory.id = policy.territory_id
             WHERE (policy.category_id IS NULL
                    OR starts_with(asked_category.parent_path, category.parent_path))
               AND (policy.territory_id IS NULL
                    OR starts_with(asked_territory.parent_path, territory.parent_path))
             ORDER BY asked.id,
                   %(category_depth)s DESC, %(territory_depth)s DESC,
                   policy.date_from DESC, policy.id DESC
            """,
            source=source,
            category_depth=_depth_sql(SQL("category.parent_path")),
            territory_depth=_depth_sql(SQL("territory.parent_path")),
        )


def _depth_sql(path: SQL) -> SQL:
    return SQL(
        "coalesce(length(%(path)s) - length(replace(%(path)s, '/', '')), 0)", path=path
    )

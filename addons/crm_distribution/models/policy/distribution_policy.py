from collections.abc import Collection, Sequence
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_suite.tools.dates import written_day

from ...channel.policy import (
    Change,
    Decision,
    Question,
    Rule,
    Rulebook,
    contradicts,
    find_changes,
)
from .policy_words import (
    GOODS,
    KINDS,
    POLICY_LIMITS,
    decision_sentence,
    promise_in_words,
)

NEWEST = 2**31
# as many areas × goods as can be looked through
MOST_CELLS = 200
DECIDES_BY = (
    "kind",
    "capacity",
    "category_id",
    "territory_id",
    "date_from",
    "date_to",
)


class DistributionPolicy(models.Model):
    """How densely goods are distributed somewhere, and from when to when.

    For any product, place and day one decides: the closest category, then the closest
    territory, then the later start, then the newer one.
    """

    _name = "distribution.policy"
    _description = "Distribution Policy"
    _inherit = [
        "distribution.scope.mixin",
        "mail.activity.mixin",
        "suite.company.mixin",
        "suite.protected.mixin",
        "suite.number.mixin",
        "suite.job.mixin",
    ]
    # no lead is offered without a policy
    _jobs = {"crm_distribution.cron_work_offers", "crm_distribution.cron_retry_leads"}
    _order = "state, date_from desc, id desc"
    # by its buttons alone, which show what they change
    _protected_fields = {"state"}
    _number_limits = POLICY_LIMITS

    name = fields.Char(required=True, tracking=True)
    state = fields.Selection(
        [("draft", "Draft"), ("active", "Active"), ("ended", "Ended")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    goods_kind = fields.Selection(GOODS, "Kind of Goods")
    kind = fields.Selection(
        KINDS, "Distribution", default="selective", required=True, tracking=True
    )
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
        help="Share of the turnover in the category that is made by outlets that "
        "handle the goods. 0: no goal.",
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
    change_warning = fields.Text(compute="_compute_change_warning")
    agreement_count = fields.Integer(compute="_compute_agreement_count")
    admission_count = fields.Integer(compute="_compute_admission_count")

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
                "hardly exclusive any more, and rules of competition may not accept "
                "it.",
                capacity=policy.capacity,
                most=most,
            )

    @api.depends(
        "state",
        "kind",
        "capacity",
        "category_id",
        "territory_id",
        "date_from",
        "date_to",
    )
    def _compute_change_warning(self):
        """Whom it would concern to save what is typed, or to activate a draft."""
        for policy in self:
            saved = policy._origin
            company = policy.company_id
            # what is typed may name another company, whose promises are not told
            told = company and (self.env.su or company in self.env.companies)
            if policy.state == "ended" or not (policy.date_from and told):
                policy.change_warning = False
                continue
            changes = (
                policy._changes([policy._rule()])
                if saved.state != "active" or policy._rule() != saved._rule()
                else []
            )
            lines = [policy._change_in_words(change) for change in changes]
            policy.change_warning = "\n".join(lines) or False

    def _compute_agreement_count(self):
        for policy in self:
            policy.agreement_count = len(policy._agreements())

    def _compute_admission_count(self):
        counts = dict(
            self.env["distribution.admission"]._read_group(
                [("policy_id", "in", self.ids)], ["policy_id"], ["__count"]
            )
        )
        for policy in self:
            policy.admission_count = counts.get(policy._origin, 0)

    def write(self, vals):
        """What a change of an active policy does to agreements is kept with it."""
        active = self.filtered(lambda policy: policy.state == "active")
        told = {}
        if vals.keys() & DECIDES_BY:
            told = {policy: policy._rule() for policy in active}
        books = {
            company: self._rulebook([company.id])
            for company in {policy.company_id for policy in told}
        }
        res = super().write(vals)
        for policy, rule in told.items():
            if policy.state != "active" or policy._rule() == rule:
                continue
            changes = policy._changes([policy._rule()], books[policy.company_id])
            policy._tell_changes(changes)
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        if decided := self.filtered(lambda policy: policy.state != "draft"):
            raise UserError(
                self.env._("“%s” has decided already: end it instead.", decided[0].name)
            )

    def action_activate(self):
        self.check_access("write")
        for policy in self.filtered(lambda policy: policy.state == "draft"):
            changes = policy._changes([policy._rule()])
            policy._as_system().write({"state": "active"})
            policy._tell_changes(changes)

    def action_end(self):
        """From now on it decides no more; for the days before, it still says so."""
        self.check_access("write")
        for policy in self.filtered(lambda policy: policy.state == "active"):
            yesterday = policy.company_id._today() - timedelta(days=1)
            last = min(policy.date_to or yesterday, yesterday)
            changes = policy._changes([])
            policy._as_system().write({"state": "ended", "date_to": last})
            policy._tell_changes(changes)

    def action_what_if(self):
        """What another policy would do to agreements and goals, before it is one."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What If: %s", self.name),
            "res_model": "distribution.policy.what.if",
            "view_mode": "form",
            "target": "new",
            "context": {"default_policy_id": self.id},
        }

    def action_open_agreements(self):
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "distribution.agreement",
            "view_mode": "list,form",
            "domain": [("id", "in", self._agreements().ids)],
            "name": self.env._("Agreements Under %s", self.name),
        }

    def action_open_admissions(self):
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "distribution.admission",
            "view_mode": "list,form",
            "domain": [("policy_id", "=", self.id)],
            "context": {"default_policy_id": self.id},
            "name": self.env._("Admissions: %s", self.name),
        }

    @api.model
    def _decide(
        self, questions: Sequence[Question], paths: tuple[dict, dict] | None = None
    ) -> list[Decision]:
        """Which policy decides each of these; two queries, however many.

        :param paths: those of the questions, from `_scope_paths`, if they are known
        """
        book = self._rulebook({question.company_id for question in questions})
        categories, territories = paths or self._scope_paths(questions)
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

    def _agreements(self):
        """The agreements in force today that it decides, as their whole scope."""
        Agreement = self.env["distribution.agreement"]
        company = self.company_id
        if self.state != "active" or not company:
            return Agreement
        today = company._today()
        held = Agreement.search(
            [("company_id", "=", company.id), ("state", "in", ("active", "suspended"))]
        ).filtered(lambda one: not one.date_to or one.date_to >= today)
        decisions = self._decide([one._question() for one in held])
        ours = {self.id}
        return Agreement.union(
            *(
                agreement
                for agreement, decision in zip(held, decisions, strict=True)
                if decision.policy_id in ours
            )
        )

    def _rule(self, tried: models.BaseModel | None = None) -> Rule:
        """This policy as it is now, saved or not, as far as it decides.

        :param tried: a record with fields of the same names, to decide by instead
        """
        self.ensure_one()
        like = self if tried is None else tried
        return Rule(
            # made now, it is the newest
            self._origin.id or NEWEST,
            self.company_id.id,
            like.category_id.parent_path or "",
            like.territory_id.parent_path or "",
            like.date_from,
            like.date_to or None,
            like.kind,
            like.capacity,
            self.name or "",
        )

    def _changes(
        self, rules: Sequence[Rule], before: Rulebook | None = None
    ) -> list[Change]:
        """Which promises to partners change when these take this policy's place."""
        self.ensure_one()
        company = self.company_id
        before = before or self._rulebook([company.id])
        others = [one for one in before.rules.values() if one.id != self._origin.id]
        # sudo: whoever sets policies is told of all promises
        held = self.env["distribution.agreement"].sudo()._held(company)
        claims = [agreement._claim() for agreement in held]
        alone = held.filtered("exclusive").ids
        after = Rulebook([*others, *rules])
        return find_changes(claims, alone, before, after, company._today())

    def _change_in_words(self, change: Change) -> str:
        # sudo: whoever sets policies is told of all promises
        agreement = self.env["distribution.agreement"].sudo().browse(change.claim.id)
        words = {
            "agreement": agreement.display_name,
            "day": written_day(self.env, change.day),
            "before": promise_in_words(self.env, change.before),
            "after": promise_in_words(self.env, change.after),
        }
        if contradicts(change):
            return self.env._(
                "%(agreement)s, exclusive, contradicts it from %(day)s: "
                "%(before)s becomes %(after)s.",
                **words,
            )
        return self.env._(
            "%(agreement)s: from %(day)s, %(before)s becomes %(after)s.", **words
        )

    def _changed_promises(self, tried: models.BaseModel) -> list[dict]:
        """What-if: the agreements whose promise would be another one."""
        return [
            {
                "agreement_id": change.claim.id,
                "day": change.day,
                "before": promise_in_words(self.env, change.before),
                "after": promise_in_words(self.env, change.after),
                "contradicts": contradicts(change),
            }
            for change in self._changes([self._rule(tried)])
        ]

    def _changed_goals(self, tried: models.BaseModel) -> list[dict]:
        """What-if: by area and goods, what is reached, and asked before and after."""
        self.ensure_one()
        company = self.company_id
        before = self._rulebook([company.id])
        after = Rulebook({**before.rules, self.id: self._rule(tried)}.values())
        day = max(company._today(), tried.date_from)
        found = []
        for cell in self._cells() | self._cells(tried):
            paths = cell.category_id.parent_path, cell.territory_id.parent_path or ""
            now, then = (
                self.browse(
                    rule.id for rule in book.ranked(company.id, *paths, day)[:1]
                )
                for book in (before, after)
            )
            wanted = tried if then == self else then
            for measure in ("numeric", "weighted"):
                goal, actual = f"goal_{measure}", cell[f"{measure}_distribution"]
                if now[goal] != wanted[goal]:
                    found.append(
                        {
                            "territory_id": cell.territory_id.id,
                            "category_id": cell.category_id.id,
                            "measure": measure,
                            "actual": actual,
                            "before": now[goal],
                            "after": wanted[goal],
                            "gap_before": max(now[goal] - actual, 0),
                            "gap_after": max(wanted[goal] - actual, 0),
                        }
                    )
        return found

    def _cells(self, tried: models.BaseModel | None = None):
        """Coverage of what this policy covers, or would cover."""
        like = self if tried is None else tried
        scope = Domain("company_id", "=", self.company_id.id)
        for name in ("category_id", "territory_id"):
            if like[name]:
                scope &= Domain(name, "child_of", like[name].ids)
        return self.env["distribution.coverage"].search(scope, limit=MOST_CELLS)

    def _tell_changes(self, changes: Sequence[Change]) -> None:
        """In its history: which promises changed with it."""
        if not changes:
            return
        lines = Markup("").join(
            Markup("<li>%s</li>") % self._change_in_words(change) for change in changes
        )
        title = self.env._("Agreements whose promise this changed:")
        self.message_post(body=Markup("<p>%s</p><ul>%s</ul>") % (title, lines))

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

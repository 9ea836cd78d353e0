from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

STATES = [
    ("draft", "Draft"),
    ("published", "Published"),
    ("decided", "Decided"),
    ("measured", "Result Known"),
]
DECISIONS = [
    ("do", "We Do It"),
    ("later", "Later"),
    ("no", "We Do Not"),
]


class EcrmInsight(models.Model):
    """What customers tell us together: a theme, its evidence, what came of it."""

    _name = "ecrm.insight"
    _description = "Insight"
    _inherit = ["suite.company.mixin", "suite.protected.mixin", "mail.thread"]
    _order = "published_on desc, id desc"
    _protected_fields = {"state", "published_on", "decided_on", "result_on"}

    name = fields.Char("Theme", required=True, size=200, tracking=True)
    description = fields.Text("What We Learned")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    team_id = fields.Many2one(
        "ecrm.team",
        index="btree_not_null",
        check_company=True,
        default=lambda self: self._usual_team(),
        help="Who heard it from customers, and works with it",
    )
    user_id = fields.Many2one(
        "res.users",
        "Owner",
        domain=[("share", "=", False)],
        default=lambda self: self.env.user,
        index="btree_not_null",
        tracking=True,
    )
    state = fields.Selection(
        STATES, required=True, readonly=True, default="draft", copy=False, tracking=True
    )
    evidence_ids = fields.One2many("ecrm.insight.evidence", "insight_id")
    evidence_count = fields.Integer(compute="_compute_weights")
    voter_count = fields.Integer(
        "Customers Behind It",
        compute="_compute_weights",
        help="Companies behind the evidence and the votes of its ideas, each once",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    revenue = fields.Monetary(
        "Their Revenue",
        compute="_compute_weights",
        groups="crm_ecrm.group_voice_leader",
        help="Invoiced to them in the last 12 months, without tax",
    )
    decision = fields.Selection(DECISIONS, tracking=True)
    reason = fields.Text("Why")
    due_on = fields.Date("Due", tracking=True)
    result = fields.Text(help="What changed for customers, and how that is known")
    published_on = fields.Datetime("Published", readonly=True, copy=False)
    decided_on = fields.Datetime("Decided", readonly=True, copy=False)
    result_on = fields.Datetime("Result Noted", readonly=True, copy=False)

    @api.depends("evidence_ids.commercial_partner_id", "evidence_ids.res_id")
    def _compute_weights(self):
        """Both weights stand side by side: many small customers, or few big ones."""
        # sudo: all customers count, whoever may be seen
        known = self.sudo()
        evidence = known.evidence_ids
        ideas = known.env["ecrm.idea"].browse(
            evidence.filtered(lambda one: one.res_model == "ecrm.idea").mapped("res_id")
        )
        ideas = ideas.exists()
        ideas.root_id.vote_ids.fetch(["partner_id"])
        by_id = {idea.id: idea for idea in ideas}
        customers = {}
        for insight in known:
            found = insight.evidence_ids.commercial_partner_id
            for one in insight.evidence_ids:
                if one.res_model == "ecrm.idea" and one.res_id in by_id:
                    votes = by_id[one.res_id].root_id.vote_ids
                    found |= votes.partner_id.commercial_partner_id
            customers[insight.id] = found
        revenue = {}
        for company, same in known.grouped("company_id").items():
            all_of_them = known.env["res.partner"].union(
                *(customers[one.id] for one in same)
            )
            sums = all_of_them._revenue_by_company(company)
            for one in same:
                revenue[one.id] = sum(sums.get(c.id, 0) for c in customers[one.id])
        for insight, seen in zip(self, known, strict=True):
            insight.evidence_count = len(seen.evidence_ids)
            insight.voter_count = len(customers[insight.id])
            insight.revenue = revenue[insight.id]

    @api.model
    def _usual_team(self):
        """The service team of whoever writes it down."""
        mine = [
            ("user_id", "=", self.env.uid),
            ("company_id", "=", self.env.company.id),
        ]
        return self.env["ecrm.team.member"].search(mine, limit=1).team_id

    def action_publish(self):
        """Everybody of the team finds it; it stands on something."""
        self.check_access("write")
        bare = self.filtered(lambda insight: not insight.evidence_ids)
        if bare:
            raise UserError(
                self.env._("“%s” has no evidence yet: add some.", bare[0].name)
            )
        drafts = self.filtered(lambda insight: insight.state == "draft")
        drafts._as_system().write(
            {"state": "published", "published_on": fields.Datetime.now()}
        )

    def action_decide(self):
        self.check_access("write")
        for insight in self:
            if insight.state == "draft":
                raise UserError(self.env._("Publish it first."))
            if not insight.decision or not insight.user_id:
                raise UserError(self.env._("A decision has an owner and says what."))
            if insight.decision == "no" and not (insight.reason or "").strip():
                raise UserError(self.env._("A “no” says why."))
        self.filtered(lambda one: one.state == "published")._as_system().write(
            {"state": "decided", "decided_on": fields.Datetime.now()}
        )

    def action_note_result(self):
        self.check_access("write")
        for insight in self:
            if insight.state != "decided" or not (insight.result or "").strip():
                raise UserError(self.env._("Decide first, and write what came of it."))
        self._as_system().write(
            {"state": "measured", "result_on": fields.Datetime.now()}
        )

    def _add_evidence(self, records) -> int:
        """Add records that the user sees; those that are there already stay once.

        :return: how many are new
        """
        self.ensure_one()
        kept = {(one.res_model, one.res_id) for one in self.evidence_ids}
        pairs = [(record._name, record.id) for record in records]
        if records._name == "ecrm.entry":
            pairs = [(record.res_model, record.res_id) for record in records]
        new = [pair for pair in pairs if pair not in kept]
        self.write(
            {
                "evidence_ids": [
                    Command.create({"res_model": model, "res_id": id_})
                    for model, id_ in new
                ]
            }
        )
        return len(new)

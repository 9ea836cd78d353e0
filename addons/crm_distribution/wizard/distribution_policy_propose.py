from odoo import api, fields, models

from ..models.policy.policy_words import (
    GOODS,
    KINDS,
    POLICY_LIMITS,
    PROPOSALS,
    proposal_reason,
)


class DistributionPolicyPropose(models.TransientModel):
    """How densely goods should be distributed, by how people buy them."""

    _name = "distribution.policy.propose"
    _description = "Proposal of a Policy"
    _inherit = "suite.number.mixin"
    _number_limits = POLICY_LIMITS

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    category_id = fields.Many2one("product.category", "Product Category")
    territory_id = fields.Many2one("distribution.territory")
    goods_kind = fields.Selection(
        GOODS,
        "Kind of Goods",
        required=True,
        default="convenience",
        help="Convenience: bought often, without search. Shopping: compared first. "
        "Specialty: this or none. Unsought: not thought of before it is explained.",
    )
    reason = fields.Text("Why", compute="_compute_reason")
    kind = fields.Selection(
        KINDS,
        "Distribution",
        compute="_compute_proposal",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    capacity = fields.Integer(
        compute="_compute_proposal", store=True, readonly=False, precompute=True
    )
    goal_numeric = fields.Float(
        "Goal: Numeric Distribution (%)",
        compute="_compute_proposal",
        store=True,
        readonly=False,
        precompute=True,
    )
    goal_weighted = fields.Float(
        "Goal: Weighted Distribution (%)",
        compute="_compute_proposal",
        store=True,
        readonly=False,
        precompute=True,
    )

    @api.depends_context("lang")
    @api.depends("goods_kind")
    def _compute_reason(self):
        for wizard in self:
            wizard.reason = proposal_reason(self.env, wizard.goods_kind)

    @api.depends("goods_kind")
    def _compute_proposal(self):
        for wizard in self:
            proposal = PROPOSALS[wizard.goods_kind or "convenience"]
            wizard.update(proposal._asdict())

    def action_create(self):
        """A draft by this proposal, or what was made of it."""
        self.ensure_one()
        goods = self.category_id.display_name or self.env._("All goods")
        place = self.territory_id.display_name or self.env._("everywhere")
        policy = self.env["distribution.policy"].create(
            {
                "name": f"{goods}, {place}",
                "company_id": self.company_id.id,
                "category_id": self.category_id.id,
                "territory_id": self.territory_id.id,
                "goods_kind": self.goods_kind,
                "kind": self.kind,
                "capacity": self.capacity,
                "goal_numeric": self.goal_numeric,
                "goal_weighted": self.goal_weighted,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "distribution.policy",
            "res_id": policy.id,
            "view_mode": "form",
            "name": policy.name,
        }

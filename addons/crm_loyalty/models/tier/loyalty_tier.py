from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ...tiers import add_months


class LoyaltyTier(models.Model):
    """A rung of a program's ladder: what its members get, bring and cost."""

    _name = "loyalty.tier"
    _description = "Tier"
    _inherit = ["suite.company.mixin", "suite.protected.mixin", "suite.number.mixin"]
    _order = "program_id, threshold, id"
    _number_limits = {"threshold": (0, 1e12)}

    name = fields.Char(required=True, translate=True)
    program_id = fields.Many2one(
        "loyalty.tier.program", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="program_id.company_id", store=True, index=True
    )
    unit_currency_id = fields.Many2one(
        related="program_id.unit_currency_id", store=True, string="Unit"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    color = fields.Integer()
    threshold = fields.Monetary(
        "From",
        currency_field="unit_currency_id",
        required=True,
        help="The least amount of a period that reaches this tier.",
    )
    description = fields.Text(translate=True, help="What you tell customers of it.")
    benefit_ids = fields.One2many(
        "loyalty.tier.benefit", "tier_id", "Benefits", copy=True
    )

    member_count = fields.Integer("Members", compute="_compute_figures")
    yearly_revenue = fields.Monetary(
        "Revenue (Year)",
        compute="_compute_figures",
        help="What today's members bought in the last twelve months, net of refunds.",
    )
    yearly_margin = fields.Monetary("Margin (Year)", compute="_compute_figures")
    lifetime_value = fields.Monetary(
        compute="_compute_figures", help="Of today's members together."
    )
    yearly_cost = fields.Monetary(
        "Cost (Year)",
        compute="_compute_figures",
        help="Of the benefits that members of this tier have.",
    )

    _threshold_uniq = models.UniqueIndex(
        "(program_id, threshold)", "Two tiers of a program need different thresholds."
    )
    _threshold_range = models.Constraint(
        "CHECK (threshold >= 0)", "A threshold cannot be negative."
    )

    @api.depends("program_id.name")
    @api.depends_context("tier_with_program")
    def _compute_display_name(self):
        res = super()._compute_display_name()
        if self.env.context.get("tier_with_program"):
            for tier in self:
                tier.display_name = f"{tier.program_id.name}: {tier.name}"
        return res

    def _compute_figures(self):
        """A few queries for each company, however many tiers."""
        figures = {}
        for company, tiers in self.grouped("company_id").items():
            if company:
                figures |= tiers._origin._read_figures(company)
        for tier in self:
            found = figures.get(tier._origin.id) or {}
            tier.member_count = found.get("members", 0)
            tier.yearly_revenue = found.get("revenue", 0)
            tier.yearly_margin = found.get("margin", 0)
            tier.lifetime_value = found.get("value", 0)
            tier.yearly_cost = tier._origin._cost_of_a_year(found)

    @api.constrains("program_id")
    def _check_program(self):
        """A rung stays on its ladder."""
        # sudo: others' customers have memberships too
        memberships = self.env["loyalty.tier.membership"].sudo()
        for tier in self:
            if memberships.search_count(
                Domain("tier_id", "=", tier.id)
                & Domain("program_id", "!=", tier.program_id.id),
                limit=1,
            ):
                raise ValidationError(
                    self.env._("“%s” has members and stays where it is.", tier.name)
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_members(self):
        # sudo: others' customers have memberships too
        memberships = self.env["loyalty.tier.membership"].sudo()
        if memberships.search_count([("tier_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._("A tier that customers have or had cannot be deleted.")
            )

    def _invite(self, partners, until, reason: str):
        """Give customers this tier up to a day, whatever they bought.

        Nobody is lowered by it: who has this tier or a higher one for as long keeps
        what he has. Asked again, it changes nothing.

        :return: the memberships that began with it
        """
        self.ensure_one()
        return self.program_id._invite(
            self, partners.commercial_partner_id, until, reason
        )

    def _granted_benefits(self, day):
        """What members have on a day, in order of the tiers, this one first.

        Of what is the same the tier's own counts, or else the next lower tier's.
        """
        self.ensure_one()
        granted, taken = self.env["loyalty.tier.benefit"], set()
        ladder = self.program_id.tier_ids.sorted("threshold", reverse=True)
        for tier in ladder.filtered(lambda tier: tier.threshold <= self.threshold):
            found = tier.benefit_ids.filtered(
                lambda benefit, tier=tier: (
                    (tier == self or benefit.and_above)
                    and benefit._valid_on(day)
                    and benefit._sameness() not in taken
                )
            )
            granted |= found
            taken.update(benefit._sameness() for benefit in found)
        return granted

    def _read_figures(self, company) -> dict:
        today = company._today()
        memberships = self.env["loyalty.tier.membership"]
        query = memberships._search(
            memberships._current_domain(today) & Domain("tier_id", "in", self.ids)
        )
        amounts = self.env["loyalty.tier.amount"]
        return amounts._read_tiers(query, company, add_months(today, -12))

    def _cost_of_a_year(self, figures: dict) -> float:
        """What the benefits of this tier cost for members with such figures."""
        if not figures:
            return 0.0
        today = self.program_id._today()
        return sum(
            benefit._cost_for(figures) for benefit in self._granted_benefits(today)
        )

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import formatLang

from ...tiers import Ladder, Rules, Tier
from .tier_words import MEASURES

# What memberships were decided by: may not change under them.
DECIDED_BY = {"company_id", "measure", "point_program_ids"}


class LoyaltyTierProgram(models.Model):
    """A ladder of tiers, and what customers climb it by.

    It counts purchases by itself: a program of points may stand beside it, or not.
    """

    _name = "loyalty.tier.program"
    _description = "Tier Program"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean("In Use", default=True)
    sequence = fields.Integer(
        default=10,
        help="Where several programs give a customer the same benefit, the first does.",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    state = fields.Selection(
        [("draft", "Draft"), ("published", "Published")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    measure = fields.Selection(
        MEASURES,
        "Customers Qualify By",
        default="spend",
        required=True,
        help="Counted apart from points to be spent: using points lowers no tier.",
    )
    point_program_ids = fields.Many2many(
        "loyalty.program",
        string="Points Of",
        domain="[('program_type', '=', 'loyalty')]",
        help="Empty: of every loyalty program.",
    )
    period = fields.Selection(
        [("rolling", "The last months"), ("year", "The calendar year")],
        "Counts Over",
        default="rolling",
        required=True,
        help="A tier is kept for as long again: as many months from the day on which "
        "it was reached, or the rest of the year and the next.",
    )
    period_months = fields.Integer("Months", default=12)
    grace_days = fields.Integer(
        "Grace (Days)",
        default=30,
        help="After the period a customer may make up for what is missing. Then he "
        "lands one tier below, whatever was bought.",
    )
    responsible_id = fields.Many2one(
        "res.users",
        "Answers for Members",
        default=lambda self: self.env.user,
        ondelete="set null",
        domain="[('share', '=', False)]",
        help="Does what members are promised where they have no salesperson.",
    )
    tier_ids = fields.One2many("loyalty.tier", "program_id", "Tiers", copy=True)
    benefit_ids = fields.One2many("loyalty.tier.benefit", "program_id", "Benefits")
    currency_id = fields.Many2one(related="company_id.currency_id")
    unit_currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_unit_currency_id",
        store=True,
        help="Empty where points count.",
    )
    evaluated_on = fields.Date("Last Evaluated", readonly=True, copy=False)
    last_partner = fields.Integer(
        readonly=True, copy=False, help="Id up to which tonight's evaluation is done."
    )
    member_count = fields.Integer("Members", compute="_compute_member_count")

    _period_months_range = models.Constraint(
        "CHECK (period_months BETWEEN 1 AND 60)", "Count over 1 to 60 months."
    )
    _grace_days_range = models.Constraint(
        "CHECK (grace_days BETWEEN 0 AND 365)", "Grace lasts 0 to 365 days."
    )

    @api.depends("measure", "company_id.currency_id")
    def _compute_unit_currency_id(self):
        for program in self:
            money = program.measure != "points"
            program.unit_currency_id = money and program.company_id.currency_id

    @api.depends("tier_ids")
    def _compute_member_count(self):
        counts = dict(
            self.env["loyalty.tier.membership"]._read_group(
                Domain("program_id", "in", self.ids)
                & self.env["loyalty.tier.membership"]._current_domain(),
                ["program_id"],
                ["__count"],
            )
        )
        for program in self:
            program.member_count = counts.get(program._origin, 0)

    @api.constrains("state", "tier_ids")
    def _check_tiers(self):
        for program in self:
            if program.state == "published" and not program.tier_ids:
                raise ValidationError(
                    self.env._("Give “%s” a tier before you publish it.", program.name)
                )

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        if DECIDED_BY.intersection(vals):
            self._check_undecided(vals)
        if {"state", "active", "company_id", "sequence"}.intersection(vals):
            self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    def _check_undecided(self, vals):
        for program in self:
            changed = [
                name
                for name in DECIDED_BY.intersection(vals)
                if name == "point_program_ids"
                or program._fields[name].convert_to_write(program[name], program)
                != vals[name]
            ]
            # sudo: others' customers have memberships too
            memberships = self.env["loyalty.tier.membership"].sudo()
            if changed and memberships.search_count(
                [("program_id", "=", program.id)], limit=1
            ):
                raise UserError(
                    self.env._(
                        "“%s” has members who qualified by what it counts now. Make a "
                        "new program to count something else.",
                        program.name,
                    )
                )

    def action_publish(self):
        self.check_access("write")
        self.write({"state": "published", "evaluated_on": False, "last_partner": 0})
        for program in self:
            program._evaluate_soon()

    def action_simulate(self):
        """Whom these thresholds would take in, before anybody is told."""
        self.ensure_one()
        self.check_access("write")
        simulation = self.env["loyalty.tier.simulation"]._run(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Simulation: %s", self.name),
            "res_model": "loyalty.tier.simulation",
            "res_id": simulation.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_withdraw(self):
        """Back to a draft: benefits rest, memberships stay as they are dated."""
        self.check_access("write")
        self.state = "draft"

    def action_open_members(self):
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "loyalty.tier.membership",
            "view_mode": "list,kanban,graph,pivot,form",
            "domain": [("program_id", "=", self.id)],
            "context": {"search_default_current": 1, "create": False},
        }

    @api.model
    @tools.ormcache("company_id")
    def _published_ids(self, company_id: int) -> tuple[int, ...]:
        """The published programs of a company, in order."""
        # sudo: what is published holds for everybody
        programs = self.sudo().search(
            [("company_id", "=", company_id), ("state", "=", "published")]
        )
        return tuple(programs.ids)

    def _rules(self) -> Rules:
        months = self.period_months if self.period == "rolling" else 0
        return Rules(months, self.grace_days)

    def _ladder(self) -> Ladder:
        return Ladder(Tier(tier.id, tier.threshold) for tier in self.tier_ids)

    def _today(self):
        return self.company_id._today()

    def _round_amount(self, amount: float) -> float:
        if self.unit_currency_id:
            return self.unit_currency_id.round(amount)
        return round(amount, 2)

    def _format_amount(self, amount: float) -> str:
        if self.unit_currency_id:
            return self.unit_currency_id.format(amount)
        return self.env._("%s points", formatLang(self.env, amount, digits=0))

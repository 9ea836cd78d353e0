from typing import Any

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import float_compare, float_round

QUARTERS = tuple(f"quarter_{number}" for number in (1, 2, 3, 4))


class DistributionJointPlanLine(models.Model):
    """Some goods of a joint plan: the year's figure, and those of its quarters."""

    _name = "distribution.joint.plan.line"
    _description = "Goods of a Joint Plan"
    _inherit = ["suite.company.mixin", "suite.protected.mixin", "suite.number.mixin"]
    _order = "plan_id, sequence, id"
    _number_limits = dict.fromkeys(("target", *QUARTERS), (0, 1e15))

    plan_id = fields.Many2one(
        "distribution.joint.plan", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    sequence = fields.Integer(default=10)
    category_id = fields.Many2one(
        "product.category",
        "Goods",
        index="btree_not_null",
        ondelete="restrict",
        help="With the categories below it. Empty: all goods.",
    )
    basis = fields.Selection(
        [("invoiced", "Invoiced"), ("sold_out", "Sold Out")],
        default="invoiced",
        required=True,
        help="Sold out: what its accepted sell-out reports say, sales less returns.",
    )
    measure = fields.Selection(
        [("quantity", "Quantity"), ("amount", "Amount")],
        default="amount",
        required=True,
        help="Amount: without tax, in the currency of the company.",
    )
    target = fields.Float("Year", required=True)
    quarter_1 = fields.Float(compute="_compute_quarters", store=True, readonly=False)
    quarter_2 = fields.Float(compute="_compute_quarters", store=True, readonly=False)
    quarter_3 = fields.Float(compute="_compute_quarters", store=True, readonly=False)
    quarter_4 = fields.Float(compute="_compute_quarters", store=True, readonly=False)
    target_ids = fields.One2many("distribution.target", "joint_line_id")

    _goods_uniq = models.UniqueIndex(
        "(plan_id, coalesce(category_id, 0), basis, measure)",
        "These goods stand in the plan already.",
    )
    _target_range = models.Constraint(
        "CHECK (target > 0)", "A target is more than nothing."
    )

    @api.depends("category_id", "basis", "measure")
    @api.depends_context("lang")
    def _compute_display_name(self):
        measures = dict(self._fields["measure"]._description_selection(self.env))
        for line in self:
            goods = line.category_id.display_name or self.env._("All goods")
            line.display_name = f"{goods}, {measures.get(line.measure, '')}"

    @api.depends("target", "measure")
    def _compute_quarters(self):
        """A proposal: equal parts, the last one with what rounding leaves."""
        for line in self:
            part = float_round(
                line.target / 4,
                precision_rounding=line._rounding(),
                rounding_method="DOWN",
            )
            for name in QUARTERS[:3]:
                line[name] = part
            line.quarter_4 = line.target - 3 * part

    @api.constrains("target", *QUARTERS)
    def _check_sum(self):
        for line in self:
            whole = sum(line[name] for name in QUARTERS)
            if line._differ(whole, line.target):
                raise ValidationError(
                    self.env._(
                        "%(goods)s: the quarters make %(whole)s, the year %(year)s.",
                        goods=line.display_name,
                        whole=round(whole, 2),
                        year=line.target,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.plan_id._take_turn()
        lines.plan_id._check_open()
        return lines

    def write(self, vals):
        self.check_access("write")
        self.plan_id._take_turn()
        self.plan_id._check_open()
        res = super().write(vals)
        self.plan_id._check_open()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_agreed(self):
        self.plan_id._take_turn()
        self.plan_id._check_open()

    def _rounding(self) -> float:
        """Money to the smallest unit, pieces whole."""
        if self.measure == "amount":
            return self.currency_id.rounding or 0.01
        return 1.0 if self.target >= 4 else 0.01

    def _differ(self, one: float, other: float) -> bool:
        return bool(float_compare(one, other, precision_digits=2))

    def _key(self) -> tuple:
        """Which goods are the same ones in two versions."""
        return self.category_id.id, self.basis, self.measure

    def _target_values(self, number: int) -> dict[str, Any]:
        self.ensure_one()
        plan = self.plan_id
        return {
            "joint_line_id": self.id,
            "quarter": number,
            "partner_id": plan.partner_id.id,
            "company_id": plan.company_id.id,
            "category_id": self.category_id.id,
            "basis": self.basis,
            "measure": self.measure,
            "date_from": plan._quarter_starts(number),
            "date_to": plan._quarter_ends(number),
            "target": self[f"quarter_{number}"],
        }

    def _portal_values(self) -> dict[str, Any]:
        """The quarters as agreed, with what was attained since."""
        self.ensure_one()
        targets = {target.quarter: target for target in self.target_ids}
        return {
            "goods": self.category_id.display_name or "",
            "basis": dict(self._fields["basis"]._description_selection(self.env))[
                self.basis
            ],
            "currency": self.measure == "amount" and self.currency_id,
            "target": self.target,
            "quarters": [
                {
                    "target": self[f"quarter_{number}"],
                    "attained": targets[number].attained if number in targets else None,
                }
                for number in (1, 2, 3, 4)
            ],
        }

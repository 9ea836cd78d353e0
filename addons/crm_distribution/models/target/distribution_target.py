from typing import Any

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from odoo.addons.crm_suite.tools.dates import written_day


class DistributionTarget(models.Model):
    """What an intermediary is to sell or to buy of some goods in a time.

    Attained is what was invoiced less what was credited, of orders in which it has its
    part: by the order's shares; without them, all of an order from a lead that it has;
    else all that it bought itself. In a territory it is what went there, by the map
    of the day on which it was invoiced. Or it is what it reports as sold out.
    """

    _name = "distribution.target"
    _description = "Target of an Intermediary"
    _inherit = [
        "mail.thread",
        "suite.company.mixin",
        "suite.protected.mixin",
        "suite.number.mixin",
    ]
    _order = "date_from desc, partner_id, id"
    _company_links = ("partner_id", "territory_id")
    # those of a joint plan say what was agreed: another version of it changes them
    _protected_fields = {
        "partner_id",
        "category_id",
        "territory_id",
        "date_from",
        "date_to",
        "basis",
        "measure",
        "target",
        "joint_line_id",
        "joint_plan_id",
        "quarter",
    }
    _number_limits = {"target": (0, 1e15)}

    partner_id = fields.Many2one(
        "res.partner",
        "Intermediary",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
        domain="[('distribution_level_id', '!=', False), ('parent_id', '=', False)]",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    category_id = fields.Many2one(
        "product.category",
        "Goods",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        help="With the categories below it. Empty: all goods.",
    )
    territory_id = fields.Many2one(
        "distribution.territory",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        help="With what lies inside it; the place of delivery counts, by the map of "
        "the day on which it was invoiced. Empty: everywhere.",
    )
    date_from = fields.Date("From", required=True, tracking=True)
    date_to = fields.Date(
        "To", required=True, tracking=True, help="The last day is included."
    )
    basis = fields.Selection(
        [("invoiced", "Invoiced"), ("sold_out", "Sold Out")],
        default="invoiced",
        required=True,
        tracking=True,
        help="Sold out: what the intermediary's accepted sell-out reports say, sales "
        "less returns, by the day of the sale, also when it is reported later.",
    )
    measure = fields.Selection(
        [("quantity", "Quantity"), ("amount", "Amount")],
        default="amount",
        required=True,
        tracking=True,
        help="Quantity: in the unit of each product. Amount: without tax, in the "
        "currency of the company.",
    )
    target = fields.Float(required=True, tracking=True)
    joint_line_id = fields.Many2one(
        "distribution.joint.plan.line",
        "Agreed in the Line",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    joint_plan_id = fields.Many2one(
        related="joint_line_id.plan_id", store=True, index="btree_not_null"
    )
    quarter = fields.Integer(
        readonly=True, copy=False, aggregator=None, help="Of the joint plan's year."
    )
    attained = fields.Float(compute="_compute_attained")
    variance = fields.Float(
        compute="_compute_attained",
        help="Attained − target: what is missing is below 0.",
    )
    inside_id = fields.Many2one(
        "distribution.target",
        compute="_compute_inside_id",
        help="The target of wider goods, of a wider territory or of a longer time that "
        "counts this one's sales already: the two are not added.",
    )
    crossing_ids = fields.Many2many(
        "distribution.target",
        "distribution_target_crossing",
        string="Shares Sales With",
        compute="_compute_inside_id",
        help="Targets that count some of the same sales, and neither all of the "
        "other's: what they attained is not added.",
    )

    _dates_range = models.Constraint(
        "CHECK (date_to >= date_from)", "The last day lies before the first."
    )
    _target_range = models.Constraint(
        "CHECK (target > 0)", "A target is more than nothing."
    )

    @api.depends("partner_id", "category_id", "territory_id", "date_from", "date_to")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for target in self:
            goods = target.category_id.display_name or self.env._("all goods")
            place = target.territory_id.display_name
            target.display_name = self.env._(
                "%(partner)s: %(goods)s, %(start)s – %(end)s",
                partner=target.partner_id.display_name or "",
                goods=f"{goods}, {place}" if place else goods,
                start=written_day(self.env, target.date_from),
                end=written_day(self.env, target.date_to),
            )

    @api.depends(
        "partner_id",
        "category_id",
        "territory_id",
        "date_from",
        "date_to",
        "basis",
        "measure",
        "target",
    )
    def _compute_attained(self):
        sums = dict(
            self.env["distribution.attainment"]._read_group(
                [("target_id", "in", self.ids)], ["target_id"], ["attained:sum"]
            )
        )
        for target in self:
            target.attained = sums.get(target._origin, 0)
            target.variance = target.attained - target.target

    @api.depends(
        "partner_id",
        "company_id",
        "category_id",
        "territory_id",
        "date_from",
        "date_to",
        "basis",
        "measure",
    )
    def _compute_inside_id(self):
        others = self.search(
            [
                ("partner_id", "in", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
            ]
        )
        for target in self:
            wider = others.filtered(lambda one, of=target: one._holds(of))
            # the closest one
            target.inside_id = wider.sorted(
                lambda one: (
                    *(-len(path) for path in one._paths()),
                    one._days(),
                    one.id,
                )
            )[:1]
            inner = others.filtered(lambda one, of=target: of._holds(one))
            target.crossing_ids = (others - wider - inner).filtered(
                lambda one, of=target: one._meets(of)
            )

    def _holds(self, other) -> bool:
        """Whether this one counts all that the other counts, and more."""
        own, inner = self._paths(), other._paths()
        return (
            self._is_beside(other)
            and (own, self._days()) != (inner, other._days())
            and all(map(str.startswith, inner, own))
            and self.date_from <= other.date_from
            and other.date_to <= self.date_to
        )

    def _meets(self, other) -> bool:
        """Whether a sale may count for both."""
        return (
            self._is_beside(other)
            and all(
                a.startswith(b) or b.startswith(a)
                for a, b in zip(self._paths(), other._paths(), strict=True)
            )
            and self.date_from <= other.date_to
            and other.date_from <= self.date_to
        )

    def _is_beside(self, other) -> bool:
        return (
            self._origin != other._origin
            and self.partner_id == other.partner_id
            and self.company_id == other.company_id
            and self.basis == other.basis
            and self.measure == other.measure
            and all((self.date_from, self.date_to, other.date_from, other.date_to))
        )

    def _days(self) -> int:
        return (self.date_to - self.date_from).days

    def _paths(self) -> tuple[str, str]:
        """Where its goods and its territory stand; everything is above all."""
        return self.category_id.parent_path or "", self.territory_id.parent_path or ""

    @api.model_create_multi
    def create(self, vals_list):
        targets = super().create(vals_list)
        targets._place_earlier_sales()
        return targets

    def write(self, vals):
        res = super().write(vals)
        if vals.keys() & {"territory_id", "date_from", "date_to"}:
            self._place_earlier_sales()
        return res

    def _place_earlier_sales(self):
        """Invoices from before there was a map count by the map of now."""
        spans = [
            Domain("company_id", "=", target.company_id.id)
            & Domain("invoice_date", ">=", target.date_from)
            & Domain("invoice_date", "<=", target.date_to)
            for target in self
            if target.territory_id
        ]
        if spans:
            # sudo: whoever sets targets need not see invoices
            moves = self.env["account.move"].sudo()
            moves.search(moves._unplaced_domain() & Domain.OR(spans))._state_territory()

    def _is_protected(self):
        return bool(self.joint_line_id or self.joint_plan_id)

    def copy_data(self, default=None):
        """A copy of what is agreed is in no plan, and a target like any other."""
        return super(DistributionTarget, self._as_system()).copy_data(default)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_agreed(self):
        if not self._is_by_system() and (agreed := self.filtered("joint_line_id")):
            raise UserError(
                self.env._(
                    "%(target)s is agreed in %(plan)s: make a new version of the plan.",
                    target=agreed[0].display_name,
                    plan=agreed[0].joint_plan_id.display_name,
                )
            )

    @api.constrains("basis", "territory_id")
    def _check_basis(self):
        for target in self:
            if target.basis == "sold_out" and target.territory_id:
                raise ValidationError(
                    self.env._(
                        "Sell-out has no place on the map: leave the territory empty."
                    )
                )

    @api.constrains("partner_id")
    def _check_partner(self):
        self.partner_id._check_is_company()

    def action_open_attainment(self):
        """Month by month."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Attainment"),
            "res_model": "distribution.attainment",
            "view_mode": "list,pivot,graph",
            "domain": [("target_id", "in", self.ids)],
        }

    def _portal_figures(self) -> dict[str, Any]:
        """What an intermediary sees of it."""
        self.ensure_one()
        return {
            "currency": self.measure == "amount" and self.currency_id,
            "target": self.target,
            "attained": self.attained,
            "missing": max(-self.variance, 0.0),
        }

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools.misc import formatLang

# what prices follow from, and what was said when they were published
FROZEN = {
    "name",
    "currency_id",
    "date",
    "direction",
    "level_ids",
    "product_ids",
    "factor_ids",
    "valid_from",
    "over_reason",
}


class DistributionPricePlan(models.Model):
    """Prices of some goods at every level, from cost to the consumer or back.

    It is worked out as long as it is a draft. Once published it stays as it is; what
    comes after is another plan, from a later day.
    """

    _name = "distribution.price.plan"
    _description = "Price Plan"
    _inherit = [
        "mail.thread",
        "suite.company.mixin",
        "suite.protected.mixin",
        "suite.number.mixin",
    ]
    _order = "date desc, id desc"
    _company_links = ("origin_id",)
    # by its buttons alone
    _protected_fields = {
        "state",
        "origin_id",
        "published_on",
        "published_by_id",
    }

    name = fields.Char(required=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(
        "res.currency",
        "Currency of Costs",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    date = fields.Date(
        "Costs and Rates of",
        required=True,
        default=lambda self: self.env.company._today(),
    )
    direction = fields.Selection(
        [("forward", "From cost to consumer"), ("back", "From consumer to cost")],
        "Worked Out",
        default="forward",
        required=True,
        tracking=True,
        help="From cost: what the consumer pays follows from cost and margins. From "
        "consumer: what the goods may cost follows from the consumer price.",
    )
    level_ids = fields.One2many(
        "distribution.price.plan.level",
        "plan_id",
        "Levels",
        copy=True,
        default=lambda self: self._default_level_ids(),
    )
    product_ids = fields.One2many(
        "distribution.price.plan.product", "plan_id", "Products", copy=True
    )
    factor_ids = fields.One2many(
        "distribution.price.plan.factor", "plan_id", "Factors", copy=True
    )
    price_ids = fields.One2many("distribution.price", "plan_id", "Prices")
    state = fields.Selection(
        [("draft", "Draft"), ("published", "Published")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    valid_from = fields.Date(
        copy=False,
        help="First day of the prices, where the company is. Empty: tomorrow.",
    )
    over_reason = fields.Text(
        "Reason to Publish",
        copy=False,
        help="Why prices over a ceiling or below cost are published all the same.",
    )
    published_on = fields.Datetime(readonly=True, copy=False)
    published_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    origin_id = fields.Many2one(
        "distribution.price.plan",
        "Alternative To",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    alternative_ids = fields.One2many(
        "distribution.price.plan", "origin_id", "Alternatives"
    )
    alternative_count = fields.Integer(compute="_compute_alternative_count")
    pricelist_count = fields.Integer(compute="_compute_pricelist_count")
    warning = fields.Text(compute="_compute_warning")
    are_pricelists_off = fields.Boolean(compute="_compute_are_pricelists_off")
    shown_id = fields.Many2one(
        "distribution.price.plan.product",
        "Product Shown",
        copy=False,
        ondelete="set null",
        domain="[('plan_id', '=', id)]",
        help="In the picture. Empty: the first one.",
    )
    chart = fields.Json(compute="_compute_chart")

    def _default_level_ids(self):
        """Those that nearly every channel has; each is changed or taken away."""
        levels = self.env["distribution.level"].search(
            [("kind", "in", ("producer", "wholesaler", "retailer"))]
        )
        return [
            Command.create({"level_id": level.id, "sequence": level.sequence})
            for level in levels
        ]

    @api.depends("alternative_ids", "origin_id.alternative_ids")
    def _compute_alternative_count(self):
        roots = {plan: plan.origin_id or plan._origin for plan in self}
        counts = dict(
            self._read_group(
                [("origin_id", "in", [root.id for root in roots.values()])],
                ["origin_id"],
                ["__count"],
            )
        )
        for plan in self:
            plan.alternative_count = counts.get(roots[plan], 0)

    @api.depends("state")
    def _compute_pricelist_count(self):
        for plan in self:
            plan.pricelist_count = len(plan.level_ids.pricelist_id)

    @api.depends("product_ids.verdict")
    def _compute_warning(self):
        for plan in self:
            said = plan.product_ids.filtered("verdict")
            plan.warning = "\n".join(
                f"{item.product_id.display_name}: {item.verdict}" for item in said
            )

    def _compute_are_pricelists_off(self):
        enabled = self.env["res.groups"]._is_feature_enabled(
            "product.group_product_pricelist"
        )
        self.are_pricelists_off = not enabled

    @api.depends("shown_id", "price_ids.price", "product_ids.consumer_gross")
    def _compute_chart(self):
        for plan in self:
            shown = plan.shown_id & plan.product_ids or plan.product_ids[:1]
            plan.chart = bool(shown) and plan._draw(shown)

    def _draw(self, item):
        """Bars from where the level below ends, in the currency of the consumer."""
        rows = item.price_ids.sorted(lambda row: row.level_line_id._place())
        if not rows:
            return False
        # what one unit of a level's currency is in that of the last
        worth, factor = {}, 1.0
        for row in reversed(rows):
            worth[row] = factor
            factor *= row.level_line_id.rate
        first = rows[0].purchase * worth[rows[0]]
        bars = [(self.env._("Cost"), 0.0, first)]
        for row in rows:
            end = row.price * worth[row]
            bars.append((row.level_id.name, end - row.margin * worth[row], end))
        if item.consumer_gross != rows[-1].price:
            bars.append((self.env._("Tax"), rows[-1].price, item.consumer_gross))
        digits = item.consumer_currency_id.decimal_places
        return {
            "type": "bar",
            "labels": [label for label, *_ends in bars],
            "yTitle": item.consumer_currency_id.name,
            "series": [
                {
                    "label": item.product_id.display_name,
                    "data": [
                        [round(low, digits), round(high, digits)]
                        for _label, low, high in bars
                    ],
                }
            ],
        }

    @api.model_create_multi
    def create(self, vals_list):
        plans = super().create(vals_list)
        plans._sync_prices()
        return plans

    def write(self, vals):
        if vals.keys() & FROZEN:
            self.check_access("write")
            self._check_open()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_published(self):
        self._check_open()

    def _check_open(self) -> None:
        """
        :raise UserError: one of these is published already
        """
        for plan in self:
            if plan.state != "draft":
                raise UserError(
                    self.env._(
                        "The prices of “%s” are published. Make an alternative of it, "
                        "and publish that from a later day.",
                        plan.display_name,
                    )
                )

    def _sync_prices(self) -> None:
        """A price for each product at each level."""
        missing = []
        for plan in self:
            there = {(row.item_id, row.level_line_id) for row in plan.price_ids}
            missing += [
                {"plan_id": plan.id, "item_id": item.id, "level_line_id": line.id}
                for item in plan.product_ids
                for line in plan.level_ids
                if (item, line) not in there
            ]
        # sudo: prices follow from what the user may change, and nobody writes them
        self.env["distribution.price"].sudo().create(missing)

    def _ordered_levels(self):
        """From cost to the consumer."""
        return self.level_ids.sorted(lambda line: line._place())

    def _family(self):
        """A plan, what it is an alternative to, and the other alternatives to that."""
        self.ensure_one()
        root = self.origin_id or self
        return self.search(
            Domain("id", "in", root.ids) | Domain("origin_id", "in", root.ids)
        )

    def _money(self, amount, currency) -> str:
        return formatLang(self.env, amount, currency_obj=currency)

    def action_add_alternative(self):
        """The same again, to be changed and compared."""
        self.ensure_one()
        self.check_access("write")
        number = self.alternative_count + 2
        root = self.origin_id or self
        copy = self.copy(
            {"name": self.env._("%(plan)s (%(n)s)", plan=root.name, n=number)}
        )
        copy._as_system().origin_id = root
        return copy._get_records_action()

    def action_compare(self):
        """All alternatives side by side."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_distribution.distribution_price_action"
        )
        return {
            **action,
            "name": self.env._("Alternatives of %s", (self.origin_id or self).name),
            "domain": [("plan_id", "in", self._family().ids)],
            "context": {},
        }

    def action_open_pricelists(self):
        self.ensure_one()
        self.check_access("read")
        return self.level_ids.pricelist_id._get_records_action(
            name=self.env._("Pricelists of %s", self.name)
        )

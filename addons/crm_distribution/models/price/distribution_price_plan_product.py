from decimal import Decimal

from odoo import api, fields, models

from ...channel.pricing import (
    Chain,
    Excess,
    back,
    exact,
    forward,
    gross_of,
    net_of,
    over_ceiling,
    round_to,
)


class DistributionPricePlanProduct(models.Model):
    """A product of a price plan: what it costs, and what the consumer pays."""

    _name = "distribution.price.plan.product"
    _description = "Product of a Price Plan"
    _inherit = ["distribution.price.input.mixin"]
    _order = "sequence, id"
    _rec_name = "product_id"
    _company_links = ("product_id",)
    _number_limits = {"cost": (0, 1e12), "consumer_price": (0, 1e12)}

    sequence = fields.Integer(default=10)
    product_id = fields.Many2one(
        "product.product", required=True, index=True, ondelete="restrict"
    )
    currency_id = fields.Many2one(related="plan_id.currency_id")
    consumer_currency_id = fields.Many2one(
        "res.currency", compute="_compute_consumer_currency_id", store=True
    )
    cost = fields.Monetary(
        compute="_compute_cost",
        store=True,
        readonly=False,
        precompute=True,
        help="For one unit of the product, before the factors of the plan.",
    )
    landed_cost = fields.Monetary(
        compute="_compute_figures",
        store=True,
        help="With the cost factors of the plan.",
    )
    consumer_price = fields.Monetary(
        "Consumer Price Wanted",
        currency_field="consumer_currency_id",
        help="With tax. From here the plan works back to what the goods may cost.",
    )
    tax = fields.Float("Tax (%)", compute="_compute_figures", store=True)
    ceiling_net = fields.Monetary(
        "Ceiling without Tax",
        currency_field="consumer_currency_id",
        compute="_compute_figures",
        store=True,
    )
    price_ids = fields.One2many("distribution.price", "item_id")
    room = fields.Monetary(
        "May Cost",
        compute="_compute_outcome",
        help="What the margins leave to the cost, when the plan works back.",
    )
    consumer_net = fields.Monetary(
        "Consumer, without Tax",
        currency_field="consumer_currency_id",
        compute="_compute_outcome",
    )
    consumer_gross = fields.Monetary(
        "Consumer, with Tax",
        currency_field="consumer_currency_id",
        compute="_compute_outcome",
    )
    off = fields.Monetary(
        "Off by Rounding",
        currency_field="consumer_currency_id",
        compute="_compute_outcome",
        help="By how much working forward again from “May Cost” misses the consumer "
        "price that was wanted, without tax.",
    )
    excess = fields.Monetary(
        "Over the Ceiling",
        currency_field="consumer_currency_id",
        compute="_compute_outcome",
    )
    missing = fields.Monetary(
        "Missing to the Cost",
        compute="_compute_outcome",
        help="What is wanting even if no level had any margin.",
    )
    verdict = fields.Char(compute="_compute_outcome")

    _product_uniq = models.UniqueIndex(
        "(plan_id, product_id)", "This product stands in the plan already."
    )

    @api.depends("plan_id.level_ids.currency_id", "plan_id.level_ids.sequence")
    def _compute_consumer_currency_id(self):
        for item in self:
            last = item.plan_id._ordered_levels()[-1:]
            item.consumer_currency_id = last.currency_id or item.plan_id.currency_id

    @api.depends("product_id", "plan_id.currency_id", "plan_id.date")
    def _compute_cost(self):
        for item in self:
            plan = item.plan_id
            company = plan.company_id or self.env.company
            product = item.product_id.with_company(company)
            if not product or not plan.currency_id:
                item.cost = 0
                continue
            item.cost = product.cost_currency_id._convert(
                product.standard_price,
                plan.currency_id,
                company,
                plan.date or company._today(),
            )

    @api.depends(
        "cost",
        "product_id",
        "plan_id.currency_id",
        "plan_id.factor_ids.effect",
        "plan_id.factor_ids.value",
        "plan_id.factor_ids.product_id",
        "plan_id.level_ids.currency_id",
        "plan_id.level_ids.sequence",
    )
    def _compute_figures(self):
        for item in self:
            factors = item.plan_id.factor_ids.filtered(
                lambda one, item=item: (
                    not one.product_id or one.product_id == item.product_id
                )
            )

            def values(effect, factors=factors):
                chosen = factors.filtered(lambda one: one.effect == effect)
                return [exact(value) for value in chosen.mapped("value")]

            cost, unit = exact(item.cost), item._unit()
            cost += (
                sum(values("cost_amount")) + cost * sum(values("cost_percent")) / 100
            )
            item.landed_cost = float(round_to(cost, unit))
            tax = sum(values("tax"), Decimal(0))
            item.tax = float(tax)
            ceilings = values("ceiling")
            item.ceiling_net = (
                float(net_of(min(ceilings), tax, item._consumer_unit()))
                if ceilings
                else 0
            )

    @api.depends(
        "plan_id.direction",
        "landed_cost",
        "tax",
        "ceiling_net",
        "consumer_price",
        "price_ids.price",
    )
    def _compute_outcome(self):
        for item in self:
            chain = item._chain()
            excess = item._excess(chain)
            missing = excess.missing if excess else max(item._shortfall(chain), 0)
            item.room = float(chain.start)
            item.consumer_net = float(chain.consumer)
            item.consumer_gross = float(item._gross(chain))
            item.off = float(chain.off)
            item.excess = float(excess.total) if excess else 0
            item.missing = float(missing)
            item.verdict = item._say(chain, excess)

    def _unit(self) -> Decimal:
        return exact(self.currency_id.rounding or 0.01)

    def _consumer_unit(self) -> Decimal:
        return exact(self.consumer_currency_id.rounding or 0.01)

    def _chain(self) -> Chain:
        self.ensure_one()
        plan = self.plan_id
        levels = [line._level() for line in plan._ordered_levels()]
        if plan.direction == "forward":
            return forward(exact(self.landed_cost), levels)
        wanted = exact(self.consumer_price)
        net = net_of(wanted, exact(self.tax), self._consumer_unit())
        return back(net, levels, self._unit())

    def _gross(self, chain: Chain) -> Decimal:
        return gross_of(chain.consumer, exact(self.tax), self._consumer_unit())

    def _excess(self, chain: Chain) -> Excess | None:
        self.ensure_one()
        if not self.ceiling_net:
            return None
        return over_ceiling(
            chain,
            [line._level() for line in self.plan_id._ordered_levels()],
            exact(self.ceiling_net),
            exact(self.landed_cost),
            self._unit(),
        )

    def _shortfall(self, chain: Chain) -> Decimal:
        """By how much the goods cost more than the prices leave to them."""
        return exact(self.landed_cost) - chain.start

    def _say(self, chain: Chain, excess: Excess | None) -> str:
        """What stands against these prices, in words; nothing, if nothing does."""
        self.ensure_one()
        plan, consumer = self.plan_id, self.consumer_currency_id
        said = []
        if excess:
            said.append(
                self.env._(
                    "the ceiling is %(ceiling)s without tax, and the price %(over)s "
                    "above it.",
                    ceiling=plan._money(self.ceiling_net, consumer),
                    over=plan._money(float(excess.total), consumer),
                )
            )
            said += [
                self.env._(
                    "%(level)s would lose %(amount)s.",
                    level=line.level_id.name,
                    amount=plan._money(float(lost), line.currency_id),
                )
                for line, lost in zip(
                    plan._ordered_levels(), excess.losses, strict=True
                )
                if lost
            ]
            if excess.missing:
                said.append(
                    self.env._(
                        "Even without any margin %s are missing to the cost.",
                        plan._money(float(excess.missing), self.currency_id),
                    )
                )
        elif (short := self._shortfall(chain)) > 0:
            said.append(
                self.env._(
                    "the prices leave %(room)s for a cost of %(cost)s: %(short)s are "
                    "missing.",
                    room=plan._money(float(chain.start), self.currency_id),
                    cost=plan._money(self.landed_cost, self.currency_id),
                    short=plan._money(float(short), self.currency_id),
                )
            )
        return " ".join(said)

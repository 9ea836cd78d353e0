from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...channel.pricing import Level, exact

FIELDS = ("margin_kind", "percent", "percent_then", "rate", "rounding", "surcharge")


class DistributionPricePlanLevel(models.Model):
    """A level that sells, and what it adds to what it pays."""

    _name = "distribution.price.plan.level"
    _description = "Level of a Price Plan"
    _inherit = ["distribution.price.input.mixin", "suite.protected.mixin"]
    _order = "sequence, id"
    _rec_name = "level_id"
    _protected_fields = {"pricelist_id"}
    _number_limits = {
        "percent": (0, 10_000),
        "percent_then": (0, 10_000),
        "rounding": (0, 1e9),
        "surcharge": (-1e9, 1e9),
    }

    sequence = fields.Integer(default=100)
    level_id = fields.Many2one(
        "distribution.level",
        "Sold by",
        required=True,
        ondelete="restrict",
        domain="[('kind', '!=', 'consumer')]",
    )
    buyer_level_id = fields.Many2one(
        "distribution.level",
        "To",
        compute="_compute_buyer_level_id",
        help="The next level of the plan; after the last one, the consumer. Its "
        "pricelist gets these prices.",
    )
    margin_kind = fields.Selection(
        [
            ("margin", "Margin, of the selling price"),
            ("markup", "Mark-up, on the purchase price"),
        ],
        "Stated As",
        default="margin",
        required=True,
    )
    percent = fields.Float("%", digits=(16, 4))
    percent_then = fields.Float(
        "Then %",
        digits=(16, 4),
        help="A second one of what the first has left, as in trade discounts of 10 and "
        "then 5: they multiply.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        help="In which this level sells.",
    )
    rate = fields.Float(
        compute="_compute_rate",
        store=True,
        digits=0,
        help="So many units of this currency for one in which the level before sells, "
        "on the day of the plan: each price is converted from the one before it.",
    )
    rounding = fields.Float(
        "Round To",
        digits=(16, 4),
        help="Prices are multiples of this, before the surcharge. 0: to the smallest "
        "unit of the currency.",
    )
    surcharge = fields.Float(
        digits=(16, 4), help="Added after rounding: −0.01 makes 20.00 a 19.99."
    )
    price_ids = fields.One2many("distribution.price", "level_line_id")
    pricelist_id = fields.Many2one(
        "product.pricelist", readonly=True, copy=False, ondelete="restrict"
    )

    _level_uniq = models.UniqueIndex(
        "(plan_id, level_id)", "This level stands in the plan already."
    )
    _percent_range = models.Constraint(
        "CHECK (percent >= 0 AND percent_then >= 0 AND (margin_kind = 'markup'"
        " OR percent < 100 AND percent_then < 100))",
        "A margin of the selling price is below 100 %: nothing would be left to pay "
        "the goods. A mark-up may be higher.",
    )

    @api.depends(
        "sequence",
        "plan_id.level_ids.sequence",
        "plan_id.level_ids.level_id",
    )
    def _compute_buyer_level_id(self):
        consumer = self.env["distribution.level"].search(
            [("kind", "=", "consumer")], limit=1
        )
        for plan, lines in self.grouped("plan_id").items():
            ordered = plan._ordered_levels() | lines
            after = dict(zip(ordered, ordered[1:], strict=False))
            for line in lines:
                following = after.get(line)
                line.buyer_level_id = following.level_id if following else consumer

    @api.depends("plan_id.currency_id")
    def _compute_currency_id(self):
        for line in self:
            line.currency_id = (
                line.plan_id.currency_id or line.plan_id.company_id.currency_id
            )

    @api.depends(
        "sequence",
        "currency_id",
        "plan_id.date",
        "plan_id.currency_id",
        "plan_id.level_ids.sequence",
        "plan_id.level_ids.currency_id",
    )
    def _compute_rate(self):
        Currency = self.env["res.currency"]
        for plan, lines in self.grouped("plan_id").items():
            ordered = plan._ordered_levels() | lines
            before = plan.currency_id
            company = plan.company_id or self.env.company
            for line in ordered:
                if line in lines:
                    line.rate = (
                        Currency._get_conversion_rate(
                            before, line.currency_id, company, plan.date
                        )
                        if before and line.currency_id and plan.date
                        else 1
                    )
                before = line.currency_id

    @api.constrains("level_id")
    def _check_level(self):
        for line in self:
            if line.level_id.kind == "consumer":
                raise ValidationError(
                    self.env._("“%s” buys and does not sell.", line.level_id.name)
                )

    @api.constrains("percent", "percent_then", "margin_kind")
    def _check_percent(self):
        """
        :raise ValidationError: nothing would be left to pay the goods
        """
        for line in self:
            if line.margin_kind == "margin" and (
                line.percent >= 100 or line.percent_then >= 100
            ):
                raise ValidationError(
                    self.env._(
                        "%s: a margin of the selling price is below 100 %%, or nothing "
                        "would be left to pay the goods. A mark-up may be higher.",
                        line.level_id.name or self.env._("Level"),
                    )
                )

    def _place(self) -> tuple:
        """Where it stands among the levels of its plan."""
        return self.sequence, self._origin.id or 0

    def _level(self) -> Level:
        """As the pure package reckons with it."""
        self.ensure_one()
        # a form works with what was typed before it is saved
        self._check_percent()
        unit = exact(self.currency_id.rounding or 0.01)
        return Level(
            percents=tuple(
                exact(percent) for percent in (self.percent, self.percent_then)
            ),
            kind=self.margin_kind,
            unit=unit,
            rate=exact(self.rate or 1),
            step=exact(self.rounding) if self.rounding else None,
            surcharge=exact(self.surcharge),
        )

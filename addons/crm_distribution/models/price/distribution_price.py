from odoo import api, fields, models


class DistributionPrice(models.Model):
    """What a level pays for a product and what it asks, by a price plan."""

    _name = "distribution.price"
    _description = "Price at a Level"
    _order = "plan_id, item_id, sequence, id"
    _rec_name = "level_id"

    plan_id = fields.Many2one(
        "distribution.price.plan",
        "Price Plan",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    item_id = fields.Many2one(
        "distribution.price.plan.product",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    level_line_id = fields.Many2one(
        "distribution.price.plan.level",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)
    product_id = fields.Many2one(related="item_id.product_id", store=True)
    level_id = fields.Many2one(
        related="level_line_id.level_id", store=True, string="Sold by"
    )
    sequence = fields.Integer(related="level_line_id.sequence", store=True)
    currency_id = fields.Many2one(related="level_line_id.currency_id", store=True)
    purchase = fields.Monetary("Pays", compute="_compute_price", store=True)
    margin = fields.Monetary(
        "Keeps", compute="_compute_price", store=True, help="Price − what it pays."
    )
    margin_percent = fields.Float(
        "Keeps (%)",
        compute="_compute_price",
        store=True,
        aggregator="avg",
        help="Of the selling price, after rounding.",
    )
    price = fields.Monetary("Asks", compute="_compute_price", store=True)
    pricelist_item_ids = fields.One2many(
        "product.pricelist.item", "distribution_price_id", "Published As"
    )

    _place_uniq = models.UniqueIndex(
        "(item_id, level_line_id)", "A product has one price at each level."
    )

    @api.depends(
        "item_id.landed_cost",
        "item_id.consumer_price",
        "item_id.tax",
        "plan_id.direction",
        "plan_id.level_ids.sequence",
        "plan_id.level_ids.currency_id",
        "plan_id.level_ids.margin_kind",
        "plan_id.level_ids.percent",
        "plan_id.level_ids.percent_then",
        "plan_id.level_ids.rate",
        "plan_id.level_ids.rounding",
        "plan_id.level_ids.surcharge",
    )
    def _compute_price(self):
        for item, rows in self.grouped("item_id").items():
            lines = item.plan_id._ordered_levels()
            steps = {
                line._origin.id: step
                for line, step in zip(lines, item._chain().steps, strict=True)
            }
            for row in rows:
                step = steps.get(row.level_line_id._origin.id)
                row.purchase = float(step.purchase) if step else 0
                row.price = float(step.price) if step else 0
                row.margin = float(step.margin) if step else 0
                row.margin_percent = float(step.percent) if step else 0

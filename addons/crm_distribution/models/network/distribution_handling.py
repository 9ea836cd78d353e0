from odoo import api, fields, models


class DistributionHandling(models.Model):
    """An outlet bought, sold or had goods in stock in a month."""

    _name = "distribution.handling"
    _description = "Handling"
    _inherit = ["suite.company.mixin", "suite.protected.mixin"]
    _order = "date desc, outlet_id, id"

    outlet_id = fields.Many2one(
        "distribution.outlet", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="outlet_id.company_id", store=True, index=True)
    territory_id = fields.Many2one(related="outlet_id.territory_id")
    category_id = fields.Many2one(
        "product.category",
        "Goods",
        compute="_compute_category_id",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        index=True,
        ondelete="restrict",
    )
    product_id = fields.Many2one("product.product", ondelete="cascade")
    date = fields.Date("Month", required=True, help="Kept as the month's first day.")
    kind = fields.Selection(
        [("purchase", "Purchase"), ("sale", "Sale"), ("stock", "Stock")],
        required=True,
        default="purchase",
    )

    _fact_uniq = models.UniqueIndex(
        "(outlet_id, category_id, coalesce(product_id, 0), date, kind)",
        "This is known already.",
    )
    _date_idx = models.Index("(date, outlet_id, category_id)")
    _date_range = models.Constraint(
        "CHECK (extract(day FROM date) = 1)", "A month is kept as its first day."
    )

    @api.depends("product_id")
    def _compute_category_id(self):
        for fact in self:
            fact.category_id = fact.product_id.categ_id or fact.category_id

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_month(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._with_month(vals))

    @api.model
    def _with_month(self, vals: dict) -> dict:
        day = fields.Date.to_date(vals.get("date"))
        return {**vals, "date": day.replace(day=1)} if day else vals

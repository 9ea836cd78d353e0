from odoo import api, fields, models
from odoo.tools import SQL

from .distribution_waterfall import STEPS

# groups of a picture stand in the sequence of their values
KEYS = {name: f"{number:02d}_{name}" for number, (name, _label) in enumerate(STEPS)}


class DistributionWaterfallStep(models.Model):
    """The same as a picture: a row for each step of each line."""

    _name = "distribution.waterfall.step"
    _description = "Step of a Price Waterfall"
    _auto = False
    _order = "number, id"
    _rec_name = "step"

    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    waterfall_id = fields.Many2one("distribution.waterfall", "Line", readonly=True)
    order_id = fields.Many2one("sale.order", readonly=True)
    day = fields.Date(readonly=True)
    partner_id = fields.Many2one("res.partner", "Buyer", readonly=True)
    level_id = fields.Many2one("distribution.level", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    category_id = fields.Many2one("product.category", "Goods", readonly=True)
    number = fields.Integer(readonly=True, aggregator=None)
    step = fields.Selection(
        [(KEYS[name], label) for name, label in STEPS], readonly=True
    )
    amount = fields.Monetary(readonly=True)

    def action_open_order(self):
        self.ensure_one()
        self.check_access("read")
        return self.order_id._get_records_action()

    @api.model
    def _waterfall(self):
        return self.env["distribution.waterfall"]

    @property
    def _table_query(self) -> SQL:
        return SQL(
            """
            SELECT row.id::int8 * %(many)s + step.number AS id, row.company_id,
                   row.currency_id,
                   row.id AS waterfall_id, row.order_id, row.day, row.partner_id,
                   row.level_id, row.product_id, row.category_id, step.number,
                   step.name AS step, step.amount
              FROM (%(waterfall)s) AS row
             CROSS JOIN LATERAL (VALUES %(steps)s) AS step (number, name, amount)
            """,
            many=len(STEPS),
            waterfall=self._waterfall()._table_query,
            steps=SQL(", ").join(
                SQL("(%s, %s, %s)", number, key, SQL.identifier("row", name))
                for number, (name, key) in enumerate(KEYS.items())
            ),
        )

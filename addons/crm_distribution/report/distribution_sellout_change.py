from odoo import fields, models
from odoo.tools import SQL


class DistributionSelloutChange(models.Model):
    """What a report changed of what was accepted before: one row a product and type.

    Lines that it repeats as they were are no change.
    """

    _name = "distribution.sellout.change"
    _description = "Change by a Sell-Out Report"
    _auto = False
    _order = "report_id desc, product_id, type"
    _rec_name = "product_id"

    report_id = fields.Many2one("distribution.sellout", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", "Reporter", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    type = fields.Selection(
        [
            ("sale", "Sale"),
            ("return", "Return"),
            ("transfer", "Transfer"),
            ("stock", "Closing Stock"),
        ],
        readonly=True,
    )
    before = fields.Float(readonly=True)
    after = fields.Float(readonly=True)
    difference = fields.Float(readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount_difference = fields.Monetary("Difference of Amounts", readonly=True)

    @property
    def _table_query(self) -> SQL:
        self.env["distribution.sellout.line"].flush_model()
        return SQL(
            """
            SELECT (row_number() OVER (ORDER BY report_id, product_id, type))::int
                   AS id,
                   report_id, company_id, partner_id, product_id, type,
                   sum(before) AS before, sum(after) AS after,
                   sum(after) - sum(before) AS difference,
                   sum(amount) AS amount_difference
              FROM (
                  SELECT replaced_by_id AS report_id, company_id, partner_id,
                         product_id, type, quantity AS before, 0 AS after,
                         -company_amount AS amount
                    FROM distribution_sellout_line
                   WHERE replaced_by_id IS NOT NULL
                   UNION ALL
                  SELECT line.report_id, line.company_id, line.partner_id,
                         line.product_id, line.type, 0, line.quantity,
                         line.company_amount
                    FROM distribution_sellout_line line
                    JOIN distribution_sellout report ON report.id = line.report_id
                   WHERE line.state <> 'loading' AND report.removed_count > 0
              ) change
             GROUP BY report_id, company_id, partner_id, product_id, type
            """
        )

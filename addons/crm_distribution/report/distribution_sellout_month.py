from odoo import api, fields, models
from odoo.tools import SQL

SOURCES = (
    "account.move",
    "account.move.line",
    "distribution.reporter",
    "distribution.sellout",
    "distribution.sellout.line",
    "product.product",
    "product.template",
    "uom.uom",
)


class DistributionSelloutMonth(models.Model):
    """Sell-in, sell-out and stock of a reporter's product, month by month.

    Stock counts in pieces; what was sold beyond it is not taken from later months'.
    """

    _name = "distribution.sellout.month"
    _description = "Sell-Through"
    _auto = False
    _order = "month desc, partner_id, product_id"
    _rec_name = "product_id"

    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", "Intermediary", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    categ_id = fields.Many2one("product.category", "Goods", readonly=True)
    month = fields.Date(readonly=True)
    opening = fields.Float("Opening Stock", readonly=True)
    received = fields.Float(
        readonly=True, help="Sell-in of the month: invoiced goods less credit notes."
    )
    sold = fields.Float(readonly=True, help="Sales less returns.")
    through = fields.Float(
        "Of It to Members",
        readonly=True,
        help="Sold to other members of the channel, who sell it on.",
    )
    moved = fields.Float("Transfers", readonly=True)
    closing = fields.Float("Closing Stock", readonly=True)
    reported = fields.Float("Reported Stock", readonly=True)
    has_stock = fields.Boolean("Stock Reported", readonly=True)
    is_reported = fields.Boolean("Sales Reported", readonly=True)
    sell_through = fields.Float(
        "Sell-Through (%)",
        readonly=True,
        aggregator="avg",
        help="Sold / (opening stock + received).",
    )
    sell_through_text = fields.Char(
        "Sold / (Opening + Received)", compute="_compute_sell_through_text"
    )

    @api.depends("sell_through", "is_reported", "opening", "received")
    def _compute_sell_through_text(self):
        for row in self:
            if not row.is_reported:
                row.sell_through_text = self.env._("not reported")
            elif row.opening + row.received <= 0:
                row.sell_through_text = self.env._("no stock")
            else:
                row.sell_through_text = f"{row.sell_through:.1f} %"

    @property
    def _table_query(self) -> SQL:
        for name in SOURCES:
            self.env[name].flush_model()
        return SQL(
            """
            WITH event AS (
                SELECT line.company_id, line.partner_id, line.product_id,
                       date_trunc('month', line.day)::date AS month,
                       line.received, 0 AS sold, 0 AS through, 0 AS moved
                  FROM distribution_reporter reporter
                  JOIN (%(sell_in)s) line ON line.company_id = reporter.company_id
                   AND line.partner_id = reporter.partner_id
                 UNION ALL
                SELECT company_id, partner_id, product_id,
                       date_trunc('month', day)::date, 0,
                       CASE WHEN type IN ('sale', 'return') THEN quantity ELSE 0 END,
                       CASE WHEN type IN ('sale', 'return')
                             AND customer_id IS NOT NULL THEN quantity ELSE 0 END,
                       CASE WHEN type = 'transfer' THEN quantity ELSE 0 END
                  FROM distribution_sellout_line WHERE state = 'accepted'
            ), month AS (
                SELECT company_id, partner_id, product_id, month,
                       sum(received) AS received, sum(sold) AS sold,
                       sum(through) AS through, sum(moved) AS moved,
                       sum(sum(received) - sum(sold) + sum(moved)) OVER (
                           PARTITION BY company_id, partner_id, product_id
                           ORDER BY month) AS balance
                  FROM event
                 GROUP BY company_id, partner_id, product_id, month
            ), stock AS (
                SELECT DISTINCT ON (company_id, partner_id, product_id,
                                    date_trunc('month', day))
                       company_id, partner_id, product_id,
                       date_trunc('month', day)::date AS month,
                       sum(quantity) AS quantity
                  FROM distribution_sellout_line
                 WHERE state = 'accepted' AND type = 'stock'
                 GROUP BY company_id, partner_id, product_id, day
                 ORDER BY company_id, partner_id, product_id,
                       date_trunc('month', day), day DESC
            ), figure AS (
                SELECT month.*, template.categ_id,
                       greatest(month.balance - month.received + month.sold
                                - month.moved, 0) AS opening,
                       greatest(month.balance, 0) AS closing,
                       coalesce(stock.quantity, 0) AS reported,
                       stock.quantity IS NOT NULL AS has_stock,
                       EXISTS (
                           SELECT FROM distribution_sellout report
                            WHERE report.company_id = month.company_id
                              AND report.partner_id = month.partner_id
                              AND report.state IN ('accepted', 'superseded')
                              AND report.sale_count > 0
                              AND report.date_from
                                  < (month.month + interval '1 month')::date
                              AND report.date_to >= month.month
                       ) AS is_reported
                  FROM month
                  JOIN product_product product ON product.id = month.product_id
                  JOIN product_template template
                    ON template.id = product.product_tmpl_id
                  LEFT JOIN stock
                    ON stock.company_id = month.company_id
                   AND stock.partner_id = month.partner_id
                   AND stock.product_id = month.product_id
                   AND stock.month = month.month
            )
            SELECT (row_number() OVER (
                       ORDER BY company_id, partner_id, product_id, month))::int AS id,
                   company_id, partner_id, product_id, categ_id, month, opening,
                   received, sold, through, moved, closing, reported, has_stock,
                   is_reported,
                   CASE WHEN is_reported AND opening + received > 0
                        THEN 100 * sold / (opening + received) END AS sell_through
              FROM figure
            """,
            sell_in=self.env["account.move"]._sell_in_sql(),
        )

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.crm_suite.tools.figures import open_counted

SOURCES = (
    "account.move",
    "account.move.line",
    "product.product",
    "product.template",
    "res.partner",
    "sale.order",
    "sale.order.line",
)
# what a price is made of, from the list to what is left; steps down are below 0
STEPS = (
    ("list_amount", "List"),
    ("pricelist_step", "Pricelist"),
    ("discount_step", "Discount"),
    ("shared_step", "Order Discounts"),
    ("invoice_amount", "Invoice Price"),
    ("allowance_step", "Allowances"),
    ("accrued_step", "Rebates, Commissions"),
    ("settled_step", "Settled Otherwise"),
    ("pocket_amount", "Pocket Price"),
    ("cost_step", "Cost When Sold"),
    ("margin_amount", "Pocket Margin"),
)
PARTS = [name for name, _label in STEPS if name.endswith("_step")]


class DistributionWaterfall(models.Model):
    """Where the price of a sold line went: one row for each line of a confirmed order.

    What was given back is not there: the row is of the quantity that stayed sold.
    Everything belongs to the day of the order, whenever it was credited or paid.
    """

    _name = "distribution.waterfall"
    _description = "Price Waterfall"
    _auto = False
    _order = "day desc, id desc"
    _rec_name = "order_id"

    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    order_id = fields.Many2one("sale.order", readonly=True)
    line_id = fields.Many2one("sale.order.line", readonly=True)
    day = fields.Date(readonly=True)
    partner_id = fields.Many2one("res.partner", "Buyer", readonly=True)
    level_id = fields.Many2one(
        "distribution.level", readonly=True, help="The buyer's level today."
    )
    product_id = fields.Many2one("product.product", readonly=True)
    category_id = fields.Many2one("product.category", "Goods", readonly=True)
    quantity = fields.Float(
        readonly=True, help="Ordered less what was credited at the price of the sale."
    )
    list_amount = fields.Monetary(
        "List",
        readonly=True,
        help="At the list price on the day of the sale; where it was not kept, at the "
        "price of the order before its discount.",
    )
    pricelist_step = fields.Monetary(
        "Pricelist", readonly=True, help="From the list price to the buyer's own."
    )
    discount_step = fields.Monetary("Discount", readonly=True, help="Of the line.")
    shared_step = fields.Monetary(
        "Order Discounts",
        readonly=True,
        help="Discount and reward lines of the order, shared over its products by "
        "their amounts.",
    )
    invoice_amount = fields.Monetary("Invoice Price", readonly=True)
    allowance_step = fields.Monetary(
        "Allowances",
        readonly=True,
        help="Credited afterwards, below the price of the sale: goods stayed sold.",
    )
    accrued_step = fields.Monetary(
        "Rebates, Commissions",
        readonly=True,
        help="What was earned with this line: accrued, paid or not.",
    )
    settled_step = fields.Monetary(
        "Settled Otherwise",
        readonly=True,
        help="The difference, once it is settled.",
    )
    pocket_amount = fields.Monetary("Pocket Price", readonly=True)
    cost_step = fields.Monetary(
        "Cost When Sold",
        readonly=True,
        help="As the order line kept it, whatever the goods cost today.",
    )
    margin_amount = fields.Monetary("Pocket Margin", readonly=True)
    margin_percent = fields.Float(
        "Pocket Margin (%)", readonly=True, aggregator=None, help="Of the pocket price."
    )

    @api.depends("order_id")
    def _compute_display_name(self):
        # sudo: whoever sees where a price went may know what the order is called
        for row in self.sudo():
            row.display_name = row.order_id.display_name

    def action_open_order(self):
        self.ensure_one()
        self.check_access("read")
        return self.order_id._get_records_action()

    def action_open_credits(self):
        """The credit notes that lowered quantity or price."""
        self.ensure_one()
        self.check_access("read")
        # sudo: which they are; whoever may not see them is told how many there are
        line = self.line_id.sudo()
        credits = line.invoice_lines.filtered(
            lambda one: (
                one.move_id.move_type == "out_refund" and one.parent_state == "posted"
            )
        )
        return open_counted(
            self.env["account.move"],
            self.env._("Credit Notes of %s", self.order_id.display_name),
            [("id", "in", credits.move_id.ids)],
        )

    @property
    def _table_query(self) -> SQL:
        return SQL(
            """
            WITH %(lines)s
            SELECT line_id AS id, line_id, order_id, company_id, currency_id, day,
                   partner_id,
                   level_id, product_id, category_id, quantity,
                   list_amount, pricelist_step, discount_step, shared_step,
                   invoice_amount, allowance_step, accrued_step, settled_step,
                   pocket_amount, cost_step, pocket_amount + cost_step AS margin_amount,
                   CASE WHEN pocket_amount <> 0
                        THEN 100 * (pocket_amount + cost_step) / pocket_amount
                        ELSE 0 END AS margin_percent
              FROM pocket
            """,
            lines=self._lines_sql(),
        )

    @api.model
    def _accruals_sql(self) -> SQL:
        """Hook: what was earned with lines of orders, and what was settled of it.

        :return: rows of line_id, accrued, settled, in the currency of the company;
            several of a line are added. `settled` is NULL as long as it is not.
        """
        self.env["distribution.accrual"].flush_model()
        self.env["res.currency.rate"].flush_model()
        rate = """
            coalesce((SELECT rate.rate FROM res_currency_rate rate
                       WHERE rate.currency_id = %s AND rate.name <= entry.date
                         AND coalesce(rate.company_id, company.id) = company.id
                       ORDER BY rate.company_id NULLS LAST, rate.name DESC
                       LIMIT 1), 1)
        """
        return SQL(
            """
            SELECT entry.order_line_id,
                   entry.earned::float8 * worth.worth,
                   (entry.earned - entry.closed)::float8 * worth.worth
              FROM distribution_accrual entry
              JOIN res_company company ON company.id = entry.company_id
             CROSS JOIN LATERAL (
                   SELECT CASE WHEN entry.currency_id = company.currency_id THEN 1
                               ELSE %(own)s / %(other)s END::float8 AS worth
             ) worth
             WHERE entry.order_line_id IS NOT NULL
            """,
            own=SQL(rate, SQL.identifier("company", "currency_id")),
            other=SQL(rate, SQL.identifier("entry", "currency_id")),
        )

    def _lines_sql(self) -> SQL:
        """Each line once, whatever is linked to it (`pocket`).

        :return: what stands after WITH
        """
        for name in SOURCES:
            self.env[name].flush_model()
        # sudo: where companies are is no secret
        companies = self.env["res.company"].sudo().search([])
        return SQL(
            """
            place AS MATERIALIZED (
                SELECT * FROM unnest(%(companies)s::int[], %(zones)s::text[],
                                     %(currencies)s::int[])
                           AS place (company_id, zone, currency_id)
            ), line AS (
                -- an order's rate is its currency's for one of the company's
                SELECT line.id AS line_id, line.order_id, sale.company_id,
                       place.currency_id,
                       (sale.date_order AT TIME ZONE 'UTC'
                                        AT TIME ZONE place.zone)::date AS day,
                       buyer.commercial_partner_id AS partner_id,
                       line.product_id, raw.ordered,
                       raw.unit * untaxed.part AS price,
                       coalesce(nullif(raw.list, 0), raw.unit) * untaxed.part AS list,
                       untaxed.net, raw.cost
                  FROM sale_order_line line
                  JOIN sale_order sale ON sale.id = line.order_id
                  JOIN place ON place.company_id = sale.company_id
                  JOIN res_partner buyer ON buyer.id = sale.partner_id
                 CROSS JOIN LATERAL (
                       SELECT coalesce(nullif(sale.currency_rate::float8, 0), 1) AS rate
                 ) worth
                 -- OFFSET 0: each figure is read once
                 CROSS JOIN LATERAL (
                       SELECT line.product_uom_qty::float8 AS ordered,
                              line.price_unit::float8 / worth.rate AS unit,
                              line.distribution_list_price::float8 / worth.rate AS list,
                              line.price_subtotal::float8 / worth.rate AS subtotal,
                              line.discount::float8 AS discount,
                              coalesce(line.purchase_price::float8, 0) / worth.rate
                              AS cost
                       OFFSET 0
                 ) raw
                 CROSS JOIN LATERAL (
                       -- prices may hold their tax; what rounding makes is no tax
                       SELECT coalesce(raw.subtotal / nullif(raw.ordered, 0), 0) AS net,
                              CASE WHEN raw.subtotal / nullif(
                                  raw.unit * raw.ordered * (1 - raw.discount / 100), 0
                              ) BETWEEN 0.5 AND 0.995 THEN raw.subtotal / (
                                  raw.unit * raw.ordered * (1 - raw.discount / 100)
                              ) ELSE 1 END AS part
                       OFFSET 0
                 ) untaxed
                 WHERE sale.state = 'sale' AND line.display_type IS NULL
                   AND line.is_downpayment IS NOT TRUE
                   AND line.product_id IS NOT NULL
                   AND (line.price_subtotal >= 0 OR line.product_uom_qty < 0)
            ), shared AS (
                -- discounts of the whole order are shared over what it sells
                SELECT line.order_id,
                       sum(line.price_subtotal::float8)
                           FILTER (WHERE line.price_subtotal < 0) AS taken,
                       sum(line.price_subtotal::float8)
                           FILTER (WHERE line.price_subtotal > 0) AS sold
                  FROM sale_order_line line
                  JOIN sale_order sale ON sale.id = line.order_id
                 WHERE sale.state = 'sale' AND line.display_type IS NULL
                   AND line.is_downpayment IS NOT TRUE
                   AND line.product_uom_qty >= 0
                   AND line.order_id IN (
                       SELECT order_id FROM sale_order_line
                        WHERE price_subtotal < 0 AND product_uom_qty > 0
                   )
                 GROUP BY line.order_id
            ), credited AS (
                -- at the price of the sale it is a return, below it an allowance
                SELECT back.line_id,
                       sum(back.quantity) FILTER (WHERE back.is_return) AS returned,
                       sum(back.amount) FILTER (WHERE NOT back.is_return) AS allowed
                  FROM (
                      SELECT link.order_line_id AS line_id,
                             item.quantity::float8 AS quantity,
                             item.balance::float8 AS amount,
                             item.quantity <> 0 AND
                             item.price_subtotal::float8 / item.quantity::float8
                             >= 0.999 * sold.price_subtotal::float8
                                / nullif(sold.product_uom_qty::float8, 0) AS is_return
                        FROM account_move move
                        JOIN account_move_line item ON item.move_id = move.id
                        JOIN sale_order_line_invoice_rel link
                          ON link.invoice_line_id = item.id
                        JOIN sale_order_line sold ON sold.id = link.order_line_id
                       WHERE move.move_type = 'out_refund' AND move.state = 'posted'
                         AND item.display_type = 'product'
                  ) back
                 GROUP BY back.line_id
            ), accrued AS (
                SELECT line_id, sum(accrued) AS accrued,
                       sum(settled - accrued) AS differs
                  FROM (%(accruals)s) AS earned (line_id, accrued, settled)
                 GROUP BY line_id
            ), kept AS (
                SELECT line.*,
                       line.ordered - coalesce(credited.returned, 0) AS quantity,
                       coalesce(credited.allowed, 0) AS allowed,
                       CASE WHEN shared.sold > 0 AND line.ordered > 0
                            THEN line.net * shared.taken / shared.sold
                            ELSE 0 END AS share,
                       coalesce(accrued.accrued, 0) AS accrued,
                       coalesce(accrued.differs, 0) AS differs
                  FROM line
                  LEFT JOIN shared ON shared.order_id = line.order_id
                  LEFT JOIN credited ON credited.line_id = line.line_id
                  LEFT JOIN accrued ON accrued.line_id = line.line_id
            ), step AS (
                SELECT kept.line_id, kept.order_id, kept.company_id,
                       kept.currency_id, kept.day,
                       kept.partner_id, kept.product_id, kept.quantity,
                       kept.quantity * kept.list AS list_amount,
                       kept.quantity * (kept.price - kept.list) AS pricelist_step,
                       kept.quantity * (kept.net - kept.price) AS discount_step,
                       kept.quantity * kept.share AS shared_step,
                       kept.quantity * (kept.net + kept.share) AS invoice_amount,
                       -kept.allowed AS allowance_step,
                       -kept.accrued AS accrued_step,
                       -kept.differs AS settled_step,
                       -kept.quantity * kept.cost AS cost_step
                  FROM kept
            ), pocket AS (
                SELECT step.*, template.categ_id AS category_id,
                       partner.distribution_level_id AS level_id,
                       invoice_amount + allowance_step + accrued_step + settled_step
                           AS pocket_amount
                  FROM step
                  JOIN product_product product ON product.id = step.product_id
                  JOIN product_template template
                    ON template.id = product.product_tmpl_id
                  JOIN res_partner partner ON partner.id = step.partner_id
            )
            """,
            companies=companies.ids,
            zones=[company._zone(company.id) for company in companies],
            currencies=[company.currency_id.id for company in companies],
            accruals=self._accruals_sql(),
        )

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.crm_suite.tools.figures import open_counted

from . import assortment_rows

# under these a pair says nothing: baskets with both, baskets that any of the four
# combinations would have by chance (below it χ² does not hold), and different buyers
LEAST_TOGETHER = 5
LEAST_EXPECTED = 5
LEAST_BUYERS = 3
# that any pair of independent goods is called a finding
RISK = 0.05

KEY = ("company_id", "source", "kind", "first", "second")


class DistributionAssortmentPair(models.Model):
    """Goods that are bought together: of those with one, who has the other as well.

    A basket is a confirmed order of an intermediary, a delivery from one member of the
    channel to another, or what a consumer bought: the documents of accepted sell-out
    reports. Of N baskets, a with the first, b with the second and t with both:
    support = t ÷ N and confidence = t ÷ a (Agrawal, Imieliński and Swami 1993), lift =
    t·N ÷ (a·b) (Brin, Motwani, Ullman and Tsur 1997), and chance is ruled out by
    χ² = N·(N·t − a·b)² ÷ (a·b·(N − a)·(N − b)) (Brin, Motwani and Silverstein 1997)
    at a level that is divided by the number of pairs.
    """

    _name = "distribution.assortment.pair"
    _description = "Bought Together"
    _auto = False
    _order = "lift desc nulls last, together desc, id"

    company_id = fields.Many2one("res.company", readonly=True)
    source = fields.Selection(
        [
            ("order", "Our Orders"),
            ("through", "Deliveries Between Members"),
            ("sellout", "Sales to Consumers"),
        ],
        readonly=True,
        help="Each is weighed by itself. The last two are documents of accepted "
        "sell-out reports.",
    )
    kind = fields.Selection(
        [("category", "Categories"), ("product", "Products")], "Of", readonly=True
    )
    category_id = fields.Many2one(
        "product.category", "Goods", readonly=True, help="Of a product: its category."
    )
    product_id = fields.Many2one("product.product", readonly=True)
    other_category_id = fields.Many2one(
        "product.category", "Other Goods", readonly=True
    )
    other_product_id = fields.Many2one("product.product", readonly=True)
    baskets = fields.Integer(
        readonly=True, aggregator="max", help="Orders or documents in all."
    )
    with_first = fields.Integer(
        "With the First", readonly=True, aggregator="max", help="Baskets with it."
    )
    with_second = fields.Integer(
        "With the Other", readonly=True, aggregator="max", help="Baskets with it."
    )
    together = fields.Integer(
        "With Both", readonly=True, aggregator="max", help="Baskets with both."
    )
    buyers = fields.Integer(
        readonly=True,
        aggregator="max",
        help="Different buyers who had both in one basket; of sales to consumers, the "
        "shops.",
    )
    without = fields.Integer(
        "Buyers Without the Other",
        readonly=True,
        aggregator="max",
        help="Where they are bought together: buyers of the first who bought the other "
        "in no basket.",
    )
    support = fields.Float(
        "Support (%)", readonly=True, aggregator="avg", help="With both ÷ baskets."
    )
    confidence = fields.Float(
        "Confidence (%)",
        readonly=True,
        aggregator="avg",
        help="With both ÷ with the first: so often the other is there, too.",
    )
    lift = fields.Float(
        readonly=True,
        aggregator="avg",
        help="Confidence ÷ share of all baskets that have the other: 1 is chance, 2 is "
        "twice as often. Empty where there are too few baskets to say.",
    )
    verdict = fields.Selection(
        [
            ("few", "Too Few to Say"),
            ("chance", "No More Than Chance"),
            ("apart", "Bought Apart"),
            ("together", "Bought Together"),
        ],
        readonly=True,
        help="Too few: fewer than 5 baskets or 3 buyers with both, or a combination "
        "that chance would make fewer than 5 times. Bought together or apart: chance "
        "would make any such pair once in 20 times at most.",
    )

    @api.depends("category_id", "product_id", "other_category_id", "other_product_id")
    def _compute_display_name(self):
        for row in self:
            first = row.product_id or row.category_id
            second = row.other_product_id or row.other_category_id
            row.display_name = f"{first.display_name} + {second.display_name}"

    def action_open_together(self):
        """The orders, or the lines of documents, that have both."""
        return self._open(
            """
            SELECT DISTINCT unnest(array_agg(record_id)) FROM item
             WHERE item_id IN (%(first)s, %(second)s)
             GROUP BY basket HAVING count(DISTINCT item_id) = 2
            """
        )

    def action_open_first(self):
        """Those that have the first."""
        return self._open(
            "SELECT DISTINCT item.record_id FROM item WHERE item.item_id = %(first)s"
        )

    def action_open_without(self):
        """Whom to offer the other: buyers of the first who never bought it."""
        self.ensure_one()
        self.check_access("read")
        rows = self._rows(
            """
            SELECT buyer_id FROM item WHERE item_id = %(first)s
            EXCEPT
            SELECT buyer_id FROM item WHERE item_id = %(second)s
            """
        )
        return open_counted(
            self.env["res.partner"].with_context(active_test=False),
            self.env._("Buyers without the other: %s", self.display_name),
            [("id", "in", rows)],
            context={"active_test": False},
        )

    def _open(self, query: str):
        self.ensure_one()
        self.check_access("read")
        found = [("id", "in", self._rows(query))]
        if self.source == "order":
            return open_counted(self.env["sale.order"], self.display_name, found)
        return open_counted(
            self.env["distribution.sellout.line"],
            self.display_name,
            found,
            view_mode="list",
        )

    def _rows(self, query: str) -> list[int]:
        """
        :param query: selects ids of the `item` of this row's source, company and kind
        """
        first = self.product_id or self.category_id
        second = self.other_product_id or self.other_category_id
        rows = self.env.execute_query(
            SQL(
                """
                WITH %(items)s, item AS MATERIALIZED (
                    SELECT * FROM every_item
                     WHERE source = %(source)s AND company_id = %(company)s
                       AND kind = %(kind)s
                ) %(query)s
                """,
                items=self._items_sql(),
                source=self.source,
                company=self.company_id.id,
                kind=self.kind,
                query=SQL(query, first=first.id, second=second.id),
            )
        )
        return [found for (found,) in rows]

    @api.model
    def _items_sql(self) -> SQL:
        """What stood in each basket of the year.

        :return: what stands after WITH: `every_item`, with a row for each record
        """
        assortment_rows.flush(self.env)
        return SQL(
            """
            span AS MATERIALIZED (
                %(spans)s
            ), member AS MATERIALIZED (
                %(members)s
            ), bought AS MATERIALIZED (
                SELECT 'order' AS source, sale.company_id, sale.id AS basket,
                       sale.id AS record_id, buyer.commercial_partner_id AS buyer_id,
                       line.product_id
                  FROM sale_order sale
                  JOIN span ON span.company_id = sale.company_id
                   AND sale.date_order >= span.start
                  JOIN res_partner buyer ON buyer.id = sale.partner_id
                  JOIN member ON member.id = buyer.commercial_partner_id
                  JOIN sale_order_line line ON line.order_id = sale.id
                 WHERE sale.state = 'sale' AND line.product_uom_qty > 0
                   AND line.display_type IS NULL
                   AND line.is_downpayment IS NOT TRUE
                 UNION ALL
                -- what a shop stocks up on is not what its customers take home
                SELECT CASE WHEN line.customer_id IS NULL THEN 'sellout'
                            ELSE 'through' END,
                       line.company_id,
                       min(line.id) OVER (
                           PARTITION BY line.company_id, line.partner_id,
                               coalesce(line.place, ''), line.day, line.document),
                       line.id, coalesce(line.customer_id, line.partner_id),
                       line.product_id
                  FROM distribution_sellout_line line
                  JOIN span ON span.company_id = line.company_id
                   AND line.day BETWEEN span.first_day AND span.today
                 WHERE line.state = 'accepted' AND line.type = 'sale'
                   AND line.quantity > 0 AND line.document <> ''
            ), goods AS (
                SELECT bought.*, template.categ_id
                  FROM bought
                  JOIN product_product product ON product.id = bought.product_id
                  JOIN product_template template
                    ON template.id = product.product_tmpl_id
                 WHERE template.type = 'consu'
            ), every_item AS (
                SELECT source, company_id, 'category' AS kind, basket, buyer_id,
                       categ_id AS item_id, record_id
                  FROM goods WHERE categ_id IS NOT NULL
                 UNION ALL
                SELECT source, company_id, 'product', basket, buyer_id, product_id,
                       record_id
                  FROM goods
            )
            """,
            spans=assortment_rows.spans_sql(self.env),
            members=assortment_rows.members_sql(),
        )

    @property
    def _table_query(self) -> SQL:
        """Pairs of goods that are often enough bought at all: rarer ones cannot be
        often together.
        """
        return SQL(
            """
            WITH %(items)s, item AS (
                SELECT DISTINCT source, company_id, kind, basket, buyer_id, item_id
                  FROM every_item
            ), often AS MATERIALIZED (
                SELECT source, company_id, kind, item_id,
                       array_agg(DISTINCT buyer_id) AS buyer_ids
                  FROM item GROUP BY source, company_id, kind, item_id
                HAVING count(*) >= %(least)s
            ), asked AS MATERIALIZED (
                SELECT kinds.*, total.baskets
                  FROM (SELECT source, company_id, kind, count(*)::float8 AS items
                          FROM often GROUP BY source, company_id, kind) kinds
                  JOIN (SELECT source, company_id,
                               count(DISTINCT basket)::float8 AS baskets
                          FROM goods GROUP BY source, company_id) total
                 USING (source, company_id)
            ), basket AS (
                -- as arrays: no join of its own size may be planned badly
                SELECT source, company_id, kind, basket, buyer_id,
                       array_agg(item_id) AS item_ids, array_agg(baskets) AS counts
                  FROM (SELECT item.*, count(*) OVER (
                                   PARTITION BY source, company_id, kind, item_id
                               ) AS baskets
                          FROM item) counted
                 WHERE baskets >= %(least)s
                 GROUP BY source, company_id, kind, basket, buyer_id
            ), pair AS MATERIALIZED (
                SELECT source, company_id, kind, one.item_id AS low,
                       other.item_id AS high, min(one.baskets)::float8 AS low_baskets,
                       min(other.baskets)::float8 AS high_baskets,
                       count(*)::float8 AS t, count(DISTINCT buyer_id)::int AS buyers
                  FROM basket
                 CROSS JOIN LATERAL unnest(item_ids, counts) one (item_id, baskets)
                 CROSS JOIN LATERAL unnest(item_ids, counts) other (item_id, baskets)
                 WHERE one.item_id < other.item_id
                 GROUP BY source, company_id, kind, low, high
            ), counted AS (
                SELECT pair.source, pair.company_id, pair.kind, way.first, way.second,
                       asked.baskets AS n, way.a, way.b, pair.t, pair.buyers,
                       asked.items * (asked.items - 1) / 2 AS pairs
                  FROM pair
                  JOIN asked USING (source, company_id, kind)
                 CROSS JOIN LATERAL (VALUES
                       (low, high, low_baskets, high_baskets),
                       (high, low, high_baskets, low_baskets)
                       ) way (first, second, a, b)
            ), weighed AS (
                SELECT counted.*,
                       t >= %(least)s AND buyers >= %(least_buyers)s
                       AND least(a, n - a) * least(b, n - b) / n >= %(least_expected)s
                       AS is_enough,
                       n * (n * t - a * b) ^ 2
                       / nullif(a * b * (n - a) * (n - b), 0) AS chi
                  FROM counted
            ), judged AS (
                -- the tail of χ² with one degree of freedom is below this bound
                SELECT weighed.*, %(id)s AS id, CASE
                       WHEN NOT is_enough THEN 'few'
                       WHEN chi = 0 OR pairs * sqrt(2 / pi() / chi)
                            * exp(-least(chi, 1000) / 2) > %(risk)s THEN 'chance'
                       WHEN n * t > a * b THEN 'together' ELSE 'apart' END AS verdict
                  FROM weighed
            )
            SELECT judged.id, judged.company_id, judged.source, judged.kind,
                   CASE judged.kind WHEN 'category' THEN first ELSE one.categ_id END
                   AS category_id,
                   CASE judged.kind WHEN 'product' THEN first END AS product_id,
                   CASE judged.kind WHEN 'category' THEN second ELSE two.categ_id END
                   AS other_category_id,
                   CASE judged.kind WHEN 'product' THEN second END AS other_product_id,
                   n::int AS baskets, a::int AS with_first, b::int AS with_second,
                   t::int AS together, buyers,
                   CASE verdict WHEN 'together' THEN (
                       SELECT count(*)::int
                         FROM often has
                         JOIN often lacks USING (source, company_id, kind)
                        CROSS JOIN LATERAL unnest(has.buyer_ids) buyer_id
                        WHERE has.source = judged.source
                          AND has.company_id = judged.company_id
                          AND has.kind = judged.kind AND has.item_id = judged.first
                          AND lacks.item_id = judged.second
                          AND buyer_id <> ALL(lacks.buyer_ids)
                   ) END AS without,
                   100 * t / n AS support,
                   100 * t / a AS confidence,
                   CASE WHEN is_enough THEN t * n / (a * b) END AS lift, verdict
              FROM judged
              LEFT JOIN product_product product ON judged.kind = 'product'
               AND product.id = first
              LEFT JOIN product_template one ON one.id = product.product_tmpl_id
              LEFT JOIN product_product other_product ON judged.kind = 'product'
               AND other_product.id = second
              LEFT JOIN product_template two ON two.id = other_product.product_tmpl_id
            """,
            items=self._items_sql(),
            least=LEAST_TOGETHER,
            least_buyers=LEAST_BUYERS,
            least_expected=LEAST_EXPECTED,
            risk=RISK,
            id=assortment_rows.stable_id_sql(*KEY),
        )

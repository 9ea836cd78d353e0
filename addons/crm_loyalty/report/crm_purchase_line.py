from odoo import models
from odoo.tools import SQL


class CrmPurchaseLine(models.AbstractModel):
    """Who bought which product, net of returns: the only reader of order lines.

    Counts goods where ``crm.purchase`` counts money, in the same manner: confirmed
    orders under the commercial entity of their customer, less what posted credit notes
    took back, on the day of the order. Imported purchases count with the goods that
    their file names.
    """

    _name = "crm.purchase.line"
    _description = "Purchased Product"

    def _buyers_sql(
        self, company, products: SQL, period=(None, None), at_least=0, returns=True
    ) -> SQL:
        """The commercial partners with enough of these products, as one query.

        :param products: query of product ids
        :param period: first moment and the moment after the last one, in UTC
        :param at_least: in the products' own units; 0 is any quantity above zero
        :param returns: take off what was returned
        """
        self._flush_sources()
        asked = company, products, period, bool(at_least)
        sources = self._line_sources(*asked)
        if returns:
            sources += self._return_sources(*asked)
        # Each source by contact, so that PostgreSQL shares its lines out among workers;
        # then all, so that few rows are left to look a customer up for.
        totals = SQL(" UNION ALL ").join(
            SQL(
                "SELECT partner_id, sum(quantity) AS quantity"
                " FROM (%s) line GROUP BY partner_id",
                source,
            )
            for source in sources
        )
        return SQL(
            """
            SELECT contact.commercial_partner_id
              FROM (SELECT partner_id, sum(quantity) AS quantity
                      FROM (%(totals)s) total
                     GROUP BY partner_id) bought
              JOIN res_partner contact ON contact.id = bought.partner_id
             GROUP BY contact.commercial_partner_id
            HAVING sum(bought.quantity) %(enough)s
            """,
            totals=totals,
            enough=SQL(">= %s", at_least) if at_least else SQL("> 0"),
        )

    def _line_sources(self, company, products: SQL, period, own_unit) -> list[SQL]:
        """Hook: what was bought, one query per kind of document.

        Each gives ``partner_id`` and ``quantity``: in the product's own unit when
        ``own_unit``, else in the reference unit of whatever unit it was sold in.
        """
        return [
            SQL(
                """
                SELECT coalesce(moved.purchaser_id, line.order_partner_id)
                           AS partner_id,
                       %(quantity)s AS quantity
                  FROM sale_order_line line
                  %(moved)s
                  %(units)s
                 WHERE line.state = 'sale'
                   AND line.company_id = %(company)s
                   AND line.product_id IN %(products)s
                   AND line.is_downpayment IS NOT TRUE
                   %(period)s
                """,
                **self._quantity_sql(
                    SQL("line.product_uom_qty"), SQL("line.product_uom_id"), own_unit
                ),
                moved=self._moved_sql(),
                company=company.id,
                products=products,
                period=self._period_sql(period),
            ),
            self._imported_lines_sql(SQL("> 0"), company, products, period, own_unit),
        ]

    def _return_sources(self, company, products: SQL, period, own_unit) -> list[SQL]:
        """Hook: what came back, in the same form, as quantities below zero.

        The credit note says what came back, the order line when it was bought.
        """
        purchases = self.env["crm.purchase"]
        return [
            SQL(
                """
                SELECT coalesce(moved.purchaser_id, line.order_partner_id)
                           AS partner_id,
                       -%(quantity)s AS quantity
                  FROM (%(credits)s) credit
                  JOIN sale_order_line line ON line.id = credit.line_id
                  %(moved)s
                  %(units)s
                """,
                **self._quantity_sql(
                    SQL("credit.quantity"), SQL("line.product_uom_id"), own_unit
                ),
                moved=self._moved_sql(),
                credits=purchases._credits_sql(
                    purchases._credited_sql(
                        SQL(
                            """
                            AND line.product_id IN %s
                            AND line.state = 'sale'
                            AND line.company_id = %s
                            %s
                            """,
                            products,
                            company.id,
                            self._period_sql(period),
                        )
                    )
                ),
            ),
            self._imported_lines_sql(SQL("< 0"), company, products, period, own_unit),
        ]

    def _imported_lines_sql(
        self, sign: SQL, company, products: SQL, period, own_unit: bool
    ) -> SQL:
        """Goods that imported files name, in the products' own units."""
        factor, unit = SQL(), SQL()
        if not own_unit:
            factor = SQL("* coalesce(unit.factor, 1)")
            unit = self._own_unit_sql(SQL("unit"), SQL("item.product_id"))
        days = [company._day_of(moment) for moment in period]
        return SQL(
            """
            SELECT line.partner_id, item.quantity %(factor)s AS quantity
              FROM crm_purchase_import_item item
              JOIN crm_purchase_import_line line ON line.id = item.line_id
              JOIN crm_purchase_import source ON source.id = line.import_id
              %(unit)s
             WHERE source.state = 'done'
               AND line.company_id = %(company)s
               AND item.product_id IN %(products)s
               AND item.quantity %(sign)s
               AND line.date >= coalesce(%(since)s, '-infinity'::date)
               AND line.date < coalesce(%(until)s, 'infinity'::date)
            """,
            factor=factor,
            unit=unit,
            company=company.id,
            products=products,
            sign=sign,
            since=days[0],
            until=days[1],
        )

    def _flush_sources(self) -> None:
        """Hook: write pending changes of what the sources read."""
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        self.env["sale.order"].flush_model(
            ["date_order", "currency_rate", "partner_id", "purchaser_id"]
        )
        self.env["sale.order.line"].flush_model()
        self.env["account.move"].flush_model(["state", "move_type"])
        self.env["account.move.line"].flush_model(
            ["sale_line_ids", "product_id", "product_uom_id", "quantity", "balance"]
        )
        self.env["product.template"].flush_model(["uom_id"])
        self.env["uom.uom"].flush_model(["factor"])
        self.env["crm.purchase.import"].flush_model(["state"])
        self.env["crm.purchase.import.line"].flush_model()
        self.env["crm.purchase.import.item"].flush_model()

    def _quantity_sql(self, quantity: SQL, unit: SQL, own_unit: bool) -> dict[str, SQL]:
        """The quantity in the product's own unit, and what to join for it.

        Whether anything is left can be told in reference units already, and most goods
        are sold in one: those need no arithmetic at all.
        """
        own = converted = SQL()
        if own_unit:
            # the division comes last, so that 24 pieces are two dozen to the last digit
            converted = SQL("/ coalesce(own.factor, 1)")
            own = self._own_unit_sql(SQL("own"), SQL("line.product_id"))
        return {
            "quantity": SQL(
                "(CASE WHEN unit.factor IS NULL THEN %(quantity)s"
                " ELSE %(quantity)s * unit.factor END %(converted)s)",
                quantity=quantity,
                converted=converted,
            ),
            "units": SQL(
                """
                LEFT JOIN (SELECT id, factor FROM uom_uom WHERE factor <> 1) unit
                       ON unit.id = %s
                %s
                """,
                unit,
                own,
            ),
        }

    @staticmethod
    def _own_unit_sql(name: SQL, product: SQL) -> SQL:
        """Joins the product's own unit under a name, where it is no reference unit."""
        return SQL(
            """
            LEFT JOIN (SELECT product.id, uom.factor
                         FROM product_product product
                         JOIN product_template template
                           ON template.id = product.product_tmpl_id
                         JOIN uom_uom uom ON uom.id = template.uom_id
                        WHERE uom.factor <> 1) %(name)s
                   ON %(name)s.id = %(product)s
            """,
            name=name,
            product=product,
        )

    @staticmethod
    def _moved_sql() -> SQL:
        """Joins ``moved``: orders of contacts who have left their company since."""
        return SQL(
            """
            LEFT JOIN (SELECT id, purchaser_id FROM sale_order
                        WHERE purchaser_id IS NOT NULL) moved
                   ON moved.id = line.order_id
            """
        )

    def _period_sql(self, period) -> SQL:
        since, until = period
        if not (since or until):
            return SQL()
        return SQL(
            """
            AND EXISTS (SELECT FROM sale_order sale
                         WHERE sale.id = line.order_id
                           AND sale.date_order >= coalesce(%s, '-infinity'::timestamp)
                           AND sale.date_order < coalesce(%s, 'infinity'::timestamp))
            """,
            since or None,
            until or None,
        )

    def _line_credits_sql(self) -> SQL:
        """What posted credit notes took back from ``line``, in its unit."""
        return self.env["crm.purchase"]._credits_sql(SQL("SELECT line.id"))

    def _needs_served_sql(self, company, first: int, last: int) -> SQL:
        """What the customers of a range of ids bought for which need.

        One row per commercial partner and need: in how many orders goods were kept, the
        day of the last one, and the untaxed revenue less credits, in the currency of
        the company. A need stands for its product categories and what is below them.
        """
        self._flush_sources()
        self.env["crm.need"].flush_model(["active", "company_id"])
        self.env["product.category"].flush_model(["parent_path"])
        self.env["product.template"].flush_model(["categ_id"])
        customers = SQL(
            """
            SELECT id, commercial_partner_id
              FROM res_partner
             WHERE commercial_partner_id BETWEEN %s AND %s
               AND commercial_partner_id <> %s
            """,
            first,
            last,
            company.partner_id.id,
        )
        return SQL(
            """
            SELECT partner_id, need_id, count(*) AS order_count,
                   max(date_order)::date AS bought_on, sum(revenue) AS revenue
              FROM (
                    SELECT partner_id, need_id, document, date_order,
                           sum(revenue) AS revenue
                      FROM (%(sources)s) line
                     GROUP BY 1, 2, 3, 4
                    HAVING sum(quantity) > 0
                   ) kept
             GROUP BY partner_id, need_id
            """,
            sources=SQL(" UNION ALL ").join(
                self._need_sources(
                    company, customers, self._needs_products_sql(company)
                )
            ),
        )

    def _need_sources(self, company, customers: SQL, served: SQL) -> list[SQL]:
        """Hook: the lines that serve needs, one query per kind of document.

        Each gives ``partner_id`` (the commercial one), ``need_id``, ``document`` (a
        number no other kind uses), ``date_order``, ``quantity`` and ``revenue`` (net
        of returns, which count for the document they belong to).

        :param customers: query of contacts: ``id``, ``commercial_partner_id``
        :param served: query of pairs: ``need_id``, ``product_id``
        """
        return [
            *(
                SQL(
                    """
                SELECT customer.commercial_partner_id AS partner_id, served.need_id,
                       line.order_id::bigint * 8 AS document, sale.date_order,
                       line.product_uom_qty - coalesce(credit.quantity, 0) AS quantity,
                       %(revenue)s - coalesce(credit.revenue, 0) AS revenue
                  FROM (%(customers)s) customer
                  JOIN sale_order sale ON %(bought)s
                  JOIN sale_order_line line ON line.order_id = sale.id
                  JOIN (%(served)s) served ON served.product_id = line.product_id
             LEFT JOIN LATERAL (%(credits)s) credit ON true
                 WHERE line.state = 'sale'
                   AND line.company_id = %(company)s
                   AND line.is_downpayment IS NOT TRUE
                    """,
                    revenue=self.env["crm.purchase"]._company_amount_sql(
                        SQL("line.price_subtotal")
                    ),
                    customers=customers,
                    bought=bought,
                    served=served,
                    credits=self._line_credits_sql(),
                    company=company.id,
                )
                for bought in self.env["crm.purchase"]._bought_by_each_sql(
                    SQL("sale"), SQL("customer.id")
                )
            ),
            SQL(
                """
                SELECT customer.commercial_partner_id AS partner_id, served.need_id,
                       line.id::bigint * 8 + 1 AS document,
                       line.date::timestamp AS date_order, item.quantity, item.revenue
                  FROM (%(customers)s) customer
                  JOIN crm_purchase_import_line line ON line.partner_id = customer.id
                  JOIN crm_purchase_import source ON source.id = line.import_id
                  JOIN crm_purchase_import_item item ON item.line_id = line.id
                  JOIN (%(served)s) served ON served.product_id = item.product_id
                 WHERE source.state = 'done'
                   AND line.company_id = %(company)s
                """,
                customers=customers,
                served=served,
                company=company.id,
            ),
        ]

    def _needs_products_sql(self, company) -> SQL:
        """Which product serves which of the company's needs, each pair once."""
        return SQL(
            """
            SELECT DISTINCT need.id AS need_id, product.id AS product_id
              FROM crm_need need
              JOIN crm_need_product_category_rel link ON link.crm_need_id = need.id
              JOIN product_category above ON above.id = link.product_category_id
              JOIN product_category category
                ON category.parent_path LIKE above.parent_path || '%%'
              JOIN product_template template ON template.categ_id = category.id
              JOIN product_product product ON product.product_tmpl_id = template.id
             WHERE need.active
               AND coalesce(need.company_id, %(company)s) = %(company)s
            """,
            company=company.id,
        )

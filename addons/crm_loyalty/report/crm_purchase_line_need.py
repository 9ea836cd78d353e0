from odoo import models
from odoo.tools import SQL


class CrmPurchaseLine(models.AbstractModel):
    """Which needs the purchased products serve."""

    _inherit = "crm.purchase.line"

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
            SQL(
                """
                SELECT customer.commercial_partner_id AS partner_id, served.need_id,
                       line.order_id::bigint * 8 AS document, sale.date_order,
                       line.product_uom_qty - coalesce(credit.quantity, 0) AS quantity,
                       %(revenue)s - coalesce(credit.revenue, 0) AS revenue
                  FROM (%(customers)s) customer
                  JOIN sale_order_line line ON line.order_partner_id = customer.id
                  JOIN sale_order sale ON sale.id = line.order_id
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
                served=served,
                credits=self._line_credits_sql(),
                company=company.id,
            )
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

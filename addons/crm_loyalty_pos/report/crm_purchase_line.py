from odoo import models
from odoo.tools import SQL


class CrmPurchaseLine(models.AbstractModel):
    _inherit = "crm.purchase.line"

    def _line_sources(self, company, products: SQL, period, own_unit):
        return [
            *super()._line_sources(company, products, period, own_unit),
            self._pos_lines_sql(SQL("> 0"), company, products, period, own_unit),
        ]

    def _return_sources(self, company, products: SQL, period, own_unit):
        return [
            *super()._return_sources(company, products, period, own_unit),
            self._pos_lines_sql(SQL("< 0"), company, products, period, own_unit),
            self._pos_lines_sql(
                SQL("> 0"), company, products, period, own_unit, credited=True
            ),
        ]

    def _need_sources(self, company, customers: SQL, served: SQL):
        return [
            *super()._need_sources(company, customers, served),
            *(
                self._pos_needs_sql(company, customers, served, bought)
                for bought in self.env["crm.purchase"]._bought_by_each_sql(
                    SQL("pos"), SQL("customer.id")
                )
            ),
        ]

    def _flush_sources(self):
        self.env["pos.order"].flush_model(
            [
                "state",
                "date_order",
                "partner_id",
                "purchaser_id",
                "company_id",
                "currency_rate",
            ]
        )
        self.env["pos.order.line"].flush_model()
        return super()._flush_sources()

    def _pos_lines_sql(
        self, sign: SQL, company, products, period, own_unit, *, credited=False
    ) -> SQL:
        """Lines of the till, which always sells in a product's own unit.

        A refund comes back on the day of the sale that it refunds.

        :param credited: what Accounting credited of these, as quantities below zero
        """
        factor, unit, quantity, kept = SQL(), SQL(), SQL("line.qty"), SQL()
        if credited:
            quantity = SQL("(kept.pieces - line.qty)")
            kept = self.env["crm.purchase"]._kept_of_invoices_sql()
        if not own_unit:
            factor = SQL("* coalesce(unit.factor, 1)")
            unit = self._own_unit_sql(SQL("unit"), SQL("line.product_id"))
        since, until = period
        return SQL(
            """
            SELECT coalesce(pos.purchaser_id, pos.partner_id) AS partner_id,
                   %(quantity)s %(factor)s AS quantity
              FROM pos_order_line line
              JOIN pos_order pos ON pos.id = line.order_id
         LEFT JOIN pos_order_line refunded ON refunded.id = line.refunded_orderline_id
         LEFT JOIN pos_order sold ON sold.id = refunded.order_id
              %(unit)s
              %(kept)s
             WHERE pos.state IN ('paid', 'done')
               AND pos.partner_id IS NOT NULL
               AND pos.company_id = %(company)s
               AND line.product_id IN %(products)s
               AND line.qty %(sign)s
               AND coalesce(sold.date_order, pos.date_order)
                   >= coalesce(%(since)s, '-infinity'::timestamp)
               AND coalesce(sold.date_order, pos.date_order)
                   < coalesce(%(until)s, 'infinity'::timestamp)
               AND %(sold_here)s
            """,
            quantity=quantity,
            kept=kept,
            factor=factor,
            unit=unit,
            company=company.id,
            products=products,
            sign=sign,
            since=since or None,
            until=until or None,
            sold_here=self.env["crm.purchase"]._sold_at_the_till_sql(),
        )

    def _pos_needs_sql(self, company, customers: SQL, served: SQL, bought: SQL) -> SQL:
        """What was kept of each sale at the till, less what came back of it."""
        return SQL(
            """
            SELECT customer.commercial_partner_id AS partner_id, served.need_id,
                   coalesce(sold.id, pos.id)::bigint * 8 + 2 AS document,
                   coalesce(sold.date_order, pos.date_order) AS date_order,
                   kept.pieces AS quantity,
                   kept.share
                       * abs(line.price_subtotal) * sign(line.qty * line.price_unit)
                       / coalesce(nullif(pos.currency_rate, 0), 1) AS revenue
              FROM (%(customers)s) customer
              JOIN pos_order pos ON %(bought)s
              JOIN pos_order_line line ON line.order_id = pos.id
              JOIN (%(served)s) served ON served.product_id = line.product_id
         LEFT JOIN pos_order_line refunded ON refunded.id = line.refunded_orderline_id
         LEFT JOIN pos_order sold ON sold.id = refunded.order_id
              %(kept)s
             WHERE pos.state IN ('paid', 'done')
               AND pos.company_id = %(company)s
               AND %(sold_here)s
            """,
            kept=self.env["crm.purchase"]._kept_of_invoices_sql(),
            customers=customers,
            bought=bought,
            served=served,
            company=company.id,
            sold_here=self.env["crm.purchase"]._sold_at_the_till_sql(),
        )

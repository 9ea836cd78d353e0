from odoo import models
from odoo.tools import SQL


class CrmPurchase(models.Model):
    _inherit = "crm.purchase"

    def _document_sources(self, contacts=None, known_by=None):
        sources = super()._document_sources(contacts, known_by)
        return [*sources, self._pos_orders_sql(contacts)]

    def _flush_sources(self):
        self.env["pos.order"].flush_model(
            ["state", "date_order", "partner_id", "currency_rate"]
        )
        self.env["pos.order.line"].flush_model()
        return super()._flush_sources()

    def _pos_orders_sql(self, contacts: SQL | None = None) -> SQL:
        """Orders of the till by the day of the sale that a line belongs to.

        Refunded lines name the line they refund. Their amounts have had either sign in
        Odoo, so the sign is read off quantity and price.
        """
        return SQL(
            """
            SELECT min(line.id)::bigint * 8 + 2 AS id,
                   pos.company_id,
                   pos.partner_id,
                   %(date)s AS date,
                   sum(amount.revenue) AS revenue,
                   CASE WHEN bool_and(line.is_total_cost_computed)
                        THEN sum(amount.revenue - amount.cost)
                    END AS margin
              FROM pos_order pos
              JOIN pos_order_line line ON line.order_id = pos.id
         LEFT JOIN pos_order_line refunded ON refunded.id = line.refunded_orderline_id
         LEFT JOIN pos_order sold ON sold.id = refunded.order_id
              JOIN res_company company ON company.id = pos.company_id
              JOIN res_partner place ON place.id = company.partner_id
        CROSS JOIN LATERAL (
                   SELECT abs(line.price_subtotal) * sign(line.qty * line.price_unit)
                              / coalesce(nullif(pos.currency_rate, 0), 1) AS revenue,
                          line.total_cost
                              / coalesce(nullif(pos.currency_rate, 0), 1) AS cost
                   ) amount
             WHERE pos.state IN ('paid', 'done')
               AND pos.partner_id IS NOT NULL
               AND %(sold_here)s
               %(theirs)s
             GROUP BY pos.id, pos.company_id, pos.partner_id, place.tz,
                      coalesce(sold.date_order, pos.date_order)
            """,
            date=self._local_date_sql(SQL("coalesce(sold.date_order, pos.date_order)")),
            sold_here=self._sold_at_the_till_sql(),
            theirs=SQL("AND pos.partner_id IN (%s)", contacts) if contacts else SQL(),
        )

    def _sold_at_the_till_sql(self) -> SQL:
        """Leaves out lines that only collect the money of a sales order."""
        if "sale_order_origin_id" in self.env["pos.order.line"]._fields:
            return SQL("line.sale_order_origin_id IS NULL")
        return SQL("TRUE")

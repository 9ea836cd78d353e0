from odoo import models
from odoo.tools import SQL


class CrmPurchase(models.Model):
    _inherit = "crm.purchase"

    def _document_sources(self, contacts=None, known_by=None):
        sources = super()._document_sources(contacts, known_by)
        return [*sources, self._pos_orders_sql(contacts)]

    def _flush_sources(self):
        self.env["pos.order"].flush_model(
            ["state", "date_order", "partner_id", "purchaser_id", "currency_rate"]
        )
        self.env["pos.order.line"].flush_model()
        self.env["account.move.line"].flush_model(["pos_line_id"])
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
                   coalesce(pos.purchaser_id, pos.partner_id) AS partner_id,
                   %(date)s AS date,
                   sum(amount.revenue * kept.share) AS revenue,
                   CASE WHEN bool_and(line.is_total_cost_computed)
                        THEN sum((amount.revenue - amount.cost) * kept.share)
                    END AS margin
              FROM pos_order pos
              JOIN pos_order_line line ON line.order_id = pos.id
         LEFT JOIN pos_order_line refunded ON refunded.id = line.refunded_orderline_id
         LEFT JOIN pos_order sold ON sold.id = refunded.order_id
              %(kept)s
        CROSS JOIN LATERAL (
                   SELECT abs(line.price_subtotal) * sign(line.qty * line.price_unit)
                              / coalesce(nullif(pos.currency_rate, 0), 1) AS revenue,
                          line.total_cost
                              / coalesce(nullif(pos.currency_rate, 0), 1) AS cost
                   ) amount
             WHERE pos.state IN ('paid', 'done')
               AND pos.partner_id IS NOT NULL
               AND %(sold_here)s
               AND %(goods)s
               %(theirs)s
             GROUP BY pos.id, pos.company_id, pos.partner_id,
                      coalesce(sold.date_order, pos.date_order)
            """,
            date=self.env["res.company"]._day_sql(
                SQL("pos.company_id"), SQL("coalesce(sold.date_order, pos.date_order)")
            ),
            sold_here=self._sold_at_the_till_sql(),
            goods=self._no_money_changed_sql(),
            kept=self._kept_of_invoices_sql(of_few=bool(contacts)),
            theirs=SQL("AND %s", self._bought_by_sql(SQL("pos"), contacts))
            if contacts
            else SQL(),
        )

    def _kept_of_invoices_sql(self, *, of_few=False) -> SQL:
        """Joins ``kept``: the share of ``line``'s money, and how many of its pieces,
        that credit notes of Accounting on its invoice left.

        Netted as ``left_of`` does; less than the price credited for a piece is none,
        and what was brought to the till is a document of its own.

        :param of_few: some customers' sales are asked for, not a whole company's
        """
        return SQL(
            """
         LEFT JOIN %(lateral)s (
                   SELECT sold.id,
                          least(1 - coalesce(min(came.share), 0),
                              greatest(0, sum(item.price_subtotal)
                              FILTER (WHERE move.move_type = 'out_refund')
                              - greatest(0, coalesce(sum(item.price_subtotal)
                                  FILTER (WHERE move.move_type = 'out_invoice'), 0)
                                  - abs(sold.price_subtotal)))
                              / nullif(abs(sold.price_subtotal), 0)) AS share,
                          least(sold.qty - coalesce(min(came.pieces), 0),
                              greatest(0, coalesce(sum(item.quantity)
                              FILTER (WHERE move.move_type = 'out_refund'
                                  AND item.price_subtotal / nullif(item.quantity, 0)
                                      >= abs(sold.price_subtotal) / sold.qty
                                         - currency.rounding / abs(item.quantity)), 0)
                              - greatest(0, coalesce(sum(item.quantity)
                                  FILTER (WHERE move.move_type = 'out_invoice'), 0)
                                  - sold.qty))) AS pieces
                     FROM account_move_line item
                     JOIN account_move move ON move.id = item.move_id
                     JOIN res_currency currency ON currency.id = item.currency_id
                     JOIN pos_order_line sold ON sold.id = item.pos_line_id
               CROSS JOIN LATERAL (
                          SELECT least(1, abs(coalesce(sum(part.price_subtotal), 0))
                                     / nullif(abs(sold.price_subtotal), 0)) AS share,
                                 least(sold.qty, -coalesce(sum(part.qty), 0)) AS pieces
                            FROM pos_order_line part
                            JOIN pos_order refund ON refund.id = part.order_id
                           WHERE part.refunded_orderline_id = sold.id
                             AND refund.state IN ('paid', 'done')
                          ) came
                    WHERE %(which)s AND sold.qty > 0
                      AND item.quantity <> 0
                      AND move.state = 'posted'
                      AND move.move_type IN ('out_invoice', 'out_refund')
                    GROUP BY sold.id
                   ) lost ON lost.id = line.id
        CROSS JOIN LATERAL (
                   SELECT 1 - coalesce(lost.share, 0) AS share,
                          line.qty - coalesce(lost.pieces, 0) AS pieces
                   ) kept
            """,
            lateral=SQL("LATERAL") if of_few else SQL(),
            which=SQL(
                "item.pos_line_id = line.id"
                if of_few
                else "item.pos_line_id IS NOT NULL"
            ),
        )

    def _no_money_changed_sql(self) -> SQL:
        condition = self._money_changed_sql()
        return SQL("NOT coalesce(%s, FALSE)", condition) if condition else SQL("TRUE")

    def _sold_at_the_till_sql(self) -> SQL:
        """Leaves out lines that only collect the money of a sales order."""
        if "sale_order_origin_id" in self.env["pos.order.line"]._fields:
            return SQL("line.sale_order_origin_id IS NULL")
        return SQL("TRUE")

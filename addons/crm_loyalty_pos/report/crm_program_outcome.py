from odoo import models
from odoo.tools import SQL


class CrmProgramOutcome(models.AbstractModel):
    _inherit = "crm.program.outcome"

    def _purchase_sources(self):
        return [*super()._purchase_sources(), self._pos_purchases_sql()]

    def _pos_purchases_sql(self) -> SQL:
        """What members bought at the till, at the moment of the sale; as for days."""
        return SQL(
            """
            SELECT subject.member_id, subject.targeted,
                   coalesce(sold.date_order, pos.date_order) AS moment,
                   sum(amount.revenue) AS revenue,
                   CASE WHEN bool_and(line.is_total_cost_computed)
                        THEN sum(amount.revenue - amount.cost) ELSE 0
                    END AS margin
              FROM subject
              JOIN pos_order pos ON pos.partner_id = subject.contact_id
                                AND pos.company_id = subject.company_id
              JOIN pos_order_line line ON line.order_id = pos.id
         LEFT JOIN pos_order_line refunded ON refunded.id = line.refunded_orderline_id
         LEFT JOIN pos_order sold ON sold.id = refunded.order_id
        CROSS JOIN LATERAL (
                   SELECT abs(line.price_subtotal) * sign(line.qty * line.price_unit)
                              / coalesce(nullif(pos.currency_rate, 0), 1) AS revenue,
                          line.total_cost
                              / coalesce(nullif(pos.currency_rate, 0), 1) AS cost
                   ) amount
             WHERE pos.state IN ('paid', 'done')
               AND coalesce(sold.date_order, pos.date_order) >= subject.observed_from
               AND coalesce(sold.date_order, pos.date_order) < subject.observed_until
               AND %(sold_here)s
             GROUP BY subject.member_id, subject.targeted, pos.id,
                      coalesce(sold.date_order, pos.date_order)
            """,
            sold_here=self.env["crm.purchase"]._sold_at_the_till_sql(),
        )

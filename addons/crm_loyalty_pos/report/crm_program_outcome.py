from odoo import models
from odoo.tools import SQL


class CrmProgramOutcome(models.AbstractModel):
    _inherit = "crm.program.outcome"

    def _purchase_sources(self):
        return [
            *super()._purchase_sources(),
            *map(self._pos_purchases_sql, self._pos_bought_sql()),
        ]

    def _target_sources(self):
        return [
            *super()._target_sources(),
            *map(self._pos_targets_sql, self._pos_bought_sql()),
        ]

    def _use_sources(self):
        return [*super()._use_sources(), self._pos_uses_sql()]

    def _pos_bought_sql(self) -> list[SQL]:
        return self.env["crm.purchase"]._bought_by_each_sql(
            SQL("pos"), SQL("subject.contact_id")
        )

    def _pos_uses_sql(self) -> SQL:
        """Rewards that were used at the till."""
        self.env["pos.order.line"].flush_model(["reward_id", "coupon_id"])
        return SQL(
            """
            SELECT coalesce(pos.purchaser_id, pos.partner_id), pos.company_id,
                   reward.program_id, line.coupon_id,
                   pos.date_order,
                   line.cost / coalesce(nullif(pos.currency_rate, 0), 1)
              FROM (SELECT order_id, reward_id, coupon_id, -sum(price_subtotal) AS cost
                      FROM pos_order_line WHERE reward_id IS NOT NULL
                     GROUP BY order_id, reward_id, coupon_id) line
              JOIN pos_order pos ON pos.id = line.order_id
              JOIN loyalty_reward reward ON reward.id = line.reward_id
             WHERE pos.state IN ('paid', 'done')
            """
        )

    def _pos_targets_sql(self, bought: SQL) -> SQL:
        """When members bought, and kept, what their program is to sell."""
        return SQL(
            """
            SELECT subject.member_id, pos.date_order
              FROM subject
              JOIN pos_order pos ON %(bought)s
                                AND pos.company_id = subject.company_id
              JOIN pos_order_line line ON line.order_id = pos.id
              JOIN product_product product ON product.id = line.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
         LEFT JOIN product_category category ON category.id = template.categ_id
              %(kept)s
             WHERE subject.targeted
               AND pos.state IN ('paid', 'done')
               AND pos.date_order >= subject.enrolled_at
               AND pos.date_order < subject.observed_until
               AND kept.pieces > coalesce((
                       SELECT -sum(back.qty)
                         FROM pos_order_line back
                         JOIN pos_order refund ON refund.id = back.order_id
                        WHERE back.refunded_orderline_id = line.id
                          AND refund.state IN ('paid', 'done')), 0)
               AND %(sold_here)s
               AND %(targeted)s
            """,
            sold_here=self.env["crm.purchase"]._sold_at_the_till_sql(),
            bought=bought,
            targeted=self._targeted_sql(),
            kept=self.env["crm.purchase"]._kept_of_invoices_sql(of_few=True),
        )

    def _pos_purchases_sql(self, bought: SQL) -> SQL:
        """What members bought at the till, at the moment of the sale; as for days."""
        return SQL(
            """
            SELECT subject.member_id, subject.targeted,
                   coalesce(sold.date_order, pos.date_order) AS moment,
                   sum(amount.revenue * kept.share) AS revenue,
                   CASE WHEN bool_and(line.is_total_cost_computed)
                        THEN sum((amount.revenue - amount.cost) * kept.share) ELSE 0
                    END AS margin
              FROM subject
              JOIN pos_order pos ON %(bought)s
                                AND pos.company_id = subject.company_id
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
               AND coalesce(sold.date_order, pos.date_order) >= subject.observed_from
               AND coalesce(sold.date_order, pos.date_order) < subject.observed_until
               AND %(goods)s
               AND %(sold_here)s
             GROUP BY subject.member_id, subject.targeted, pos.id,
                      coalesce(sold.date_order, pos.date_order)
            """,
            goods=self.env["crm.purchase"]._no_money_changed_sql(),
            kept=self.env["crm.purchase"]._kept_of_invoices_sql(of_few=True),
            sold_here=self.env["crm.purchase"]._sold_at_the_till_sql(),
            bought=bought,
        )

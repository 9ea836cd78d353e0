from odoo import models
from odoo.tools import SQL


class CrmProgramOutcome(models.AbstractModel):
    """What members of programs bought since they were enrolled, and before.

    The same window for both arms, counted from enrolment, touched or not: who was meant
    to be touched is compared with who was meant not to be. Amounts are those of
    ``crm.purchase``, by the moment of the order, so that what was bought in the morning
    is no answer to a touch in the afternoon.
    """

    _name = "crm.program.outcome"
    _description = "Outcome of Campaign Members"

    def _outcomes_sql(self, members: SQL) -> SQL:
        """One row per member.

        :param members: query of member ids
        """
        self._flush_sources()
        return SQL(
            """
            WITH subject AS MATERIALIZED (%(subjects)s),
            purchase AS (%(purchases)s),
            success AS (
                SELECT member_id, moment FROM purchase
                 WHERE NOT targeted
                 GROUP BY member_id, moment
                HAVING sum(revenue) > 0
                 UNION ALL %(targets)s
            )
            SELECT member.id,
                   coalesce(bought.revenue, 0) AS revenue,
                   coalesce(bought.margin, 0) AS margin,
                   coalesce(bought.margin_before, 0) AS margin_before,
                   won.succeeded_at, won.responded_at
              FROM crm_customer_program_member member
         LEFT JOIN (
                   SELECT purchase.member_id,
                          sum(purchase.revenue) FILTER (WHERE moment >= enrolled_at)
                              AS revenue,
                          sum(purchase.margin) FILTER (WHERE moment >= enrolled_at)
                              AS margin,
                          sum(purchase.margin) FILTER (WHERE moment < enrolled_at)
                              AS margin_before
                     FROM purchase
                     JOIN crm_customer_program_member member
                       ON member.id = purchase.member_id
                    GROUP BY purchase.member_id
                   ) bought ON bought.member_id = member.id
         LEFT JOIN (
                   SELECT success.member_id, min(moment) AS succeeded_at,
                          min(moment) FILTER (
                              WHERE member.arm = 'control' OR moment >= touched_at)
                              AS responded_at
                     FROM success
                     JOIN crm_customer_program_member member
                       ON member.id = success.member_id
                    WHERE moment >= enrolled_at
                    GROUP BY success.member_id
                   ) won ON won.member_id = member.id
             WHERE member.id IN %(members)s
            """,
            members=members,
            subjects=self._subjects_sql(members),
            purchases=SQL(" UNION ALL ").join(self._purchase_sources()),
            targets=SQL(" UNION ALL ").join(self._target_sources()),
        )

    def _weeks_sql(self, members: SQL, now) -> SQL:
        """Margin by arm, by full weeks that a member was observed, and by week of it.

        Rows without a week count the members.
        """
        self._flush_sources()
        return SQL(
            """
            WITH subject AS MATERIALIZED (%(subjects)s),
            purchase AS (%(purchases)s),
            observed AS (
                SELECT id, arm, enrolled_at,
                       floor(extract(epoch FROM
                           least(observed_until, %(now)s) - enrolled_at
                       ) / %(week)s)::int AS weeks
                  FROM crm_customer_program_member
                 WHERE id IN %(members)s
            )
            SELECT arm, weeks, NULL::int AS week, count(*)::float8 AS amount
              FROM observed GROUP BY arm, weeks
             UNION ALL
            SELECT arm, weeks,
                   floor(extract(epoch FROM moment - enrolled_at) / %(week)s)::int,
                   sum(purchase.margin)::float8
              FROM purchase
              JOIN observed ON observed.id = purchase.member_id
             WHERE moment >= enrolled_at
             GROUP BY 1, 2, 3
            """,
            members=members,
            now=now,
            week=7 * 24 * 60 * 60,
            subjects=self._subjects_sql(members),
            purchases=SQL(" UNION ALL ").join(self._purchase_sources()),
        )

    def _read_leaks(self, program) -> dict:
        """Who had a program's offer that was not meant to, and what it cost outside."""
        self._flush_sources()
        self.env["loyalty.reward"].flush_model(["program_id"])
        self.env["sale.order.line"].flush_model(["reward_id", "coupon_id"])
        [found] = self.env.execute_query_dict(
            SQL(
                """
                WITH member AS (
                    SELECT member.arm, member.enrolled_at, member.observed_until,
                           member.card_id, customer.commercial_partner_id AS customer_id
                      FROM crm_customer_program_member member
                 LEFT JOIN crm_lead lead ON lead.id = member.lead_id
                 LEFT JOIN res_partner customer
                        ON customer.id = coalesce(member.partner_id, lead.partner_id)
                     WHERE member.program_id = %(program)s
                ), used AS (
                    SELECT contact.commercial_partner_id AS customer_id, used.*
                      FROM (%(uses)s) used
                      JOIN res_partner contact ON contact.id = used.contact_id
                     WHERE used.offer_id = %(offer)s AND used.company_id = %(company)s
                       AND NOT EXISTS (
                           SELECT FROM crm_customer_program_member other
                            WHERE other.card_id = used.card_id
                              AND other.program_id <> %(program)s)
                ), outside AS (
                    SELECT used.* FROM used
                     WHERE used.moment >= (SELECT min(enrolled_at) FROM member)
                       AND NOT EXISTS (SELECT FROM member
                                        WHERE member.customer_id = used.customer_id)
                )
                SELECT (SELECT count(*) FROM member
                         WHERE arm = 'control' AND EXISTS (
                               SELECT FROM used
                                WHERE used.customer_id = member.customer_id
                                  AND used.moment >= member.enrolled_at
                                  AND used.moment < member.observed_until))
                           AS control_leak_count,
                       (SELECT count(*) FROM outside) AS outside_count,
                       (SELECT coalesce(sum(cost), 0) FROM outside) AS outside_cost
                """,
                program=program.id,
                company=program.company_id.id,
                offer=program.loyalty_program_id.id,
                uses=SQL(" UNION ALL ").join(self._use_sources()),
            )
        )
        return found

    def _use_sources(self) -> list[SQL]:
        """Hook: uses of loyalty programs' rewards on confirmed documents.

        Each gives ``contact_id``, ``company_id``, ``offer_id``, ``card_id``, ``moment``
        and ``cost``.
        """
        return [
            SQL(
                """
                SELECT coalesce(sale.purchaser_id, sale.partner_id) AS contact_id,
                       sale.company_id,
                       reward.program_id AS offer_id, line.coupon_id AS card_id,
                       sale.date_order AS moment, %(cost)s AS cost
                  FROM (SELECT order_id, reward_id, coupon_id,
                               -sum(price_subtotal) AS cost
                          FROM sale_order_line WHERE reward_id IS NOT NULL
                         GROUP BY order_id, reward_id, coupon_id) line
                  JOIN sale_order sale ON sale.id = line.order_id
                  JOIN loyalty_reward reward ON reward.id = line.reward_id
                 WHERE sale.state = 'sale'
                """,
                cost=self.env["crm.purchase"]._company_amount_sql(SQL("line.cost")),
            )
        ]

    def _subjects_sql(self, members: SQL) -> SQL:
        """Each member with every contact whose purchases are the member's."""
        return SQL(
            """
            SELECT member.id AS member_id, contact.id AS contact_id,
                   member.company_id, program.id AS program_id,
                   program.kind = 'cross_sell' AS targeted,
                   member.enrolled_at, member.observed_until, member.touched_at,
                   member.enrolled_at - (member.observed_until - member.enrolled_at)
                       AS observed_from
              FROM crm_customer_program_member member
              JOIN crm_customer_program program ON program.id = member.program_id
         LEFT JOIN crm_lead lead ON lead.id = member.lead_id
              JOIN res_partner customer
                ON customer.id = coalesce(member.partner_id, lead.partner_id)
              JOIN res_partner contact
                ON contact.commercial_partner_id = customer.commercial_partner_id
             WHERE member.id IN %(members)s
            """,
            members=members,
        )

    def _purchase_sources(self) -> list[SQL]:
        """Hook: what the subjects' contacts bought while observed, or as long before.

        Each gives ``member_id``, ``targeted``, ``moment``, ``revenue`` and ``margin``.
        """
        purchases = self.env["crm.purchase"]
        theirs = SQL("SELECT contact_id FROM subject")
        return [
            *(
                SQL(
                    """
                SELECT subject.member_id, subject.targeted, sale.date_order AS moment,
                       %(revenue)s - coalesce(refund.revenue, 0) AS revenue,
                       coalesce(%(margin)s, 0) - coalesce(refund.margin, 0) AS margin
                  FROM subject
                  JOIN sale_order sale ON %(bought)s
                                      AND sale.company_id = subject.company_id
                  %(changed)s
             LEFT JOIN (%(refunds)s) refund ON refund.order_id = sale.id
                 WHERE sale.state = 'sale'
                   AND sale.date_order >= subject.observed_from
                   AND sale.date_order < subject.observed_until
                    """,
                    **purchases._earnings_sql(of_few=True),
                    bought=bought,
                    refunds=purchases._refunds_sql(
                        SQL("AND %s", purchases._bought_by_sql(SQL("sale"), theirs))
                    ),
                )
                for bought in purchases._bought_by_each_sql(
                    SQL("sale"), SQL("subject.contact_id")
                )
            ),
            SQL(
                """
                SELECT subject.member_id, subject.targeted, line.date::timestamp,
                       line.revenue, coalesce(line.margin, 0)
                  FROM subject
                  JOIN crm_purchase_import_line line
                    ON line.partner_id = subject.contact_id
                   AND line.company_id = subject.company_id
                  JOIN crm_purchase_import source ON source.id = line.import_id
                 WHERE source.state = 'done'
                   AND line.date >= subject.observed_from
                   AND line.date < subject.observed_until
                """
            ),
        ]

    def _target_sources(self) -> list[SQL]:
        """Hook: when the subjects bought, and kept, what their program is to sell."""
        return [
            SQL(
                """
                SELECT subject.member_id, sale.date_order
                  FROM subject
                  JOIN sale_order sale ON %(bought)s
                  JOIN sale_order_line line ON line.order_id = sale.id
                  JOIN product_product product ON product.id = line.product_id
                  JOIN product_template template
                    ON template.id = product.product_tmpl_id
             LEFT JOIN product_category category ON category.id = template.categ_id
             LEFT JOIN LATERAL (%(credits)s) credit ON true
                 WHERE subject.targeted
                   AND line.state = 'sale'
                   AND line.company_id = subject.company_id
                   AND line.is_downpayment IS NOT TRUE
                   AND line.product_uom_qty > coalesce(credit.quantity, 0)
                   AND sale.date_order >= subject.enrolled_at
                   AND sale.date_order < subject.observed_until
                   AND %(targeted)s
                """,
                credits=self.env["crm.purchase.line"]._line_credits_sql(),
                bought=bought,
                targeted=self._targeted_sql(),
            )
            for bought in self.env["crm.purchase"]._bought_by_each_sql(
                SQL("sale"), SQL("subject.contact_id")
            )
        ]

    def _targeted_sql(self) -> SQL:
        """Whether ``subject``'s program is to sell ``product``, of ``category``."""
        return SQL(
            """
            (EXISTS (SELECT FROM crm_customer_program_product_rel chosen
                      WHERE chosen.crm_customer_program_id = subject.program_id
                        AND chosen.product_product_id = product.id)
             OR EXISTS (SELECT FROM crm_customer_program_category_rel chosen
                          JOIN product_category above
                            ON above.id = chosen.product_category_id
                         WHERE chosen.crm_customer_program_id = subject.program_id
                           AND category.parent_path LIKE above.parent_path || '%%'))
            """
        )

    def _flush_sources(self) -> None:
        """Hook: write pending changes of what the sources read."""
        self.env["crm.purchase"]._flush_sources()
        self.env["crm.purchase.line"]._flush_sources()
        self.env["product.category"].flush_model(["parent_path"])
        self.env["product.template"].flush_model(["categ_id"])
        self.env["crm.lead"].flush_model(["partner_id"])
        self.env["crm.customer.program"].flush_model(
            ["kind", "target_product_ids", "target_categ_ids"]
        )
        self.env["crm.customer.program.member"].flush_model()

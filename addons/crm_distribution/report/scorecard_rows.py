"""The rows that a scorecard adds up, each kind by itself.

Each has partner_id, company_id, day, record_id, and its figures.
"""

from odoo.api import Environment
from odoo.tools import SQL


def attributed_sql() -> SQL:
    """Orders that are somebody's other than their buyer's: by share, else by lead.

    :return: rows of order_id, partner_id, part
    """
    return SQL(
        """
        SELECT share.order_id, share.partner_id, share.percent / 100.0 AS part
          FROM distribution_share share
         UNION ALL
        SELECT sale.id, holder.commercial_partner_id, 1
          FROM sale_order sale
          JOIN crm_lead lead ON lead.id = sale.opportunity_id
          JOIN res_partner holder ON holder.id = lead.partner_assigned_id
         WHERE NOT EXISTS (SELECT FROM distribution_share share
                            WHERE share.order_id = sale.id)
        """
    )


def sales_sql(env: Environment) -> dict[str, SQL]:
    ours = SQL(
        """
        move.state = 'posted' AND line.display_type = 'product'
        AND move.move_type IN ('out_invoice', 'out_refund')
        AND line.product_id IS NOT NULL AND %s
        """,
        env["suite.trade"]._trades_sql(),
    )
    return {
        "bought": SQL(
            """
            SELECT move.commercial_partner_id AS partner_id, move.company_id,
                   move.invoice_date AS day, line.id AS record_id,
                   CASE WHEN move.move_type = 'out_invoice' THEN -line.balance
                        ELSE 0 END AS invoiced,
                   CASE WHEN move.move_type = 'out_refund' THEN line.balance
                        ELSE 0 END AS credited
              FROM account_move move
              JOIN account_move_line line ON line.move_id = move.id
             WHERE %s
            """,
            ours,
        ),
        "brokered": SQL(
            """
            SELECT part.partner_id, move.company_id, move.invoice_date AS day,
                   line.id AS record_id, -line.balance * part.part AS brokered
              FROM (SELECT link.invoice_line_id, min(sold.order_id) AS order_id
                      FROM sale_order_line_invoice_rel link
                      JOIN sale_order_line sold ON sold.id = link.order_line_id
                     GROUP BY link.invoice_line_id) source
              JOIN (%s) part ON part.order_id = source.order_id
              JOIN account_move_line line ON line.id = source.invoice_line_id
              JOIN account_move move ON move.id = line.move_id
             WHERE move.commercial_partner_id <> part.partner_id AND %s
            """,
            attributed_sql(),
            ours,
        ),
        "sold": SQL(
            """
            SELECT partner_id, company_id, day, id AS record_id,
                   CASE WHEN customer_id IS NULL THEN company_amount
                        ELSE 0 END AS sold_out,
                   CASE WHEN customer_id IS NULL THEN 0
                        ELSE company_amount END AS sold_through
              FROM distribution_sellout_line
             WHERE state = 'accepted' AND type IN ('sale', 'return')
            """
        ),
        "margin": SQL(
            """
            SELECT coalesce(part.partner_id, line.partner_id) AS partner_id,
                   line.company_id, line.day, line.id AS record_id,
                   line.pocket_amount * coalesce(part.part, 1) AS pocket_amount,
                   line.margin_amount * coalesce(part.part, 1) AS margin_amount
              FROM (%s) line
              LEFT JOIN (%s) part ON part.order_id = line.order_id
            """,
            env["distribution.waterfall"]._table_query,
            attributed_sql(),
        ),
    }


def targets_sql(env: Environment) -> SQL:
    return SQL(
        """
        SELECT partner_id, company_id, month AS day, target_id AS record_id,
               CASE measure WHEN 'amount' THEN goal ELSE 0 END AS goal,
               CASE measure WHEN 'amount' THEN attained ELSE 0 END AS attained,
               CASE measure WHEN 'quantity' THEN goal ELSE 0 END AS goal_quantity,
               CASE measure WHEN 'quantity' THEN attained ELSE 0
               END AS attained_quantity
          FROM (%s) target WHERE NOT is_inside
        """,
        env["distribution.attainment"]._table_query,
    )


def answers_sql(env: Environment) -> dict[str, SQL]:
    """Offers, leads, deals and conflicts, by the day where the company is."""
    day = env["res.company"]._day_sql
    company, moment = SQL("fact.company_id"), SQL("fact.moment")
    return {
        "offer": SQL(
            """
            SELECT fact.partner_id, fact.company_id, %s AS day,
                   fact.id AS record_id, 1 AS offered,
                   (fact.state IN ('accepted', 'declined', 'returned', 'expired'))
                   ::int AS ended,
                   (fact.state IN ('accepted', 'declined', 'returned'))::int
                   AS responded,
                   (fact.state = 'accepted')::int AS accepted
              FROM (SELECT id, partner_id, company_id, state, offered_on AS moment
                      FROM distribution_route WHERE partner_id IS NOT NULL) fact
            """,
            day(company, moment),
        ),
        "lead": SQL(
            """
            SELECT fact.partner_id, fact.company_id, %s AS day,
                   fact.id AS record_id,
                   (fact.won_status = 'won')::int AS leads_won,
                   (fact.won_status = 'lost')::int AS leads_lost
              FROM (SELECT lead.id, holder.commercial_partner_id AS partner_id,
                           coalesce(lead.company_id, (
                               SELECT route.company_id
                                 FROM distribution_route route
                                WHERE route.lead_id = lead.id
                                ORDER BY route.id DESC LIMIT 1
                           ), owner.company_id) AS company_id,
                           lead.won_status,
                           coalesce(lead.date_closed, lead.create_date) AS moment
                      FROM crm_lead lead
                      JOIN res_partner holder
                        ON holder.id = lead.partner_assigned_id
                      LEFT JOIN res_users owner ON owner.id = lead.user_id
                     WHERE lead.won_status IN ('won', 'lost')) fact
             WHERE fact.company_id IS NOT NULL
            """,
            day(company, moment),
        ),
        "deal": SQL(
            """
            SELECT fact.partner_id, fact.company_id, %s AS day,
                   fact.id AS record_id, (fact.state = 'won')::int AS deals_won,
                   (fact.state = 'lost')::int AS deals_lost
              FROM (SELECT deal.id, deal.partner_id, deal.company_id, deal.state,
                           coalesce(deal.decided_on, deal.submitted_on) AS moment
                      FROM distribution_registration deal
                     WHERE deal.state IN ('won', 'lost')
                       AND NOT EXISTS (
                           SELECT FROM crm_lead lead
                             JOIN res_partner holder
                               ON holder.id = lead.partner_assigned_id
                            WHERE lead.id = deal.lead_id
                              AND lead.won_status IN ('won', 'lost')
                              AND holder.commercial_partner_id = deal.partner_id
                       )) fact
            """,
            day(company, moment),
        ),
        "conflict": SQL(
            """
            SELECT fact.partner_id, fact.company_id, %s AS day,
                   fact.id AS record_id, 1 AS conflicts
              FROM (SELECT id, partner_id, company_id, create_date AS moment
                      FROM distribution_conflict
                     UNION
                    SELECT id, other_partner_id, company_id, create_date
                      FROM distribution_conflict) fact
             WHERE fact.partner_id IS NOT NULL
            """,
            day(company, moment),
        ),
    }


def reports_sql(env: Environment) -> SQL:
    """The periods of which a report was due, as they are asked for."""
    company = env["res.company"]
    return SQL(
        """
        SELECT period.partner_id, period.company_id, period.last_day AS day,
               NULL::int AS record_id, 1 AS reports_due,
               EXISTS (
                   SELECT FROM distribution_sellout report
                    WHERE report.company_id = period.company_id
                      AND report.partner_id = period.partner_id
                      AND report.state NOT IN ('withdrawn', 'repeated')
                      AND report.date_from <= period.last_day
                      AND report.date_to >= period.first_day
                      AND %(reported)s <= period.due
               )::int AS reports_in_time
          FROM (
              SELECT reporter.partner_id, reporter.company_id,
                     first::date AS first_day,
                     (first + step.step)::date - 1 AS last_day,
                     (first + step.step)::date - 1 + reporter.due_days AS due,
                     reporter.date_from, now.today
                FROM distribution_reporter reporter
               CROSS JOIN LATERAL (SELECT %(today)s AS today) now
               CROSS JOIN LATERAL (
                     SELECT CASE reporter.frequency WHEN 'weekly' THEN 'week'
                                 ELSE 'month' END AS unit,
                            CASE reporter.frequency WHEN 'weekly'
                                 THEN interval '1 week'
                                 ELSE interval '1 month' END AS step
               ) step
               CROSS JOIN LATERAL generate_series(
                     date_trunc(step.unit, coalesce(reporter.date_from,
                                                    reporter.create_date::date)
                                ::timestamp),
                     now.today::timestamp, step.step) first
               WHERE reporter.active AND reporter.frequency IS NOT NULL
          ) period
         WHERE period.due < period.today
           AND (period.date_from IS NULL OR period.first_day >= period.date_from)
        """,
        reported=company._day_sql(SQL("report.company_id"), SQL("report.reported_on")),
        today=company._today_sql(SQL("reporter.company_id")),
    )

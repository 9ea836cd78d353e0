from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ..tiers import add_months

Question = tuple[int, date, date]


class TierAmount(NamedTuple):
    """A qualifying amount, and the first day on which something counted for it."""

    amount: float = 0.0
    first_day: date | None = None


class LoyaltyTierAmount(models.AbstractModel):
    """What customers' purchases of a period count for in a tier program."""

    _name = "loyalty.tier.amount"
    _description = "Qualifying Amounts"

    @api.model
    def _read_amounts(
        self, program, questions: Iterable[Question]
    ) -> dict[Question, TierAmount]:
        """The amounts of periods, for any number of customers by one query.

        :param questions: a commercial partner, first and last day of a period
        """
        questions = list(questions)
        if not questions:
            return {}
        partners, starts, ends = map(list, zip(*questions, strict=True))
        asked = SQL("unnest(%s::int[], %s::date[], %s::date[])", partners, starts, ends)
        customers = SQL("SELECT unnest(%s::int[])", list(set(partners)))
        rows = self.env.execute_query(
            SQL(
                """
                SELECT asked.partner_id, asked.first_day, asked.last_day,
                       sum(amount.amount)::float8,
                       min(amount.date) FILTER (WHERE amount.amount > 0)
                  FROM %(asked)s AS asked (partner_id, first_day, last_day)
                  JOIN (%(amounts)s) amount
                    ON amount.partner_id = asked.partner_id
                   AND amount.date BETWEEN asked.first_day AND asked.last_day
                 GROUP BY asked.partner_id, asked.first_day, asked.last_day
                """,
                asked=asked,
                amounts=self._amounts_sql(program, customers),
            )
        )
        found = dict.fromkeys(questions, TierAmount())
        for partner, start, end, amount, first_day in rows:
            amount = program._round_amount(amount)
            found[partner, start, end] = TierAmount(amount, first_day)
        return found

    def _amounts_sql(self, program, customers: SQL) -> SQL:
        """Rows of partner, day and amount, for a query of commercial partners."""
        if program.measure == "points":
            return self._points_sql(program, customers)
        return SQL(
            """
            SELECT partner_id, date, coalesce(%(amount)s, 0) AS amount
              FROM (%(documents)s) document
             WHERE company_id = %(company)s
            """,
            amount=SQL("margin" if program.measure == "margin" else "revenue"),
            documents=self.env["crm.purchase"]._documents_sql(customers),
            company=program.company_id.id,
        )

    @api.model
    def _read_tiers(self, memberships, company, after: date) -> dict[int, dict]:
        """What members of tiers bought, are worth and got since a day, by tier.

        :param memberships: a query of memberships
        """
        members = SQL(
            "SELECT tier_id, partner_id FROM loyalty_tier_membership WHERE id IN %s",
            memberships.subselect(),
        )
        customers = SQL("SELECT partner_id FROM (%s) theirs", members)
        self.env["crm.customer.value"].flush_model()
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT member.tier_id, count(*) AS members,
                       coalesce(sum(bought.revenue), 0)::float8 AS revenue,
                       coalesce(sum(bought.margin), 0)::float8 AS margin,
                       coalesce(sum(worth.lifetime_value), 0)::float8 AS value,
                       coalesce(sum(given.extra_points), 0)::float8 AS extra_points
                  FROM (%(members)s) member
             LEFT JOIN (SELECT partner_id, sum(revenue) AS revenue,
                               sum(margin) AS margin
                          FROM (%(documents)s) document
                         WHERE company_id = %(company)s AND date > %(after)s
                         GROUP BY partner_id) bought
                    ON bought.partner_id = member.partner_id
             LEFT JOIN crm_customer_value worth
                    ON worth.partner_id = member.partner_id
                   AND worth.company_id = %(company)s
             LEFT JOIN (%(extra_points)s) given
                    ON given.partner_id = member.partner_id
                 GROUP BY member.tier_id
                """,
                members=members,
                documents=self.env["crm.purchase"]._documents_sql(customers),
                company=company.id,
                after=after,
                extra_points=self._extra_points_sql(company, after),
            )
        )
        # sudo: what gestures cost in all, whoever's customers they were made to
        made = self.env["loyalty.tier.gesture"].sudo()
        costs = made._read_group(
            [("company_id", "=", company.id), ("date", ">", after)],
            ["benefit_id", "membership_id.tier_id"],
            ["cost:sum"],
        )
        found = {row.pop("tier_id"): {**row, "gestures": {}} for row in rows}
        for benefit, tier, cost in costs:
            if tier.id in found:
                found[tier.id]["gestures"][benefit.id] = cost
        return found

    def _extra_points_sql(self, company, after: date) -> SQL:
        """What a tier's factor added to customers' points since a day."""
        return SQL(
            """
            SELECT contact.commercial_partner_id AS partner_id,
                   sum(multiplied.points * (1 - 1 / multiplied.factor)) AS extra_points
              FROM (%s) multiplied
              JOIN res_partner contact ON contact.id = multiplied.partner_id
             GROUP BY contact.commercial_partner_id
            """,
            SQL(" UNION ALL ").join(self._multiplied_sources(company, after)),
        )

    def _multiplied_sources(self, company, after: date) -> list[SQL]:
        """Hook: points that a tier multiplied, with their contact and the factor."""
        return [
            SQL(
                """
                SELECT entry.partner_id, entry.points, sale.tier_point_factor AS factor
                  FROM sale_order sale
                  JOIN loyalty_point_entry entry ON entry.order_id = sale.id
                  JOIN loyalty_program source ON source.id = entry.program_id
                 WHERE sale.tier_point_factor > 1
                   AND sale.company_id = %s AND sale.date_order > %s
                   AND entry.kind IN ('earn', 'claw_back')
                   AND source.program_type = 'loyalty'
                """,
                company.id,
                after,
            )
        ]

    def _factor_sql(self) -> SQL:
        """Hook: by what a tier multiplied the points of ``entry``."""
        return SQL("sale.tier_point_factor")

    @api.model
    def _compared_landings_sql(
        self, program, compared, today: date, ladder: SQL
    ) -> SQL:
        """Where each customer would land in a program, beside where he is in another.

        :param ladder: query of the tiers to land in: id, threshold and rank
        Rows of partner, tier, current tier, amount, a year's revenue, margin and
        points, and the change.
        """
        self.env["loyalty.tier.membership"].flush_model()
        return SQL(
            """
            SELECT coalesce(landing.partner_id, held.partner_id), landing.tier_id,
                   held.tier_id AS current_tier_id, coalesce(landing.amount, 0),
                   coalesce(landing.revenue, 0), coalesce(landing.margin, 0),
                   coalesce(landing.points, 0),
                   CASE WHEN held.tier_id IS NULL THEN 'new'
                        WHEN landing.tier_id IS NULL THEN 'out'
                        WHEN level.rank > held.rank THEN 'up'
                        WHEN level.rank < held.rank THEN 'down'
                        ELSE 'same' END
              FROM (%(landing)s) landing
         LEFT JOIN (%(ladder)s) level ON level.id = landing.tier_id
         FULL JOIN (SELECT member.partner_id, member.tier_id, ladder.rank
                      FROM loyalty_tier_membership member
                      JOIN (%(ranks)s) ladder ON ladder.id = member.tier_id
                     WHERE member.program_id = %(compared)s
                       AND %(today)s BETWEEN member.date_from AND member.date_to
                   ) held ON held.partner_id = landing.partner_id
             WHERE landing.tier_id IS NOT NULL OR held.tier_id IS NOT NULL
            """,
            landing=self._landing_sql(program, today, add_months(today, -12), ladder),
            ladder=ladder,
            ranks=SQL(
                "SELECT id, rank() OVER (PARTITION BY program_id"
                " ORDER BY threshold) AS rank FROM loyalty_tier"
            ),
            compared=compared.id,
            today=today,
        )

    @api.model
    def _tried_ladder_sql(self, simulation) -> SQL:
        """The tiers by the thresholds that a simulation tries."""
        return SQL(
            "SELECT tier_id AS id, threshold, rank() OVER (ORDER BY threshold) AS rank"
            " FROM loyalty_tier_simulation_line WHERE simulation_id = %s",
            simulation.id,
        )

    @api.model
    def _landing_sql(self, program, today: date, after: date, ladder: SQL) -> SQL:
        """Where each customer would land: partner, tier, and a year's figures."""
        window = program._rules().window(today)
        digits = (
            program.unit_currency_id.decimal_places if program.unit_currency_id else 2
        )
        self.env["loyalty.tier"].flush_model()
        counts = program.measure == "points" or any(
            benefit.cost_by == "points" for benefit in program.tier_ids.benefit_ids
        )
        points = self._points_sql(program)
        nothing = SQL("SELECT NULL::int AS partner_id, NULL::date AS date, 0 AS amount")
        return SQL(
            """
            SELECT customer.*, tier.id AS tier_id
              FROM (SELECT partner_id,
                           round(sum(amount) FILTER (WHERE date >= %(start)s)::numeric,
                                 %(digits)s) AS amount,
                           sum(revenue) FILTER (WHERE date > %(after)s) AS revenue,
                           sum(margin) FILTER (WHERE date > %(after)s) AS margin,
                           sum(points) FILTER (WHERE date > %(after)s) AS points
                      FROM (SELECT partner_id, date, revenue, margin, 0 AS points,
                                   coalesce(%(amount)s, 0) AS amount
                              FROM (%(documents)s) document
                             WHERE company_id = %(company)s
                             UNION ALL
                            SELECT partner_id, date, 0, 0, amount, %(points_amount)s
                              FROM (%(points)s) counted) each
                     WHERE date <= %(today)s
                     GROUP BY partner_id) customer
         LEFT JOIN LATERAL (SELECT id FROM (%(ladder)s) step
                             WHERE customer.amount > 0
                               AND threshold <= customer.amount
                             ORDER BY threshold DESC LIMIT 1) tier ON TRUE
             WHERE customer.partner_id IS NOT NULL
            """,
            start=window.start,
            digits=digits,
            after=after,
            today=today,
            amount={"spend": SQL("revenue"), "margin": SQL("margin")}.get(
                program.measure, SQL("0")
            ),
            points_amount=SQL("amount" if program.measure == "points" else "0"),
            documents=self.env["crm.purchase"]._documents_sql(),
            points=points if counts else nothing,
            company=program.company_id.id,
            ladder=ladder,
        )

    def _points_sql(self, program, customers: SQL | None = None) -> SQL:
        """Points that purchases earned, less those that refunds took back.

        On the day of the purchase, as money counts; and without what a tier multiplied,
        or a tier would help to reach the next one.
        """
        self.env["loyalty.point.entry"].flush_model()
        self.env["sale.order"].flush_model(["tier_point_factor"])
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        purchase = self.env["loyalty.point.lot"]._purchases_sql(SQL("entry"))
        company = SQL("%s", program.company_id.id)
        day = program.company_id._day_sql(
            company, SQL("coalesce(%s, entry.create_date)", purchase.time)
        )
        programs = program.point_program_ids.ids
        return SQL(
            """
            SELECT contact.commercial_partner_id AS partner_id,
                   %(day)s AS date,
                   entry.points / coalesce(nullif(%(factor)s, 0), 1) AS amount
              FROM loyalty_point_entry entry
              JOIN loyalty_program source ON source.id = entry.program_id
              JOIN res_partner contact ON contact.id = entry.partner_id
              %(purchases)s
             WHERE entry.kind IN ('earn', 'claw_back')
               AND coalesce(%(purchase_company)s, entry.company_id) = %(company)s
               AND %(theirs)s
               AND %(source)s
            """,
            day=day,
            factor=self._factor_sql(),
            purchases=purchase.joins,
            purchase_company=purchase.company,
            company=company,
            theirs=SQL("contact.commercial_partner_id IN (%s)", customers)
            if customers
            else SQL("TRUE"),
            source=SQL("source.id = ANY(%s)", programs)
            if programs
            else SQL("source.program_type = 'loyalty'"),
        )

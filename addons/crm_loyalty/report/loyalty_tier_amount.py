from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

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

    def _points_sql(self, program, customers: SQL) -> SQL:
        """Points that orders earned, less those that refunds took back.

        On the day of the order, as money counts; and without what a tier multiplied,
        or a tier would help to reach the next one.
        """
        self.env["loyalty.point.entry"].flush_model()
        self.env["sale.order"].flush_model(
            ["date_order", "company_id", "tier_point_factor"]
        )
        self.env["res.partner"].flush_model(["commercial_partner_id", "tz"])
        day = self.env["crm.purchase"]._local_date_sql(
            SQL("coalesce(sale.date_order, entry.create_date)")
        )
        programs = program.point_program_ids.ids
        return SQL(
            """
            SELECT contact.commercial_partner_id AS partner_id,
                   %(day)s AS date,
                   entry.points / coalesce(nullif(sale.tier_point_factor, 0), 1)
                       AS amount
              FROM loyalty_point_entry entry
              JOIN loyalty_program source ON source.id = entry.program_id
              JOIN res_partner contact ON contact.id = entry.partner_id
         LEFT JOIN sale_order sale ON sale.id = entry.order_id
              JOIN res_company company ON company.id = %(company)s
              JOIN res_partner place ON place.id = company.partner_id
             WHERE entry.kind IN ('earn', 'claw_back')
               AND coalesce(sale.company_id, entry.company_id) = company.id
               AND contact.commercial_partner_id IN (%(customers)s)
               AND %(source)s
            """,
            day=day,
            company=program.company_id.id,
            customers=customers,
            source=SQL("source.id = ANY(%s)", programs)
            if programs
            else SQL("source.program_type = 'loyalty'"),
        )

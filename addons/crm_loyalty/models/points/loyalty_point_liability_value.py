from datetime import timedelta
from typing import NamedTuple

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...liability import Fates, deferral, expected_redemption, recognised

SOLD = ("earn", "claw_back")
# Where a person adds or takes points, no sale is known.
GIVEN = ("adjust", "opening")


class Sums(NamedTuple):
    """What the entries up to a day add up to."""

    issued: float
    redeemed: float
    expired: float
    sales: float
    sold: float
    given: float
    ended_lots: int


class LoyaltyPointLiability(models.Model):
    """What the entries say, and what follows from it by the mathematics."""

    _inherit = "loyalty.point.liability"

    def _value(self):
        self.ensure_one()
        sums, (fates, pending) = self._read_sums(), self._read_fates()
        program = self.program_id
        curve = expected_redemption(
            fates, sums.ended_lots, program.point_redemption_share
        )
        rate = curve.share()
        outstanding = {**fates.open, 0: fates.open.get(0, 0.0) + pending}
        price, source, problem = self._price()
        worth = price * rate
        new = deferral(sums.sales, sums.sold * worth) + sums.given * worth
        deferred = self.previous_id.deferred + new
        over = self._over_before(sums, deferred)
        redeemed = sums.redeemed - over.redeemed
        still_expected = curve.expect(outstanding, sums.issued - over.issued, redeemed)
        revenue = over.deferred + recognised(
            deferred - over.deferred, redeemed, still_expected
        )
        self.write(
            {
                "issued": sums.issued,
                "redeemed": sums.redeemed,
                "expired": sums.expired,
                "outstanding": sum(outstanding.values()),
                "redemption_rate": rate,
                "redemption_source": "observed" if curve.observed else "assumed",
                "ended_lots": sums.ended_lots,
                "expected_points": still_expected,
                "point_price": price,
                "price_source": source,
                "sales": sums.sales,
                "sold_points": sums.sold,
                "given_points": sums.given,
                "newly_deferred": new,
                "deferred": deferred,
                "recognised": revenue,
                "liability": deferred - revenue,
                "problem": problem or False,
            }
        )

    def _over_before(self, sums: Sums, deferred: float):
        """The last earlier month at whose end no point was expected any more, if any.

        All that was deferred until then is revenue and stays it: points of later begin
        anew. But for one whose spent points, or whose goods, have come back since.
        """
        over = self.search(
            self._pool_domain(self.program_id, self.company_id)
            & Domain("problem", "=", False)
            & Domain("date", "<", self.date)
            & Domain("issued", ">", 0)
            & Domain("expected_points", "<=", 0),
            order="date desc",
            limit=1,
        )
        stays = sums.redeemed >= over.redeemed and deferred >= over.deferred
        return over if stays else over.browse()

    def _price(self) -> tuple[float, str, str]:
        """A point's price and where it is from, or what is missing for it."""
        try:
            return *self.program_id._point_worth(self.company_id, self.date), ""
        except UserError as error:
            return 0.0, "", str(error)

    def _pool(self) -> SQL:
        """The entries of this program's lots in this company up to the day.

        A lot of a program for every company belongs to that of the purchase it rewards;
        one that no purchase earned belongs to the first company.
        """
        first = self.env["res.company"].search([], order="id", limit=1)
        purchase = self.env["loyalty.point.lot"]._purchases_sql(SQL("lot"))
        return SQL(
            """
            pool AS (
                SELECT lot.id
                  FROM loyalty_point_lot lot
                  %(purchases)s
                 WHERE lot.program_id = %(program)s
                   AND coalesce(lot.company_id, %(purchase_company)s, %(first)s)
                       = %(company)s
            ), entry AS (
                SELECT entry.id, entry.lot_id, entry.kind, entry.points, entry.pending,
                       entry.sales_amount,
                       %(day)s AS day
                  FROM loyalty_point_entry entry
                  JOIN pool ON pool.id = entry.lot_id
                 WHERE entry.create_date < %(until)s
            )""",
            purchases=purchase.joins,
            purchase_company=purchase.company,
            program=self.program_id.id,
            company=self.company_id.id,
            first=first.id,
            day=self.company_id._day_sql(
                SQL("%s", self.company_id.id), SQL("entry.create_date")
            ),
            until=self.company_id._start_of_day(self.date + timedelta(1)),
        )

    def _read_sums(self) -> Sums:
        self.env.flush_all()
        since = self.previous_id.date or fields.Date.to_date("1900-01-01")
        ((*sums, ended),) = self.env.execute_query(
            SQL(
                """
                WITH %(pool)s
                SELECT coalesce(sum(points) FILTER (
                           WHERE kind IN %(sold)s OR (kind IN %(given)s AND points > 0)
                       ), 0),
                       coalesce(-sum(points) FILTER (
                           WHERE kind IN ('spend', 'return')
                              OR (kind IN %(given)s AND points < 0)
                       ), 0),
                       coalesce(-sum(points) FILTER (WHERE kind = 'expire'), 0),
                       coalesce(sum(sales_amount) FILTER (
                           WHERE kind IN %(sold)s AND day > %(since)s
                       ), 0),
                       coalesce(sum(points) FILTER (
                           WHERE kind IN %(sold)s AND day > %(since)s
                             AND sales_amount IS NOT NULL
                       ), 0),
                       coalesce(sum(points) FILTER (
                           WHERE day > %(since)s
                             AND ((kind IN %(given)s AND points > 0)
                               OR (kind IN %(sold)s AND sales_amount IS NULL))
                       ), 0),
                       count(DISTINCT lot_id) FILTER (
                           WHERE kind IN ('spend', 'expire')
                              OR (kind IN %(given)s AND points < 0)
                       )
                  FROM entry
                """,
                pool=self._pool(),
                since=since,
                sold=SOLD,
                given=GIVEN,
            )
        )
        return Sums(*map(float, sums), ended)

    def _read_fates(self) -> tuple[Fates, float]:
        """What became of available points by their age, and how many are pending.

        A lot's age counts in days from the one on which it was available. Debts are no
        points.
        """
        rows = self.env.execute_query(
            SQL(
                """
                WITH %(pool)s, lot AS (
                    SELECT lot_id, min(day) AS born, sum(points) AS points,
                           bool_or(pending) AS pending
                      FROM entry GROUP BY lot_id
                    HAVING (array_agg(points ORDER BY id))[1] > 0
                )
                SELECT CASE WHEN entry.kind IN ('spend', 'return')
                              OR (entry.kind IN %(given)s AND entry.points < 0)
                            THEN 'redeemed'
                            WHEN entry.kind = 'expire' THEN 'expired'
                            ELSE 'removed' END,
                       entry.day - lot.born, -sum(entry.points)
                  FROM entry JOIN lot USING (lot_id)
                 WHERE NOT lot.pending
                   AND (entry.points < 0 OR entry.kind = 'return')
                 GROUP BY 1, 2
                UNION ALL
                SELECT CASE WHEN pending THEN 'pending' ELSE 'open' END,
                       %(today)s - born, sum(points)
                  FROM lot WHERE points > 0
                 GROUP BY 1, 2
                """,
                pool=self._pool(),
                given=GIVEN,
                today=self.date,
            )
        )
        found = {name: {} for name in ("redeemed", "expired", "removed", "open")}
        pending = 0.0
        for name, age, points in rows:
            if name == "pending":
                pending += float(points)
            else:
                found[name][age] = float(points)
        return Fates(**found), pending

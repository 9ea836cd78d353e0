from datetime import date
from typing import Any

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, format_amount, formatLang

from odoo.addons.crm_suite.tools.dates import years_until

from .ecrm_entry import OPEN

# so many years stand by themselves, those before as one
YEARS = 5
HOUR = 60


class EcrmFigures(models.AbstractModel):
    """A customer's own figures: what Odoo's records of him come to.

    Orders and invoices are those of Odoo's own lists in the portal, asked with the
    customer's own rights; what he said is what his list of entries shows. However much
    is counted, the queries are as many.
    """

    _name = "ecrm.figures"
    _description = "Figures of a Customer"

    @api.model
    def _portal_figures(self, user, whose: str = "") -> dict[str, Any]:
        """What the user may know of himself, as words by name.

        :param whose: ``mine`` for what he did himself; else what his company did
        """
        partner, company = user.partner_id, self.env.company
        acts_for = partner.commercial_partner_id
        is_mine = whose == "mine" and acts_for != partner
        mine = Domain("partner_id", "=", partner.id)
        theirs = mine if is_mine else Domain("partner_id", "child_of", acts_for.id)
        here = Domain("company_id", "=", company.id)
        return {
            "whose": "mine" if is_mine else "company",
            "may_choose": acts_for != partner,
            "company": company.name,
            "years": self._years(theirs & here),
            "open": self._open_invoices(theirs & here),
            "cases": self._cases(user, mine & here if is_mine else here),
            "said": self._said(user, mine & here if is_mine else here),
        }

    @api.model
    def _years(self, theirs: Domain) -> list[dict[str, Any]]:
        """What was ordered and credited, by year of the company's day, newest first."""
        company = self.env.company
        years = years_until(self.env, company._today(), YEARS)[::-1]
        starts = [day for _name, day in years]
        names = [self.env._("Earlier"), *(name for name, _day in years)]
        ordered = self._ordered(theirs, starts)
        credited = self._credited(theirs, starts)
        return [
            {
                "name": name,
                "orders": ordered.get(place, (0, 0))[0],
                "ordered": self._money(ordered.get(place, (0, 0))[1]),
                "credits": credited.get(place, (0, 0))[0],
                "credited": self._money(credited.get(place, (0, 0))[1]),
            }
            for place, name in reversed([*enumerate(names)])
            if place in ordered or place in credited
        ]

    def _ordered(self, theirs: Domain, starts: list[date]) -> dict[int, tuple]:
        """Orders and what they come to, by the place of their year."""
        orders = self.env["sale.order"]
        if not orders.has_access("read"):
            return {}
        orders.flush_model(["date_order", "amount_total", "currency_rate"])
        found = orders._search(theirs & Domain("state", "=", "sale"))
        rows = self.env.execute_query(
            SQL(
                """
                SELECT width_bucket(
                           (date_order AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date,
                           %(starts)s::date[]),
                       count(*),
                       sum(amount_total / coalesce(nullif(currency_rate, 0), 1))
                  FROM sale_order
                 WHERE id IN %(found)s AND date_order IS NOT NULL
                 GROUP BY 1
                """,
                zone=self.env.company._zone(self.env.company.id),
                starts=starts,
                found=found.subselect(),
            )
        )
        return {place: (count, amount) for place, count, amount in rows}

    def _credited(self, theirs: Domain, starts: list[date]) -> dict[int, tuple]:
        """Credit notes and what they gave back, by the place of their year."""
        moves = self.env["account.move"]
        if not moves.has_access("read"):
            return {}
        moves.flush_model(["invoice_date", "date", "amount_total_signed"])
        found = moves._search(
            theirs
            & Domain("move_type", "=", "out_refund")
            & Domain("state", "=", "posted")
            & self.env["suite.trade"]._trades_domain()
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT width_bucket(coalesce(invoice_date, date), %(starts)s::date[]),
                       count(*), sum(-amount_total_signed)
                  FROM account_move
                 WHERE id IN %(found)s
                 GROUP BY 1
                """,
                starts=starts,
                found=found.subselect(),
            )
        )
        return {place: (count, amount) for place, count, amount in rows}

    @api.model
    def _open_invoices(self, theirs: Domain) -> dict[str, Any]:
        """What is still to be paid, and what of it is overdue."""
        moves = self.env["account.move"]
        if not moves.has_access("read"):
            return {}
        moves.flush_model(["amount_residual_signed", "invoice_date_due"])
        found = moves._search(
            theirs
            & Domain("move_type", "=", "out_invoice")
            & Domain("state", "=", "posted")
            & Domain("payment_state", "in", ("not_paid", "partial"))
        )
        [[count, amount, late, late_amount]] = self.env.execute_query(
            SQL(
                """
                SELECT count(*),
                       coalesce(sum(amount_residual_signed), 0),
                       count(*) FILTER (WHERE %(late)s),
                       coalesce(sum(amount_residual_signed) FILTER (WHERE %(late)s), 0)
                  FROM account_move
                 WHERE id IN %(found)s
                """,
                late=SQL("invoice_date_due < %s", self.env.company._today()),
                found=found.subselect(),
            )
        )
        return {
            "count": count,
            "amount": self._money(amount),
            "late": late,
            "late_amount": self._money(late_amount),
        }

    @api.model
    def _cases(self, user, asked: Domain) -> dict[str, Any]:
        """What he wanted from us, and how fast he heard of it."""
        # sudo: portal users have no rights on cases; whose they are is in the domain
        cases = self.env["ecrm.case"].sudo()
        self.env.flush_all()
        found = cases._search(
            cases._portal_domain(user) & asked & Domain("state", "!=", "merged")
        )
        [[count, waiting, confirmed]] = self.env.execute_query(
            SQL(
                """
                SELECT count(*),
                       count(*) FILTER (WHERE portal_status IN %(open)s),
                       count(*) FILTER (WHERE confirmed = 'customer')
                  FROM ecrm_case WHERE id IN %(found)s
                """,
                open=OPEN,
                found=found.subselect(),
            )
        )
        clocks = self.env.execute_query(
            SQL(
                """
                SELECT kind,
                       count(*) FILTER (WHERE state IN ('met', 'missed')),
                       count(*) FILTER (WHERE state = 'met'),
                       percentile_cont(0.5) WITHIN GROUP (ORDER BY used_minutes)
                           FILTER (WHERE finished_on IS NOT NULL)
                  FROM ecrm_case_clock WHERE case_id IN %(found)s
                 GROUP BY kind
                """,
                found=found.subselect(),
            )
        )
        settled = sum(number for _kind, number, _met, _usual in clocks)
        usual = {kind: minutes for kind, *_counts, minutes in clocks}
        return {
            "count": count,
            "open": waiting,
            "confirmed": confirmed,
            "first": self._duration(usual.get("first")),
            "solution": self._duration(usual.get("solution")),
            "settled": settled,
            "met": sum(met for _kind, _number, met, _usual in clocks),
        }

    @api.model
    def _said(self, user, asked: Domain) -> dict[str, int]:
        """What he rated and proposed. Votes are each person's own."""
        # sudo: portal users have no rights on these; whose they are is in the domains
        env = self.sudo().env
        feedback, ideas = env["ecrm.feedback"], env["ecrm.idea"]
        own = ideas._portal_domain(user) & asked
        by_status = dict(ideas._read_group(own, ["status"], ["__count"]))
        return {
            "ratings": feedback.search_count(
                feedback._portal_domain(user) & asked & Domain("state", "=", "answered")
            ),
            "ideas": sum(by_status.values()),
            "ideas_done": by_status.get("shipped", 0),
            "votes": env["ecrm.idea.vote"].search_count(
                Domain("partner_id", "=", user.partner_id.id)
                & Domain("company_id", "=", self.env.company.id)
            ),
        }

    def _money(self, amount: float) -> str:
        return format_amount(self.env, amount, self.env.company.currency_id)

    def _duration(self, minutes: float | None) -> str:
        """Working time in words, empty if nothing was measured."""
        if minutes is None:
            return ""
        if minutes < HOUR:
            number = formatLang(self.env, minutes, digits=0)
            return self.env._("%s minutes", number)
        number = formatLang(self.env, minutes / HOUR, digits=1)
        return self.env._("%s hours", number)

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from odoo import api, fields, models
from odoo.tools import SQL

from ...channel.earning import Choice, Earner, Goods, Scope
from .earning_batch import Batch, Group, TermFacts
from .earning_rows import (
    SALES,
    Line,
    invoice_lines_sql,
    net_lines,
    order_lines_sql,
    sellout_lines_sql,
)

READ = (
    "account.move",
    "account.move.line",
    "account.partial.reconcile",
    "account.payment",
    "crm.lead",
    "distribution.sellout.line",
    "distribution.share",
    "product.category",
    "product.product",
    "product.template",
    "res.partner",
    "sale.order",
    "sale.order.line",
    "uom.uom",
)


class DistributionAccrual(models.Model):
    """From documents to entries: what is due now less what was written before."""

    _inherit = "distribution.accrual"

    @api.model
    def _is_used(self, company) -> bool:
        """Whether any term of it was ever in force: else Odoo needs nothing of ours."""
        terms = self.env["distribution.term"]
        return bool(terms.search_count(terms._in_force_domain(company), limit=1))

    @api.model
    def _follow_moves(self, moves) -> None:
        """State what these invoices and credit notes earn, take back or lose.

        :param self: in superuser mode
        """
        # invoices first: a credit note finds what its own one stated
        for type_ in SALES:
            sales = moves.filtered(lambda move, type_=type_: move.move_type == type_)
            for company, own in sales.grouped("company_id").items():
                if self._is_used(company):
                    self._follow(company, own.ids)

    @api.model
    def _follow_orders(self, orders) -> None:
        """
        :param self: in superuser mode
        """
        for company, own in orders.grouped("company_id").items():
            if self._is_used(company):
                self._follow(company, orders=own.ids)

    @api.model
    def _follow_sellout(self, reports) -> None:
        """What these reports say was sold to consumers, and what they replaced.

        :param self: in superuser mode
        """
        for company, own in reports.grouped("company_id").items():
            if self._is_used(company):
                self._follow(company, reports=own.ids)

    @api.model
    def _follow_payments(self, moves) -> None:
        """Release what the money of these invoices pays for.

        :param self: in superuser mode
        """
        moves = moves.filtered(lambda move: move.move_type in SALES)
        for company, own in moves.grouped("company_id").items():
            if self._is_used(company):
                self._follow(company, paid=own.ids)

    def _follow(
        self,
        company,
        moves: Iterable[int] = (),
        orders: Iterable[int] = (),
        paid: Iterable[int] = (),
        reports: Iterable[int] = (),
    ) -> None:
        for name in READ:
            self.env[name].flush_model()
        self.flush_model()
        batch = self._batch(company)
        orders = set(orders)
        if moves:
            condition = SQL("move.id = ANY(%s)", list(moves))
            lines = net_lines(self.env.execute_query(invoice_lines_sql(condition)))
            # tiers are reached in the sequence of days
            lines.sort(key=lambda line: (line.day, line.document, line.id))
            orders |= {line.order for line in lines if line.order}
            self._earn_by_invoices(batch, lines)
        if orders:
            rows = order_lines_sql(sorted(orders), company._zone(company.id))
            lines = net_lines(self.env.execute_query(rows))
            lines.sort(key=lambda line: (line.day, line.document, line.id))
            self._earn_by_orders(batch, lines)
        if reports:
            lines = net_lines(self.env.execute_query(sellout_lines_sql([*reports])))
            lines.sort(key=lambda line: (line.day, line.id))
            self._earn_by_sellout(batch, lines)
        self._release(batch, [*moves, *paid])
        batch.catch_up(self._period_sums(batch.touched_periods()))
        batch.release_catch_ups(self._period_sums(batch.touched_periods()))
        self._append(batch.rows)

    def _batch(self, company) -> Batch:
        terms = self.env["distribution.term"].with_context(active_test=False)
        found = terms.search(terms._in_force_domain(company))
        facts = {term.id: self._term_facts(term) for term in found}
        return Batch(company, company._today(), facts, self._choices(found))

    def _term_facts(self, term) -> TermFacts:
        return TermFacts(
            term.id,
            term.kind,
            term.base,
            term.in_full,
            term.measure,
            term._tiers(),
            term.currency_id,
            term.counts_sisters,
            term._period_start,
            tuple(term._versions().ids),
        )

    def _choices(self, terms) -> dict[tuple[str, str], Choice]:
        """By kind, and whether orders or invoices are the base."""
        scopes = defaultdict(list)
        for term in terms:
            agreement = term.agreement_id
            first, last = term.date_from, term.date_to or date.max
            if agreement:
                if agreement.state == "draft":
                    continue
                first = max(first, agreement.date_from)
                last = min(last, agreement.date_to or date.max)
                if agreement.state == "suspended":
                    # its earlier days are over, its present ones wait
                    last = min(
                        last, fields.Date.subtract(term.company_id._today(), days=1)
                    )
            partner = term.partner_id or agreement.partner_id
            base = "invoiced" if term.base == "paid" else term.base
            scopes[term.kind, base].append(
                Scope(
                    term.id,
                    term.product_id.id or 0,
                    term.product_tmpl_id.id or 0,
                    term.category_id.parent_path or "",
                    term.territory_id.parent_path or "",
                    partner.id or 0,
                    bool(agreement),
                    term.grade_id.id or 0,
                    first,
                    last,
                )
            )
        return {key: Choice(held) for key, held in scopes.items()}

    def _earn_by_invoices(self, batch: Batch, lines: list[Line]) -> None:
        known = self._groups_of(batch, "move_line_id", [line.id for line in lines])
        caused = self._groups_of(batch, "cause_line_id", [line.id for line in lines])
        fresh, returns = [], []
        for line in lines:
            own, given_back = known.get(line.id), caused.get(line.id)
            if own:
                for group in own:
                    batch.restate(group, line)
            elif given_back:
                if any(group.is_held() for group in given_back):
                    if not line.is_active:
                        for group in given_back:
                            batch.withdraw(group, line)
                elif line.is_active:
                    returns.append(line)
            elif line.is_active:
                (returns if self._may_be_return(line) else fresh).append(line)
        fresh += self._take_back(batch, returns)
        self._state(batch, fresh, "invoiced")

    def _may_be_return(self, line: Line) -> bool:
        return line.amount < 0 or line.quantity < 0 or line.type == "out_refund"

    def _take_back(self, batch: Batch, returns: list[Line]) -> list[Line]:
        """Reverse the stated lines that came back.

        :return: those that name no line that was stated: they stand for themselves
        """
        if not returns:
            return []
        rows = self.env.execute_query(
            SQL(
                """
                SELECT back.id, root.id, same.id IS NOT NULL
                  FROM account_move_line back
                  JOIN account_move move ON move.id = back.move_id
                  LEFT JOIN sale_order_line_invoice_rel mine
                    ON mine.invoice_line_id = back.id
                  LEFT JOIN sale_order_line_invoice_rel theirs
                    ON theirs.order_line_id = mine.order_line_id
                   AND theirs.invoice_line_id <> back.id
                  JOIN account_move_line root
                    ON root.id = theirs.invoice_line_id
                    OR (root.move_id = move.reversed_entry_id
                        AND root.display_type = 'product')
                  LEFT JOIN account_move_line same ON same.id = root.id
                   AND (same.id = theirs.invoice_line_id
                        OR same.product_id IS NOT DISTINCT FROM back.product_id)
                 WHERE back.id = ANY(%s)
                 ORDER BY back.id, root.id
                """,
                [line.id for line in returns],
            )
        )
        close, wide = defaultdict(list), defaultdict(list)
        for back, root, is_same in rows:
            wide[back].append(root)
            if is_same and root not in close[back]:
                close[back].append(root)
        groups = self._groups_of(
            batch, "move_line_id", sorted({root for _b, root, _s in rows}), causes=True
        )
        alone = []
        for line in returns:
            roots = [root for root in close[line.id] if root in groups]
            others = [root for root in dict.fromkeys(wide[line.id]) if root in groups]
            if roots:
                batch.give_back(line, {root: groups[root] for root in roots})
            elif others:
                batch.give_allowance(line, {root: groups[root] for root in others})
            elif not line.origin:
                alone.append(line)
        return alone

    def _earn_by_orders(self, batch: Batch, lines: list[Line]) -> None:
        known = self._groups_of(batch, "order_line_id", [line.id for line in lines])
        fresh = []
        for line in lines:
            if groups := known.get(line.id):
                for group in groups:
                    batch.follow_order(group, line)
            elif line.is_active:
                fresh.append(line)
        self._state(batch, fresh, "ordered")
        self._state(batch, fresh, "invoiced", projected=True)

    def _earn_by_sellout(self, batch: Batch, lines: list[Line]) -> None:
        known = self._groups_of(batch, "sellout_line_id", [line.id for line in lines])
        fresh = []
        for line in lines:
            if groups := known.get(line.id):
                for group in groups:
                    batch.restate(group, line)
            elif line.is_active:
                fresh.append(line)
        self._state(batch, fresh, "sold_out")

    def _state(self, batch: Batch, lines: list[Line], base: str, projected=False):
        """What lines earn that nothing was stated for yet, by the terms of the day."""
        kinds = [kind for kind, its_base in batch.choices if its_base == base]
        if not (lines and kinds):
            return
        places = self._order_places(batch, lines)
        agents = self._agents(lines) if "commission" in kinds else {}
        buyers = {line.buyer: [(line.buyer, 100.0)] for line in lines}
        people = {who for found in agents.values() for who, _share in found} | {*buyers}
        partners = self.env["res.partner"].browse(people).exists()
        grades = {
            partner.id: Earner(partner.id, partner.grade_id.id or 0)
            for partner in partners
            if partner.active
        }
        # sudo: who our own companies are
        sisters = set(self.env["res.company"].sudo().search([]).partner_id.ids)
        costs = self._costs_today(batch, lines)
        found = []
        for line in lines:
            place = places.get(line.document, line.territory)
            goods = Goods(line.product, line.template, line.category, place, line.day)
            for kind in kinds:
                earners = agents.get(line.order, ())
                if kind == "rebate" or line.type == "sellout":
                    earners = buyers[line.buyer]
                choice = batch.choices[kind, base]
                by_term: dict[int, list] = defaultdict(list)
                for partner, share in earners:
                    term = partner in grades and choice.of(goods, grades[partner])
                    if not term:
                        continue
                    if line.buyer in sisters and not batch.terms[term].counts_sisters:
                        continue
                    by_term[term].append((partner, share))
                found += [(line, term, shares) for term, shares in by_term.items()]
        if not projected:
            batch.know_turnover(self._period_sums(batch.periods_of(found)))
        for line, term, shares in found:
            batch.state(line, term, shares, costs.get(line.product), projected)

    def _costs_today(self, batch: Batch, lines: list[Line]) -> dict[int, float]:
        """Of goods that were sold without an order, where margin counts."""
        if all(term.measure != "margin" for term in batch.terms.values()):
            return {}
        products = {line.product for line in lines if line.cost is None}
        goods = self.env["product.product"].with_company(batch.company)
        return {one.id: one.standard_price for one in goods.browse(products - {0})}

    def _order_places(self, batch: Batch, lines: list[Line]) -> dict[int, str]:
        orders = sorted({line.document for line in lines if line.type == "order"})
        terms = self.env["distribution.term"].browse(batch.terms)
        if not orders or not terms.territory_id:
            return {}
        source = SQL(
            """
            SELECT sale.id, place.country_id, place.state_id, place.zip
              FROM sale_order sale
              JOIN res_partner place
                ON place.id = coalesce(sale.partner_shipping_id, sale.partner_id)
             WHERE sale.id = ANY(%s)
            """,
            orders,
        )
        placed = self.env["distribution.territory"]._places_sql(source, batch.company)
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT placed.id, coalesce(territory.parent_path, '')
                      FROM (%s) placed
                      LEFT JOIN distribution_territory territory
                        ON territory.id = placed.territory_id
                    """,
                    placed,
                )
            )
        )

    def _agents(self, lines: list[Line]) -> dict[int, list[tuple[int, float]]]:
        """Who has which part in an order: by its shares, else who has its lead."""
        orders = sorted({line.order for line in lines if line.order})
        rows = self.env.execute_query(
            SQL(
                """
                SELECT order_id, partner_id, percent FROM distribution_share
                 WHERE order_id = ANY(%(orders)s)
                 UNION ALL
                SELECT sale.id, holder.commercial_partner_id, 100
                  FROM sale_order sale
                  JOIN crm_lead lead ON lead.id = sale.opportunity_id
                  JOIN res_partner holder ON holder.id = lead.partner_assigned_id
                 WHERE sale.id = ANY(%(orders)s)
                   AND NOT EXISTS (SELECT FROM distribution_share share
                                    WHERE share.order_id = sale.id)
                 -- the largest share first, then whose company was known first
                 ORDER BY 1, 3 DESC, 2
                """,
                orders=orders,
            )
        )
        agents = defaultdict(list)
        for order, partner, percent in rows:
            agents[order].append((partner, percent))
        return agents

    def _groups_of(
        self, batch: Batch, name: str, ids: list[int], causes=False
    ) -> dict[int, list[Group]]:
        """What was written of these lines, by line, term and intermediary.

        :param causes: with what their returns took back
        """
        if not ids:
            return {}
        own = SQL("TRUE")
        if name == "move_line_id" and not causes:
            own = SQL("cause_line_id IS NULL")
        elif name == "order_line_id":
            # an invoice's line names the order's, too
            own = SQL("move_line_id IS NULL")
        rows = self.env.execute_query(
            SQL(
                """
                SELECT %(name)s, term_id, partner_id, order_line_id, move_line_id,
                       CASE WHEN %(causes)s THEN NULL ELSE cause_line_id END,
                       sellout_line_id,
                       min(period_from), min(share), min(source_currency_id),
                       (array_agg(rate ORDER BY id))[1],
                       (array_agg(basis ORDER BY id))[1],
                       (array_agg(source_amount ORDER BY id))[1],
                       (array_agg(quantity ORDER BY id))[1],
                       (array_agg(earned + projected ORDER BY id))[1],
                       (array_agg(turnover ORDER BY id))[1],
                       sum(source_amount), sum(quantity), sum(turnover), sum(basis),
                       sum(projected), sum(earned), sum(payable), sum(closed),
                       bool_or(reason = 'projection')
                  FROM distribution_accrual
                 WHERE %(name)s = ANY(%(ids)s) AND company_id = %(company)s AND %(own)s
                 GROUP BY 1, 2, 3, 4, 5, 6, 7, reason = 'projection'
                 ORDER BY 1, 2, 3
                """,
                name=SQL.identifier(name),
                causes=causes,
                ids=ids,
                company=batch.company.id,
                own=own,
            )
        )
        groups = defaultdict(list)
        for root, *values in rows:
            if values[0] in batch.terms:
                groups[root].append(Group(*values))
        return groups

    def _period_sums(self, periods: Iterable[tuple]) -> dict[tuple, tuple]:
        """Turnover, basis and amounts of terms with tiers, by period.

        :param periods: term, intermediary, first day
        """
        periods = list(periods)
        if not periods:
            return {}
        terms, partners, days = zip(*periods, strict=True)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT entry.term_id, entry.partner_id, entry.period_from,
                       sum(turnover), sum(basis),
                       sum(earned) FILTER (WHERE reason <> 'catch_up'),
                       sum(payable) FILTER (WHERE reason <> 'catch_up'),
                       sum(closed) FILTER (WHERE reason <> 'catch_up'),
                       sum(earned) FILTER (WHERE reason = 'catch_up'),
                       sum(payable) FILTER (WHERE reason = 'catch_up'),
                       sum(closed) FILTER (WHERE reason = 'catch_up')
                  FROM distribution_accrual entry
                  JOIN unnest(%s::int[], %s::int[], %s::date[])
                       AS asked (term_id, partner_id, period_from)
                 USING (term_id, partner_id, period_from)
                 WHERE reason NOT IN ('projection', 'dispute')
                 GROUP BY 1, 2, 3
                """,
                list(terms),
                list(partners),
                list(days),
            )
        )
        return {
            tuple(row[:3]): tuple(value or 0.0 for value in row[3:]) for row in rows
        }

    @api.model
    def _append(self, rows: list[dict[str, Any]]) -> None:
        """The one writer of entries."""
        if not rows:
            return
        names = list(rows[0])
        now, user = self.env.cr.now(), self.env.uid
        columns = [*names, "create_uid", "create_date", "write_uid", "write_date"]
        # many rows at once, which a query of Odoo's takes one by one
        query = SQL(
            "INSERT INTO distribution_accrual (%s) VALUES ",
            SQL(", ").join(map(SQL.identifier, columns)),
        )
        self.env.cr.execute_values(
            f"{query.code}%s",
            [(*row.values(), user, now, user, now) for row in rows],
            page_size=1000,
        )
        self.invalidate_model()

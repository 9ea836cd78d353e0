"""What a set of documents makes of the terms: entries before they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from ...channel.earning import (
    NOISE,
    Choice,
    Paid,
    in_step,
    released,
    share_amount,
    spread,
    taken_back,
)
from ...channel.tiers import Tiers
from .earning_rows import SALES, Line
from .earning_sums import NO_SUMS, Sums

# term, intermediary, first day
Period = tuple[int, int, date]


class TermFacts(NamedTuple):
    id: int
    kind: str
    base: str
    in_full: bool
    measure: str
    tiers: Tiers
    currency: Any
    counts_sisters: bool
    period_start: Callable[[date], date]
    former: tuple[int, ...]

    @property
    def is_flat(self) -> bool:
        return self.tiers.starts == (0.0,) and not self.former

    @property
    def scale(self) -> float:
        """Of the rate as it is shown."""
        return 1.0 if self.measure == "piece" else 100.0

    def rounded(self, amount: float) -> float:
        return self.currency.round(amount)


@dataclass
class Group:
    """What was written of one line for one intermediary by one term."""

    term: int
    partner: int
    order_line: int | None
    move_line: int | None
    cause_line: int | None
    sellout_line: int | None
    period: date
    share: float
    currency: int
    rate: float
    first_basis: float
    first_amount: float
    first_quantity: float
    first_earned: float
    first_turnover: float
    amount: float
    quantity: float
    turnover: float
    basis: float
    projected: float
    earned: float
    payable: float
    closed: float
    is_projection: bool

    def is_held(self) -> bool:
        return any(
            abs(value) > NOISE
            for value in (self.amount, self.basis, self.earned, self.projected)
        )


class Batch:
    def __init__(
        self,
        company,
        today: date,
        terms: dict[int, TermFacts],
        choices: dict[tuple[str, str], Choice],
    ):
        self.company = company
        self.today = today
        self.terms = terms
        self.choices = choices
        # former versions, whose turnover counts towards the tiers of others
        self._counted = {one for term in terms.values() for one in term.former}
        self.rows: list[dict[str, Any]] = []
        self._sums: dict[Period, Sums] = {}
        self._rates: dict[tuple, float] = {}
        self._currencies = company.env["res.currency"]

    # what lines come to

    def _sizes(
        self, term: TermFacts, line: Line, money: float, pieces: float, cost
    ) -> tuple[float, float]:
        """What such a part of a line adds to the turnover, and what the rate is of."""
        if term.measure == "piece":
            quantity = line.quantity * pieces
            return quantity, quantity
        turnover = self._in_currency(term, line) * money
        if term.measure == "percent":
            return turnover, turnover
        margin = line.balance * money - (cost or 0.0) * line.quantity * pieces
        # a loss earns nothing, and so does its return
        margin = max(margin, 0.0) if line.amount >= 0 else min(margin, 0.0)
        if term.currency != self.company.currency_id and line.balance:
            margin *= turnover / (line.balance * money) if money else 0.0
        return turnover, margin

    def _in_currency(self, term: TermFacts, line: Line) -> float:
        """By the rate of the document's own day."""
        if term.currency.id == line.currency:
            return line.amount
        if term.currency == self.company.currency_id:
            return line.balance
        key = (line.currency, term.currency.id, line.day)
        if key not in self._rates:
            source = self._currencies.browse(line.currency)
            self._rates[key] = source._get_conversion_rate(
                source, term.currency, self.company, line.day
            )
        return line.amount * self._rates[key]

    # first statements

    def periods_of(self, found: Iterable[tuple]) -> set[Period]:
        periods = set()
        for line, term_id, shares in found:
            term = self.terms[term_id]
            if term.is_flat:
                continue
            start = term.period_start(line.day)
            for partner, _share in shares:
                for version in (term_id, *term.former):
                    periods.add((version, partner, start))
        return periods - self._sums.keys()

    def know_turnover(self, sums: Mapping[Period, tuple]) -> None:
        for period, values in sums.items():
            self._sums[period] = Sums(values)
            for row in self.rows:
                if self._period_of(row) == period:
                    self._sums[period].add(row)

    def state(
        self,
        line: Line,
        term_id: int,
        shares: Sequence[tuple[int, float]],
        cost_today: float | None = None,
        projected: bool = False,
    ) -> None:
        """What a line earns for those who share it, by one term."""
        term = self.terms[term_id]
        cost = line.cost if line.cost is not None else cost_today
        money, pieces = 1.0, 1.0
        if line.type == "order":
            money, pieces = line.open if projected else line.kept
        turnover, basis = self._sizes(term, line, money, pieces, cost)
        weights = self._weights(shares)
        amounts = {}
        if term.is_flat:
            rate = term.tiers.rates[0]
            total = rate * basis * sum(weights.values())
            amounts = share_amount(total, weights, term.rounded, term.currency.rounding)
        for partner, weight in weights.items():
            own_turnover, own_basis = turnover * weight, basis * weight
            if not term.is_flat:
                rate, amounts[partner] = self._step(
                    term, partner, line.day, own_turnover, own_basis
                )
            if projected and not amounts[partner]:
                # nothing of it is still to be invoiced
                continue
            row = self._row(
                term,
                partner,
                "projection" if projected else "sale",
                line.day,
                period_from=term.period_start(line.day),
                share=weight * 100,
                rate=rate * term.scale,
                source_amount=line.amount * money,
                quantity=line.quantity * pieces,
                **self._source(line),
            )
            if projected:
                row["projected"] = amounts[partner]
            else:
                row["turnover"], row["basis"] = own_turnover, own_basis
                self._earn(term, row, amounts[partner])
            self._add(row)

    def _weights(self, shares: Sequence[tuple[int, float]]) -> dict[int, float]:
        """Thirds that were typed as 33.33 % are the whole."""
        whole = sum(share for _partner, share in shares)
        if abs(whole - 100) <= 0.01 * len(shares) + NOISE:
            return {partner: share / whole for partner, share in shares}
        return {partner: share / 100 for partner, share in shares}

    def _step(self, term, partner, day, turnover, basis) -> tuple[float, float]:
        """The rate of the tiers from here on, and the amount to the cent."""
        start = term.period_start(day)
        sums = self._sums.setdefault((term.id, partner, start), Sums())
        before = self._offset(term, partner, start)
        reached = before + sums.turnover
        rate = term.tiers.rate_of_step(reached, turnover)
        amount = term.rounded(rate * basis)
        owed = term.tiers.owed(before, sums.turnover + turnover, sums.basis + basis)
        exact = term.rounded(term.rounded(owed) - sums.earned - sums.caught)
        # what rounding makes of former lines is no catch-up
        if abs(exact - amount) <= 1.5 * term.currency.rounding:
            return rate, exact
        # a tier is crossed: what its catch-up will bring
        sums.caught += exact - amount
        return rate, amount

    def _offset(self, term: TermFacts, partner: int, start: date) -> float:
        sums = (self._sums.get((one, partner, start)) for one in term.former)
        return sum(one.turnover for one in sums if one)

    # what changes later

    def restate(self, group: Group, line: Line) -> None:
        """A line as its document is now: nothing, or by the rate that was stated."""
        if not line.is_active:
            self.withdraw(group, line)
            return
        term = self.terms[group.term]
        same = abs(line.amount - group.first_amount) <= NOISE and (
            abs(line.quantity - group.first_quantity) <= NOISE
        )
        if same:
            turnover, basis = group.first_turnover, group.first_basis
            earned = group.first_earned
        else:
            turnover, basis = self._scaled(term, group, line)
            earned = term.rounded(group.rate / term.scale * basis)
        sizes = (line.amount, line.quantity, turnover, basis)
        self._differ(group, line, sizes, earned)

    def _scaled(self, term, group: Group, line: Line) -> tuple[float, float]:
        """An edited line, in proportion to what was stated of it."""
        if term.measure == "piece":
            ratio = line.quantity / group.first_quantity if group.first_quantity else 0
        else:
            ratio = line.amount / group.first_amount if group.first_amount else 0
        return group.first_turnover * ratio, group.first_basis * ratio

    def withdraw(self, group: Group, line: Line) -> None:
        if group.is_held():
            self._differ(group, line, (0.0, 0.0, 0.0, 0.0), 0.0)

    def follow_order(self, group: Group, line: Line) -> None:
        """An order's line as it is now, by the rate that was stated."""
        term = self.terms[group.term]
        money, pieces = line.open if group.is_projection else line.kept
        if not line.is_active:
            money = pieces = 0.0
        turnover, basis = self._sizes(term, line, money, pieces, line.cost)
        weight = group.share / 100
        turnover, basis = turnover * weight, basis * weight
        amount = term.rounded(group.rate / term.scale * basis)
        money, pieces = line.amount * money, line.quantity * pieces
        if not group.is_projection:
            self._differ(group, line, (money, pieces, turnover, basis), amount)
            return
        missing = term.rounded(amount - group.projected)
        if missing:
            row = self._row(
                term,
                group.partner,
                "projection",
                line.day,
                share=group.share,
                rate=group.rate,
                period_from=group.period,
                source_amount=money - group.amount,
                quantity=pieces - group.quantity,
                **self._source(line),
            )
            row["projected"] = missing
            self._add(row)

    def _differ(self, group: Group, line: Line, sizes: tuple, earned: float) -> None:
        term = self.terms[group.term]
        amount, quantity, turnover, basis = sizes
        missing = term.rounded(earned - group.earned)
        if not missing and abs(basis - group.basis) <= NOISE:
            return
        row = self._row(
            term,
            group.partner,
            "change",
            # what is taken off, or put back, is so today
            self.today,
            period_from=group.period,
            share=group.share,
            rate=group.rate,
            source_amount=amount - group.amount,
            quantity=quantity - group.quantity,
            **self._source(line),
        )
        row["move_line_id"], row["cause_line_id"] = group.move_line, group.cause_line
        row["order_line_id"] = group.order_line
        row["sellout_line_id"] = group.sellout_line
        row["turnover"] = turnover - group.turnover
        row["basis"] = basis - group.basis
        self._earn(term, row, missing)
        self._add(row)

    # what comes back

    def give_back(self, line: Line, groups: Mapping[int, list[Group]]) -> None:
        """Goods that name the lines they were sold by, one after the other."""
        money, pieces = -line.amount, -line.quantity
        roots = sorted(
            groups,
            key=lambda root: (abs(groups[root][0].amount - money) > NOISE, root),
        )
        moneys = spread(money, [max(groups[root][0].amount, 0.0) for root in roots])
        counts = spread(pieces, [max(groups[root][0].quantity, 0.0) for root in roots])
        for root, part, count in zip(roots, moneys, counts, strict=True):
            for group in groups[root]:
                self._take(line, group, part, count)

    def give_allowance(self, line: Line, groups: Mapping[int, list[Group]]) -> None:
        """Money that is given back for no goods in particular lessens all of them."""
        room = {root: max(held[0].amount, 0.0) for root, held in groups.items()}
        whole = sum(room.values())
        given = min(-line.amount, whole)
        for root, size in room.items():
            for group in groups[root]:
                self._take(line, group, given * size / whole if whole else 0.0, 0.0)

    def _take(self, line: Line, group: Group, money: float, pieces: float) -> None:
        term = self.terms[group.term]
        whole, back = group.amount, money
        if term.measure == "piece":
            whole, back = group.quantity, pieces
        if abs(back) <= NOISE or not group.is_held():
            return
        earned = taken_back(group.earned, whole, back, term.rounded)
        part = min(back / whole, 1.0) if abs(whole) > NOISE else 1.0
        row = self._row(
            term,
            group.partner,
            "return",
            line.day,
            period_from=group.period,
            share=group.share,
            rate=group.rate,
            source_amount=-money,
            quantity=-pieces,
            **self._source(line),
        )
        row["move_line_id"], row["cause_line_id"] = group.move_line, line.id
        row["order_line_id"] = group.order_line
        row["turnover"] = -group.turnover * part
        row["basis"] = -group.basis * part
        self._earn(term, row, -earned)
        self._add(row)
        # so that the next line of this document finds what is left
        group.amount -= money
        group.quantity -= pieces
        group.turnover += row["turnover"]
        group.basis += row["basis"]
        group.earned = term.rounded(group.earned - earned)

    # payments

    def release(self, sums: Iterable[tuple], paid: Mapping[int, tuple]) -> None:
        """
        :param sums: of lines: line, document, term, intermediary, period, the order's
            line, what was stated, what is left of it, what was released and closed
        """
        for root, document, term_id, partner, start, sold, *amounts in sums:
            stated, left, payable, closed = amounts
            term = self.terms[term_id]
            share, day = paid.get(document, (Paid(), self.today))
            due, lost = released(stated, left, share, term.rounded, term.in_full)
            more = term.rounded(due - payable)
            shut = term.rounded(lost - closed)
            if not (more or shut):
                continue
            row = self._row(
                term, partner, "payment", day if more >= 0 else max(day, self.today)
            )
            row["move_line_id"], row["move_id"] = root, document
            row["order_line_id"] = sold
            row["payable"], row["closed"] = more, shut
            row["period_from"] = start
            self._add(row)

    def written_off(self, entry, amount: float) -> dict[str, Any]:
        """
        :param entry: what was disputed
        """
        row = self._row(
            self.terms[entry.term_id.id], entry.partner_id.id, "dispute", self.today
        )
        row["payable"], row["closed"] = -amount, amount
        row["move_line_id"], row["order_line_id"] = (
            entry.move_line_id.id or None,
            entry.order_line_id.id or None,
        )
        row["cause_line_id"] = entry.cause_line_id.id or None
        row["sellout_line_id"] = entry.sellout_line_id.id or None
        row["move_id"], row["order_id"] = (
            entry.move_id.id or None,
            entry.order_id.id or None,
        )
        row["period_from"] = entry.period_from or None
        row["product_id"] = entry.product_id.id or None
        return self._with_state(row)

    # tiers

    def touched_periods(self) -> set[Period]:
        touched = {self._period_of(row) for row in self.rows} - {None}
        for term in self.terms.values() if self._counted else ():
            for former, partner, start in [*touched]:
                if former in term.former:
                    touched.add((term.id, partner, start))
        # with those before them, whose turnover counts too
        for term_id, partner, start in [*touched]:
            for former in self.terms[term_id].former:
                touched.add((former, partner, start))
        return touched

    def open_periods(self, periods: set[Period]) -> set[Period]:
        """Those that today belongs to: what is over stays as it was settled."""
        return {
            (term_id, partner, start)
            for term_id, partner, start in periods
            if term_id in self.terms
            and self.terms[term_id].period_start(self.today) == start
        }

    def _period_of(self, row) -> Period | None:
        term = self.terms[row["term_id"]]
        if row["reason"] == "projection" or not row["period_from"]:
            return None
        if term.is_flat and term.id not in self._counted:
            return None
        return (term.id, row["partner_id"], row["period_from"])

    def catch_up(self, sums: Mapping[Period, tuple]) -> None:
        """A tier that was crossed, up or down: what all lines of the period lack.

        On the day when it was crossed, however many documents are looked through.
        """
        self._sums = {period: Sums(values) for period, values in sums.items()}
        rows: dict[Period, dict[date, list]] = {}
        for row in self.rows:
            if period := self._period_of(row):
                self._sums.setdefault(period, Sums()).add(row)
                days = rows.setdefault(period, {})
                days.setdefault(row["date"], []).append(row)
        for period, held in self._sums.items():
            term_id, partner, start = period
            term = self.terms[term_id]
            if term.is_flat:
                continue
            before = self._offset(term, partner, start)
            reached = Sums(sums.get(period, NO_SUMS))
            for day, some in sorted(rows.get(period, {self.today: []}).items()):
                for row in some:
                    reached.add(row)
                if missing := self._lacking(term, before, reached):
                    row = self._row(term, partner, "catch_up", day, period_from=start)
                    self._earn(term, row, missing)
                    self._add(row, held)
                    reached.add(row)

    def _lacking(self, term: TermFacts, before: float, reached: Sums) -> float:
        owed = term.tiers.owed(before, reached.turnover, reached.basis)
        if abs(reached.turnover) <= 1e-6 and abs(reached.basis) <= 1e-6:
            owed = 0.0
        return term.rounded(owed - reached.earned - reached.caught)

    def release_catch_ups(self, sums: Mapping[Period, tuple]) -> None:
        """What a catch-up adds is paid out as the lines are that it is for."""
        held = {period: Sums(values) for period, values in sums.items()}
        for row in self.rows:
            if period := self._period_of(row):
                held.setdefault(period, Sums()).add(row)
        for (term_id, partner, start), one in held.items():
            term = self.terms[term_id]
            if term.base != "paid":
                continue
            due = in_step(one.caught, one.payable, one.earned, term.rounded)
            lost = in_step(one.caught, one.closed, one.earned, term.rounded)
            more = term.rounded(due - one.caught_payable)
            shut = term.rounded(lost - one.caught_closed)
            if more or shut:
                row = self._row(
                    term, partner, "catch_up", self.today, period_from=start
                )
                row["payable"], row["closed"] = more, shut
                self._add(row)

    # rows

    def _source(self, line: Line) -> dict[str, Any]:
        return {
            "order_line_id": line.order_line or None,
            "move_line_id": line.id if line.type in SALES else None,
            "sellout_line_id": line.id if line.type == "sellout" else None,
            "order_id": line.order or None,
            "move_id": line.document if line.type in SALES else None,
            "product_id": line.product or None,
            "source_currency_id": line.currency,
        }

    def _row(
        self, term: TermFacts, partner: int, reason: str, day: date, **values: Any
    ) -> dict[str, Any]:
        return {
            "company_id": self.company.id,
            "term_id": term.id,
            "partner_id": partner,
            "kind": term.kind,
            "currency_id": term.currency.id,
            "reason": reason,
            "date": day,
            "period_from": None,
            "order_line_id": None,
            "move_line_id": None,
            "cause_line_id": None,
            "sellout_line_id": None,
            "order_id": None,
            "move_id": None,
            "product_id": None,
            "source_amount": 0.0,
            "source_currency_id": None,
            "share": 0.0,
            "quantity": 0.0,
            "turnover": 0.0,
            "basis": 0.0,
            "rate": 0.0,
            "projected": 0.0,
            "earned": 0.0,
            "payable": 0.0,
            "closed": 0.0,
            "state": None,
        } | values

    def _earn(self, term: TermFacts, row: dict[str, Any], amount: float) -> None:
        row["earned"] = amount
        if term.base != "paid":
            row["payable"] = amount

    def _add(self, row: dict[str, Any], sums: Sums | None = None) -> None:
        self.rows.append(self._with_state(row))
        if sums:
            sums.add(row)
        elif (period := self._period_of(row)) in self._sums:
            self._sums[period].add(row)

    def _with_state(self, row: dict[str, Any]) -> dict[str, Any]:
        state = "earned"
        if row["payable"]:
            state = "payable"
        elif row["reason"] == "projection":
            state = "projected"
        row["state"] = state
        return row

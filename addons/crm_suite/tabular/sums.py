"""What figures that stand beside each other say of one another."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Mapping

from .numbers import currency_words, parse_number, parse_share
from .questions import Hints
from .table import Cell
from .text import clean, is_blank

# figures that are the same but for rounding
_CLOSE = 0.015
# what lies between the lines of an order and its total
_EXTRAS = ("tax", "shipping", "discount")


class Sums:
    """Rows by whose sums columns explain each other."""

    def __init__(
        self,
        rows: list[list[Cell]],
        at: Mapping[str, int],
        mark: str,
        hints: Hints,
    ):
        self.rows, self.at, self.mark = rows, at, mark
        self.words = currency_words(hints.currency, hints.currency_words)

    def of_orders(self) -> bool:
        """Whether amounts are other than quantity times price."""
        if not {"amount", "price", "quantity"} <= self.at.keys():
            return False
        verdicts: Counter = Counter()
        for cells in self.rows:
            try:
                amount = self._figure(cells, "amount")
                price = self._figure(cells, "price")
                quantity = self._figure(cells, "quantity")
            except ValueError:
                continue
            if None not in (amount, price, quantity):
                verdicts[abs(amount - price * quantity) < _CLOSE] += 1
        return verdicts[False] > verdicts[True]

    def with_tax(self) -> bool | None:
        """Whether amounts have the tax in them, by the totals beside them."""
        verdicts: Counter = Counter()
        for cells in self.rows:
            try:
                amount = self._figure(cells, "amount")
                tax = self._figure(cells, "tax")
                total = self._figure(cells, "total")
                shipping = self._figure(cells, "shipping") or 0.0
                discount = self._figure(cells, "discount") or 0.0
            except ValueError:
                continue
            if amount is None or not tax or total is None:
                continue
            for off in (0.0, abs(discount)):
                verdicts[False] += abs(amount + tax + shipping - off - total) < _CLOSE
                verdicts[True] += abs(amount + shipping - off - total) < _CLOSE
        if verdicts[True] == verdicts[False]:
            return None
        return verdicts[True] > verdicts[False]

    def prices_of_lines(self) -> bool | None:
        """Whether prices are those of all pieces of a row, by the orders' totals."""
        if not {"price", "quantity", "total"} <= self.at.keys():
            return None
        orders: dict[object, list[list[float]]] = defaultdict(list)
        for number, cells in enumerate(self.rows):
            try:
                price, quantity, *extras = (
                    self._figure(cells, name)
                    for name in ("price", "quantity", "total", *_EXTRAS)
                )
            except ValueError:
                continue
            if price is not None and quantity is not None:
                figures = [price, price * quantity]
                order = self._text(cells, "document") or number
                orders[order].append([*figures, *(one or 0.0 for one in extras)])
        verdicts: Counter = Counter()
        for figures in orders.values():
            lines, pieces, total, *extras = (
                [*column] for column in zip(*figures, strict=True)
            )
            if abs(sum(lines) - sum(pieces)) < _CLOSE:
                continue
            wanted = _once_or_each(total)
            fits = [_reaches(sum(worths), wanted, extras) for worths in (lines, pieces)]
            if fits[0] != fits[1]:
                verdicts[fits[0]] += 1
        if verdicts[True] == verdicts[False]:
            return None
        return verdicts[True] > verdicts[False]

    def before_discount(self) -> bool | None:
        """Whether each row's total is less by its discount."""
        verdicts: Counter = Counter()
        for cells in self.rows:
            try:
                amount = self._figure(cells, "amount")
                total = self._figure(cells, "total")
                discount = self._off(cells, amount)
                tax = self._figure(cells, "tax") or 0.0
                shipping = self._figure(cells, "shipping") or 0.0
            except ValueError:
                continue
            if amount is None or total is None or not discount:
                continue
            sums = [amount + one + two for one in {0.0, tax} for two in {0.0, shipping}]
            verdicts[False] += any(abs(one - total) < _CLOSE for one in sums)
            verdicts[True] += any(abs(one - discount - total) < _CLOSE for one in sums)
        if verdicts[True] == verdicts[False]:
            return None
        return verdicts[True] > verdicts[False]

    def _off(self, cells: list[Cell], amount: float | None) -> float:
        at = self.at["discount"] if "discount" in self.at else len(cells)
        share = parse_share(cells[at], self.mark) if at < len(cells) else None
        if share is not None:
            return abs(amount or 0.0) * share
        return abs(self._figure(cells, "discount") or 0.0)

    def _text(self, cells: list[Cell], name: str) -> str:
        at = self.at.get(name)
        return clean(cells[at]) if at is not None and at < len(cells) else ""

    def _figure(self, cells: list[Cell], name: str) -> float | None:
        at = self.at.get(name)
        cell = cells[at] if at is not None and at < len(cells) else None
        return None if is_blank(cell) else parse_number(cell, self.mark, self.words)


def _once_or_each(figures: list[float]) -> set[float]:
    """A figure of an order stands on each of its rows, or each row has its part."""
    return {figures[0], sum(figures)}


def _reaches(worth: float, wanted: set[float], extras: list[list[float]]) -> bool:
    """Whether lines come to a total, with tax, shipping and discount or without."""
    tax, shipping, discount = (_once_or_each(one) | {0.0} for one in extras)
    sums = (
        worth + one + two - abs(three)
        for one, two, three in itertools.product(tax, shipping, discount)
    )
    return any(abs(one - total) < _CLOSE for one in sums for total in wanted)

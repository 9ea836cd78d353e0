"""How a file writes numbers and days, as questions where it does not prove it."""

from __future__ import annotations

import contextlib
import datetime
from collections import Counter
from collections.abc import Iterable, Mapping

from .dates import (
    SHORT_YEARS,
    has_short_year,
    names_month,
    number_kinds,
    order_vote,
    parse_date,
    swapped,
)
from .numbers import currency_words, mark_vote, parse_number, shown_mark
from .questions import Answered, Choice, Hints, Question
from .table import Cell, Table
from .text import clean, latin_digits

# so many cells that say the same need no other that does
_ENOUGH = 200
_EXAMPLES = 3
_NUMBERS = (
    "amount",
    "price",
    "margin",
    "total",
    "tax",
    "discount",
    "shipping",
    "refunded",
    "quantity",
)


def ask_notation(table: Table, at: Mapping[str, int], hints: Hints) -> list[Question]:
    """What the cells of these fields leave open of numbers and days.

    :param at: positions of the columns: "date", "quantity", "price", "amount", …
    """
    survey = NotationSurvey(at, hints)
    for number, cells in table.rows:
        survey.take(number, cells)
    return survey.questions()


def settle_notation(questions: list[Question], answers: Mapping[str, str]) -> Answered:
    """What most days prove holds for all: the others are no days then."""
    proved = {
        one.id: one.proposed
        for one in questions
        if one.kind == "date_order" and one.proposed
    }
    return Answered(questions, answers, proved)


class NotationSurvey:
    def __init__(self, at: Mapping[str, int], hints: Hints):
        self.hints = hints
        # what cells are that say less than they mean; days with years of two digits:
        # how they read under each of the meanings
        self.unsaid: dict[Cell, tuple | bool] = {}
        self.short: Counter = Counter()
        self.short_rows: list[tuple[int, str]] = []
        self.numbers_of: Counter = Counter()
        self.number_rows: list[tuple[int, Cell]] = []
        self.date_at = at.get("date")
        self.numbers = [at[name] for name in _NUMBERS if name in at]
        self.marks: Counter = Counter()
        self.mark_rows: list[tuple[int, str]] = []
        self.orders: Counter = Counter()
        self.order_rows: dict[str, list[tuple[int, str]]] = {"dmy": [], "mdy": []}
        self.either: list[tuple[int, str]] = []
        self.seen_dates: dict[str, str | None] = {}
        # days of cells that a spreadsheet has as dates
        self.typed: list[tuple[int, datetime.date]] = []
        self.typed_late = 0

    def take(self, number: int, cells: list[Cell]) -> None:
        self._take_numbers(number, cells)
        if self.date_at is not None and self.date_at < len(cells):
            self._take_date(number, cells[self.date_at])

    def questions(self) -> list[Question]:
        mark = self._ask_mark()
        return [
            *([mark] if mark else []),
            *self._ask_order(),
            *self._ask_short_years(),
            *self._ask_numbers(),
        ]

    def mark(self) -> str:
        """The likely decimal mark."""
        mark = self._ask_mark()
        return (mark and mark.proposed) or self.hints.decimal_mark

    def _take_numbers(self, number: int, cells: list[Cell]) -> None:
        marks = self.marks
        if marks["."] + marks[","] >= _ENOUGH and not (marks["."] and marks[","]):
            return
        for at in self.numbers:
            cell = cells[at] if at < len(cells) else None
            if isinstance(cell, str) and (vote := mark_vote(cell)) is not None:
                marks[vote] += 1
                if vote == "" and len(self.mark_rows) < _EXAMPLES:
                    self.mark_rows.append((number, clean(cell)))

    def _take_date(self, number: int, cell: Cell) -> None:
        self._take_unsaid(number, cell)
        if isinstance(cell, datetime.date):
            if cell.day > 12:
                self.typed_late += 1
            elif len(self.typed) < _EXAMPLES and cell.day != cell.month:
                day = cell.date() if isinstance(cell, datetime.datetime) else cell
                self.typed.append((number, day))
        elif isinstance(cell, str):
            if cell not in self.seen_dates:
                self.seen_dates[cell] = order_vote(cell, with_short_years=True)
            vote = self.seen_dates[cell]
            self.orders[vote] += 1
            if vote in ("either", "points"):
                rows = self.either
            elif vote:
                rows = self.order_rows[vote]
            else:
                return
            if len(rows) < _EXAMPLES:
                rows.append((number, clean(cell)))

    def _take_unsaid(self, number: int, cell: Cell) -> None:
        if isinstance(cell, datetime.date) or cell is None:
            return
        found = self.unsaid.get(cell)
        if found is None:
            found = number_kinds(cell) or has_short_year(cell)
            self.unsaid[cell] = found
            if found is True:
                self._take_short_year(cell)
        if found is True:
            if len(self.short_rows) < _EXAMPLES:
                self.short_rows.append((number, clean(cell)))
        elif found:
            self.numbers_of[found] += 1
            if len(self.number_rows) < _EXAMPLES:
                self.number_rows.append((number, cell))

    def _take_short_year(self, cell: str) -> None:
        self.short["all"] += 1
        self.short["named"] += names_month(cell)
        self.short["foreign"] += latin_digits(cell) != cell
        for meaning in SHORT_YEARS:
            self.short[meaning] += _reads(cell, meaning)

    def _ask_short_years(self) -> Iterable[Question]:
        found = self.short
        if not found:
            return
        fitting = [one for one in SHORT_YEARS if found[one] == found["all"]]
        if found["foreign"] and "jalali" in fitting:
            # who writes Persian digits does not write years of another calendar
            proposed = "jalali"
        else:
            proposed = fitting[0] if fitting else None
        yield Question(
            "short_years",
            tuple(
                Choice(meaning, "; ".join(self._as_short(meaning)))
                for meaning in SHORT_YEARS
            ),
            proposed,
            # whose months have Gregorian names, has the year at the end
            found["named"] == found["all"] and proposed == "end",
            rows=tuple(row for row, _text in self.short_rows),
        )

    def _as_short(self, meaning: str) -> Iterable[str]:
        order = "mdy" if self._is_month_first() else "dmy"
        for _row, text in self.short_rows:
            try:
                yield f"{text} → {parse_date(text, order, meaning).isoformat()}"
            except ValueError:
                yield f"{text} → ?"

    def _short_meaning(self) -> str:
        return "end" if self.short else ""

    def _is_month_first(self) -> bool:
        votes = self.orders
        if votes["dmy"] == votes["mdy"]:
            return self.hints.date_order == "mdy"
        return votes["mdy"] > votes["dmy"]

    def _ask_numbers(self) -> Iterable[Question]:
        if not self.numbers_of:
            return
        kinds = self.numbers_of.most_common(1)[0][0]
        yield Question(
            "day_numbers",
            (
                *(Choice(one, "; ".join(self._as_numbered(one))) for one in kinds),
                Choice("none"),
            ),
            kinds[0],
            count=self.numbers_of[kinds],
            rows=tuple(row for row, _cell in self.number_rows),
        )

    def _as_numbered(self, meaning: str) -> Iterable[str]:
        for _row, cell in self.number_rows:
            try:
                day = parse_date(cell, "dmy", numbers=meaning)
                yield f"{clean(cell)} → {day.isoformat()}"
            except ValueError:
                yield f"{clean(cell)} → ?"

    def _ask_mark(self) -> Question | None:
        votes = self.marks
        if not (votes["."] or votes[","] or votes[""]):
            return None
        choices = tuple(
            Choice(mark, "; ".join(self._as_numbers(mark))) for mark in (".", ",")
        )
        rows = tuple(row for row, _text in self.mark_rows)
        if votes["."] != votes[","]:
            more = "." if votes["."] > votes[","] else ","
            return Question("decimal_mark", choices, more, True, rows=rows)
        proposed = None
        if self.hints.decimal_places <= 2 and self.mark_rows:
            # three digits behind every mark are thousands
            shown = {shown_mark(text) for _row, text in self.mark_rows}
            if len(shown) == 1:
                proposed = "," if shown == {"."} else "."
        return Question("decimal_mark", choices, proposed, rows=rows)

    def _as_numbers(self, mark: str) -> Iterable[str]:
        words = currency_words(self.hints.currency, self.hints.currency_words)
        for _row, text in self.mark_rows:
            try:
                yield f"{text} → {parse_number(text, mark, words):.2f}"
            except ValueError:
                yield f"{text} → ?"

    def _ask_order(self) -> Iterable[Question]:
        votes = self.orders
        text = votes["dmy"] + votes["mdy"] + votes["points"] + votes["either"]
        if text:
            yield self._ask_text_order()
        proved = "dmy" if votes["dmy"] and not votes["mdy"] else "mdy"
        one_sided = bool(votes["dmy"]) != bool(votes["mdy"]) and not votes["either"]
        if one_sided and not votes["points"] and self.typed and not self.typed_late:
            # all that could be read the wrong way became a date, and the rest did not
            rows = [row for row, _day in self.typed]
            rows += [row for row, _text in self.order_rows[proved]]
            yield Question(
                "half_swapped",
                (
                    Choice("swap", self._days(swap=True)),
                    Choice("keep", self._days(swap=False)),
                ),
                "swap",
                rows=tuple(rows),
            )

    def _days(self, swap: bool) -> str:
        days = [(swapped(day) if swap else day) for _row, day in self.typed]
        return ", ".join(day.isoformat() for day in days)

    def _ask_text_order(self) -> Question:
        votes = self.orders
        examples = self.either or self.order_rows["dmy"] + self.order_rows["mdy"]
        choices = tuple(
            Choice(order, "; ".join(_as_days(examples, order, self._short_meaning())))
            for order in ("dmy", "mdy")
        )
        rows = tuple(row for row, _text in examples)
        if bool(votes["dmy"]) != bool(votes["mdy"]):
            proved = "dmy" if votes["dmy"] else "mdy"
            return Question("date_order", choices, proved, True, rows=rows)
        if votes["dmy"]:
            # one half of the file writes so, the other so
            more = "dmy" if votes["dmy"] >= votes["mdy"] else "mdy"
            return Question("date_order", choices, more, rows=rows)
        if votes["points"] and not votes["either"]:
            return Question("date_order", choices, "dmy", True, rows=rows)
        return Question("date_order", choices, self.hints.date_order, rows=rows)


def _reads(cell: str, meaning: str) -> bool:
    """Whether a day can be read so, in any order of day and month."""
    for order in ("dmy", "mdy"):
        with contextlib.suppress(ValueError):
            return bool(parse_date(cell, order, meaning))
    return False


def _as_days(examples: list[tuple[int, str]], order: str, short: str) -> Iterable[str]:
    for _row, text in examples:
        try:
            yield f"{text} → {parse_date(text, order, short).isoformat()}"
        except ValueError:
            yield f"{text} → ?"

"""What every file becomes: one header and numbered rows of cells."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from . import limits
from .heading import (
    GROUP,
    TITLE_ROWS,
    find_heading,
    is_group,
    is_rule,
    labelled,
    once_named,
    ungrouped,
)
from .text import clean, is_blank

Cell = str | float | int | bool | datetime.date | None


class FileProblem(Exception):
    """The file as a whole cannot be read; `code` says why, `detail` where."""

    def __init__(self, code: str, detail: str = ""):
        super().__init__(f"{code} {detail}".strip())
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Table:
    """Rows carry the number a spreadsheet shows beside them.

    Of several sheets, the rows of each go on counting where those before it end;
    `sheets` says with which number each begins.
    """

    header: tuple[str, ...]
    rows: list[tuple[int, list[Cell]]]
    sheets: tuple[tuple[int, str], ...] = ()

    def column(self, name: str) -> int:
        """Position of a header; raises KeyError when it is absent or stands twice."""
        wanted = clean(name)
        if self.header.count(wanted) != 1:
            raise KeyError(wanted)
        return self.header.index(wanted)

    def untold(self, columns: Mapping[str, str]) -> list[int]:
        """Positions of the columns that tell what no chosen one does, and of names of
        goods, which may say what a row is."""
        taken = {clean(name) for name in columns.values() if name}
        taken.discard(clean(columns.get("product_name")))
        return [at for at, name in enumerate(self.header) if name not in taken]

    def cells(self, name: str) -> list[Cell]:
        """A column's cells, None where a row is too short to have one."""
        at = self.column(name)
        return [row[at] if at < len(row) else None for _number, row in self.rows]

    def place(self, number: int) -> tuple[str, int]:
        """The sheet and the row in it; no sheet where there is only one."""
        if len(self.sheets) < 2:
            return "", number
        before = [(first, name) for first, name in self.sheets if first <= number]
        first, name = before[-1] if before else self.sheets[0]
        return name, number - first


def make_table(
    records: Iterable[list[Cell]],
    limit: int | None = None,
    known: Callable[[Iterable[str]], int] = lambda _names: 0,
) -> Table:
    """The header is the first record with two filled cells: titles stand above it.

    Titles of two cells do so too: where a record below has more names that are `known`,
    it is the header.
    """
    rows = open_table(records, limit, known)
    return Table(rows.header, list(rows.rows))


def open_table(
    records: Iterable[list[Cell]],
    limit: int | None = None,
    known: Callable[[Iterable[str]], int] = lambda _names: 0,
) -> Table:
    """As `make_table`, with rows that are read as they are asked for, once."""
    filled = _filled(records)
    head = list(itertools.islice(filled, TITLE_ROWS))
    found = find_heading([names for _number, names in head], known)
    if found is None:
        raise FileProblem("no_header")
    names = list(found.names)
    rows = itertools.chain(head[found.first :], filled)
    rows = once_named(rows, found.names, head[found.first - 1][1])
    if found.labels:
        rows = labelled(rows, found)
        names += found.labels
    elif not names[0]:
        first = next(rows, None)
        rows = itertools.chain([first] if first else [], rows)
        if first and is_group(first[1]):
            names[0], rows = GROUP, ungrouped(rows)
    return Table(tuple(names), itertools.islice(rows, limit))


def _filled(records: Iterable[list[Cell]]) -> Iterator[tuple[int, list[Cell]]]:
    for number, record in enumerate(records, start=1):
        if number > limits.MOST_ROWS:
            raise FileProblem("too_many_rows", str(limits.MOST_ROWS))
        if len(record) > limits.MOST_COLUMNS:
            raise FileProblem("too_many_columns", str(limits.MOST_COLUMNS))
        if not all(map(is_blank, record)) and not is_rule(record):
            yield number, record

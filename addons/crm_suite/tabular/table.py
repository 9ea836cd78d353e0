"""What every file becomes: one header and numbered rows of cells."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from . import limits
from .text import clean

Cell = str | float | int | bool | datetime.date | None


class FileProblem(Exception):
    """The file as a whole cannot be read; `code` says why, `detail` where."""

    def __init__(self, code: str, detail: str = ""):
        super().__init__(f"{code} {detail}".strip())
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Table:
    """Rows carry the number a spreadsheet shows beside them."""

    header: tuple[str, ...]
    rows: list[tuple[int, list[Cell]]]

    def column(self, name: str) -> int:
        """Position of a header; raises KeyError when it is absent or stands twice."""
        wanted = clean(name)
        if self.header.count(wanted) != 1:
            raise KeyError(wanted)
        return self.header.index(wanted)

    def cells(self, name: str) -> list[Cell]:
        """A column's cells, None where a row is too short to have one."""
        at = self.column(name)
        return [row[at] if at < len(row) else None for _number, row in self.rows]


def make_table(records: Iterable[list[Cell]], limit: int | None = None) -> Table:
    """The first record with two filled cells is the header: titles stand above it."""
    header: tuple[str, ...] = ()
    rows: list[tuple[int, list[Cell]]] = []
    for number, record in enumerate(records, start=1):
        if number > limits.MOST_ROWS:
            raise FileProblem("too_many_rows", str(limits.MOST_ROWS))
        if len(record) > limits.MOST_COLUMNS:
            raise FileProblem("too_many_columns", str(limits.MOST_COLUMNS))
        if not any(cell not in (None, "") for cell in record):
            continue
        if not header:
            names = [clean(cell) for cell in record]
            if sum(bool(name) for name in names) > 1:
                while not names[-1]:
                    names.pop()
                header = tuple(names)
            continue
        if limit is not None and len(rows) >= limit:
            break
        rows.append((number, record))
    if not header:
        raise FileProblem("no_header")
    return Table(header, rows)

"""What a row says of itself, apart from its figures."""

from __future__ import annotations

from collections.abc import Iterable

from .table import Cell
from .terms import begins_total, is_total, names_carried, names_credit
from .text import is_blank


class HiddenRow(list):
    """Cells of a row that the sheet does not show: a filter has put it aside, or
    somebody has."""


def sums_up(
    cells: list[Cell], before: Iterable[int], who: Iterable[int], date: int | None
) -> bool:
    """Whether a row is a sum of others: it begins with the word for one, or it has one
    in a customer's place and no day.

    :param before: positions up to the first column of customer or date
    :param who: those of the customer
    :param date: that of the date
    """
    texts = [cells[at] for at in before if at < len(cells)]
    if any(isinstance(text, str) and is_total(text) for text in texts):
        return True
    if date is None:
        return False
    day = cells[date] if date < len(cells) else None
    if not is_blank(day):
        # which no day begins with
        return isinstance(day, str) and begins_total(day)
    texts += [cells[at] for at in who if at < len(cells)]
    return any(isinstance(text, str) and begins_total(text) for text in texts)


def tells_credit(cells: list[Cell], untold: Iterable[int]) -> bool:
    """Whether a text beside the chosen columns begins with a word for a credit note."""
    return any(
        isinstance(cells[at], str) and names_credit(cells[at])
        for at in untold
        if at < len(cells)
    )


def tells_carried(cells: list[Cell], untold: Iterable[int]) -> bool:
    """Whether such a text begins with a word for a balance that is carried on."""
    for at in untold:
        if at < len(cells):
            cell = cells[at]
            if isinstance(cell, str) and names_carried(cell):
                return True
    return False

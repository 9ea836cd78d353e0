"""A purchase while its rows are read."""

from __future__ import annotations

import datetime
from array import array
from dataclasses import dataclass

from .records import Item


@dataclass(eq=False, slots=True)
class Draft:
    row: int
    identity: tuple[str, str]
    written: tuple[str, str]
    date: datetime.date
    amount: float
    margin: float | None
    document: str
    currency: str
    origin: str
    # the hash of what another row with the document must say as well: two rows that
    # differ have the same in one case of 2^60
    content: int | None
    rows: array | None = None
    items: list[tuple] | None = None
    discount: float = 0.0
    shipping: float = 0.0
    # of the word in its sign column
    sign: float = 1.0
    # a row of it is above zero and tells of a credit note
    is_credit: bool = False


def turn(draft: Draft) -> None:
    """What a whole document is worth, taken back."""
    draft.amount = -draft.amount
    draft.margin = None if draft.margin is None else -draft.margin
    draft.items = [
        (product, name, -quantity, worth)
        for product, name, quantity, worth in draft.items or ()
    ]


def shared(draft: Draft) -> tuple[Item, ...]:
    """The goods of a purchase: together they are worth what it is, so that discounts
    and shipping are shared out."""
    if not draft.items:
        return ()
    worths = [0.0 if item[3] is None else item[3] for item in draft.items]
    total = sum(worths)
    if not total:
        worths = [item[2] for item in draft.items]
        total = sum(worths)
    share = draft.amount / total if total else 0.0
    return tuple(
        Item(product, name, quantity, round(worth * share, 6))
        for (product, name, quantity, _worth), worth in zip(
            draft.items, worths, strict=True
        )
    )

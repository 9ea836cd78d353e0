"""What is read of a file: purchases, what is wrong with rows, and how to read them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field

from .dates import parse_date


@dataclass(frozen=True)
class Notation:
    """How this file writes amounts and dates."""

    decimal_mark: str = "."
    date_order: str = "dmy"
    # what may stand beside amounts; as a mapping, how much of the currency one is
    currency: Iterable[str] = ()
    # the code of the amounts' currency: a row of another says so
    code: str = ""
    # of a column that counts in ten rials, for one
    factor: float = 1.0
    # what years of two digits and numbers in place of days mean, as in `dates`
    short_years: str = ""
    day_numbers: str = ""

    def day(self, cell: object) -> datetime.date:
        """The day a cell names; ValueError when it names none."""
        return parse_date(cell, self.date_order, self.short_years, self.day_numbers)


@dataclass(frozen=True)
class Rules:
    """What rows mean where the file itself leaves it open."""

    # rows are lines of the document they name, and add up to it
    lines: bool = False
    # rows that are equal in every cell are one
    equal_once: bool = False
    # days up to the twelfth were read in the wrong order by a spreadsheet
    swapped: bool = False
    # words of the status column that are no purchases, as `terms.key` writes them
    no_purchase: frozenset[str] = frozenset()
    # rows with a date of cancellation are none either
    without_cancelled: bool = False
    # words of the sign column that take back, and that are neither
    returns: frozenset[str] = frozenset()
    no_sale: frozenset[str] = frozenset()
    # returns stand below zero already
    returns_signed: bool = False
    # rows above zero whose texts name a credit note: "return" or "no" purchase
    credits: str = ""
    # rows with the word in front of a sum
    without_totals: bool = False
    # rows that their sheet does not show
    without_hidden: bool = False
    # rows with a balance that is carried on
    without_carried: bool = False
    # what has fewer than no pieces takes back, though its amount stands above zero
    returns_of_pieces: bool = False
    # "column" takes the tax column off, "percent" that of the row's own rate,
    # "fraction" that of a rate as a part of one, a rate in percent that tax
    tax: str | float | None = None
    # prices are those of all pieces of a line
    prices_of_lines: bool = False
    # of each row
    less_own_discount: bool = False
    # once per document, where rows are lines
    less_discount: bool = False
    with_shipping: bool = False


@dataclass(eq=False, slots=True)
class Customer:
    """One buyer of the file, under the first of reference, e-mail and name he has."""

    reference: str = ""
    email: str = ""
    name: str = ""
    name_is_unique: bool = True


@dataclass(frozen=True, slots=True)
class Item:
    """Goods of a purchase, under a reference or bar code and a name."""

    product: str
    name: str
    quantity: float
    revenue: float


@dataclass(frozen=True, slots=True)
class Purchase:
    row: int
    customer: Customer
    date: datetime.date
    amount: float
    margin: float | None
    document: str
    key: str
    # as it would be known without a document, and whatever the case of letters
    plain_key: str = ""
    currency: str = ""
    # the key of the document that this one takes back from
    origin: str = ""
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row, or a cell of it, was not taken."""

    row: int
    field: str
    value: str
    code: str
    detail: str = ""


@dataclass
class Reading:
    purchases: Iterable[Purchase] = ()
    problems: list[Problem] = field(default_factory=list)
    repeated: int = 0  # rows that say again what the same document said before
    left_out: int = 0  # rows that are no purchases by status, sign or as a sum
    lines: int = 0  # rows beyond the first of their document

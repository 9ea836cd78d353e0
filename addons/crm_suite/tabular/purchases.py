"""Rows of a table into purchases, each bad row with its field and its reason."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr

from .dates import parse_date
from .limits import LONGEST_TEXT
from .numbers import parse_number
from .table import Cell, Table
from .text import clean, fold, latin_digits

_WHO = ("customer", "email", "name")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True)
class Notation:
    """How this file writes amounts and dates."""

    decimal_mark: str = "."
    date_order: str = "dmy"
    currency: tuple[str, ...] = ()


@dataclass(eq=False, slots=True)
class Customer:
    """One buyer of the file, under the first of reference, e-mail and name he has."""

    reference: str = ""
    email: str = ""
    name: str = ""
    name_is_unique: bool = True


@dataclass(frozen=True, slots=True)
class Purchase:
    row: int
    customer: Customer
    date: datetime.date
    amount: float
    margin: float | None
    document: str
    key: str


@dataclass(frozen=True, slots=True)
class Problem:
    row: int
    field: str
    value: str
    code: str
    detail: str = ""


@dataclass
class Reading:
    purchases: list[Purchase] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    repeated: int = 0  # rows that say again what the same document said before


class _Refused(Exception):
    def __init__(self, field: str, value: object, code: str, detail: str = ""):
        super().__init__(code)
        self.field, self.value, self.code, self.detail = field, value, code, detail


def read_purchases(
    table: Table,
    columns: Mapping[str, str],
    notation: Notation,
    today: datetime.date,
) -> Reading:
    """Read every row; `columns` maps fields to headers that `table` has.

    A purchase's key is its document number; without one it is customer, date, amount
    and how many equal ones came before, so that the same file gives the same keys and
    two equal purchases of one file stay two.
    """
    reader = _Reader(table, columns, notation, today)
    for number, cells in table.rows:
        reader.take(number, cells)
    return reader.finish()


class _Reader:
    def __init__(self, table, columns, notation, today):
        self.positions = {name: table.column(at) for name, at in columns.items() if at}
        self.width = len(table.header)
        self.notation = notation
        self.today = today
        self.reading = Reading()
        self.customers: dict[tuple[str, str], Customer] = {}
        self.drafts: list[tuple] = []
        self.dates: dict[Cell, datetime.date] = {}
        self.documents: dict[str, tuple] = {}
        self.equal_ones: Counter[tuple] = Counter()

    def take(self, number: int, cells: list[Cell]) -> None:
        try:
            draft = self._draft(number, cells)
        except _Refused as refused:
            self.reading.problems.append(
                Problem(
                    number,
                    refused.field,
                    _shortened(clean(refused.value)),
                    refused.code,
                    refused.detail,
                )
            )
        else:
            if draft:
                self.drafts.append(draft)

    def _draft(self, number: int, cells: list[Cell]) -> tuple | None:
        self._check_width(cells)
        identity = self._identify(cells)
        date = self._date(self._cell(cells, "date"))
        amount = self._number(self._cell(cells, "amount"), "amount")
        if amount is None:
            raise _Refused("amount", "", "no_amount")
        margin = self._number(self._cell(cells, "margin"), "margin")
        document = latin_digits(self._text(cells, "document"))
        content = (identity, date, format(amount, ".4f"))
        if document:
            first_row, known = self.documents.setdefault(document, (number, content))
            if known != content:
                raise _Refused("document", document, "document_differs", str(first_row))
            if first_row != number:
                self.reading.repeated += 1
                return None
            key = _digest("document", document)
        else:
            self.equal_ones[content] += 1
            key = _digest(*identity, *content[1:], self.equal_ones[content])
        return number, self.customers[identity], date, amount, margin, document, key

    def _check_width(self, cells: list[Cell]) -> None:
        needed = max(self.positions[name] for name in ("date", "amount"))
        if len(cells) <= needed:
            raise _Refused("row", cells[-1], "row_too_short", str(len(cells)))
        if any(clean(cell) for cell in cells[self.width :]):
            # An unquoted separator shifts every cell behind it: nothing is certain.
            raise _Refused("row", cells[self.width], "row_too_long", str(len(cells)))

    def _cell(self, cells: list[Cell], name: str) -> Cell:
        at = self.positions.get(name)
        return cells[at] if at is not None and at < len(cells) else None

    def _text(self, cells: list[Cell], name: str) -> str:
        text = clean(self._cell(cells, name))
        if len(text) > LONGEST_TEXT:
            raise _Refused(name, text, "too_long", str(LONGEST_TEXT))
        return text

    def _identify(self, cells: list[Cell]) -> tuple[str, str]:
        reference = latin_digits(self._text(cells, "customer"))
        email = parse_email(self._text(cells, "email"))
        name = self._text(cells, "name")
        if reference:
            identity = ("customer", reference)
        elif email:
            identity = ("email", email)
        elif name:
            identity = ("name", fold(name))
        else:
            asked = next((at for at in _WHO if at in self.positions), "customer")
            raise _Refused(asked, "", "no_customer")
        customer = self.customers.setdefault(identity, Customer(reference))
        customer.email = customer.email or email
        customer.name = customer.name or name
        return identity

    def _date(self, cell: Cell) -> datetime.date:
        if cell in (None, ""):
            raise _Refused("date", "", "no_date")
        if cell not in self.dates:
            try:
                self.dates[cell] = parse_date(cell, self.notation.date_order)
            except ValueError:
                raise _Refused("date", cell, "bad_date") from None
        if self.dates[cell] > self.today:
            raise _Refused("date", cell, "future_date")
        return self.dates[cell]

    def _number(self, cell: Cell, name: str) -> float | None:
        if cell is None or (isinstance(cell, str) and not clean(cell)):
            return None
        notation = self.notation
        try:
            return parse_number(cell, notation.decimal_mark, notation.currency)
        except ValueError:
            raise _Refused(name, cell, f"bad_{name}") from None

    def finish(self) -> Reading:
        same = _settle_customers(self.customers.values())
        for number, customer, *rest in self.drafts:
            purchase = Purchase(number, same.get(customer, customer), *rest)
            self.reading.purchases.append(purchase)
        return self.reading


def parse_email(cell: Cell) -> str:
    """The bare address in lower case, "" for an empty cell."""
    text = clean(cell)
    if not text:
        return ""
    email = parseaddr(text)[1].lower()
    if not _EMAIL.fullmatch(email):
        raise _Refused("email", text, "bad_email")
    return email


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def _digest(*parts: object) -> str:
    """Short whatever a file holds: a database index has a limit on what it takes."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:32]


def _settle_customers(customers: Iterable[Customer]) -> dict[Customer, Customer]:
    """Customers that are another one of the file, written with less.

    A row with an e-mail alone belongs to the only customer that has it beside his
    reference; likewise a row with a name alone. Names that several customers bear are
    marked, since they find nobody for certain.
    """
    same: dict[Customer, Customer] = {}
    by_email, by_name = defaultdict(list), defaultdict(list)
    for customer in customers:
        if customer.reference and customer.email:
            by_email[customer.email].append(customer)
    for customer in customers:
        if not customer.reference and len(by_email[customer.email]) == 1:
            same[customer] = by_email[customer.email][0]
        elif customer.reference or customer.email:
            by_name[fold(customer.name)].append(customer)
    for customer in customers:
        bearers = by_name[fold(customer.name)]
        if customer in same or not customer.name:
            continue
        if customer.reference or customer.email:
            customer.name_is_unique = len(bearers) == 1
        elif len(bearers) == 1:
            same[customer] = bearers[0]
        else:
            customer.name_is_unique = not bearers
    return same

"""Rows of a table into lines of sell-out, each bad row with its field and reason."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import astuple, dataclass, field

from odoo.addons.crm_suite.tabular import (
    Hints,
    Notation as Written,
    Problem,
    Question,
    Table,
    ask_notation,
    fold,
    parse_number,
)
from odoo.addons.crm_suite.tabular.dates import swapped
from odoo.addons.crm_suite.tabular.limits import LONGEST_TEXT
from odoo.addons.crm_suite.tabular.text import clean, latin_digits

# the words above columns; English and Persian
HEADERS = {
    "product": "product, product code, code, sku, item, item code, article, "
    "article number, ean, barcode, gtin, کالا, کد کالا, محصول, کد محصول",
    "quantity": "quantity, qty, units, units sold, pieces, quantity sold, تعداد, مقدار",
    "unit": "unit, uom, unit of measure, واحد",
    "price": "price, unit price, net price, قیمت, قیمت واحد, فی",
    "amount": "amount, net amount, net, value, total, sales, مبلغ, مبلغ کل",
    "currency": "currency, ارز",
    "date": "date, day, sale date, sales date, invoice date, timestamp, time, "
    "تاریخ, روز, تاریخ فروش",
    "place": "place, shop, store, branch, outlet, location, شعبه, فروشگاه",
    "document": "document, document no, document number, invoice, invoice no, "
    "invoice number, receipt, order, شماره فاکتور, فاکتور, سند",
    "number": "line, line no, line number, position, ردیف",
    "type": "type, movement, transaction type, نوع",
    "customer": "customer, sold to, ship to, buyer, مشتری, خریدار",
    "contract": "contract, contract no, special price, قرارداد",
    "origin": "original document, original invoice, returned document, سند مرجع",
}
REQUIRED = ("product", "quantity", "date")
TYPES = {
    fold(word): kind
    for kind, words in {
        "sale": ("sale", "sales", "sold", "sell-out", "s", "فروش"),
        "return": ("return", "returned", "credit", "r", "مرجوعی", "برگشت"),
        "transfer": ("transfer", "moved", "t", "انتقال"),
        "stock": ("stock", "closing stock", "inventory", "on hand", "موجودی"),
    }.items()
    for word in words
}
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)", re.ASCII
)
_SCIENTIFIC = re.compile(r"\d+([.,]\d+)?e[+]?\d+", re.ASCII)
# what an exported cell has in front of what could be a formula
_QUOTED = re.compile(r"(^|[;,\t\r\n])([\s\"]*?)'(?=[=+\-@＝＋－＠])")


@dataclass(frozen=True, slots=True)
class Goods:
    """What a code stands for, in which unit; from when to when, of a reporter's own."""

    product: int
    unit: int | None
    first: datetime.date = datetime.date.min
    last: datetime.date = datetime.date.max


@dataclass(frozen=True)
class Known:
    """What cells refer to, by folded texts."""

    # the reporter's own words go before what we call it
    own_codes: Mapping[str, Collection[Goods]]
    codes: Mapping[str, Collection[Goods]]
    own_units: Mapping[str, Collection[Goods]]
    units: Mapping[str, int | None]
    # of a unit, what it is counted in and how many of that it is
    factors: Mapping[int, tuple[str, float]]
    # of a product: its unit, that unit's name, its own name
    products: Mapping[int, tuple[int, str, str]]
    currencies: Mapping[str, tuple[int, int]]
    currency: int
    customers: Mapping[str, int]
    zone: datetime.tzinfo
    today: datetime.date


@dataclass(frozen=True)
class Notation:
    columns: Mapping[str, int]
    written: Written = Written()
    # days up to the twelfth were read in the wrong order by a spreadsheet
    swapped: bool = False
    # days that the report is about; None where it does not say
    first: datetime.date | None = None
    last: datetime.date | None = None


@dataclass(slots=True)
class Line:
    """Quantities in the product's unit: below zero for returns and what moves away."""

    row: int
    day: str
    place: str
    document: str
    number: str
    product: int
    type: str
    occurrence: int
    quantity: float
    amount: float
    currency: int
    customer: str
    customer_id: int | None
    contract: str
    origin: str
    code: str

    def key(self) -> tuple:
        return (
            self.day,
            self.place,
            self.document,
            self.number,
            self.product,
            self.type,
        )

    def content(self) -> tuple:
        return (self.quantity, self.amount, self.currency, self.customer, self.origin)


@dataclass
class Reading:
    lines: list[Line] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    # what was taken for something else than it said
    notes: list[Problem] = field(default_factory=list)
    rows: int = 0
    # the sheet and the row in it
    place: Callable[[int], tuple[str, int]] = lambda number: ("", number)
    # of all lines that are in order, also of those that were reported before
    content_hash: str = ""

    def digest(self) -> str:
        """The same for a file with other columns, another sequence or another name."""
        whole = sorted(
            json.dumps([*line.key(), line.occurrence, *line.content(), line.contract])
            for line in self.lines
        )
        return hashlib.sha256("\n".join(whole).encode()).hexdigest()

    def to_json(self, start: int, end: int) -> str:
        return json.dumps([astuple(line) for line in self.lines[start:end]])


class _Refused(Exception):
    def __init__(self, field: str, value: object, code: str, detail: str = ""):
        super().__init__(code)
        self.problem = (field, _shortened(clean(value)), code, detail)


def find_columns(table: Table, own: Mapping[str, str]) -> dict[str, int]:
    """Field → position; `own` are the reporter's words for columns, folded."""
    known = {
        fold(word).strip(): name
        for name, words in HEADERS.items()
        for word in words.split(",")
    } | dict(own)
    found: dict[str, int] = {}
    for at, header in enumerate(table.header):
        name = known.get(fold(header))
        # the reporter's own word wins, else the first
        if name and (name not in found or fold(header) in own):
            found[name] = at
    return found


def ask(table: Table, columns: Mapping[str, int]) -> list[Question]:
    """What a file leaves unsaid of its columns, numbers and days."""
    missing = [
        Question("column", (), subject=name) for name in REQUIRED if name not in columns
    ]
    numbers = ("date", "quantity", "price", "amount")
    at = {name: columns[name] for name in numbers if name in columns}
    # what its own users would write says nothing of an intermediary's file
    return missing + ask_notation(table, at, Hints(date_order=""))


def read_lines(table: Table, known: Known, notation: Notation) -> Reading:
    """Every row; two equal lines of one file are two."""
    reader = _Reader(known, notation, len(table.header))
    reading = reader.reading
    reading.place = table.place
    for number, cells in table.rows:
        reading.rows += 1
        try:
            reading.lines.append(reader.line(number, cells))
        except _Refused as refused:
            reading.problems.append(Problem(number, *refused.problem))
    _count_occurrences(reading.lines)
    reading.content_hash = reading.digest()
    return reading


def _count_occurrences(lines: list[Line]) -> None:
    """Equal lines are numbered by what they hold, so that no sequence matters."""
    equal = defaultdict(list)
    for line in lines:
        equal[line.key()].append(line)
    for group in equal.values():
        if len(group) > 1:
            group.sort(key=Line.content)
            for occurrence, line in enumerate(group, 1):
                line.occurrence = occurrence


class _Reader:
    def __init__(self, known: Known, notation: Notation, width: int):
        self.known = known
        self.notation = notation
        self.width = width
        self.reading = Reading()
        self.days: dict[object, datetime.date] = {}
        # codes of digits by what is left without leading zeros
        self.stripped = defaultdict(dict)
        for codes in (known.own_codes, known.codes):
            for code, goods in codes.items():
                if code.isascii() and code.isdigit():
                    self.stripped[code.lstrip("0")].setdefault(code, goods)

    def line(self, number: int, cells: list) -> Line:
        if any(clean(cell) for cell in cells[self.width :]):
            raise _Refused("", cells[self.width], "row_too_long")
        day = self.day(self.cell(cells, "date"))
        goods, code = self.goods(number, self.cell(cells, "product"), day)
        type_ = self.type(self.text(cells, "type"))
        reported = self.number(cells, "quantity", "bad_number")
        if reported is None:
            raise _Refused("quantity", "", "missing")
        quantity = reported * self.factor(cells, goods, day)
        amount = self.number(cells, "amount", "bad_amount")
        if amount is None:
            price = self.number(cells, "price", "bad_amount")
            amount = abs(reported) * price if price is not None else 0.0
        currency, digits = self.currency(self.text(cells, "currency"))
        if type_ == "sale" and quantity < 0:
            type_ = "return"
        if type_ == "stock" and quantity < 0:
            raise _Refused("quantity", self.cell(cells, "quantity"), "negative_stock")
        if type_ == "return":
            quantity, amount = -abs(quantity), -abs(amount)
        if type_ in ("transfer", "stock"):
            amount = 0.0
        customer = self.text(cells, "customer")
        return Line(
            row=number,
            day=day.isoformat(),
            place=self.text(cells, "place"),
            document=latin_digits(self.text(cells, "document")),
            number=latin_digits(self.text(cells, "number")),
            product=goods.product,
            type=type_,
            occurrence=1,
            # six decimals are more than any unit has
            quantity=round(quantity, 6) + 0.0,
            amount=round(amount, digits) + 0.0,
            currency=currency,
            customer=customer,
            customer_id=self.known.customers.get(fold(customer)) if customer else None,
            contract=self.text(cells, "contract"),
            origin=latin_digits(self.text(cells, "origin")),
            code=code,
        )

    def cell(self, cells: list, name: str):
        at = self.notation.columns.get(name)
        return cells[at] if at is not None and at < len(cells) else None

    def text(self, cells: list, name: str) -> str:
        text = _unquoted(clean(self.cell(cells, name)))
        if len(text) > LONGEST_TEXT:
            raise _Refused(name, text, "too_long", str(LONGEST_TEXT))
        return text

    def day(self, cell: object) -> datetime.date:
        """The reporter's own day, also of a moment that names a zone."""
        if not clean(cell):
            raise _Refused("date", "", "missing")
        if cell not in self.days:
            self.days[cell] = self.parsed_day(cell)
        day = self.days[cell]
        first, last = self.notation.first, self.notation.last
        if day > self.known.today:
            raise _Refused("date", cell, "future_date")
        if (first and day < first) or (last and day > last):
            raise _Refused("date", cell, "outside_period")
        return day

    def parsed_day(self, cell: object) -> datetime.date:
        try:
            if isinstance(cell, str) and _MOMENT.fullmatch(clean(cell)):
                moment = datetime.datetime.fromisoformat(
                    clean(cell).replace("Z", "+00:00")
                )
                return moment.astimezone(self.known.zone).date()
            day = self.notation.written.day(cell)
            is_typed = isinstance(cell, datetime.date)
            wrong = self.notation.swapped and is_typed and day.day <= 12
            return swapped(day) if wrong else day
        except (ValueError, OverflowError):
            raise _Refused("date", cell, "bad_date") from None

    def type(self, text: str) -> str:
        if text and fold(text) not in TYPES:
            raise _Refused("type", text, "bad_type")
        return TYPES[fold(text)] if text else "sale"

    def number(self, cells: list, name: str, code: str) -> float | None:
        cell = self.cell(cells, name)
        if not clean(cell):
            return None
        if isinstance(cell, str):
            cell = _unquoted(cell)
        try:
            return parse_number(cell, self.notation.written.decimal_mark)
        except ValueError:
            raise _Refused(name, cell, code) from None

    def currency(self, text: str) -> tuple[int, int]:
        if not text:
            by_id = dict(self.known.currencies.values())
            return self.known.currency, by_id.get(self.known.currency, 2)
        if fold(text) not in self.known.currencies:
            raise _Refused("currency", text, "bad_currency")
        return self.known.currencies[fold(text)]

    def goods(self, row: int, cell: object, day: datetime.date) -> tuple[Goods, str]:
        text = _unquoted(clean(cell))
        if not text:
            raise _Refused("product", "", "missing")
        if len(text) > LONGEST_TEXT:
            raise _Refused("product", text, "too_long", str(LONGEST_TEXT))
        is_number = isinstance(cell, int | float)
        if isinstance(cell, float) and not cell.is_integer():
            # which digits it has lost, nobody knows
            raise _Refused("product", cell, "number_code")
        key = fold(text)
        fitting = {} if is_number else self.exact(key, day)
        if not fitting and key.isascii() and key.isdigit():
            fitting = self.without_zeros(key, day)
            if len(fitting) == 1:
                code = next(iter(fitting.values()))[1]
                if code != key:
                    self.reading.notes.append(
                        Problem(row, "product", text, "completed", code)
                    )
        if len(fitting) > 1:
            names = ", ".join(
                sorted(
                    f"{self.name(id_)} ({code})" for id_, (_, code) in fitting.items()
                )
            )
            raise _Refused("product", text, "ambiguous_code", names)
        if not fitting:
            lost = _SCIENTIFIC.fullmatch(key) or (is_number and len(key) > 11)
            raise _Refused("product", text, "number_code" if lost else "unknown_code")
        ((goods, _code),) = fitting.values()
        return goods, text

    def exact(self, key: str, day: datetime.date) -> dict:
        """The products of a code, by their numbers."""
        for codes in (self.known.own_codes, self.known.codes):
            found = {
                goods.product: (goods, key)
                for goods in codes.get(key, ())
                if goods.first <= day <= goods.last
            }
            if found:
                return found
        return {}

    def without_zeros(self, key: str, day: datetime.date) -> dict:
        found = {}
        for code in self.stripped.get(key.lstrip("0"), ()):
            found |= self.exact(code, day)
        return found

    def name(self, product: int) -> str:
        return self.known.products[product][2]

    def factor(self, cells: list, goods: Goods, day: datetime.date) -> float:
        own, own_name, _name = self.known.products[goods.product]
        text = self.text(cells, "unit")
        unit = self.unit(text, goods, day) if text else goods.unit
        if not unit or unit == own:
            return 1.0
        root, factor = self.known.factors[unit]
        own_root, own_factor = self.known.factors[own]
        if root != own_root:
            raise _Refused("unit", text, "bad_unit", own_name)
        return factor / own_factor

    def unit(self, text: str, goods: Goods, day: datetime.date) -> int:
        key = fold(text)
        for word in self.known.own_units.get(key, ()):
            if word.product in (0, goods.product) and word.first <= day <= word.last:
                return word.unit
        if key not in self.known.units:
            raise _Refused("unit", text, "unknown_unit")
        unit = self.known.units[key]
        if unit is None:
            raise _Refused("unit", text, "ambiguous_unit")
        return unit


def _unquoted(text: str) -> str:
    """Without the mark that our own exports put before what could be a formula."""
    return _QUOTED.sub(r"\1\2", text) if "'" in text else text


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"

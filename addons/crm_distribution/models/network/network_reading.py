"""Rows of a table into outlets and what they handle, each bad row with its reason."""

from __future__ import annotations

import contextlib
import datetime
import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from odoo.tools import split_every

from odoo.addons.crm_suite.tabular import (
    Notation,
    Problem,
    Table,
    fold,
    parse_date,
    parse_number,
)
from odoo.addons.crm_suite.tabular.limits import LONGEST_TEXT
from odoo.addons.crm_suite.tabular.text import clean, latin_digits

# the words above columns, folded; English and Persian
HEADERS = {
    "code": "code, outlet code, outlet, outlet ref, reference, کد, کد فروشگاه",
    "name": "name, outlet name, نام, نام فروشگاه",
    "country": "country, country code, کشور",
    "state": "state, province, state / province, استان",
    "zip": "zip, zip code, postal code, postcode, کد پستی, کدپستی",
    "city": "city, town, شهر",
    "street": "street, address, نشانی, آدرس",
    "level": "level, channel level, سطح, سطح کانال",
    "turnover_class": "class, turnover class, رده, رده فروش",
    "category": "category, goods, product category, دسته, گروه کالا, دسته کالا",
    "turnover": "turnover, yearly turnover, sales, فروش سالانه, گردش سالانه",
    "product": "product, product code, sku, کالا, کد کالا",
    "date": "month, date, period, ماه, تاریخ",
    "kind": "kind, type, نوع",
}
FIELD_BY_HEADER = {
    fold(word).strip(): name
    for name, words in HEADERS.items()
    for word in words.split(",")
}
TEXTS = ("name", "zip", "city", "street")
HANDLING_KINDS = {
    fold(word): kind
    for kind, words in {
        "purchase": ("purchase", "buys", "bought", "خرید"),
        "sale": ("sale", "sells", "sold", "فروش"),
        "stock": ("stock", "موجودی"),
    }.items()
    for word in words
}


@dataclass(frozen=True)
class Known:
    """What cells refer to, by folded names; None for a name that several bear."""

    countries: Mapping[str, int]
    states: Mapping[tuple[int, str], int]
    levels: Mapping[str, int]
    categories: Mapping[str, int | None]
    products: Mapping[str, tuple[int, int]]  # with their category
    outlets: Mapping[str, int]
    country: int | None
    # each category with those above it
    above: Mapping[int, tuple[int, ...]]


@dataclass
class Reading:
    """Values of fields by an outlet's code, turnovers by code and category."""

    outlets: dict[str, dict] = field(default_factory=dict)
    turnovers: dict[tuple[str, int], float] = field(default_factory=dict)
    facts: set[tuple[int, int, int | None, datetime.date, str]] = field(
        default_factory=set
    )
    problems: list[Problem] = field(default_factory=list)
    rows: int = 0

    def parts(self, size: int) -> list[Reading]:
        """The same in parts: so many outlets with their turnovers, or facts, in each.

        Each time in the same sequence.
        """
        turnovers = defaultdict(dict)
        for (code, category), turnover in self.turnovers.items():
            turnovers[code][code, category] = turnover
        parts = []
        for codes in split_every(size, self.outlets):
            part = Reading(outlets={code: self.outlets[code] for code in codes})
            for code in codes:
                part.turnovers.update(turnovers[code])
            parts.append(part)
        facts = split_every(size, sorted(self.facts, key=repr))
        return [*parts, *(Reading(facts={*some}) for some in facts)]

    def to_json(self) -> str:
        """What is to be brought in, without problems."""
        return json.dumps(
            {
                "outlets": self.outlets,
                "turnovers": [[*key, sum_] for key, sum_ in self.turnovers.items()],
                "facts": sorted(self.facts, key=repr),
            },
            default=datetime.date.isoformat,
        )

    @classmethod
    def from_json(cls, text: str) -> Reading:
        kept = json.loads(text)
        return cls(
            outlets=kept["outlets"],
            turnovers={
                (code, category): turnover
                for code, category, turnover in kept["turnovers"]
            },
            facts={
                (outlet, category, product, datetime.date.fromisoformat(day), kind)
                for outlet, category, product, day, kind in kept["facts"]
            },
        )


class _Refused(Exception):
    def __init__(self, name: str, value: object, code: str, detail: str = ""):
        super().__init__(code)
        self.name, self.value, self.code, self.detail = name, value, code, detail


def find_columns(table: Table) -> dict[str, int]:
    """Where each field stands; the first column of its name."""
    columns: dict[str, int] = {}
    for at, header in enumerate(table.header):
        if name := FIELD_BY_HEADER.get(fold(header).replace("_", " ").strip()):
            columns.setdefault(name, at)
    return columns


def read_outlets(table: Table, known: Known, notation: Notation) -> Reading:
    """Outlets by their code; several rows may name turnovers of one outlet."""
    reader = _Reader(table, known)
    first_rows: dict[str, int] = {}
    turnover_rows: dict[tuple[str, int], int] = {}

    def take(number: int, cells: list) -> None:
        code = reader.code(cells)
        values = reader.outlet(cells)
        if code not in known.outlets and not values.get("name"):
            before = reader.reading.outlets.get(code, {})
            if not before.get("name"):
                raise _Refused("name", "", "missing")
        before = reader.reading.outlets.setdefault(code, {})
        first_rows.setdefault(code, number)
        for name, value in values.items():
            if before.setdefault(name, value) != value:
                raise _Refused(
                    name, reader.shown(cells, name), "differs", str(first_rows[code])
                )
        category = reader.category(cells)
        if not category:
            return
        turnover = reader.turnover(cells, notation.decimal_mark)
        key = (code, category)
        if reader.reading.turnovers.setdefault(key, turnover) != turnover:
            raise _Refused(
                "turnover",
                reader.shown(cells, "turnover"),
                "differs",
                str(turnover_rows[key]),
            )
        turnover_rows.setdefault(key, number)

    reader.each(take)
    for (code, category), number in turnover_rows.items():
        for above in known.above[category]:
            if (code, above) in turnover_rows:
                reader.reading.problems.append(
                    Problem(
                        number, reader.header("category"), code, "inside_other", code
                    )
                )
    return reader.reading


def read_handling(
    table: Table, known: Known, today: datetime.date, notation: Notation
) -> Reading:
    """Facts: outlet, category, product, month and kind."""
    reader = _Reader(table, known)

    def take(_number: int, cells: list) -> None:
        code = reader.code(cells)
        if code not in known.outlets:
            raise _Refused("code", code, "unknown")
        product, category = reader.product(cells)
        category = reader.category(cells) or category
        if not category:
            raise _Refused("category", "", "missing")
        month = reader.month(cells, today, notation)
        kind = reader.kind(cells)
        reader.reading.facts.add((known.outlets[code], category, product, month, kind))

    reader.each(take)
    return reader.reading


class _Reader:
    """Cells of a row into values."""

    def __init__(self, table: Table, known: Known):
        self.table, self.known = table, known
        self.columns = find_columns(table)
        self.reading = Reading()
        self.months: dict[object, datetime.date] = {}

    def each(self, take: Callable[[int, list], None]) -> None:
        for number, cells in self.table.rows:
            self.reading.rows += 1
            try:
                if any(clean(cell) for cell in cells[len(self.table.header) :]):
                    raise _Refused("row", cells[-1], "row_too_long")
                take(number, cells)
            except _Refused as refused:
                value = clean(refused.value)[:LONGEST_TEXT]
                self.reading.problems.append(
                    Problem(
                        number,
                        self.header(refused.name),
                        value,
                        refused.code,
                        refused.detail,
                    )
                )

    def header(self, name: str) -> str:
        """What the file itself calls a field."""
        at = self.columns.get(name.removesuffix("_id"))
        return name if at is None else self.table.header[at]

    def cell(self, cells: list, name: str) -> object:
        at = self.columns.get(name)
        return cells[at] if at is not None and at < len(cells) else None

    def shown(self, cells: list, name: str) -> str:
        return clean(self.cell(cells, name.removesuffix("_id")))

    def text(self, cells: list, name: str) -> str:
        text = clean(self.cell(cells, name))
        if len(text) > LONGEST_TEXT:
            raise _Refused(name, text, "too_long", str(LONGEST_TEXT))
        return text

    def code(self, cells: list) -> str:
        code = latin_digits(self.text(cells, "code"))
        if not code:
            raise _Refused("code", "", "missing")
        return code

    def outlet(self, cells: list) -> dict:
        """What the row says of its outlet; empty cells say nothing."""
        values: dict = {
            name: text for name in TEXTS if (text := self.text(cells, name))
        }
        if "zip" in values:
            values["zip"] = latin_digits(values["zip"])
        country = self.found(cells, "country", self.known.countries)
        if country:
            values["country_id"] = country
        if state := self.text(cells, "state"):
            key = (country or self.known.country, fold(state))
            if key not in self.known.states:
                raise _Refused("state", state, "unknown")
            values["state_id"] = self.known.states[key]
            values["country_id"] = key[0]
        if level := self.found(cells, "level", self.known.levels):
            values["level_id"] = level
        if letter := fold(self.text(cells, "turnover_class")):
            if letter not in ("a", "b", "c"):
                raise _Refused("turnover_class", letter, "unknown")
            values["turnover_class"] = letter
        return values

    def found(self, cells: list, name: str, known: Mapping[str, int | None]):
        text = self.text(cells, name)
        if not text:
            return None
        if fold(text) not in known:
            raise _Refused(name, text, "unknown")
        if known[fold(text)] is None:
            raise _Refused(name, text, "ambiguous")
        return known[fold(text)]

    def category(self, cells: list) -> int | None:
        return self.found(cells, "category", self.known.categories)

    def product(self, cells: list) -> tuple[int | None, int | None]:
        return self.found(cells, "product", self.known.products) or (None, None)

    def turnover(self, cells: list, decimal_mark: str) -> float:
        """Nothing stated: it could sell the goods, how much is not known."""
        cell = self.cell(cells, "turnover")
        if not clean(cell):
            return 0.0
        try:
            turnover = parse_number(cell, decimal_mark)
        except ValueError:
            turnover = -1.0
        if turnover < 0:
            raise _Refused("turnover", cell, "bad_number")
        return turnover

    def month(
        self, cells: list, today: datetime.date, notation: Notation
    ) -> datetime.date:
        cell = self.cell(cells, "date")
        if not clean(cell):
            raise _Refused("date", "", "missing")
        if cell not in self.months:
            self.months[cell] = _month(cell, notation)
        if self.months[cell] > today:
            raise _Refused("date", cell, "future_date")
        return self.months[cell]

    def kind(self, cells: list) -> str:
        text = fold(self.text(cells, "kind"))
        if text and text not in HANDLING_KINDS:
            raise _Refused("kind", text, "unknown")
        return HANDLING_KINDS.get(text, "purchase")


def _month(cell: object, notation: Notation) -> datetime.date:
    """The month of a date, or one written as year and month."""
    with contextlib.suppress(ValueError):
        return notation.day(cell).replace(day=1)
    try:
        # a year of two digits beside a month says too little
        return parse_date(f"{clean(cell)}-01", notation.date_order).replace(day=1)
    except ValueError:
        raise _Refused("date", cell, "bad_date") from None

"""Rows of a table into purchases, each bad row with its field and its reason."""

from __future__ import annotations

import datetime
import hashlib
import re
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping
from email.utils import parseaddr

from .customers import settle_customers
from .dates import swapped
from .draft import Draft, shared, turn
from .limits import LONGEST_TEXT
from .numbers import parse_number, parse_rate, parse_share
from .records import Customer, Notation, Problem, Purchase, Reading, Rules
from .rows import HiddenRow, sums_up, tells_carried, tells_credit
from .table import Cell, Table
from .terms import key as word_key
from .text import clean, fold, is_blank, latin_digits

_WHO = ("customer", "email", "name")
_MONEY = frozenset(
    ("amount", "price", "margin", "tax", "total", "discount", "shipping", "refunded")
)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
# a number as programs write it beside gaps, and one that lost its digits
_FLOAT = re.compile(r"\d+\.0", re.ASCII)
_DIGITS = re.compile(rf"\d{{1,{LONGEST_TEXT}}}", re.ASCII)
_SCIENTIFIC = re.compile(r"\d([.,]\d+)?[eE]\+?\d{1,3}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d([ T]00:00(:00)?)?", re.ASCII)
# digits that a spreadsheet keeps of a number
_LOST = 10**15


class _Refused(Exception):
    def __init__(self, field: str, value: object, code: str, detail: str = ""):
        super().__init__(code)
        self.field, self.value, self.code, self.detail = field, value, code, detail


class _LeftOut(Exception):
    pass


def read_purchases(
    table: Table,
    columns: Mapping[str, str],
    notation: Notation,
    today: datetime.date,
    rules: Rules | None = None,
) -> Reading:
    """Read every row; `columns` maps fields to headers that `table` has.

    A purchase's key is its document number; without one it is customer, date, amount
    and how many equal ones came before, so that the same file gives the same keys and
    two equal purchases of one file stay two.
    """
    reading = stream_purchases(table, columns, notation, today, rules)
    reading.purchases = list(reading.purchases)
    reading.problems.sort(key=lambda problem: problem.row)
    return reading


def stream_purchases(
    table: Table,
    columns: Mapping[str, str],
    notation: Notation,
    today: datetime.date,
    rules: Rules | None = None,
) -> Reading:
    """As `read_purchases`, with purchases to be walked through once.

    The rows are read by then. What was kept of one goes when the next is asked for, so
    that a large file is never in memory twice. Only at the end are problems complete,
    and they are in no order.
    """
    reader = _Reader(table, columns, notation, today, rules or Rules())
    for number, cells in table.rows:
        reader.take(number, cells)
    reader.reading.purchases = reader.finish()
    return reader.reading


def document_key(document: str) -> str:
    return _digest("document", document)


class _Reader:
    def __init__(self, table, columns, notation, today, rules):
        self.positions = {name: table.column(at) for name, at in columns.items() if at}
        self.width = len(table.header)
        self.notation = notation
        self.rules = rules
        self.today = today
        self.reading = Reading()
        self.customers: dict[tuple[str, str], Customer] = {}
        # one of equal identities: they come again and again
        self.identities: dict[tuple[str, str], tuple[str, str]] = {}
        self.drafts: list[Draft] = []
        self.dates: dict[Cell, datetime.date] = {}
        self.documents: dict[str, Draft] = {}
        # documents whose rows are no purchases, or not in order
        self.left_out: set[str] = set()
        self.refused: dict[str, int] = {}
        self.whole_rows: set[int] = set()
        self.last_document = ""
        # names of goods come again and again
        self.words: dict[str, str] = {}
        # a row that ends before these has been cut
        needed = ["date", "amount" if "amount" in self.positions else "price"]
        self.needed = max(self.positions[name] for name in needed)
        self.who = [name for name in _WHO if name in self.positions]
        self.first = min((self.positions[n] for n in (*self.who, "date")), default=0)
        self.untold = table.untold(columns) if rules.credits else []
        self.texts = table.untold(columns) if rules.without_carried else []

    def take(self, number: int, cells: list[Cell]) -> None:
        document = ""
        if self.rules.equal_once and self._is_again(cells):
            self.reading.repeated += 1
            return
        try:
            self._check_width(cells)
            document = self._document(cells)
            self._take(number, cells, document)
        except _LeftOut:
            self.reading.left_out += 1
            if document and document not in self.documents:
                self.left_out.add(document)
        except _Refused as refused:
            self._refuse(
                number, refused.field, refused.value, refused.code, refused.detail
            )
            if document and (self.rules.lines or document not in self.documents):
                self.refused.setdefault(document, number)

    def _refuse(self, number, field, value, code, detail="") -> None:
        value = _shortened(clean(value))
        self.reading.problems.append(Problem(number, field, value, code, detail))

    def _is_again(self, cells: list[Cell]) -> bool:
        # by hashes: two rows that differ have one in one case of 2^60
        row = hash(tuple(map(clean, cells)))
        if row in self.whole_rows:
            return True
        self.whole_rows.add(row)
        return False

    def _take(self, number: int, cells: list[Cell], document: str) -> None:
        known = self.documents.get(document) if document else None
        if document in self.left_out or self._is_left_out(cells, document, known):
            raise _LeftOut
        if document in self.refused and (self.rules.lines or self._continues(cells)):
            first = str(self.refused[document])
            raise _Refused("document", document, "document_incomplete", first)
        if known and self._continues(cells):
            self._continue(number, cells, known)
            return
        draft = self._draft(number, cells, document, known)
        if not known:
            if document:
                self.documents[document] = draft
            self.drafts.append(draft)
        elif self.rules.lines:
            self._add(draft, known)
        elif known.content == draft.content:
            self._say_again(draft, known)
        else:
            row = str(known.row)
            raise _Refused("document", document, "document_differs", row)

    def _draft(self, number, cells, document, known) -> Draft:
        written, identity = self._identify(cells, known)
        date = self._date(self._cell(cells, "date"), known)
        currency = self._currency(cells)
        amount = self._amount(cells)
        margin = self._number(cells, "margin")
        sign = self._sign(cells, known)
        if self.rules.returns_of_pieces and sign > 0 < amount:
            sign = -1.0 if self._quantity(cells) < 0 else sign
        amount *= sign
        margin = margin if margin is None else margin * sign
        content = None
        if document and not self.rules.lines:
            content = hash((identity, date, format(amount, ".4f"), currency))
        origin = self._reference(cells, "origin")
        draft = Draft(
            number,
            identity,
            written,
            date,
            amount,
            margin,
            document,
            currency,
            origin,
            content,
            sign=sign,
            is_credit=self._is_credit(cells),
        )
        self._add_item(cells, draft, amount)
        if self.rules.less_discount:
            draft.discount = abs(self._number(cells, "discount") or 0.0)
        if self.rules.with_shipping:
            draft.shipping = self._number(cells, "shipping") or 0.0
        return draft

    def _add(self, line: Draft, known: Draft) -> None:
        if (line.identity, line.date, line.currency) != (
            known.identity,
            known.date,
            known.currency,
        ):
            row = str(known.row)
            raise _Refused("document", line.document, "document_differs", row)
        known.amount += line.amount
        known.is_credit |= line.is_credit
        if known.margin is not None:
            known.margin = None if line.margin is None else known.margin + line.margin
        if line.items:
            known.items = (known.items or []) + line.items
        # they stand on the first row, or on each
        known.discount = known.discount or line.discount
        known.shipping = known.shipping or line.shipping
        self._note_row(line.row, known)

    def _say_again(self, again: Draft, known: Draft) -> None:
        """The order's own figures once more, maybe with other goods of it."""
        known.is_credit |= again.is_credit
        new = [item for item in again.items or () if item not in (known.items or ())]
        if new:
            known.items = (known.items or []) + new
            self._note_row(again.row, known)
        else:
            self.reading.repeated += 1

    def _continue(self, number: int, cells: list[Cell], known: Draft) -> None:
        self._add_item(cells, known, None)
        self._note_row(number, known)

    def _note_row(self, number: int, known: Draft) -> None:
        if known.rows is None:
            known.rows = array("q")
        known.rows.append(number)
        self.reading.lines += 1

    def _check_width(self, cells: list[Cell]) -> None:
        if len(cells) <= self.needed and not self._follows(cells):
            raise _Refused("row", cells[-1], "row_too_short", str(len(cells)))
        if len(cells) > self.width and any(map(clean, cells[self.width :])):
            # An unquoted separator shifts every cell behind it: nothing is certain.
            raise _Refused("row", cells[self.width], "row_too_long", str(len(cells)))

    def _cell(self, cells: list[Cell], name: str) -> Cell:
        at = self.positions.get(name)
        return cells[at] if at is not None and at < len(cells) else None

    def _is_empty(self, cells: list[Cell], *names: str) -> bool:
        return all(is_blank(self._cell(cells, name)) for name in names)

    def _text(self, cells: list[Cell], name: str) -> str:
        text = clean(self._cell(cells, name))
        if len(text) > LONGEST_TEXT:
            raise _Refused(name, text, "too_long", str(LONGEST_TEXT))
        if "\ufffd" in text:
            raise _Refused(name, text, "bad_letter")
        return text

    def _reference(self, cells: list[Cell], name: str) -> str:
        """A customer's or document's number, as it was before programs touched it."""
        cell = self._cell(cells, name)
        if cell is None:
            return ""
        if isinstance(cell, str) and _DIGITS.fullmatch(cell):
            return cell  # most are so, and are cheaper so
        if isinstance(cell, datetime.date | datetime.time | datetime.timedelta):
            raise _Refused(name, cell, "date_reference")
        if isinstance(cell, float | int) and abs(cell) >= _LOST:
            raise _Refused(name, cell, "lost_digits")
        text = latin_digits(self._text(cells, name))
        if not text or text.isalpha():
            return text
        if _SCIENTIFIC.fullmatch(text):
            raise _Refused(name, text, "lost_digits")
        if name == "customer" and _DAY.fullmatch(text):
            raise _Refused(name, text, "date_reference")
        return text[:-2] if _FLOAT.fullmatch(text) else text

    def _document(self, cells: list[Cell]) -> str:
        document = self._reference(cells, "document")
        if not document and self._follows(cells):
            # only the first row of an order names it
            return self.last_document
        self.last_document = document
        return document

    def _follows(self, cells: list[Cell]) -> bool:
        """Whether a row has nothing of an order's own, and goes with the one above."""
        return bool(self.last_document) and self._is_empty(
            cells, "document", "date", *self.who
        )

    def _continues(self, cells: list[Cell]) -> bool:
        """Whether a row of a known document leaves the amount to its first row."""
        return "amount" in self.positions and self._is_empty(cells, "amount")

    def _is_left_out(self, cells, document: str, known: Draft | None) -> bool:
        rules = self.rules
        if rules.no_purchase and (text := clean(self._cell(cells, "status")) or None):
            if word_key(text) in rules.no_purchase:
                return True
        elif rules.no_purchase and not known and "" in rules.no_purchase:
            return True
        if rules.without_cancelled and not self._is_empty(cells, "cancelled"):
            return True
        if rules.no_sale and self._word(cells, "sign") in rules.no_sale:
            return True
        if rules.without_totals and sums_up(
            cells,
            range(self.first + 1),
            [self.positions[name] for name in self.who],
            self.positions.get("date"),
        ):
            return True
        if rules.without_hidden and isinstance(cells, HiddenRow):
            return True
        if rules.without_carried and tells_carried(cells, self.texts):
            return True
        if rules.credits != "no" or (rules.lines and document):
            return False  # what lines add up to is known at the end
        is_credit = not self._continues(cells) and self._is_credit(cells)
        if is_credit and known:
            known.is_credit = True
        return is_credit

    def _word(self, cells: list[Cell], name: str) -> str:
        return word_key(clean(self._cell(cells, name)))

    def _is_credit(self, cells: list[Cell]) -> bool:
        """Whether a row above zero tells of a credit note in other words."""
        return tells_credit(cells, self.untold) and self._amount(cells) > 0

    def _identify(self, cells: list[Cell], known) -> tuple[tuple, tuple]:
        """How the row writes its customer, and who that is."""
        if known and self._is_empty(cells, *self.who):
            return known.written, known.identity
        reference = self._reference(cells, "customer")
        email = parse_email(self._text(cells, "email"))
        name = self._text(cells, "name")
        if last := self._text(cells, "last_name"):
            name = f"{name} {last}".strip()
        if reference:
            written = ("customer", reference)
            identity = ("customer", reference.casefold())
        elif email:
            written = identity = ("email", email)
        elif name:
            written = identity = ("name", fold(name))
        else:
            asked = self.who[0] if self.who else "customer"
            raise _Refused(asked, "", "no_customer")
        customer = self.customers.setdefault(identity, Customer(reference))
        customer.email = customer.email or email
        customer.name = customer.name or name
        one = self.identities.setdefault
        return one(written, written), one(identity, identity)

    def _date(self, cell: Cell, known: Draft | None) -> datetime.date:
        if is_blank(cell):
            if known:
                return known.date
            raise _Refused("date", "", "no_date")
        if cell not in self.dates:
            try:
                date = self.notation.day(cell)
            except ValueError:
                raise _Refused("date", cell, "bad_date") from None
            if self.rules.swapped and not isinstance(cell, str) and date.day <= 12:
                date = swapped(date)
            self.dates[cell] = date
        if self.dates[cell] > self.today:
            raise _Refused("date", cell, "future_date")
        return self.dates[cell]

    def _currency(self, cells: list[Cell]) -> str:
        """The code of the row's currency, where it is not that of the import."""
        text = clean(self._cell(cells, "currency"))
        if not text:
            return ""
        currency = self.notation.currency
        if text.upper() == self.notation.code or fold(text) in map(fold, currency):
            return ""
        if not re.fullmatch(r"[A-Za-z]{3}", text):
            raise _Refused("currency", text, "bad_currency")
        return text.upper()

    def _amount(self, cells: list[Cell]) -> float:
        if "amount" in self.positions:
            amount = self._number(cells, "amount")
            if amount is None:
                raise _Refused("amount", "", "no_amount")
        else:
            price = self._number(cells, "price")
            if price is None:
                raise _Refused("price", "", "no_amount")
            amount = self._worth(price, self._quantity(cells))
        tax = self.rules.tax
        if self.rules.less_own_discount:
            off = self._own_discount(cells, amount)
            amount -= off if amount >= 0 else -off
        if tax == "column":
            part = abs(self._number(cells, "tax") or 0.0)
            amount -= part if amount >= 0 else -part
        elif tax is not None:
            has_own = tax in ("percent", "fraction")
            rate = self._tax_rate(cells) if has_own else tax
            amount /= 1 + rate / 100
        if refunded := self._number(cells, "refunded"):
            amount *= 1 - self._refunded_share(cells, abs(refunded), amount)
        # less the dust of arithmetic, which no currency has
        exact = tax is None and not refunded and not self.rules.less_own_discount
        return amount if exact else round(amount, 6)

    def _own_discount(self, cells: list[Cell], amount: float) -> float:
        share = parse_share(self._cell(cells, "discount"), self.notation.decimal_mark)
        if share is not None:
            return abs(amount) * share
        return abs(self._number(cells, "discount") or 0.0)

    def _tax_rate(self, cells: list[Cell]) -> float:
        cell = self._cell(cells, "tax_rate")
        if is_blank(cell):
            return 0.0
        try:
            is_fraction = self.rules.tax == "fraction"
            return parse_rate(cell, self.notation.decimal_mark, is_fraction)
        except ValueError:
            raise _Refused("tax_rate", cell, "bad_number") from None

    def _refunded_share(self, cells: list[Cell], refunded, amount) -> float:
        """What was paid back has tax and shipping in it where the total has."""
        whole = self._number(cells, "total")
        if not whole:  # nothing that is left to be paid is no total
            extras = (self._number(cells, name) or 0.0 for name in ("tax", "shipping"))
            whole = abs(amount) + sum(extras)
        return min(1.0, refunded / abs(whole)) if whole else 1.0

    def _sign(self, cells: list[Cell], known: Draft | None) -> float:
        rules = self.rules
        if known and self._is_empty(cells, "sign"):
            return known.sign
        if not rules.returns or "sign" not in self.positions:
            return 1.0
        takes_back = self._word(cells, "sign") in rules.returns
        if not takes_back or rules.returns_signed:
            return 1.0
        return -1.0

    def _quantity(self, cells: list[Cell]) -> float:
        quantity = self._number(cells, "quantity")
        return 1.0 if quantity is None else quantity

    def _worth(self, price: float, quantity: float) -> float:
        """What all pieces of a row cost together."""
        return price if self.rules.prices_of_lines else round(price * quantity, 6)

    def _add_item(self, cells: list[Cell], draft: Draft, amount: float | None) -> None:
        if "product" not in self.positions and "product_name" not in self.positions:
            return
        product = self._reference(cells, "product")
        name = clean(self._cell(cells, "product_name"))[:LONGEST_TEXT]
        if not (product or name):
            return
        quantity = self._quantity(cells)
        price = self._number(cells, "price")
        has_own = price is not None and not self.rules.less_own_discount
        worth = self._worth(price, quantity) if has_own else amount
        if amount is not None and amount < 0 < quantity:
            quantity = -quantity
        if draft.items is None:
            draft.items = []
        words = self.words
        product, name = words.setdefault(product, product), words.setdefault(name, name)
        draft.items.append((product, name, quantity, worth))

    def _number(self, cells: list[Cell], name: str) -> float | None:
        cell = self._cell(cells, name)
        if cell is None or (isinstance(cell, str) and not clean(cell)):
            return None
        notation = self.notation
        try:
            number = parse_number(cell, notation.decimal_mark, notation.currency)
        except ValueError:
            code = f"bad_{name}" if name in ("amount", "margin") else "bad_number"
            raise _Refused(name, cell, code) from None
        if notation.factor != 1.0 and name in _MONEY:
            return number * notation.factor
        return number

    def finish(self) -> Iterator[Purchase]:
        same = settle_customers(self.customers.values())
        # by hashes, as above
        equal, plain_equal = Counter(), Counter()
        self.drafts.reverse()
        while self.drafts:
            # what was a draft makes room for the purchase
            draft = self.drafts.pop()
            if draft.document in self.refused and self.rules.lines:
                self._refuse_rows(draft)
                continue
            if self.rules.lines and draft.document:
                draft.amount = round(draft.amount - draft.discount + draft.shipping, 6)
            if draft.is_credit and draft.amount > 0:
                if self.rules.credits == "no":
                    self._leave_out(draft)
                    continue
                turn(draft)
            day = self._day(draft)
            amount = format(draft.amount, ".4f")
            content = (*draft.written, day, amount)
            if draft.document:
                key = document_key(draft.document)
            else:
                same_row = hash(content)
                equal[same_row] += 1
                key = _digest(*content, equal[same_row])
            plain = ("plain", *draft.identity, day, amount, draft.currency)
            same_plain = hash(plain)
            plain_equal[same_plain] += 1
            customer = self.customers[draft.identity]
            origin = document_key(draft.origin) if draft.origin else ""
            yield Purchase(
                draft.row,
                same.get(customer, customer),
                day,
                draft.amount,
                draft.margin,
                draft.document,
                key,
                _digest(*plain, plain_equal[same_plain]),
                draft.currency,
                "" if draft.origin in self.documents else origin,
                shared(draft),
            )
            # the documents have the draft still
            draft.items = draft.rows = None

    def _day(self, draft: Draft) -> datetime.date:
        """What takes back from an order of the file does so on the order's day."""
        order = self.documents.get(draft.origin) if draft.origin else None
        return order.date if order and draft.amount < 0 else draft.date

    def _leave_out(self, draft: Draft) -> None:
        others = len(draft.rows or ())
        self.reading.left_out += 1 + others
        self.reading.lines -= others

    def _refuse_rows(self, draft: Draft) -> None:
        """Of a document with a bad line nothing is right."""
        first = str(self.refused[draft.document])
        for number in (draft.row, *(draft.rows or ())):
            self._refuse(
                number, "document", draft.document, "document_incomplete", first
            )


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

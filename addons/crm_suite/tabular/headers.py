"""Which column is which, from the words people put above them.

A header is taken for a field by its whole name only, and not where its cells say
otherwise: one word of several says nothing ("Date of Birth", "Total Qty", "Margin %").
"""

from __future__ import annotations

import contextlib
import re
from collections import defaultdict
from collections.abc import Iterable

from .dates import has_short_year, is_month, parse_date
from .names import ANY_CUSTOMER, FIELDS, SYNONYMS
from .table import Table
from .terms import MOST_STATUSES, is_bought, word_sign
from .text import clean, fold, latin_digits

# They name the customer, unless the file has another number of each document.
_BARE_REFERENCE = {"reference", "ref"}
# They name the customer, unless their cells number documents.
_BARE_NAME = {"name", "nom", "nombre", "number", "num"}
# A first name stands in them, if a column has the last one beside it.
_FIRST_NAMES = {
    "first name",
    "billing first name",
    "prenom",
    "vorname",
    "nombre",
    "نام",
    "nom",
    "name",
}
# What may stand in brackets behind a name and leaves it what it is.
_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*$")
_HARMLESS = {"utc", "gmt", "local", "billing", "net", "excl tax", "excl vat", "ht"}
# a marketplace that writes down what the buyer paid for all pieces of a line
_PRICE_OF_LINES = "item price"
_ITS_COLUMNS = {"amazon order id", "quantity purchased", "order item id", "item tax"}
_CURRENCY_CODE = re.compile(r"[A-Z]{3}")
_CURRENCY_WORDS = {
    "$": "USD",
    "us$": "USD",
    "€": "EUR",
    "£": "GBP",
    "ریال": "IRR",
    "rial": "IRR",
    "تومان": "toman",
    "toman": "toman",
}
_SCALES = {
    1e3: {"teur", "tsd", "t€", "keur", "k€", "k$", "kusd", "000", "هزار"}
    | {"thousand", "thousands", "tausend", "milliers", "miles"},
    1e6: {"mio", "mln", "m€", "million", "millions", "millionen", "millones", "میلیون"},
}
# a method of shipping is no amount, and neither is a rate
_AMOUNTS = {"amount", "gross", "margin", "price", "total", "discount", "shipping"}
_FIGURES = {*_AMOUNTS, "tax", "tax_rate", "quantity", "refunded"}
_PERCENT = re.compile(r"%|٪|percent|prozent|pourcent|\bpct\b|\brate\b|درصد|quote", re.I)
_RATE = re.compile(rf"{_PERCENT.pattern}|satz\b|\btaux\b|\btipo\b|نرخ", re.I)
# of an address as well as of an order
_STATES = {"state", "order state", "etat", "estado"}
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_DOCUMENT = re.compile(r"(?=.*\d)[#A-Z]{0,4}[-_/ ]?[\d/_-]+", re.I | re.ASCII)
_CLOCK = re.compile(r"\d{1,2}:\d{2}")
_SAMPLE = 200


def _words(text: str, split: bool = True) -> str:
    text = clean(text)
    if split and text.isascii():
        text = _CAMEL.sub(" ", text)
    return " ".join(re.findall(r"[\w/]+", fold(text).replace("_", " ")))


def _names(synonyms: str) -> list[str]:
    return [name for text in synonyms.split(",") if (name := _words(text))]


_ANY_CUSTOMER_NAMES = set(_names(ANY_CUSTOMER))
# name → the field it is first of all, and how early it stands among its names
_RANKS = {field: _names(synonyms) for field, synonyms in SYNONYMS.items()}
_FIELDS_OF = defaultdict(list)
for _field, _known in _RANKS.items():
    for _name in _known:
        _FIELDS_OF[_name].append(_field)


def _bare(header: str) -> str:
    """A header's own name: less a currency, a time zone or the like behind it."""
    found = _BRACKETS.search(clean(header))
    if found and (
        _currency_in(found[1])
        or _words(found[1]) in _HARMLESS
        or header_scale(header) > 1
        or not found[1].strip()
    ):
        header = clean(header)[: found.start()]
    first, _space, last = header.rpartition(" ")
    if first and (_CURRENCY_CODE.fullmatch(last) and last in _CODES or last == "€"):
        header = first
    name, whole = _words(header), _words(header, split=False)
    # MwSt is one word
    return whole if name not in _FIELDS_OF and whole in _FIELDS_OF else name


_CODES = frozenset(
    re.findall(
        r"[A-Z]{3}",
        """
    AED AUD BGN BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR IQD IRR
    ISK JPY KRW KWD MAD MXN MYR NOK NZD OMR PEN PHP PKR PLN QAR RON RUB SAR SEK SGD THB
    TND TRY TWD UAH USD VND ZAR
    """,
    )
)


def _currency_in(text: str) -> str | None:
    word = clean(text)
    return word if word in _CODES else _CURRENCY_WORDS.get(fold(word))


def header_currency(header: str) -> str | None:
    """The currency that a header names: a code, or "toman" for ten rials."""
    found = _BRACKETS.search(clean(header))
    if found:
        return _currency_in(found[1])
    return _currency_in(clean(header).rpartition(" ")[2]) if " " in header else None


def header_scale(header: str) -> float:
    """How much one of a column is, whose header says thousands or millions."""
    words = set(re.findall(r"[\w€$]+", fold(clean(header))))
    for scale, names in _SCALES.items():
        if words & names:
            return scale
    return 1.0


def is_gross(header: str) -> bool:
    """Whether a header says that its amounts are with tax."""
    return "gross" in _FIELDS_OF[_bare(header)]


def is_net(header: str) -> bool:
    """Whether a header says that its amounts are without tax."""
    name = _bare(header)
    known = _RANKS["amount"]
    return name in known and known.index(name) < known.index("amount")


def is_unit_price(header: str) -> bool:
    """Whether a header says that its prices are those of one piece."""
    name = _bare(header)
    known = _RANKS["price"]
    return name in known and known.index(name) < known.index("price")


def is_price_of_lines(header: str, headers: Iterable[str]) -> bool:
    """Whether a price is known to be that of all pieces, by the columns beside it."""
    beside = {_bare(one) for one in headers}
    return _bare(header) == _PRICE_OF_LINES and len(beside & _ITS_COLUMNS) > 1


def count_months(headers: Iterable[str]) -> int:
    """How many headers are months, as they stand above a pivot table's figures."""
    return sum(map(is_month, headers))


def count_known(headers: Iterable[str]) -> int:
    """How many of them are known names."""
    return sum(
        name in _FIELDS_OF or name in _ANY_CUSTOMER_NAMES
        for name in map(_bare, headers)
        if name
    )


def propose_columns(table: Table) -> dict[str, str]:
    """Field → header, for the fields that a header names. Each is used once.

    Among the headers of one field the one that says most decides.
    """
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for header in table.header:
        if not header or table.header.count(header) > 1:
            continue
        name = _bare(header)
        fields = _FIELDS_OF.get(name, [])
        if name in _ANY_CUSTOMER_NAMES:
            fields = [_customer_field(table, header)]
        elif name in _BARE_NAME and _are_documents(table, header):
            fields = ["document"]
        for field in fields:
            if _is_plausible(table, header, field):
                known = _RANKS[field]
                if name in known:
                    rank = known.index(name)
                else:
                    # a bare "Buyer" says less than a number of his
                    rank = known.index("reference") - 1 if field == "customer" else 0
                if field == "date" and not _mostly(_texts(table, header), _is_day):
                    # named all the same where no other is: its rows are refused by name
                    rank += len(known)
                if field == "document" and not _mostly(table.cells(header), clean):
                    # others number more of the rows
                    rank += len(known)
                found[field].append((rank, header))
    found["amount"] = found["amount"] or found["gross"]
    return _settle(table, {field: sorted(found[field]) for field in FIELDS})


def _settle(table: Table, found: dict[str, list[tuple[int, str]]]) -> dict[str, str]:
    proposal: dict[str, str] = {}
    for field, headers in found.items():
        taken = proposal.values()
        free = [header for _rank, header in headers if header not in taken]
        if free:
            proposal[field] = free[0]
    if not _names_customers(table, proposal):
        del proposal["customer"]
    if "last_name" in proposal and not _is_first_name(table, proposal):
        del proposal["last_name"]
    return proposal


def _is_first_name(table: Table, proposal: dict[str, str]) -> bool:
    """Whether the column of names needs the one of last names beside it."""
    header = proposal.get("name")
    if header is None or _bare(header) not in _FIRST_NAMES:
        return False
    last = table.cells(proposal["last_name"])[:_SAMPLE]
    pairs = zip(map(clean, table.cells(header)), map(clean, last), strict=False)
    both = [(fold(whole).split(), fold(last)) for whole, last in pairs if last]
    return not _mostly(both, lambda pair: pair[1] in pair[0])


def _names_customers(table: Table, proposal: dict[str, str]) -> bool:
    """Whether a bare "Reference" is the customer's and not another of the order's."""
    header = proposal.get("customer")
    if header is None or _bare(header) not in _BARE_REFERENCE:
        return True
    who = proposal.get("email") or proposal.get("name")
    if not who or "document" not in proposal:
        return True
    seen: dict[str, set[str]] = defaultdict(set)
    times = 0
    for one, reference in zip(
        table.cells(who)[:_SAMPLE], table.cells(header)[:_SAMPLE], strict=True
    ):
        if clean(one) and clean(reference):
            seen[fold(clean(one))].add(fold(clean(reference)))
            times += 1
    # each customer has one, and some have bought twice under it
    return all(len(refs) == 1 for refs in seen.values()) and times > len(seen)


def _texts(table: Table, header: str) -> list[str]:
    return [text for cell in table.cells(header)[:_SAMPLE] if (text := clean(cell))]


def _mostly(texts: list[str], test) -> bool:
    return 2 * sum(map(bool, map(test, texts))) > len(texts)


def _customer_field(table: Table, header: str) -> str:
    texts = _texts(table, header)
    if _mostly(texts, lambda text: "@" in text):
        return "email"
    if _mostly(texts, lambda text: any(map(str.isdigit, text))):
        return "customer"
    return "name"


def _are_documents(table: Table, header: str) -> bool:
    texts = map(latin_digits, _texts(table, header))
    return _mostly([*texts], _DOCUMENT.fullmatch)


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


def _is_plausible(table: Table, header: str, field: str) -> bool:
    texts = _texts(table, header)
    if field in _AMOUNTS and _PERCENT.search(header):
        return False
    if field in ("tax", "tax_rate"):
        is_rate = _RATE.search(header) or texts and _mostly(texts, _PERCENT.search)
        if bool(is_rate) != (field == "tax_rate"):
            return False
    if not texts:
        # a status that no row has says nothing
        return field != "status" or not table.rows
    words = [*{*map(fold, texts)}]
    if field == "date":
        return not _mostly(texts, _CLOCK.match)
    if field == "status":
        if _bare(header) in _STATES and not any(
            is_bought(w) is not None for w in words
        ):
            return False
        return len(words) <= MOST_STATUSES and not _mostly(texts, _is_figure)
    if field == "sign":
        if len(words) > MOST_STATUSES:
            return False
        # letters may be anything; each word that says nothing to us is asked about
        told = any(word_sign(word) for word in words if len(word) > 2)
        return told or _mostly(words, word_sign)
    if field == "currency":
        return _mostly(texts, lambda text: len(text) <= 4)
    if field in _FIGURES:
        return not _mostly(texts, lambda text: not _has_digit(text))
    if field in ("name", "last_name"):
        return not _mostly(texts, _is_figure)
    if field == "document" and _bare(header) in ("id", "number", "num"):
        return len(set(texts)) == len(texts)
    if field == "customer" and _bare(header) in _BARE_REFERENCE:
        return not _mostly(texts, lambda text: "@" in text)
    return True


def _is_day(text: str) -> bool:
    for order in ("dmy", "mdy"):
        with contextlib.suppress(ValueError):
            return bool(parse_date(text, order))
    return has_short_year(text)


def _is_figure(text: str) -> bool:
    return bool(re.fullmatch(r"[-+()\d.,\s$€£%]+", latin_digits(text)))

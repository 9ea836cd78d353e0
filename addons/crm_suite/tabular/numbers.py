"""Amounts as text: 1,234.50 and 1.234,50 and ۱٬۲۳۴٫۵۰ and (12.00)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping

from .text import clean, fold, latin_digits

LARGEST = 1e15  # beyond it a float no longer holds hundredths

_MINUS = str.maketrans({"\u2212": "-", "\u2010": "-", "\u2011": "-", "\u2013": "-"})
_ARABIC_DECIMAL, _ARABIC_THOUSANDS = "\u066b", "\u066c"
_SPACES_AND_APOSTROPHES = str.maketrans("", "", " '\u2019" + _ARABIC_THOUSANDS)
_PLAIN = re.compile(r"[\d.,()+ -]*", re.ASCII)
# most cells are so, and are cheaper so
_SIMPLE = {
    ".": re.compile(r"-?\d+(\.\d+)?", re.ASCII),
    ",": re.compile(r"-?\d+(,\d+)?", re.ASCII),
}
_DIGITS_ONLY = re.compile(r"\d+", re.ASCII)
# Groups of three, or the Indian groups of two before a last three.
_GROUPED = {
    ".": re.compile(r"\d{1,3}(,\d{3})+|\d{1,2}(,\d{2})+,\d{3}", re.ASCII),
    ",": re.compile(r"\d{1,3}(\.\d{3})+", re.ASCII),
}
# A word or a sign in front of the digits, or behind them.
_WORD = r"[^\W\d_]+\.?|[^\w\s.,()+'\u2019\u066b\u066c%-]+|[A-Za-z]{1,2}\$"
_BESIDE = re.compile(
    rf"([-+(]?)\s*({_WORD})?\s*([-+]?[\d.,'\u2019\u066b\u066c\s]+?)\s*({_WORD})?([-)]?)"
)
# Currencies by what people write for them, beside their code and their sign.
_CURRENCY_NAMES = {
    "USD": "$, us$, dollar, dollars, us dollar, دلار",
    "EUR": "€, euro, euros, eur., یورو",
    "GBP": "£, pound, pounds, sterling, پوند",
    "CHF": "fr, fr., sfr, sfr., franken",
    "IRR": "ریال, rial, rials, ﷼",
    "AED": "dirham, dirhams, درهم",
    "TRY": "₺, tl, lira, لیر",
    "INR": "₹, rs, rs., rupee, rupees",
    "JPY": "¥, 円, yen",
}
# A toman is ten rials, and no currency of its own.
_TOMAN = "تومان, تومن, toman, tomans"
_FRACTION = re.compile(r"0?[.,\u066b][0-4]\d*", re.ASCII)
_SPACED = re.compile(r"\d{1,3}([ '\u2019\u066c]\d{3})+|\d+", re.ASCII)


def parse_number(
    cell: object, decimal_mark: str = ".", currency: Iterable[str] = ()
) -> float:
    """The number a cell holds; ValueError when it could mean another.

    `currency` names what may stand beside the digits, and with a mapping how much of
    the currency one of it is: any other word or sign is refused, since an amount in
    another currency is not a number of this one.
    """
    if isinstance(cell, bool) or cell is None:
        raise ValueError("not a number")
    if isinstance(cell, int) and abs(cell) >= LARGEST:
        raise ValueError("too large")  # maybe even for a float
    if isinstance(cell, int | float):
        number = float(cell)
    elif isinstance(cell, str) and _SIMPLE[decimal_mark].fullmatch(cell):
        number = float(cell.replace(",", "."))
    else:
        text, factor = _bare(cell, currency)
        number = _parse_text(text, decimal_mark) * factor
    if not math.isfinite(number) or abs(number) >= LARGEST:
        raise ValueError("too large")
    return number + 0.0  # no negative zero


def parse_rate(cell: object, decimal_mark: str, is_fraction: bool) -> float:
    """A rate in percent, of "19 %", 19, or 0.19 in a column of fractions.

    Below one, and neither in such a column nor with its sign, it could be either.
    """
    text = clean(cell)
    bare = text.strip("%٪ ")
    has_sign = bare != text
    number = parse_number(bare if isinstance(cell, str) else cell, decimal_mark)
    rate = round(number * 100, 9) if is_fraction and not has_sign else number
    if not 0 <= rate < 100 or 0 < number < 1 and not (is_fraction or has_sign):
        raise ValueError("no rate")
    return rate


def parse_share(cell: object, decimal_mark: str) -> float | None:
    """The part of one that a text with a sign of percent is; None without the sign."""
    if not isinstance(cell, str) or not cell.rstrip().endswith(("%", "٪")):
        return None
    try:
        return abs(parse_number(clean(cell).rstrip("%٪ "), decimal_mark)) / 100
    except ValueError:
        return None


def shows_fraction(cell: object) -> bool | None:
    """Whether a rate reads as a part of one, None where it is nothing.

    Half and more is no rate of tax: 0.5 may be half a percent.
    """
    text = latin_digits(clean(cell))
    if not re.search("[1-9]", text):
        return None
    return bool(_FRACTION.fullmatch(text))


def currency_words(code: str, words: Iterable[str] = ()) -> dict[str, float]:
    """What may stand beside amounts in a currency, folded: how much of it one is.

    :param words: its sign and its names in the user's language
    """
    known = [code, *words, *_CURRENCY_NAMES.get(code, "").split(",")]
    factors = {fold(word).strip(): 1.0 for word in known if word}
    if code == "IRR":
        factors |= {fold(word).strip(): 10.0 for word in _TOMAN.split(",")}
    return factors


def _bare(cell: object, currency: Iterable[str]) -> tuple[str, float]:
    """The text of a number less the currency beside it, and what that makes of it."""
    text = latin_digits(clean(cell)).translate(_MINUS)
    if _PLAIN.fullmatch(text):
        return text, 1.0
    factors = currency if isinstance(currency, Mapping) else dict.fromkeys(currency, 1)
    found = _BESIDE.fullmatch(text)
    if found:
        before, front, digits, back, behind = found.groups()
        if front and back:
            return text, 1.0
        factors = {fold(word): factor for word, factor in factors.items()}
        factor = factors.get(fold(front or back or ""))
        if factor:
            return f"{before}{digits}{behind}", factor
    for word, factor in factors.items():
        for part in (text.removeprefix(word), text.removesuffix(word)):
            if word and part != text:
                return part.strip(), factor
        if word and text.startswith(("-" + word, "(" + word)):
            return text.replace(word, "", 1).strip(), factor
    return text, 1.0


def _parse_text(text: str, decimal_mark: str) -> float:
    negative = False
    if text.startswith("(") and text.endswith(")"):
        negative, text = True, text[1:-1]
    elif text.startswith(("-", "+")):
        negative, text = text[0] == "-", text[1:]
    elif text.endswith("-"):
        negative, text = True, text[:-1]
    text = text.strip()
    mark = _ARABIC_DECIMAL if _ARABIC_DECIMAL in text else decimal_mark
    whole, point, fraction = text.partition(mark)
    if point and not _DIGITS_ONLY.fullmatch(fraction):
        raise ValueError("not a number")
    grouped = _GROUPED[decimal_mark]
    if grouped.fullmatch(whole):
        whole = whole.replace("," if decimal_mark == "." else ".", "")
    elif _SPACED.fullmatch(whole):
        whole = whole.translate(_SPACES_AND_APOSTROPHES)
    elif whole or not point:
        raise ValueError("not a number")
    number = float(f"{whole or 0}.{fraction or 0}")
    return -number if negative else number


def detect_decimal_mark(cells: Iterable[object]) -> str | None:
    """The mark most cells prove, None when none proves any: 1,234 could be either."""
    votes = {".": 0, ",": 0, "": 0}
    for cell in cells:
        votes[mark_vote(cell) or ""] += 1
    if votes["."] == votes[","]:
        return None
    return "." if votes["."] > votes[","] else ","


def mark_vote(cell: object) -> str | None:
    """The decimal mark that a cell proves; "" where a mark could be either, None
    where there is none."""
    if not isinstance(cell, str):
        return None
    text = latin_digits(clean(cell))
    dot, comma = text.rfind("."), text.rfind(",")
    last, other = (".", ",") if dot > comma else (",", ".")
    at = max(dot, comma)
    if at < 0:
        return None
    tail = len(re.match(r"\d*", text[at + 1 :], re.ASCII).group())
    lead = len(re.search(r"\d*$", text[:at], re.ASCII).group())
    if text.count(last) > 1:
        return other
    if min(dot, comma) >= 0 or tail != 3 or not 1 <= lead <= 3:
        return last
    if text[:at].lstrip("-+( ") == "0":
        return last  # 0.500: no group of thousands starts with zero
    return ""


def shown_mark(cell: str) -> str:
    """The one mark of a cell where it could be either."""
    return "." if "." in cell else ","

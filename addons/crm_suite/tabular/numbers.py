"""Amounts as text: 1,234.50 and 1.234,50 and ۱٬۲۳۴٫۵۰ and (12.00)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from .text import clean, latin_digits

LARGEST = 1e15  # beyond it a float no longer holds hundredths

_MINUS = str.maketrans({"\u2212": "-", "\u2010": "-", "\u2011": "-", "\u2013": "-"})
_ARABIC_DECIMAL, _ARABIC_THOUSANDS = "\u066b", "\u066c"
_SPACES_AND_APOSTROPHES = str.maketrans("", "", " '\u2019" + _ARABIC_THOUSANDS)
_DIGITS_ONLY = re.compile(r"\d+", re.ASCII)
# Groups of three, or the Indian groups of two before a last three.
_GROUPED = {
    ".": re.compile(r"\d{1,3}(,\d{3})+|\d{1,2}(,\d{2})+,\d{3}", re.ASCII),
    ",": re.compile(r"\d{1,3}(\.\d{3})+", re.ASCII),
}
_SPACED = re.compile(r"\d{1,3}([ '\u2019\u066c]\d{3})+|\d+", re.ASCII)


def parse_number(
    cell: object, decimal_mark: str = ".", currency: Iterable[str] = ()
) -> float:
    """The number a cell holds; ValueError when it could mean another.

    `currency` names what may stand beside the digits: any other word or sign is
    refused, since an amount in another currency is not a number of this one.
    """
    if isinstance(cell, bool) or cell is None:
        raise ValueError("not a number")
    if isinstance(cell, int) and abs(cell) >= LARGEST:
        raise ValueError("too large")  # maybe even for a float
    if isinstance(cell, int | float):
        number = float(cell)
    else:
        number = _parse_text(_bare(cell, currency), decimal_mark)
    if not math.isfinite(number) or abs(number) >= LARGEST:
        raise ValueError("too large")
    return number + 0.0  # no negative zero


def _bare(cell: object, currency: Iterable[str]) -> str:
    text = latin_digits(clean(cell)).translate(_MINUS)
    for word in currency:
        for part in (text.removeprefix(word), text.removesuffix(word)):
            if word and part != text:
                return part.strip()
        if word and text.startswith(("-" + word, "(" + word)):
            return text.replace(word, "", 1).strip()
    return text


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
    votes = {".": 0, ",": 0}
    for cell in cells:
        if not isinstance(cell, str):
            continue
        text = latin_digits(clean(cell))
        dot, comma = text.rfind("."), text.rfind(",")
        last = "." if dot > comma else ","
        at = max(dot, comma)
        if at < 0:
            continue
        tail = len(re.match(r"\d*", text[at + 1 :], re.ASCII).group())
        lead = len(re.search(r"\d*$", text[:at], re.ASCII).group())
        if text.count(last) > 1:
            votes["," if last == "." else "."] += 1
        elif min(dot, comma) >= 0 or tail != 3 or not 1 <= lead <= 3:
            votes[last] += 1
        elif text[:at].lstrip("-+( ") == "0":
            votes[last] += 1  # 0.500: no group of thousands starts with zero
    if votes["."] == votes[","]:
        return None
    return max(votes, key=votes.get)

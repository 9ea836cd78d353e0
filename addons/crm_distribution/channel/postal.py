"""Postal codes, so that ranges of them hold what people mean by them.

A code of digits is a number: 99 lies between 10 and 100. One that begins with a zero
is compared only with codes of its own length, so that 01234 and 1234 stay two codes. A
code with letters is compared as text, and only with codes that have letters and digits
at the same places: 8011 PK lies between 8000 AA and 9999 ZZ. The nine digits of
12345-6789 are the area 12345 and a house in it.

`distribution.territory._places_sql` says the same in SQL, by the tables below.
"""

from __future__ import annotations

import string
from typing import NamedTuple

LONGEST = 16

_DIGITS = "0123456789"
_OTHER_DIGITS = ("۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩", "０１２３４５６７８９")
_HYPHENS = "\u2010\u2011\u2012\u2013\u2014\u2212"
_NOISE = " \t\n\r\u00a0\u200b\u200c\u200d\u200e\u200f./_"

# as PostgreSQL's translate() takes them: what is left over at the end is deleted
READ_FROM = string.ascii_lowercase + "".join(_OTHER_DIGITS) + _HYPHENS + _NOISE
READ_TO = string.ascii_uppercase + 3 * _DIGITS + len(_HYPHENS) * "-"
PATTERN_FROM = _DIGITS + string.ascii_uppercase
PATTERN_TO = 10 * "9" + 26 * "A"

_READ = {
    ord(char): READ_TO[at] if at < len(READ_TO) else None
    for at, char in enumerate(READ_FROM)
}
_PATTERN = str.maketrans(PATTERN_FROM, PATTERN_TO)
_KNOWN = frozenset(PATTERN_FROM)


class ZipRange(NamedTuple):
    """Codes that fit to `shape`, from `low` to `high`, both included."""

    shape: str
    low: str
    high: str


def read_zip(text: str | None) -> str:
    """The bare code, "" for what is none."""
    code = (text or "").translate(_READ)
    head, hyphen, house = code.partition("-")
    if hyphen and _is_number(head, 5) and _is_number(house, 4):
        return head
    code = code.replace("-", "")
    return code if len(code) <= LONGEST and _KNOWN.issuperset(code) else ""


def zip_key(code: str) -> str:
    """What codes of one shape are compared by, letter for letter."""
    return code.rjust(LONGEST, "0") if _is_number(code) else code


def zip_shapes(code: str) -> tuple[str, ...]:
    """The shapes of ranges that a code may lie in."""
    if not code:
        return ()
    if not _is_number(code):
        return (code.translate(_PATTERN),)
    own_length = f"#{len(code)}"
    return (own_length,) if code.startswith("0") else ("#", own_length)


def zip_range(first: str | None, last: str | None) -> ZipRange:
    """The range from one code to another; ValueError when there is none.

    :param last: empty for the first code alone
    """
    low = read_zip(first)
    high = read_zip(last) if (last or "").strip() else low
    if not low or not high:
        raise ValueError("not a postal code")
    # one that begins with a zero says how long all of them are
    shape = zip_shapes(low)[0]
    if shape not in zip_shapes(high):
        raise ValueError("codes of two kinds")
    if zip_key(low) > zip_key(high):
        raise ValueError("the last code comes before the first")
    return ZipRange(shape, zip_key(low), zip_key(high))


def zip_in(code: str, area: ZipRange) -> bool:
    """Whether a bare code lies in a range."""
    return area.shape in zip_shapes(code) and area.low <= zip_key(code) <= area.high


def zip_overlap(one: ZipRange, other: ZipRange) -> tuple[str, str] | None:
    """First and last code that two ranges share, None if they share none."""
    low, high = max(one.low, other.low), min(one.high, other.high)
    length = {one.shape, other.shape} - {"#"}
    if one.shape != other.shape:
        if not all(shape.startswith("#") for shape in (one.shape, other.shape)):
            return None
        if len(length) > 1:
            return None
        # those of that length that do not begin with a zero
        low = max(low, zip_key("1" + (int(min(length)[1:]) - 1) * "0"))
    if low > high:
        return None
    return _shown(low, one, length), _shown(high, one, length)


def _shown(key: str, area: ZipRange, length: set[str]) -> str:
    if not area.shape.startswith("#"):
        return key
    bare = key.lstrip("0") or "0"
    return bare.rjust(int(min(length)[1:]), "0") if length else bare


def _is_number(code: str, length: int | None = None) -> bool:
    return (
        bool(code) and code.isascii() and code.isdigit() and length in (None, len(code))
    )

"""Dates as text, in the Gregorian and the Jalali (Iranian solar) calendar."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable

from .text import clean, fold, latin_digits

FIRST_YEAR, LAST_YEAR = 1900, 2200
JALALI_YEARS = range(1200, 1500)

_TIME = r"(?:[T ,]+\d{1,2}:\d{2}.*)?"
_PARTS = re.compile(rf"(\d{{1,4}})[-/. ](\d{{1,2}})[-/. ](\d{{1,4}}){_TIME}", re.ASCII)
_COMPACT = re.compile(rf"(\d{{4}})(\d{{2}})(\d{{2}}){_TIME}", re.ASCII)
_DAY_NAMED = re.compile(rf"(\d{{1,2}})[-/. ]+([^\W\d]+)[-/., ]+(\d{{4}}){_TIME}")
_NAMED_DAY = re.compile(rf"([^\W\d]+)[-/. ]+(\d{{1,2}})[-/., ]+(\d{{4}}){_TIME}")

_ENGLISH = "jan feb mar apr may jun jul aug sep oct nov dec"
_JALALI = "فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند"
_ENGLISH_MONTHS = {name: month for month, name in enumerate(_ENGLISH.split(), 1)}
_JALALI_MONTHS = {fold(name): month for month, name in enumerate(_JALALI.split(), 1)}

# Leap years of the Jalali calendar repeat with breaks at these years; the table and
# the method are Kazimierz Borkowski, "The Persian calendar for 3000 years",
# Earth, Moon, and Planets 74 (1996).
_BREAKS = (
    *(-61, 9, 38, 199, 426, 686, 756, 818, 1111, 1181),
    *(1210, 1635, 2060, 2097, 2192, 2262, 2324, 2394, 2456, 3178),
)


def parse_date(cell: object, order: str = "dmy") -> datetime.date:
    """The day a cell names; ValueError when it names none.

    A year takes four digits, and between 1200 and 1499 it is Jalali. A year in front
    needs no `order`; a year at the end follows day and month ("dmy") or month and day
    ("mdy"). A time of day is dropped, not moved to another time zone.
    """
    if isinstance(cell, datetime.datetime):
        cell = cell.date()
    if isinstance(cell, datetime.date):
        return _checked(cell)
    if isinstance(cell, bool | float) or cell is None:
        raise ValueError("not a date")
    return _day(*_split(latin_digits(clean(cell)), order))


def _split(text: str, order: str) -> tuple[int, int, int]:
    if match := _PARTS.fullmatch(text):
        first, second, third = match.groups()
        if len(first) == 4 and len(third) <= 2:
            return int(first), int(second), int(third)
        if len(third) != 4 or len(first) > 2:
            raise ValueError("no year of four digits")
        day, month = (first, second) if order == "dmy" else (second, first)
        return int(third), int(month), int(day)
    if match := _COMPACT.fullmatch(text):
        year, month, day = match.groups()
        return int(year), int(month), int(day)
    if match := _DAY_NAMED.fullmatch(text):
        day, name, year = match.groups()
    elif match := _NAMED_DAY.fullmatch(text):
        name, day, year = match.groups()
    else:
        raise ValueError("not a date")
    return int(year), _month(name, int(year)), int(day)


def _month(name: str, year: int) -> int:
    name = fold(name)
    if year in JALALI_YEARS:
        month = _JALALI_MONTHS.get(name)
    else:
        month = _ENGLISH_MONTHS.get(name[:3])
    if not month:
        raise ValueError("unknown month")
    return month


def _day(year: int, month: int, day: int) -> datetime.date:
    if year in JALALI_YEARS:
        return jalali_to_gregorian(year, month, day)
    return _checked(datetime.date(year, month, day))


def _checked(date: datetime.date) -> datetime.date:
    if not FIRST_YEAR <= date.year <= LAST_YEAR:
        raise ValueError("year out of range")
    return date


def jalali_to_gregorian(year: int, month: int, day: int) -> datetime.date:
    """The Gregorian day of a Jalali one; ValueError for a day that does not exist."""
    last = 31 if month <= 6 else 30 if month <= 11 or _is_leap(year) else 29
    if not (1 <= month <= 12 and 1 <= day <= last):
        raise ValueError("no such day")
    past = 31 * (month - 1) - max(month - 7, 0) + day - 1
    return _new_year(year) + datetime.timedelta(days=past)


def _is_leap(year: int) -> bool:
    return (_new_year(year + 1) - _new_year(year)).days == 366


def _new_year(year: int) -> datetime.date:
    """The first of Farvardin, from Borkowski's leap counts."""
    leaps, start = -14, _BREAKS[0]
    for end in _BREAKS[1:]:
        span = end - start
        if year < end:
            break
        leaps += span // 33 * 8 + span % 33 // 4
        start = end
    past = year - start
    leaps += past // 33 * 8 + (past % 33 + 3) // 4
    if span % 33 == 4 and span - past == 4:
        leaps += 1
    gregorian = year + 621
    gregorian_leaps = gregorian // 4 - (gregorian // 100 + 1) * 3 // 4 - 150
    march = 20 + leaps - gregorian_leaps
    return datetime.date(gregorian, 3, 1) + datetime.timedelta(days=march - 1)


def detect_date_order(cells: Iterable[object]) -> str | None:
    """What days above twelve prove, None when no cell proves anything."""
    votes = {"dmy": 0, "mdy": 0}
    for cell in cells:
        if not isinstance(cell, str):
            continue
        match = _PARTS.fullmatch(latin_digits(clean(cell)))
        if not match or len(match[3]) != 4:
            continue
        first, second = int(match[1]), int(match[2])
        if first > 12 >= second:
            votes["dmy"] += 1
        elif second > 12 >= first:
            votes["mdy"] += 1
    if votes["dmy"] == votes["mdy"]:
        return None
    return max(votes, key=votes.get)

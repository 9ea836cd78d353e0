"""Dates as text, in the Gregorian and the Jalali (Iranian solar) calendar."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable

from .jalali import MONTHS, jalali_to_gregorian
from .text import clean, fold, latin_digits

FIRST_YEAR, LAST_YEAR = 1900, 2200
JALALI_YEARS = range(1200, 1500)

_TIME = r"(?:[T ,]+\d{1,2}:\d{2}.*)?"
_PARTS = re.compile(rf"(\d{{1,4}})[-/. ](\d{{1,2}})[-/. ](\d{{1,4}}){_TIME}", re.ASCII)
_COMPACT = re.compile(rf"(\d{{4}})(\d{{2}})(\d{{2}}){_TIME}", re.ASCII)
_DAY_NAMED = re.compile(rf"(\d{{1,2}})[-/. ]+([^\W\d]+)[-/., ]+(\d{{4}}){_TIME}")
_NAMED_DAY = re.compile(rf"([^\W\d]+)[-/. ]+(\d{{1,2}})[-/., ]+(\d{{4}}){_TIME}")

_ENGLISH = "jan feb mar apr may jun jul aug sep oct nov dec"
_ENGLISH_MONTHS = {name: month for month, name in enumerate(_ENGLISH.split(), 1)}
_JALALI_MONTHS = {fold(name): month for month, name in enumerate(MONTHS, 1)}


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


def detect_date_order(cells: Iterable[object]) -> str | None:
    """What days above twelve prove, None when no cell proves anything.

    Where none does, points between the numbers do: nobody writes months first so.
    """
    votes = {"dmy": 0, "mdy": 0, "points": 0, "either": 0, None: 0}
    for cell in cells:
        votes[order_vote(cell)] += 1
    if votes["dmy"] == votes["mdy"]:
        return "dmy" if votes["points"] and not votes["dmy"] else None
    return "dmy" if votes["dmy"] > votes["mdy"] else "mdy"


def order_vote(cell: object) -> str | None:
    """The order that a date proves, "points" or "either" where only its form says
    something, None where no order is needed."""
    if not isinstance(cell, str):
        return None
    match = _PARTS.fullmatch(latin_digits(clean(cell)))
    if not match or len(match[3]) != 4 or len(match[1]) > 2:
        return None
    first, second = int(match[1]), int(match[2])
    if first > 12 >= second:
        return "dmy"
    if second > 12 >= first:
        return "mdy"
    if first == second:
        return None
    text = match[0]
    return "points" if text[len(match[1])] == "." else "either"


def swapped(day: datetime.date) -> datetime.date:
    """A day that a spreadsheet read in the wrong order, in the right one."""
    return day.replace(month=day.day, day=day.month)

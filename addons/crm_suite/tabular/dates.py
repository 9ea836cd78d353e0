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
_YEAR = r"(\d{4}|\d{2})"
_OF = r"(?:(?:de|of) )?"
_WEEKDAY = r"(?:[^\W\d]{2,}\.?,? )?"
_DAY_NAMED = re.compile(
    rf"{_WEEKDAY}(\d{{1,2}})[-/. ]+{_OF}([^\W\d]+)[-/., ]+{_OF}{_YEAR}{_TIME}"
)
_NAMED_DAY = re.compile(
    rf"{_WEEKDAY}([^\W\d]+)[-/. ]+(\d{{1,2}})[-/., ]+{_YEAR}{_TIME}"
)

# English, German, French and Spanish
_LANGUAGES = (
    "january february march april may june july august september october november "
    "december "
    "januar februar maerz april mai juni juli august september oktober november "
    "dezember "
    "janner februar marz april mai juni juli august september oktober november "
    "dezember "
    "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre "
    "decembre "
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
    "diciembre"
)
_JALALI_MONTHS = {fold(name): month for month, name in enumerate(MONTHS, 1)}
_MONTHS_BESIDE = re.compile(
    r"\d{4}[-/. ]\d{1,2}(?:[-/.]0?1(?: 00:00(?::00)?)?)?|\d{1,2}[-/. ]\d{4}|"
    r"([^\W\d]{3,})[-/.' ]*(?:\d{4}|\d{2})?|\d{4}[-/. ]*([^\W\d]{3,})"
)

# How years of two digits are meant, in the sequence in which they are tried: at the
# end or in front, and whether they are Jalali.
SHORT_YEARS = {
    "end": (False, False),
    "jalali": (True, True),
    "front": (True, False),
    "jalali_end": (False, True),
}
# Days as numbers: of a spreadsheet, since the day before 1900 or since 1904, and since
# 1970 in seconds or thousands of them.
DAY_NUMBERS = {
    "days": (datetime.datetime(1899, 12, 30), 86_400.0),
    "days_1904": (datetime.datetime(1904, 1, 1), 86_400.0),
    "seconds": (datetime.datetime(1970, 1, 1), 1.0),
    "milliseconds": (datetime.datetime(1970, 1, 1), 0.001),
}
_NUMBER = re.compile(r"(\d{5}|\d{10}|\d{13})([.,]\d+)?", re.ASCII)
_NUMBERS_OF = {5: ("days", "days_1904"), 10: ("seconds",), 13: ("milliseconds",)}
# years of two digits up to this one are of this century
_TURN = 50


def _abbreviations() -> dict[str, int]:
    """Names of months and how they are cut short, where only one is meant."""
    found: dict[str, set[int]] = {}
    for at, name in enumerate(_LANGUAGES.split()):
        for letters in range(3, len(name) + 1):
            found.setdefault(name[:letters], set()).add(at % 12 + 1)
    return {name: months.pop() for name, months in found.items() if len(months) == 1}


_GREGORIAN_MONTHS = _abbreviations()


def parse_date(
    cell: object, order: str = "dmy", short_years: str = "", numbers: str = ""
) -> datetime.date:
    """The day a cell names; ValueError when it names none.

    A year takes four digits, and between 1200 and 1499 it is Jalali. A year in front
    needs no `order`; a year at the end follows day and month ("dmy") or month and day
    ("mdy"). A time of day is dropped, not moved to another time zone.

    :param short_years: what years of two digits mean, one of `SHORT_YEARS`
    :param numbers: what a number means, one of `DAY_NUMBERS`
    """
    if isinstance(cell, datetime.datetime):
        cell = cell.date()
    if isinstance(cell, datetime.date):
        return _checked(cell)
    if numbers and (kinds := number_kinds(cell)):
        return _numbered(cell, kinds, numbers)
    if isinstance(cell, bool | float) or cell is None:
        raise ValueError("not a date")
    return _day(*_split(latin_digits(clean(cell)), order, short_years))


def number_kinds(cell: object) -> tuple[str, ...]:
    """What a number could mean as a day, of `DAY_NUMBERS`."""
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        return ()
    found = _NUMBER.fullmatch(latin_digits(clean(cell)))
    return _NUMBERS_OF[len(found[1])] if found else ()


def _numbered(cell: object, kinds: tuple[str, ...], numbers: str) -> datetime.date:
    if numbers not in kinds:
        raise ValueError("another kind of number")
    start, seconds = DAY_NUMBERS[numbers]
    count = float(latin_digits(clean(cell)).replace(",", ".")) * seconds
    return _checked((start + datetime.timedelta(seconds=count)).date())


def is_month(text: str) -> bool:
    """Whether a text is a month, and not a day: "Jan 2024", "2024-01"."""
    found = _MONTHS_BESIDE.fullmatch(latin_digits(clean(text)))
    if not found:
        return False
    name = fold(found[1] or found[2] or "")
    return not name or name in _GREGORIAN_MONTHS or name in _JALALI_MONTHS


def has_short_year(cell: object) -> bool:
    """Whether a cell is a day with a year of two digits, or reads as one."""
    if not isinstance(cell, str):
        return False
    text = latin_digits(clean(cell))
    if match := _PARTS.fullmatch(text):
        return max(len(match[1]), len(match[3])) <= 2
    match = _DAY_NAMED.fullmatch(text) or _NAMED_DAY.fullmatch(text)
    return bool(match) and len(match[3]) == 2


def names_month(cell: str) -> bool:
    """Whether a day has its month by a Gregorian name."""
    text = latin_digits(clean(cell))
    match = _DAY_NAMED.fullmatch(text) or _NAMED_DAY.fullmatch(text)
    names = match.groups()[:2] if match else ()
    return any(fold(name) in _GREGORIAN_MONTHS for name in names)


def _split(text: str, order: str, short: str) -> tuple[int, int, int]:
    if match := _PARTS.fullmatch(text):
        first, second, third = match.groups()
        in_front = len(first) == 4 and len(third) <= 2
        if len(first) <= 2 and len(third) <= 2 and short:
            in_front = SHORT_YEARS[short][0]
        elif not in_front and (len(third) != 4 or len(first) > 2):
            raise ValueError("no year of four digits")
        if in_front:
            return _year(first, short), int(second), int(third)
        day, month = (first, second) if order == "dmy" else (second, first)
        return _year(third, short), int(month), int(day)
    if match := _COMPACT.fullmatch(text):
        year, month, day = match.groups()
        return int(year), int(month), int(day)
    if match := _DAY_NAMED.fullmatch(text):
        day, name, year = match.groups()
    elif match := _NAMED_DAY.fullmatch(text):
        name, day, year = match.groups()
    else:
        raise ValueError("not a date")
    if len(year) == 2 and fold(name) in _GREGORIAN_MONTHS and short:
        short = "end"
    whole = _year(year, short)
    return whole, _month(name, whole), int(day)


def _year(digits: str, short: str) -> int:
    if len(digits) > 2:
        return int(digits)
    if not short:
        raise ValueError("no year of four digits")
    year = int(digits)
    if SHORT_YEARS[short][1]:
        return year + (1400 if year <= _TURN else 1300)
    return year + (2000 if year <= _TURN else 1900)


def _month(name: str, year: int) -> int:
    name = fold(name)
    months = _JALALI_MONTHS if year in JALALI_YEARS else _GREGORIAN_MONTHS
    if name not in months:
        raise ValueError("unknown month")
    return months[name]


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


def order_vote(cell: object, with_short_years: bool = False) -> str | None:
    """The order that a date proves, "points" or "either" where only its form says
    something, None where no order is needed.

    :param with_short_years: whether a year of two digits may stand at the end
    """
    if not isinstance(cell, str):
        return None
    match = _PARTS.fullmatch(latin_digits(clean(cell)))
    if not match or len(match[1]) > 2:
        return None
    if len(match[3]) != 4 and not (with_short_years and len(match[3]) == 2):
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

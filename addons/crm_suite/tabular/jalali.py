"""The Jalali (Iranian solar) calendar."""

from __future__ import annotations

import datetime

MONTHS = (
    "فروردین",
    "اردیبهشت",
    "خرداد",
    "تیر",
    "مرداد",
    "شهریور",
    "مهر",
    "آبان",
    "آذر",
    "دی",
    "بهمن",
    "اسفند",
)

# Leap years of the Jalali calendar repeat with breaks at these years; the table and
# the method are Kazimierz Borkowski, "The Persian calendar for 3000 years",
# Earth, Moon, and Planets 74 (1996).
_BREAKS = (
    -61,
    9,
    38,
    199,
    426,
    686,
    756,
    818,
    1111,
    1181,
    1210,
    1635,
    2060,
    2097,
    2192,
    2262,
    2324,
    2394,
    2456,
    3178,
)


def jalali_to_gregorian(year: int, month: int, day: int) -> datetime.date:
    """The Gregorian day of a Jalali one; ValueError for a day that does not exist."""
    last = 31 if month <= 6 else 30 if month <= 11 or _is_leap(year) else 29
    if not (1 <= month <= 12 and 1 <= day <= last):
        raise ValueError("no such day")
    past = 31 * (month - 1) - max(month - 7, 0) + day - 1
    return _new_year(year) + datetime.timedelta(days=past)


def gregorian_to_jalali(day: datetime.date) -> tuple[int, int, int]:
    """Year, month and day in the Jalali calendar."""
    year = day.year - 621
    if day < _new_year(year):
        year -= 1
    past = (day - _new_year(year)).days
    if past < 186:  # six months of 31 days
        month, rest = divmod(past, 31)
    else:
        month, rest = divmod(past - 186, 30)
        month += 6
    return year, month + 1, rest + 1


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

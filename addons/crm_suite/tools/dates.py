"""Days and months in words of the user's language and calendar.

The web client writes dates of Persian users in the Jalali calendar, so texts that the
server makes do the same. Their language is that of the text around them, which is
English where nobody says another.
"""

from datetime import date, datetime, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

import babel.dates

from odoo.tools.misc import babel_locale_parse

from ..tabular.jalali import MONTHS, gregorian_to_jalali, jalali_to_gregorian


def day_at(moment: datetime | None, zone: str) -> date | None:
    """The calendar day of a moment (UTC) in a place; none without one."""
    if not moment:
        return None
    return moment.replace(tzinfo=timezone.utc).astimezone(ZoneInfo(zone)).date()


def written_day(env, day: date | None) -> str:
    """A day in words, empty without one."""
    if not day:
        return ""
    if _counts_in_jalali(env):
        year, month, number = gregorian_to_jalali(day)
        return f"{number} {MONTHS[month - 1]} {year}"
    return _in_words(_language(env), day, "medium")


def typed_day(env, day: date) -> str:
    """A day in numbers, as somebody of the user's calendar would type it."""
    if _counts_in_jalali(env):
        return "{}-{:02}-{:02}".format(*gregorian_to_jalali(day))
    return day.isoformat()


def written_month(env, day: date) -> str:
    """The month of a day in words."""
    if _counts_in_jalali(env):
        year, month, _number = gregorian_to_jalali(day)
        return f"{MONTHS[month - 1]} {year}"
    return _in_words(_language(env), day, "MMM yyyy")


def start_of_month(env, day: date) -> date:
    """The first day of the user's month that a day is in."""
    if _counts_in_jalali(env):
        year, month, _number = gregorian_to_jalali(day)
        return jalali_to_gregorian(year, month, 1)
    return day.replace(day=1)


def years_until(env, day: date, count: int) -> list[tuple[str, date]]:
    """The user's years up to the one of a day, newest first: name and first day."""
    if _counts_in_jalali(env):
        last = gregorian_to_jalali(day)[0]
        return [
            (str(year), jalali_to_gregorian(year, 1, 1))
            for year in range(last, last - count, -1)
        ]
    return [
        (str(year), date(year, 1, 1)) for year in range(day.year, day.year - count, -1)
    ]


def _language(env) -> str:
    return env.lang or "en_US"


def _counts_in_jalali(env) -> bool:
    return _language(env).startswith("fa")


@lru_cache(maxsize=4096)
def _in_words(language: str, day: date, form: str) -> str:
    # lists say the same few days again and again
    locale = babel_locale_parse(language)
    return babel.dates.format_date(day, format=form, locale=locale)

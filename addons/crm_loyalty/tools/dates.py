from datetime import date
from functools import lru_cache

import babel.dates

from odoo.tools.misc import babel_locale_parse, get_lang

from ..tabular.jalali import MONTHS, gregorian_to_jalali


def written_day(env, day: date | None) -> str:
    """A day in words of the user's language, empty without one.

    The web client writes dates of Persian users in the Jalali calendar, so texts that
    the server makes do the same.
    """
    if day and (env.lang or "").startswith("fa"):
        year, month, number = gregorian_to_jalali(day)
        return f"{number} {MONTHS[month - 1]} {year}"
    return _in_words(get_lang(env).code, day) if day else ""


@lru_cache(maxsize=4096)
def _in_words(language: str, day: date) -> str:
    # lists say the same few days again and again
    locale = babel_locale_parse(language)
    return babel.dates.format_date(day, format="medium", locale=locale)

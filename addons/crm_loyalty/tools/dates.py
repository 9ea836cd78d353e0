from datetime import date

from odoo.tools import format_date

from ..tabular.jalali import MONTHS, gregorian_to_jalali


def written_day(env, day: date | None) -> str:
    """A day in words of the user's language, empty without one.

    The web client writes dates of Persian users in the Jalali calendar, so texts that
    the server makes do the same.
    """
    if day and (env.lang or "").startswith("fa"):
        year, month, number = gregorian_to_jalali(day)
        return f"{number} {MONTHS[month - 1]} {year}"
    return format_date(env, day, date_format="medium")

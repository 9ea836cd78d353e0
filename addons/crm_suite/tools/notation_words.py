"""What is asked about the days of a file, in the words of whoever answers."""

from odoo import fields
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

QUESTIONS = {
    "short_years": _lt("Years have two digits. Which are meant?"),
    "day_numbers": _lt(
        "Some rows have a number in place of a date. Which days are meant?"
    ),
    "half_swapped": _lt(
        "A spreadsheet seems to have swapped day and month where it could. Swap them "
        "back?"
    ),
}
ANSWERS = {
    "short_years": {
        "end": _lt("The year at the end, as in 2024"),
        "jalali": _lt("The year in front, Jalali as in 1402"),
        "front": _lt("The year in front, as in 2024"),
        "jalali_end": _lt("The year at the end, Jalali as in 1402"),
    },
    "day_numbers": {
        "days": _lt("Days of a spreadsheet"),
        "days_1904": _lt("Days of a spreadsheet that counts from 1904"),
        "seconds": _lt("Seconds since 1970, in UTC"),
        "milliseconds": _lt("Milliseconds since 1970, in UTC"),
        "none": _lt("They are no days"),
    },
    "half_swapped": {
        "swap": _lt("Swap them back"),
        "keep": _lt("They are right"),
    },
}


def answer_field(kind: str, *args, **kwargs) -> fields.Selection:
    """A field that keeps the answer to one of these questions."""

    def selection(model):
        return [(key, model.env._(label)) for key, label in ANSWERS[kind].items()]

    return fields.Selection(selection, *args, **kwargs)

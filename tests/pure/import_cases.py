"""Reads files of purchases as a user would: what they leave open is answered."""

import datetime
from pathlib import Path

from tabular import Hints, Layout, read_purchases
from tabular.understanding import understand

FILES = Path(__file__).resolve().parent / "import_files"
TODAY = datetime.date(2026, 6, 30)
DOLLARS = Hints("USD", ("$",), date_order="mdy")


def data_of(name):
    return (FILES / name).read_bytes()


def grasp(name, /, answers=None, hints=DOLLARS, **columns):
    data = data_of(name) if isinstance(name, str) else name
    understood = understand(data, Layout(), answers or {}, hints)
    if columns:
        columns = {**understood.columns, **columns}
        columns = {field: header for field, header in columns.items() if header}
        understood = understand(data, Layout(), answers or {}, hints, columns)
    return understood


def read(name, /, answers=None, hints=DOLLARS, **columns):
    understood = grasp(name, answers, hints, **columns)
    assert not understood.open, [(one.id, one.proposed) for one in understood.open]
    return read_purchases(
        understood.rows(),
        understood.columns,
        understood.notation,
        TODAY,
        understood.rules,
    )


def bought(reading):
    """Who bought when for how much."""
    return [
        (
            one.customer.reference or one.customer.email or one.customer.name,
            one.date.isoformat(),
            one.amount,
        )
        for one in reading.purchases
    ]


def asked(understood):
    return {one.id: one.proposed for one in understood.open}


def issues(reading):
    return [(one.row, one.field, one.code) for one in reading.problems]

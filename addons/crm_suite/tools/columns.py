"""Numeric columns between PostgreSQL and numpy, by COPY's binary format.

A hundred thousand customers are a million numbers. Fetched row by row they become a
million Python objects; as binary columns they are one buffer that numpy reads in place.
The price: every column is numeric or a date, and none of them is NULL.

Format: https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format".
"""

import io
from datetime import date

import numpy as np
from numpy.typing import NDArray

from odoo.tools import SQL

# PostgreSQL type -> the numpy type of its binary form (network byte order)
BINARY_TYPES = {
    "int2": ">i2",
    "int4": ">i4",
    "int8": ">i8",
    "float8": ">f8",
    "date": ">i4",  # days since 2000-01-01
}
EPOCH = date(2000, 1, 1)
_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"


def day_number(day: date) -> int:
    """The integer by which PostgreSQL's binary format stands for a date."""
    return (day - EPOCH).days


def read_columns(cr, query: SQL, types: dict[str, str]) -> dict[str, NDArray]:
    """Run ``query`` and return its columns as arrays of equal length.

    :param types: the name and PostgreSQL type (a key of ``BINARY_TYPES``) of each
        column, in the query's order; dates arrive as ``day_number``
    """
    casts = SQL(", ").join(
        SQL("%s::%s", SQL.identifier(name), SQL.identifier(kind))
        for name, kind in types.items()
    )
    names = SQL(", ").join(map(SQL.identifier, types))
    copy = SQL(
        "COPY (SELECT %s FROM (%s) q (%s)) TO STDOUT (FORMAT binary)",
        casts,
        query,
        names,
    )
    buffer = io.BytesIO()
    cr.copy_expert(cr.mogrify(copy).decode(), buffer)
    # seek past the header; the trailer is shorter than any row
    layout = _row_layout(types)
    count = (buffer.tell() - len(_HEADER)) // layout.itemsize
    rows = np.frombuffer(buffer.getbuffer(), layout, count, len(_HEADER))
    return {name: rows[name].astype(BINARY_TYPES[t][1:]) for name, t in types.items()}


def write_columns(
    cr, table: str, types: dict[str, str], columns: dict[str, NDArray]
) -> None:
    """Append arrays of equal length to ``table``, as its columns of the same names."""
    layout = _row_layout(types)
    rows = np.empty(len(columns[next(iter(types))]), layout)
    rows["_fields"] = len(types)
    for name in types:
        rows["_size_" + name] = layout[name].itemsize
        rows[name] = columns[name]
    names = SQL(", ").join(SQL.identifier(name) for name in types)
    copy = SQL("COPY %s (%s) FROM STDIN (FORMAT binary)", SQL.identifier(table), names)
    buffer = io.BytesIO()
    for part in (_HEADER, rows.data, _TRAILER):  # one copy, not one of each sum
        buffer.write(part)
    buffer.seek(0)
    cr.copy_expert(cr.mogrify(copy).decode(), buffer)


def stage_columns(
    cr, table: str, types: dict[str, str], columns: dict[str, NDArray]
) -> None:
    """Write the arrays to a temporary ``table`` that ends with the transaction."""
    definition = SQL(", ").join(
        SQL("%s %s", SQL.identifier(name), SQL.identifier(kind))
        for name, kind in types.items()
    )
    name = SQL.identifier(table)
    cr.execute(SQL("DROP TABLE IF EXISTS pg_temp.%s", name))
    cr.execute(SQL("CREATE TEMP TABLE %s (%s) ON COMMIT DROP", name, definition))
    write_columns(cr, table, types, columns)


def _row_layout(types: dict[str, str]) -> np.dtype:
    """One row as COPY lays it out: a field count, then a size before each value."""
    fields = [("_fields", ">i2")]
    for name, kind in types.items():
        fields += [("_size_" + name, ">i4"), (name, BINARY_TYPES[kind])]
    return np.dtype(fields)

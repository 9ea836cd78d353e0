"""Rows of the database as the routing takes them, and rows that it writes."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from odoo.tools import SQL

from ...channel.policy import Decision as Ruling, Question
from ...channel.routing import Place
from .distribution_route import STANDING


class History(NamedTuple):
    """What became of a lead's earlier attempts."""

    declined: frozenset[int] = frozenset()
    lapses: Mapping[int, int] = {}
    attempts: int = 0
    company: int | None = None
    # the present attempt, where nobody could take it
    standing: int | None = None
    standing_state: str | None = None


class Lead(NamedTuple):
    """What is asked of a lead."""

    id: int
    company: int | None
    country: int | None
    state: int | None
    zip: str | None
    category: int | None
    arrival: tuple
    place: Place | None
    history: History


class Asked(NamedTuple):
    """A lead with what was found for it."""

    lead: Lead
    question: Question
    ruling: Ruling
    territory_path: str


def read_history(declined: list[int], past: Iterable[dict]) -> History:
    """
    :param past: its attempts by state and intermediary
    """
    declined, lapses = {*declined}, Counter()
    attempts, company, standing, state = 0, None, None, None
    for one in past:
        attempts += one["count"]
        company = company or one["company"]
        if one["state"] in ("declined", "returned"):
            declined.add(one["partner_id"])
        elif one["state"] == "expired":
            lapses[one["partner_id"]] += one["count"]
        if one["current"] and one["state"] in STANDING:
            standing, state = one["current"], one["state"]
    return History(frozenset(declined), lapses, attempts, company, standing, state)


def insert_sql(model, rows: list[dict], source: SQL) -> SQL:
    names = [_column(model, name) for name in rows[0]]
    return SQL(
        "INSERT INTO %s (%s) SELECT %s FROM %s",
        SQL.identifier(model._table),
        SQL(", ").join(map(SQL.identifier, names)),
        SQL(", ").join(map(SQL.identifier, names)),
        source,
    )


def _column(model, name: str) -> str:
    # a candidate's row is given by its lead
    return name if name in model._fields else "route_id"


def rows_sql(model, rows: list[dict]) -> SQL:
    """The rows as a table of the names of their values."""
    return SQL(
        "unnest(%s) AS row (%s)",
        SQL(", ").join(
            SQL(
                "%s::%s[]",
                [row[name] for row in rows],
                SQL(_column_type(model, name)),
            )
            for name in rows[0]
        ),
        SQL(", ").join(map(SQL.identifier, rows[0])),
    )


def _column_type(model, name: str) -> str:
    field = model._fields.get(name)
    return field.column_type[0] if field else "int4"


def depth_sql(path: SQL) -> SQL:
    return SQL(
        "coalesce(length(%(path)s) - length(replace(%(path)s, '/', '')), 0)", path=path
    )

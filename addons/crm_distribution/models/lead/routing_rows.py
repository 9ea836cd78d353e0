"""Rows of the database as the routing takes them, and rows that it writes."""

from collections import Counter
from collections.abc import Iterable, Mapping
from operator import itemgetter
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


NO_HISTORY = History()


class Lead(NamedTuple):
    """What is asked of a lead."""

    id: int
    company: int | None
    country: int | None
    state: int | None
    zip: str | None
    category: int | None
    place: Place | None
    history: History


class Asked(NamedTuple):
    """A lead with what was found for it."""

    lead: Lead
    question: Question
    ruling: Ruling
    territory_path: str
    category_path: str


def read_history(declined: list[int] | None, past: Iterable[dict] | None) -> History:
    """
    :param past: its attempts
    """
    if not declined and not past:
        return NO_HISTORY
    refused, lapses = {*(declined or ())}, Counter()
    attempts = sorted(past or (), key=itemgetter("id"))
    standing = state = None
    for one in attempts:
        if one["state"] in ("declined", "returned"):
            refused.add(one["partner_id"])
        elif one["state"] == "expired":
            lapses[one["partner_id"]] += 1
        if one["is_current"] and one["state"] in STANDING:
            standing, state = one["id"], one["state"]
    company = attempts[0]["company_id"] if attempts else None
    return History(frozenset(refused), lapses, len(attempts), company, standing, state)


def rows_sql(model, rows: list[dict]) -> SQL:
    """Rows of a model's table to be."""
    names = [*rows[0]]
    return SQL(
        "unnest(%s) AS row (%s)",
        SQL(", ").join(
            _array_sql([row[name] for row in rows], model._fields[name].column_type[0])
            for name in names
        ),
        SQL(", ").join(map(SQL.identifier, names)),
    )


def _array_sql(values: Iterable, column_type: str) -> SQL:
    """As one literal, which is read far faster than one for each value."""
    literal = ",".join(map(_element, values))
    return SQL("%s::%s[]", f"{{{literal}}}", SQL(column_type))


def _element(value) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return str(value)


def depth_sql(path: SQL) -> SQL:
    return SQL(
        "coalesce(length(%(path)s) - length(replace(%(path)s, '/', '')), 0)", path=path
    )

"""Rows of reports by SQL, whose ids say what they are about."""

from collections.abc import Callable, Collection

from odoo.fields import Domain


def narrowed(domain, about: Callable[[list[int]], Domain]) -> Domain:
    """The domain, where rows are named by their ids with what these are about.

    PostgreSQL finds that by an index of what is counted, and would count all for an id.

    :param about: the condition that holds for all rows with these ids
    """

    def with_facts(condition):
        ids = condition.value
        if isinstance(ids, int):
            ids = [ids]
        named = condition.field_expr == "id" and condition.operator in ("=", "in")
        if not named or not isinstance(ids, Collection) or isinstance(ids, str):
            return condition
        return condition & about([id_ for id_ in ids if isinstance(id_, int)])

    return Domain(domain).map_conditions(with_facts)

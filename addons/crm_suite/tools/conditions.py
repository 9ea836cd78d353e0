"""Conditions that people type: domains kept as text."""

from ast import literal_eval
from collections.abc import Iterator

from psycopg2 import DataError, ProgrammingError

from odoo.fields import Domain, Field
from odoo.models import BaseModel

# What a condition that somebody typed, or that names what is gone, may end in.
BAD_CONDITION = (
    ValueError,
    TypeError,
    KeyError,
    SyntaxError,
    RecursionError,
    MemoryError,
    DataError,
    ProgrammingError,
)
SUBDOMAIN_OPERATORS = ("any", "any!", "not any", "not any!")


def parse_condition(text: str | None) -> Domain:
    """A condition as typed; all records where there is none.

    :raise Exception: one of ``BAD_CONDITION``
    """
    return Domain(literal_eval((text or "").strip() or "[]"))


def check_readable(model: BaseModel, condition: Domain) -> None:
    """Whether the user may read every field that a condition names, on every path.

    Odoo looks at the fields that its query ends with, not at those that have a search
    of their own, and so would answer by who is found what it refuses to show.

    :raise AccessError: one that the user may not read
    """
    for owner, field in named_fields(model, condition):
        owner.check_access("read")
        owner._check_field_access(field, "read")


def named_fields(
    model: BaseModel, condition: Domain
) -> Iterator[tuple[BaseModel, Field]]:
    """Each field that a condition names, with the model that has it."""
    for part in condition.iter_conditions():
        owner = model
        for name in part.field_expr.split("."):
            field = owner._fields.get(name)
            if field is None:
                raise ValueError(f"{owner._name} has no field {name}")
            yield owner, field
            # what follows is a part of a date, or a property
            if not field.comodel_name:
                break
            owner = owner.env[field.comodel_name]
        if part.operator in SUBDOMAIN_OPERATORS:
            yield from named_fields(owner, Domain(part.value))

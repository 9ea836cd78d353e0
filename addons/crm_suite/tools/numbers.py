"""Numbers that neither the database nor a computation stumbles over."""

from collections.abc import Mapping
from typing import Any

from odoo.exceptions import ValidationError
from odoo.models import BaseModel

# What a column holds, and what a float tells apart.
LIMITS = {
    "integer": (-(2**31), 2**31 - 1),
    "float": (-1e15, 1e15),
    "monetary": (-1e15, 1e15),
}
Limits = Mapping[str, tuple[float, float]]


def check_numbers(model: BaseModel, vals: Mapping[str, Any], limits: Limits) -> None:
    """Look at what is to be written, before anything computes with it.

    :param limits: lowest and highest value by field; others keep to their column's
    :raise ValidationError: names the field and its limits
    """
    for name, value in vals.items():
        field = model._fields.get(name)
        if field is None or field.type not in LIMITS or not value:
            continue
        low, high = limits.get(name, LIMITS[field.type])
        if not _lies_between(value, low, high):
            raise ValidationError(
                model.env._(
                    "“%(field)s” must be a number from %(low)s to %(high)s.",
                    field=field._description_string(model.env),
                    low=f"{low:,.15g}",
                    high=f"{high:,.15g}",
                )
            )


def _lies_between(value, low: float, high: float) -> bool:
    try:
        # an integer may have too many digits for a float
        number = value if isinstance(value, int) else float(value)
    except (TypeError, ValueError):
        return False
    # not a number lies nowhere
    return low <= number <= high

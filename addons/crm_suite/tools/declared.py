"""What the classes of a model declare, each add-on its own part."""

from typing import Any

from odoo.models import BaseModel


def declared(model: BaseModel, attribute: str) -> list[Any]:
    """The attribute of each class that has it, of the first add-on first.

    A plain class attribute would be the last add-on's alone.
    """
    classes = reversed(type(model).__mro__)
    return [vars(cls)[attribute] for cls in classes if attribute in vars(cls)]

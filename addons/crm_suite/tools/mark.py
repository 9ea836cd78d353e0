"""What the server's own code tells the methods further in, and no caller can say."""

from dataclasses import dataclass
from typing import Any

from odoo.models import BaseModel


@dataclass(frozen=True)
class _Note:
    mark: "Mark"
    value: Any


class Mark:
    """A context key that counts only with the object that this very mark made.

    RPC carries text, numbers and lists: whoever sends the key sends no such object. A
    mark says how the work is being done; it gives no right (`permit` does).
    """

    def __init__(self, name: str):
        self._key = f"suite_mark:{name}"

    def put(self, records: BaseModel, value: Any = True) -> BaseModel:
        return records.with_context(**{self._key: _Note(self, value)})

    def take_off(self, records: BaseModel) -> BaseModel:
        return records.with_context(**{self._key: None})

    def on(self, records: BaseModel) -> Any:
        """What these records are marked with; None unless by `put`."""
        note = records.env.context.get(self._key)
        if isinstance(note, _Note) and note.mark is self:
            return note.value
        return None

"""What the server's own code hands over when it writes what users may not."""

from dataclasses import dataclass

from odoo.models import BaseModel

KEY = "suite_permit:"


@dataclass(frozen=True)
class _Permit:
    """No RPC carries an object; one for another model opens nothing here."""

    model: str


def system_permit(*model_names: str) -> dict[str, _Permit]:
    """Keys for ``with_context``, beside permits that it has already."""
    return {f"{KEY}{name}": _Permit(name) for name in model_names}


def has_permit(records: BaseModel) -> bool:
    permit = records.env.context.get(f"{KEY}{records._name}")
    return isinstance(permit, _Permit) and permit.model == records._name

"""Fitted models as JSON, from one process to the next."""

from dataclasses import asdict
from typing import Any, TypeVar

Model = TypeVar("Model", bound="Stored")


class Stored:
    """For a frozen dataclass with ``at_bound`` and ``covariance``, tuples both."""

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls: type[Model], data: dict[str, Any]) -> Model:
        """JSON knows lists only."""
        covariance = data["covariance"]
        if covariance is not None:
            covariance = tuple(map(tuple, covariance))
        return cls(
            **{**data, "at_bound": tuple(data["at_bound"]), "covariance": covariance}
        )

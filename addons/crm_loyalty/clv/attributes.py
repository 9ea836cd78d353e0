"""What is known of customers beside their purchases, as columns of numbers.

A column speaks of deviations from the base: every one has mean zero over the customers
it is known of, and is zero where it is unknown. So nobody is judged by a blank, and a
correction with attributes leaves the level of the base to the plain model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .protected import refuse_protected

Floats = NDArray[np.float64]

NUMBER, AMOUNT, LEVEL = "number", "amount", "level"
# Levels of fewer customers, or of a smaller share, are grouped.
FEWEST_CUSTOMERS, SMALLEST_SHARE, MOST_LEVELS = 20, 0.01, 12
OTHER = -1.0
# Beyond so many standard deviations an outlier says no more.
FURTHEST = 4.0


@dataclass(frozen=True, eq=False)
class Attribute:
    """One value per customer, NaN where unknown.

    ``kind``: a "number" counts as it is, an "amount" (sizes, counts, days late) by its
    logarithm, a "level" is the number of one of several groups (not ``OTHER``).
    """

    name: str
    kind: str
    values: Floats

    def __post_init__(self) -> None:
        refuse_protected([self.name])
        if self.kind not in (NUMBER, AMOUNT, LEVEL):
            raise ValueError(f"kind: {self.kind} is none of number, amount, level")
        values = np.asarray(self.values, dtype=np.float64)
        if values.ndim != 1 or np.isinf(values).any():
            raise ValueError(f"{self.name}: one finite value per customer is needed")
        object.__setattr__(self, "values", values)

    def __getitem__(self, rows: slice | NDArray) -> Attribute:
        return Attribute(self.name, self.kind, self.values[rows])

    @property
    def measure(self) -> Floats:
        if self.kind == AMOUNT:
            return np.log1p(np.maximum(self.values, 0.0))
        return self.values


@dataclass(frozen=True)
class Scale:
    """A number in standard deviations from the base's mean."""

    name: str
    kind: str
    low: float
    high: float
    mean: float
    deviation: float

    @property
    def width(self) -> int:
        return 1

    @classmethod
    def fit(cls, attribute: Attribute) -> Scale | None:
        """None where too few are known, or all alike."""
        known = attribute.measure[np.isfinite(attribute.measure)]
        if len(known) < FEWEST_CUSTOMERS or not np.ptp(known) > 0:
            return None
        reach = FURTHEST * known.std()
        low, high = float(known.mean() - reach), float(known.mean() + reach)
        known = np.clip(known, low, high)
        mean, deviation = float(known.mean()), float(known.std())
        return cls(attribute.name, attribute.kind, low, high, mean, deviation)

    def columns(self, attribute: Attribute) -> Floats:
        held = np.clip(attribute.measure, self.low, self.high)
        return np.nan_to_num((held - self.mean) / self.deviation)[:, None]

    def term(self, attribute: Attribute) -> NDArray[np.int64]:
        """Which column speaks of each customer, -1 where none does."""
        return np.where(np.isfinite(attribute.values), 0, -1)


@dataclass(frozen=True)
class Levels:
    """Groups, each against the average of them all; the rare ones together."""

    name: str
    levels: tuple[float, ...]
    shares: tuple[float, ...]
    kind: str = LEVEL

    @property
    def width(self) -> int:
        return len(self.levels)

    @classmethod
    def fit(cls, attribute: Attribute) -> Levels | None:
        """None where there are no two groups of some size."""
        known = attribute.values[np.isfinite(attribute.values)]
        levels, count = np.unique(known, return_counts=True)
        fewest = max(FEWEST_CUSTOMERS, SMALLEST_SHARE * len(known))
        best = np.argsort(-count, kind="stable")[:MOST_LEVELS]
        kept = np.sort(best[count[best] >= fewest])
        count_other = len(known) - count[kept].sum()
        levels, count = levels[kept].tolist(), count[kept].tolist()
        if count_other >= fewest:
            levels, count = [*levels, OTHER], [*count, count_other]
        if len(levels) < 2:
            return None
        shares = np.array(count) / sum(count)
        return cls(attribute.name, tuple(levels), tuple(shares.tolist()))

    def columns(self, attribute: Attribute) -> Floats:
        term = self.term(attribute)
        out = np.zeros((len(term), self.width))
        known = np.flatnonzero(term >= 0)
        out[known] = -np.array(self.shares)
        out[known, term[known]] += 1.0
        return out

    def term(self, attribute: Attribute) -> NDArray[np.int64]:
        other = self.levels.index(OTHER) if OTHER in self.levels else -1
        named = np.array(self.levels[: other if other >= 0 else None])
        nearest = np.minimum(np.searchsorted(named, attribute.values), len(named) - 1)
        found = np.where(named[nearest] == attribute.values, nearest, other)
        return np.where(np.isfinite(attribute.values), found, -1)


@dataclass(frozen=True)
class Design:
    """How attributes become columns, as the calibration settled it."""

    parts: tuple[Scale | Levels, ...]

    @classmethod
    def fit(cls, attributes: Sequence[Attribute]) -> Design:
        """Attributes that tell nobody apart stay out."""
        parts = [
            (Levels if attribute.kind == LEVEL else Scale).fit(attribute)
            for attribute in attributes
        ]
        return cls(tuple(part for part in parts if part))

    @property
    def width(self) -> int:
        return sum(part.width for part in self.parts)

    @property
    def owner(self) -> NDArray[np.int64]:
        """The part that each column belongs to."""
        return np.repeat(np.arange(len(self.parts)), [p.width for p in self.parts])

    def columns(self, attributes: Sequence[Attribute]) -> Floats:
        """:raise KeyError: when an attribute of the design is missing"""
        given = {attribute.name: attribute for attribute in attributes}
        return np.concatenate(
            [part.columns(given[part.name]) for part in self.parts], axis=1
        )

    def terms(self, attributes: Sequence[Attribute]) -> NDArray[np.int64]:
        """The column that speaks of each customer, by part; -1 where none does."""
        given = {attribute.name: attribute for attribute in attributes}
        start = np.cumsum([0, *(part.width for part in self.parts)])
        terms = [part.term(given[part.name]) for part in self.parts]
        return np.stack(
            [
                np.where(term < 0, -1, term + first)
                for term, first in zip(terms, start, strict=False)
            ],
            axis=1,
        )

    def to_list(self) -> list[dict[str, Any]]:
        return [dict(vars(part)) for part in self.parts]

    @classmethod
    def from_list(cls, parts: list[dict[str, Any]]) -> Design:
        return cls(
            tuple(
                Levels(part["name"], tuple(part["levels"]), tuple(part["shares"]))
                if part["kind"] == LEVEL
                else Scale(**part)
                for part in parts
            )
        )

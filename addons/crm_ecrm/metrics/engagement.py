"""How much a customer has to do with us: one figure that says how it came to be.

The weights are a judgement and no estimate: what is worth how much, and how often
within 90 days is all that can be asked. They are stated here, once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

PERIOD_DAYS = 90


class Weight(NamedTuple):
    """What a source may add, and how many of it add all of that."""

    most: float
    enough: float


WEIGHTS = {
    "order": Weight(40.0, 3.0),
    "visit": Weight(20.0, 6.0),
    "feedback": Weight(15.0, 2.0),
    "idea": Weight(15.0, 2.0),
    "case": Weight(10.0, 2.0),
    # what takes away
    "complaint": Weight(-10.0, 2.0),
    "refund": Weight(-10.0, 2.0),
    "late": Weight(-15.0, 2.0),
}


class Part(NamedTuple):
    """What one source adds to the figure."""

    source: str
    count: float
    points: float


def attainable(measured: Collection[str]) -> float:
    """What somebody could reach by what is measured here: the figure's 100."""
    return sum(
        w.most for source, w in WEIGHTS.items() if w.most > 0 and source in measured
    )


def parts(counts: Mapping[str, float], measured: Collection[str]) -> list[Part]:
    """What each measured source adds, the most important first.

    A source that is not measured is left out on both sides: it is no silence.
    """
    whole = attainable(measured)
    if not whole:
        return []
    found = [
        Part(source, count, 100 * weight.most * min(count / weight.enough, 1) / whole)
        for source, weight in WEIGHTS.items()
        if source in measured and (count := counts.get(source, 0)) > 0
    ]
    return sorted(found, key=lambda part: (-abs(part.points), part.source))


def score(counts: Mapping[str, float], measured: Collection[str]) -> float:
    """From 0 to 100."""
    total = sum(part.points for part in parts(counts, measured))
    return min(max(total, 0.0), 100.0)

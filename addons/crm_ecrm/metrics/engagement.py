"""How much a customer has to do with us: one figure that says how it came to be.

The weights are a judgement and no estimate: what is worth how much, and how often
within 90 days is all that can be asked. What is usual is stated here, once; whoever
judges otherwise hands over weights of his own.
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
    "visit": Weight(10.0, 6.0),
    "feedback": Weight(10.0, 2.0),
    "idea": Weight(10.0, 2.0),
    "message": Weight(8.0, 4.0),
    "case": Weight(5.0, 2.0),
    "meeting": Weight(5.0, 2.0),
    "case_message": Weight(4.0, 4.0),
    "call": Weight(3.0, 2.0),
    "clicked": Weight(3.0, 3.0),
    "opened": Weight(2.0, 4.0),
    # what takes away
    "late": Weight(-15.0, 2.0),
    "complaint": Weight(-10.0, 2.0),
    "refund": Weight(-10.0, 2.0),
    "return": Weight(-10.0, 2.0),
    "unanswered": Weight(-5.0, 2.0),
    "case_unanswered": Weight(-5.0, 2.0),
    "paid_late": Weight(-5.0, 3.0),
    "bounce": Weight(-5.0, 2.0),
    "mailing_bounce": Weight(-5.0, 2.0),
}
# what tells that the customer is there; the rest is done by us, or undone
HEARD = {
    *("order", "visit", "feedback", "idea", "message", "case", "meeting", "call"),
    *("case_message", "clicked", "opened", "complaint", "return", "paid_late"),
}


class Part(NamedTuple):
    """What one source adds to the figure."""

    source: str
    count: float
    points: float
    # of all that is added and taken away, so that the shares of a customer make 1
    share: float


def attainable(
    measured: Collection[str], weights: Mapping[str, Weight] = WEIGHTS
) -> float:
    """What somebody could reach by what is measured here: the figure's 100."""
    return sum(
        w.most for source, w in weights.items() if w.most > 0 and source in measured
    )


def parts(
    counts: Mapping[str, float],
    measured: Collection[str],
    weights: Mapping[str, Weight] = WEIGHTS,
) -> list[Part]:
    """What each measured source adds, the most important first.

    A source that is not measured is left out on both sides: it is no silence.
    """
    whole = attainable(measured, weights)
    if not whole:
        return []
    points = {
        source: 100 * weight.most * min(counts[source] / weight.enough, 1) / whole
        for source, weight in weights.items()
        if weight.most and source in measured and counts.get(source, 0) > 0
    }
    moved = sum(map(abs, points.values()))
    found = [
        Part(source, counts[source], number, abs(number) / moved)
        for source, number in points.items()
    ]
    return sorted(found, key=lambda part: (-abs(part.points), part.source))


def score(
    counts: Mapping[str, float],
    measured: Collection[str],
    weights: Mapping[str, Weight] = WEIGHTS,
) -> float:
    """From 0 to 100."""
    total = sum(part.points for part in parts(counts, measured, weights))
    return min(max(total, 0.0), 100.0)

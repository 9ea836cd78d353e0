"""Who carries the value: classes A to D and its concentration."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

CLASSES = ("A", "B", "C", "D")
UNPROFITABLE = "unprofitable"


def value_classes(
    value: ArrayLike, shares: Sequence[float] = (0.5, 0.8, 0.95)
) -> NDArray[np.str_]:
    """A: the best customers who together carry the first share of the value, and so
    on; the last class has the rest. Equal values stand in one class; a customer worth
    nothing or less is unprofitable."""
    if list(shares) != sorted(shares) or len(shares) != len(CLASSES) - 1:
        raise ValueError("shares: three rising shares are needed")
    value = np.asarray(value, dtype=np.float64)
    out = np.full(len(value), UNPROFITABLE)
    gain = value > 0
    worth, row, count = np.unique(-value[gain], return_inverse=True, return_counts=True)
    if not len(worth):
        return out
    carried = np.cumsum(-worth * count)
    # The share of all better customers decides, so the very best are always A.
    better = np.concatenate([[0.0], carried[:-1]]) / carried[-1]
    class_number = np.searchsorted(np.asarray(shares), better, side="right")
    out[gain] = np.array(CLASSES)[class_number][row]
    return out


def concentration(value: ArrayLike, share: float = 0.8) -> int:
    """How many of the best customers together carry this share of the value."""
    value = np.asarray(value, dtype=np.float64)
    carried = np.cumsum(np.sort(value[value > 0])[::-1])
    if not len(carried):
        return 0
    return int(np.searchsorted(carried, share * carried[-1] * (1 - 1e-12)) + 1)

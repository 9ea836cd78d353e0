"""Recency, frequency, monetary value in fifths of the base."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import rankdata

from .history import PurchaseHistory

FIFTHS = 5


class Rfm(NamedTuple):
    """1 (lowest) to 5 (best) per customer."""

    recency: NDArray[np.int64]
    frequency: NDArray[np.int64]
    monetary: NDArray[np.int64]


def rfm(history: PurchaseHistory) -> Rfm:
    """Recent, frequent and high spending customers score 5. The monetary score is by
    the mean value of a purchase; unknown values score as zero."""
    value = np.zeros(len(history)) if history.value is None else history.value
    return Rfm(
        fifths(history.t_x - history.T),
        fifths(history.x),
        fifths(np.nan_to_num(value)),
    )


def fifths(values: ArrayLike) -> NDArray[np.int64]:
    """Equal values score alike: by the middle of the ranks they share, so that one
    customer, or a base of identical ones, scores 3."""
    ranks = rankdata(values)
    share = (ranks - 0.5) / max(len(ranks), 1)
    return np.minimum(share * FIFTHS, FIFTHS - 1).astype(np.int64) + 1

"""A customer's own rhythm, for bases too small or too odd to fit a population.

Nothing here is estimated beyond two plain figures of the base; the rest is convention
that a salesperson can repeat. Alive: the MBG/NBD formula with one purchase interval
of the base lent to every customer (r = 1, alpha = the usual interval) and one in five
leaving after a purchase (a = 1, b = 4). From two own intervals on the customer's own
rhythm outweighs the loan; before that it is the plain rule: half lost after about
three usual intervals of silence.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .counts import PurchaseCounts
from .history import PurchaseHistory
from .mbg_cnbd import MbgCnbd

Floats = NDArray[np.float64]

OWN_INTERVALS = 2
# Between purchases where nobody in the base has bought twice yet.
DEFAULT_INTERVAL_DAYS = 90.0


@dataclass(frozen=True)
class Rhythm:
    """``usual_interval`` is the median of the customers' mean intervals,
    ``base_rate`` the base's repeat purchases per customer and unit of time."""

    usual_interval: float
    base_rate: float
    customers: int
    repeats: int

    def __post_init__(self) -> None:
        if not (0 < self.usual_interval < np.inf and 0 < self.base_rate < np.inf):
            raise ValueError("a positive interval and a positive rate are needed")

    @classmethod
    def of(cls, history: PurchaseHistory) -> Rhythm:
        """Defined for every history, the empty one included."""
        again = history.x > 0
        usual = DEFAULT_INTERVAL_DAYS / history.unit_days
        if again.any():
            usual = float(np.median(history.t_x[again] / history.x[again]))
        repeats = int(history.x.sum())
        # Half a purchase and one interval keep the rate positive and finite.
        rate = (repeats + 0.5) / (float(history.T.sum()) + usual)
        return cls(usual, rate, len(history), repeats)

    def is_own(self, history: PurchaseHistory) -> NDArray[np.bool_]:
        """Who has enough intervals for a rhythm of his own."""
        return history.x >= OWN_INTERVALS

    def alive(self, history: PurchaseHistory) -> Floats:
        return self._convention.alive(history)

    def silent_until(
        self, history: PurchaseHistory, threshold: float | Floats
    ) -> Floats:
        return self._convention.silent_until(history, threshold)

    def expected_purchases(self, history: PurchaseHistory, horizon: float) -> Floats:
        return self.counts(history, horizon).mean

    def counts(
        self, history: PurchaseHistory, horizon: float, discount: float = 0.0
    ) -> PurchaseCounts:
        """The own rate so far, steadied by one purchase of the base, while alive."""
        shape = history.x + 1.0
        rate = shape / (history.T + 1.0 / self.base_rate)
        return steady_counts(self.alive(history), rate, shape, horizon, discount)

    def naive_counts(
        self, history: PurchaseHistory, horizon: float, discount: float = 0.0
    ) -> PurchaseCounts:
        """Everyone goes on at the rate x / T so far and nobody leaves.

        A rate cannot be read from less than one usual interval, so T counts as at
        least that long.
        """
        rate = history.x / np.maximum(history.T, self.usual_interval)
        everyone = np.ones(len(history))
        return steady_counts(everyone, rate, history.x + 1.0, horizon, discount)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def _convention(self) -> MbgCnbd:
        return MbgCnbd(k=1, r=1.0, alpha=self.usual_interval, a=1.0, b=4.0)


def steady_counts(
    alive: Floats, rate: Floats, shape: Floats, horizon: float, discount: float
) -> PurchaseCounts:
    """Counts at a constant rate known as well as ``shape`` purchases tell it
    (negative binomial) for customers who are alive with the given probability."""
    horizon = max(horizon, 0.0)
    mean = rate * horizon
    none = np.exp(-shape * np.log1p(mean / shape))
    interest = discount * horizon
    factor = -np.expm1(-interest) / interest if interest > 0 else 1.0
    return PurchaseCounts(
        any=alive * (1.0 - none),
        mean=alive * mean,
        second=alive * (mean + mean**2 * (1.0 + 1.0 / shape)),
        discounted=alive * mean * factor,
    )

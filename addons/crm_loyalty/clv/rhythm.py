"""A customer's own rhythm, for bases too small or too odd to fit a population.

Nothing here is estimated beyond three plain figures of the base; the rest is convention
that a salesperson can repeat. Alive: the MBG/CNBD-k formula with one purchase interval
of the base lent to every customer (r = k, alpha = the usual interval), the base's own
regularity k, and one in five leaving after a purchase (a = 1, b = 4). From two own
intervals on the customer's own rhythm outweighs the loan; before that it is the plain
rule: half lost after about three usual intervals of silence, sooner where the base is
regular.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from .counts import PurchaseCounts
from .history import PurchaseHistory
from .mbg_cnbd import LARGEST_K, MbgCnbd
from .sums import dot

Floats = NDArray[np.float64]

OWN_INTERVALS = 2
# Between purchases where nobody in the base has bought twice yet.
DEFAULT_INTERVAL_DAYS = 90.0
# How much log-likelihood more regularity must gain to be believed (95 % of chance).
GAIN = 1.92
# Of fewer intervals than these, beyond each one's first, regularity is not read.
FEWEST_INTERVALS = 10


@dataclass(frozen=True)
class Rhythm:
    """``usual_interval`` is the median of the customers' mean intervals,
    ``base_rate`` the base's repeat purchases per customer and unit of time, ``k`` how
    regular they are (1: as random as can be)."""

    usual_interval: float
    base_rate: float
    customers: int
    repeats: int
    k: int = 1

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
        return cls(usual, rate, len(history), repeats, regularity(history))

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
        return MbgCnbd(k=self.k, r=self.k, alpha=self.usual_interval, a=1.0, b=4.0)


def regularity(history: PurchaseHistory) -> int:
    """The base's k, from how evenly each one's own intervals divide his time.

    Erlang-k intervals, divided by their sum, are Dirichlet(k, ..., k) whatever the
    customer's pace. The least k that is not clearly less likely than the best one.
    """
    logs, several = history.log_intervals, history.x >= 2
    if logs is None or (history.x - 1)[several].sum() < FEWEST_INTERVALS:
        return 1
    x = history.x[several].astype(np.float64)
    evenness = logs[several].sum() - dot(x, np.log(history.t_x[several]))
    xs, counts = np.unique(x, return_counts=True)
    k = np.arange(1.0, LARGEST_K + 1)
    shares = counts @ gammaln(np.multiply.outer(xs, k))
    likelihood = shares - x.sum() * gammaln(k) + (k - 1.0) * evenness
    return 1 + int(np.argmax(likelihood >= likelihood.max() - GAIN))


def steady_counts(
    alive: Floats, rate: Floats, shape: Floats, horizon: float, discount: float
) -> PurchaseCounts:
    """Counts at a constant rate known as well as ``shape`` purchases tell it
    (negative binomial) for customers who are alive with the given probability."""
    horizon = max(horizon, 0.0)
    mean = rate * horizon
    none = np.exp(-shape * np.log1p(mean / shape))
    interest = discount * horizon
    factor = -np.expm1(-interest) / interest if interest else 1.0
    return PurchaseCounts(
        any=alive * (1.0 - none),
        mean=alive * mean,
        second=alive * (mean + mean**2 * (1.0 + 1.0 / shape)),
        discounted=alive * mean * factor,
    )

"""From revenue to margin: each customer's rate, drawn towards the base's.

Empirical Bayes by moments (Efron & Morris 1975): a customer's observed rate scatters
around his true one with variance sigma^2 / n after n purchases, true rates scatter
around the base's with variance tau^2. Regressing the squared deviations on 1 / n gives
both, and n / (n + sigma^2 / tau^2) is the weight of the customer's own rate.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .history import PurchaseHistory
from .sums import dot

Floats = NDArray[np.float64]

FEWEST_CUSTOMERS = 30
# Purchases after which the own rate counts half, where the base is too small to tell.
CONVENTION = 4.0
# tau^2 = 0: everyone has the base's rate, however often he bought.
NEVER = 1e9


@dataclass(frozen=True)
class MarginRate:
    """``half_weight`` is the number of purchases from which the customer's own rate
    counts more than the base's, ``spread`` the variance of true rates (tau^2),
    ``error`` the standard error of the base's rate."""

    base: float
    half_weight: float = CONVENTION
    spread: float = 0.0
    error: float = 0.0
    customers: int = 0

    @classmethod
    def fit(cls, history: PurchaseHistory) -> MarginRate:
        """A base without any margin gets the rate 1: its values are revenue."""
        known = _has_rate(history)
        if not known.any():
            return cls(base=1.0)
        n = history.x[known] + 1.0
        revenue, margin = n * history.value[known], n * history.margin[known]
        base = float(np.clip(margin.sum() / revenue.sum(), -1.0, 1.0))
        residual = margin - base * revenue
        error = float(np.sqrt(dot(residual, residual)) / revenue.sum())
        if known.sum() < FEWEST_CUSTOMERS:
            return cls(base, error=error, customers=int(known.sum()))

        deviation = (np.clip(margin / revenue, -1.0, 1.0) - base) ** 2
        away = 1.0 / n - np.mean(1.0 / n)
        if away.any():
            noise = max(float(dot(away, deviation) / dot(away, away)), 0.0)
        else:  # everyone bought equally often: nothing tells noise from spread
            noise = float(deviation.mean() / (1.0 / CONVENTION + 1.0 / n[0]))
        spread = max(float(deviation.mean() - noise * np.mean(1.0 / n)), 0.0)
        half_weight = noise / spread if spread > noise / NEVER else NEVER
        return cls(base, half_weight, spread, error, int(known.sum()))

    def of(self, history: PurchaseHistory) -> tuple[Floats, Floats]:
        """Every customer's rate and its variance.

        A loss is a fact, not noise to be averaged away: a negative own rate stays.
        Rates beyond -1 and 1 come from amounts near zero and are cut there.
        """
        known = _has_rate(history)
        n = np.where(known, history.x + 1.0, 0.0)
        own = np.full(len(history), self.base)
        if known.any():
            np.divide(history.margin, history.value, out=own, where=known)
            own = np.clip(own, -1.0, 1.0)
        # without a known purchase the base's rate counts alone, whatever its weight
        weight = np.divide(n, n + self.half_weight, out=np.zeros_like(n), where=n > 0)
        rate = self.base + weight * (own - self.base)
        loss = known & (own < 0)
        variance = np.where(loss, 0.0, self.spread * (1.0 - weight))
        return np.where(loss, own, rate), variance

    def loss(self, history: PurchaseHistory) -> Floats:
        """What each purchase loses of customers who sent everything back, or more than
        they bought; zero of all others.

        It has no rate, since there is no revenue. What is known stays as it is, and
        where the margin is not known the base's rate tells it. It is never a gain.
        """
        if history.value is None:
            return np.zeros(len(history))
        margin = self.base * history.value
        if history.margin is not None:
            margin = np.where(np.isnan(history.margin), margin, history.margin)
        return np.where(history.value <= 0, np.maximum(-margin, 0.0), 0.0)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def _has_rate(history: PurchaseHistory) -> NDArray[np.bool_]:
    """Whose margin is known, of a revenue that a rate can be read from."""
    if history.value is None or history.margin is None:
        return np.zeros(len(history), dtype=bool)
    return (history.value > 0) & ~np.isnan(history.margin)

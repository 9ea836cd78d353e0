"""Whom an offer moves: what past arms say of customers like him.

Customers are sorted into strata that a salesperson understands: how likely still a
customer, how late by his own rhythm, how many purchases. In each, the treated are
compared with those held back (their difference is the effect: Radcliffe & Surry 2011;
the risk of leaving alone does not tell it: Ascarza 2018). A stratum holds few controls,
so its effect is drawn towards that of all by empirical Bayes (Efron & Morris 1975): as
far as its own is uncertain, and as far as strata turn out alike. How far they differ in
truth is estimated by Paule & Mandel (1982).

Margins are counted in the customer's own usual orders. So large and small customers
weigh alike, and an effect found in the one is told of the other in his own size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from .lifecycle import risk_threshold

Floats = NDArray[np.float64]
Strata = NDArray[np.int64]

# Multiples of the own rhythm since the last purchase.
PACE_EDGES = (1.0, 2.0)
# Purchases up to which a customer counts as a rare buyer.
RARE_PURCHASES = 3
STRATA = 18

# Fewer in either arm, and nothing is estimated: in simulation the advice then loses to
# no offers at all now and then.
FEWEST_PER_ARM = 150
# A customer's usual margin is taken as at least this share of the median's, so that
# one large order of a tiny customer does not decide a stratum.
LEAST_USUAL = 0.2
# And more usual orders than this in one period are taken as this many.
MOST_ORDERS = 10.0


@dataclass(frozen=True)
class Customers:
    """Equal-length arrays of what is known of customers before any offer.

    ``pace`` is the time since the last purchase in multiples of the own rhythm,
    ``usual_margin`` the mean margin of a purchase (nan: unknown).
    """

    alive: Floats
    pace: Floats
    purchases: Floats
    usual_margin: Floats

    def __len__(self) -> int:
        return len(self.alive)

    def strata(self, lapse_threshold: float) -> Strata:
        """0 to 17: alive (lost, at risk, safe) x pace x rare or frequent."""
        edges = (lapse_threshold, risk_threshold(lapse_threshold))
        alive = np.digitize(self.alive, edges)
        pace = np.digitize(self.pace, PACE_EDGES)
        frequent = self.purchases > RARE_PURCHASES
        return (alive * 3 + pace) * 2 + frequent


@dataclass(frozen=True)
class OfferEffect:
    """Effects per stratum, in usual orders, after the discount that margins bear.

    ``mean`` and ``error`` are those of the posterior, ``use`` the share of the treated
    who bought, ``treated`` and ``control`` the customers in each arm.
    """

    lapse_threshold: float
    overall: float
    overall_error: float
    spread: float
    mean: tuple[float, ...]
    error: tuple[float, ...]
    use: tuple[float, ...]
    treated: tuple[int, ...]
    control: tuple[int, ...]

    @classmethod
    def fit(
        cls,
        customers: Customers,
        treated: NDArray[np.bool_],
        margin: Floats,
        bought: NDArray[np.bool_],
        lapse_threshold: float,
    ) -> OfferEffect | None:
        """None where there are too few in an arm, or all did the same.

        :param treated: drawn to be touched, whether or not that succeeded in time
        :param margin: in the period after the draw
        """
        known = np.isfinite(customers.usual_margin) & (customers.usual_margin > 0)
        if min((known & treated).sum(), (known & ~treated).sum()) < FEWEST_PER_ARM:
            return None
        stratum = customers.strata(lapse_threshold)[known]
        usual = customers.usual_margin[known]
        usual = np.maximum(usual, LEAST_USUAL * np.median(usual))
        orders = np.clip(margin[known] / usual, -MOST_ORDERS, MOST_ORDERS)
        arm, bought = treated[known], bought[known]
        effect, variance, counts = _raw(stratum, orders, arm)
        if not np.isfinite(variance).any():
            return None
        overall, overall_error, spread = _paule_mandel(effect, variance)
        mean, error = _posterior(effect, variance, overall, overall_error, spread)
        return cls(
            lapse_threshold,
            overall,
            overall_error,
            spread,
            tuple(mean.tolist()),
            tuple(error.tolist()),
            tuple(_use(stratum[arm], bought[arm]).tolist()),
            tuple(counts[0].tolist()),
            tuple(counts[1].tolist()),
        )

    def of(self, customers: Customers) -> tuple[Floats, Floats, Floats]:
        """Mean and error of the effect in usual orders, and the share who will use the
        offer, for each customer."""
        stratum = customers.strata(self.lapse_threshold)
        return tuple(np.asarray(c)[stratum] for c in (self.mean, self.error, self.use))

    def arms_of(self, customers: Customers) -> tuple[Strata, Strata]:
        """How many treated and held back the answer for each customer rests on."""
        stratum = customers.strata(self.lapse_threshold)
        return np.asarray(self.treated)[stratum], np.asarray(self.control)[stratum]

    def to_dict(self) -> dict[str, Any]:
        return dict(vars(self))

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> OfferEffect:
        return cls(
            **{
                name: tuple(value) if isinstance(value, (list, tuple)) else value
                for name, value in stored.items()
            }
        )


def _raw(
    stratum: Strata, orders: Floats, arm: NDArray[np.bool_]
) -> tuple[Floats, Floats, tuple[Strata, Strata]]:
    """Difference of means in each stratum and its variance; infinite where an arm is
    empty.

    The arms of a stratum share one variance, itself drawn towards that of all by ten
    customers' weight: of three controls who bought nothing it is not zero.
    """
    counts, sums, squares = [], [], []
    for chosen in (arm, ~arm):
        where = stratum[chosen]
        counts.append(np.bincount(where, minlength=STRATA))
        sums.append(np.bincount(where, orders[chosen], STRATA))
        squares.append(np.bincount(where, orders[chosen] ** 2, STRATA))
    count, total, square = np.array(counts), np.array(sums), np.array(squares)
    mean = np.divide(total, count, out=np.zeros_like(total), where=count > 0)
    within = np.maximum(square - count * mean**2, 0.0).sum(axis=0)
    freedom = np.maximum(count - 1, 0).sum(axis=0)
    common = within.sum() / max(freedom.sum(), 1)
    scatter = (within + 10.0 * common) / (freedom + 10.0)
    both = (count > 0).all(axis=0)
    share = np.divide(1.0, count, out=np.zeros_like(total), where=count > 0).sum(axis=0)
    variance = np.where(both, scatter * share, np.inf)
    # everybody did the same but for rounding: nothing tells an effect from chance
    if common <= 1e-12 * square.sum() / max(freedom.sum(), 1):
        variance = np.full(STRATA, np.inf)
    return np.where(both, mean[0] - mean[1], 0.0), variance, (count[0], count[1])


def _paule_mandel(effect: Floats, variance: Floats) -> tuple[float, float, float]:
    """Overall effect, its error and the variance of true effects over strata."""
    known = np.isfinite(variance)
    y, v = effect[known], variance[known]

    def average(spread: float) -> tuple[float, float, float]:
        weight = 1.0 / (v + spread)
        middle = float((weight * y).sum() / weight.sum())
        excess = float((weight * (y - middle) ** 2).sum()) - (len(y) - 1)
        return middle, float(weight.sum() ** -0.5), excess

    spread = 0.0
    if average(0.0)[2] > 0:
        # no excess is left where the effects' own variance is the spread
        most = 2.0 * float(np.var(y, ddof=1))
        spread = brentq(lambda s: average(s)[2], 0.0, most, xtol=1e-14 * most)
    overall, error, _excess = average(spread)
    return overall, error, spread


def _posterior(
    effect: Floats, variance: Floats, overall: float, error: float, spread: float
) -> tuple[Floats, Floats]:
    """Each stratum's effect, drawn towards the overall one."""
    weight = spread / (spread + variance)  # 0 where the variance is infinite
    mean = overall + weight * (effect - overall)
    known = np.isfinite(variance)
    own = np.where(known, weight * np.where(known, variance, 0.0), spread)
    return mean, np.sqrt(own + ((1.0 - weight) * error) ** 2)


def _use(stratum: Strata, bought: NDArray[np.bool_]) -> Floats:
    """Share of the treated who bought, each stratum's with ten of the overall."""
    count = np.bincount(stratum, minlength=STRATA)
    buyers = np.bincount(stratum, bought.astype(float), STRATA)
    return (buyers + 10.0 * bought.mean()) / (count + 10.0)

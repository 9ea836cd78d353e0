"""A customer base whose parameters are known, drawn without a loop over customers.

Purchases: BG/NBD (Fader, Hardie & Lee 2005) or, with drop-out possible at the first
purchase too, MBG/NBD (Batislam, Denizel & Filiztekin 2007). Amounts: Gamma-Gamma
(Fader & Hardie 2013). Times are weeks, as in the papers.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Truth:
    """What a base is drawn from; the defaults give about 5.6 orders per customer.

    They buy every ten weeks or so: purchases of one day count once, and in a base of
    daily buyers that alone would move the rates away from the truth.
    """

    customers: int = 100_000
    seed: int = 19
    dropout_at_zero: bool = True
    r: float = 2.0
    alpha: float = 21.0
    a: float = 0.8
    b: float = 6.0
    p: float = 5.0
    q: float = 4.0
    v: float = 60.0
    weeks: float = 156.0  # of observation
    youngest: float = 10.0  # weeks ago the newest customers came

    def sized(self, customers: int) -> "Truth":
        return replace(self, customers=customers)


@dataclass(frozen=True)
class Purchases:
    """One element per purchase, customers and their times ascending."""

    customer: NDArray[np.int64]
    week: NDArray[np.float64]  # since the start of the observation
    amount: NDArray[np.float64]


def draw(truth: Truth) -> Purchases:
    rng = np.random.default_rng(truth.seed)
    size = truth.customers
    age = rng.uniform(truth.youngest, truth.weeks, size)
    rate = rng.gamma(truth.r, 1 / truth.alpha, size)
    dropout = rng.beta(truth.a, truth.b, size)
    # the repeat purchase after which the customer leaves; MBG counts the first one too
    last = rng.geometric(np.maximum(dropout, 1e-12)) - truth.dropout_at_zero
    customer, since_first = _repeats(rng, rate, age, last)

    customer = np.concatenate([np.arange(size), customer])
    since_first = np.concatenate([np.zeros(size), since_first])
    order = np.lexsort((since_first, customer))
    customer, since_first = customer[order], since_first[order]
    week = truth.weeks - age[customer] + since_first

    worth = rng.gamma(truth.q, 1 / truth.v, size)
    amount = rng.gamma(truth.p, 1 / worth[customer])
    return Purchases(customer, week, amount)


def _repeats(rng, rate, age, last) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Customers and times of the repeat purchases made before leaving.

    Given their number, the events of a Poisson process are uniform on its interval:
    draw as if nobody left, sort, and keep each customer's first ``last``.
    """
    count = rng.poisson(rate * age)
    customer = np.repeat(np.arange(len(count)), count)
    time = rng.uniform(0, age[customer])
    order = np.lexsort((time, customer))
    customer, time = customer[order], time[order]
    rank = np.arange(len(customer)) - np.repeat(np.cumsum(count) - count, count)
    kept = rank < last[customer]
    return customer[kept], time[kept]

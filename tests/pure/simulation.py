"""Customer bases drawn from known parameters, with their future."""

from dataclasses import dataclass

import numpy as np

from clv import PurchaseHistory

YEAR = 365.25 / 7


@dataclass(frozen=True)
class World:
    """What the models see (``history``) and what they cannot: purchases after it."""

    history: PurchaseHistory
    future_purchases: np.ndarray
    future_value: np.ndarray
    alive: np.ndarray


def draw(
    rng,
    customers,
    k=1,
    r=0.55,
    alpha=6.0,
    a=0.9,
    b=1.6,
    dropout_at_zero=True,
    T=(26.0, 104.0),
    spend=(6.0, 4.0, 60.0),
    horizon=52.0,
    discount_rate=0.1,
):
    """Customers of age uniform in ``T`` (weeks), followed for ``horizon`` more.

    ``future_value`` is what they spend after the cut-off, discounted to it; a single
    purchase is Gamma(p, nu), nu ~ Gamma(q, v), with ``spend`` = (p, q, v).
    """
    p, q, v = spend
    age = rng.uniform(*T, customers)
    rate = rng.gamma(r, 1.0 / alpha, customers)
    leaves = rng.beta(a, b, customers)
    scale = rng.gamma(q, 1.0 / v, customers)
    force = np.log1p(discount_rate) / YEAR

    x = np.zeros(customers, dtype=np.int64)
    t_x, logs, spent = np.zeros(customers), np.zeros(customers), np.zeros(customers)
    spent += rng.gamma(p, 1.0 / scale)
    future, future_value = np.zeros(customers, dtype=np.int64), np.zeros(customers)
    stays = (
        rng.random(customers) > leaves if dropout_at_zero else np.ones(customers, bool)
    )
    alive = stays.copy()

    row = np.flatnonzero(stays)
    time = np.zeros(len(row))
    while len(row):
        gap = rng.gamma(k, 1.0 / np.maximum(rate[row], 1e-300))
        time = time + gap
        seen = time <= age[row] + horizon
        row, time, gap = row[seen], time[seen], gap[seen]
        past = time <= age[row]
        amount = rng.gamma(p, 1.0 / scale[row])
        before, after = row[past], row[~past]
        x[before] += 1
        t_x[before] = time[past]
        logs[before] += np.log(gap[past])
        spent[before] += amount[past]
        future[after] += 1
        future_value[after] += amount[~past] * np.exp(
            -force * (time[~past] - age[after])
        )
        stays = rng.random(len(row)) > leaves[row]
        alive[before[~stays[past]]] = False
        row, time = row[stays], time[stays]
    history = PurchaseHistory(np.arange(customers), x, t_x, age, logs, spent / (x + 1))
    return World(history, future, future_value, alive)

"""Customer bases with attributes: some that drive leaving, or none that does."""

from dataclasses import dataclass

import numpy as np
from simulation import draw

from clv import Attribute, PurchaseHistory

QUARTER = 13.0
# Customers who buy every nine weeks or so, as companies do.
POPULATION = {"r": 2.0, "alpha": 9.0, "a": 0.9, "b": 6.0, "T": (20.0, 150.0)}


@dataclass(frozen=True)
class Base:
    history: PurchaseHistory
    actual: np.ndarray
    attributes: list[Attribute]
    alive: np.ndarray


def draw_base(rng, customers, driven=False, **population):
    """What is known at the cut-off, and the purchases of the quarter after it.

    ``driven``: of those who leave after a purchase, late payers and customers of
    industry 2 are three to four times as many as their like; of industry 4 a third.
    """
    late = np.where(rng.random(customers) < 0.5, 0.0, rng.exponential(30.0, customers))
    industry = rng.integers(1, 6, customers).astype(float)
    if driven:
        slow = np.log1p(late)
        odds = (
            0.6 * (slow - slow.mean()) + 1.4 * (industry == 2) - 1.2 * (industry == 4)
        )
        population = {"a": POPULATION["a"] * np.exp(odds), **population}
    world = draw(rng, customers, horizon=QUARTER, **{**POPULATION, **population})
    history = world.history
    attributes = [
        Attribute("industry", "level", industry),
        Attribute("payment_delay", "amount", _forget(rng, late, 0.2)),
        Attribute("salesperson", "level", rng.integers(1, 9, customers)),
        Attribute("source", "level", _forget(rng, rng.zipf(1.7, customers), 0.3)),
        Attribute("lost_quotations", "amount", rng.poisson(0.3, customers)),
        Attribute("margin_trend", "number", rng.normal(0.0, 0.1, customers)),
        Attribute("tenure", "number", history.T / 52.0),
        Attribute("order_size", "amount", history.value),
    ]
    return Base(history, world.future_purchases, attributes, world.alive)


def _forget(rng, values, share):
    return np.where(rng.random(len(values)) < share, np.nan, values)

"""The stage of a customer's relation, from numbers that are known already."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .history import PurchaseHistory

Floats = NDArray[np.float64]

POTENTIAL, NEW, ACTIVE, LOYAL, AT_RISK, LOST, WON_BACK = range(7)

# From the fourth purchase on, a customer who is not silent counts as loyal.
LOYAL_REPEATS = 3


def risk_threshold(lapse_threshold: float) -> float:
    """Below this alive probability, midway from lapse to certainty, one is at risk."""
    return (1 + lapse_threshold) / 2


def lifecycle(
    alive: Floats,
    x: NDArray[np.int64],
    silence: Floats,
    came_back: NDArray[np.bool_],
    *,
    typical_interval: float,
    lapse_threshold: float,
) -> NDArray[np.int8]:
    """One stage per customer who has bought (shape of ``alive``).

    :param x: repeat purchases
    :param silence: time since the last purchase
    :param came_back: the last purchase ended a lapse, see ``purchase_before_last``
    :param typical_interval: until one such interval after it, a first purchase is new;
        in the unit of ``silence``
    :param lapse_threshold: below this alive probability a customer is lost
    """
    safe = alive >= risk_threshold(lapse_threshold)
    stage = np.full(alive.shape, ACTIVE, np.int8)
    stage[~safe] = AT_RISK
    stage[safe & (x >= LOYAL_REPEATS)] = LOYAL
    stage[safe & came_back] = WON_BACK
    stage[(x == 0) & (silence <= typical_interval)] = NEW
    stage[alive < lapse_threshold] = LOST
    return stage


def purchase_before_last(
    history: PurchaseHistory, last_interval: Floats
) -> tuple[PurchaseHistory, NDArray[np.bool_]]:
    """The histories as they stood when the last purchase came, and whose these are.

    Whoever's silence had lasted past ``silent_until`` by then had lapsed and came back.

    :param last_interval: time between the last two purchases, 0 where there is one
    :return: the histories of those with a repeat purchase, and the mask of them
    """
    has_repeat = history.x > 0
    now = history[has_repeat]
    gap = last_interval[has_repeat]
    x = now.x - 1
    logs = None
    if now.log_intervals is not None:
        logs = np.where(x > 0, now.log_intervals - np.log(gap), 0.0)
    before = PurchaseHistory(
        customer=now.customer,
        x=x,
        t_x=np.where(x > 0, np.maximum(now.t_x - gap, 0.0), 0.0),
        T=now.t_x,
        log_intervals=logs,
        value=now.value,
        margin=now.margin,
        shift=now.shift,
        unit_days=now.unit_days,
    )
    return before, has_repeat

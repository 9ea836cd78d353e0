"""From single dealings to one row per customer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def fold_purchases(
    customer: NDArray[np.int64],
    day: NDArray[np.int64],
    revenue: NDArray[np.float64],
    margin: NDArray[np.float64],
) -> dict[str, NDArray]:
    """Fold dealings into purchase days, and these into histories.

    A day whose revenue adds up to more than zero is one purchase; other days only add
    their amounts. Customers without a purchase drop out.

    :param day: day numbers from any origin
    :param margin: NaN where unknown
    :return: arrays of equal length, customers ascending: ``customer``, ``first_day``,
        ``last_day``, ``purchase_count``, ``log_intervals`` (sum of the logarithms of
        the days between purchases), ``last_interval`` (days, 0 with one purchase),
        ``revenue``, ``margin``, ``costed_revenue`` (the revenue whose margin is known)
    """
    day_owner, day, day_revenue, totals = _fold_days(customer, day, revenue, margin)
    is_purchase = day_revenue > 0
    owner, bought_on = day_owner[is_purchase], day[is_purchase]
    start = np.flatnonzero(np.diff(owner, prepend=-1))
    buyers = owner[start]
    end = np.append(start[1:], len(owner))[: len(start)] - 1
    gap = np.diff(bought_on, prepend=0)
    gap[start] = 1  # no interval ends at a first purchase, and log 1 is 0
    row = np.searchsorted(totals["customer"], buyers)
    return {
        "customer": buyers,
        "first_day": bought_on[start],
        "last_day": bought_on[end],
        "purchase_count": (end - start + 1).astype(np.int32),
        "log_intervals": _sums(np.log(gap), start),
        "last_interval": np.where(end > start, gap[end], 0),
        **{name: totals[name][row] for name in ("revenue", "margin", "costed_revenue")},
    }


def _fold_days(customer, day, revenue, margin):
    """Owner, day and revenue of each day of dealing; and the totals per customer."""
    order = np.lexsort((day, customer))
    customer, day = customer[order], day[order]
    revenue, margin = revenue[order], margin[order]
    new_owner = np.diff(customer, prepend=-1) != 0
    start = np.flatnonzero(new_owner | (np.diff(day, prepend=0) != 0))
    first = np.flatnonzero(new_owner)
    known = np.isfinite(margin)
    totals = {
        "customer": customer[first],
        "revenue": _sums(revenue, first),
        "margin": _sums(np.where(known, margin, 0.0), first),
        "costed_revenue": _sums(np.where(known, revenue, 0.0), first),
    }
    return customer[start], day[start], _sums(revenue, start), totals


def _sums(values: NDArray, start: NDArray) -> NDArray:
    """Sums of the stretches that begin at ``start``."""
    return np.add.reduceat(values, start) if len(start) else values[:0]

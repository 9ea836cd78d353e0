"""From single dealings to one row per customer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Half of the smallest amount that Odoo knows, a millionth: less is left by rounding.
SMALLEST_MONEY = 5e-7
YEAR_DAYS = 365.25


def fold_purchases(
    customer: NDArray[np.int64],
    day: NDArray[np.int64],
    revenue: NDArray[np.float64],
    margin: NDArray[np.float64],
    trend: bool = False,
) -> dict[str, NDArray]:
    """Fold dealings into purchase days, and these into histories.

    A day whose revenue adds up to more than zero is one purchase; other days only add
    their amounts. Customers without a purchase drop out.

    :param day: day numbers from any origin
    :param margin: NaN where unknown
    :param trend: with ``margin_trend``, see ``margin_trend``
    :return: arrays of equal length, customers ascending: ``customer``, ``first_day``,
        ``last_day``, ``purchase_count``, ``log_intervals`` (sum of the logarithms of
        the days between purchases), ``last_interval`` (days, 0 with one purchase),
        ``revenue``, ``margin``, ``costed_revenue`` (the revenue whose margin is known),
        ``purchased`` (what the purchases brought before later returns),
        ``first_revenue`` and ``first_margin`` (of the first of them; NaN where unknown)
        and ``amount_sums`` (what ``AmountTrend.of_sums`` takes, a row for each)
    """
    day_owner, days, day_revenue, day_margin, totals = _fold_days(
        customer, day, revenue, margin
    )
    is_purchase = day_revenue > 0
    owner, bought_on = day_owner[is_purchase], days[is_purchase]
    start = np.flatnonzero(np.diff(owner, prepend=-1))
    buyers = owner[start]
    end = np.append(start[1:], len(owner))[: len(start)] - 1
    gap = np.diff(bought_on, prepend=0)
    gap[start] = 1  # no interval ends at a first purchase, and log 1 is 0
    row = np.searchsorted(totals["customer"], buyers)
    amount = day_revenue[is_purchase]
    folded = {
        "customer": buyers,
        "first_day": bought_on[start],
        "last_day": bought_on[end],
        "purchase_count": (end - start + 1).astype(np.int32),
        "log_intervals": _sums(np.log(gap), start),
        "last_interval": np.where(end > start, gap[end], 0),
        "revenue": totals["revenue"][row],
        "margin": totals["margin"][row],
        "costed_revenue": totals["costed_revenue"][row],
        "purchased": _money_sums(amount, start),
        "first_revenue": amount[start],
        "first_margin": day_margin[is_purchase][start],
        "amount_sums": _amount_sums(amount, bought_on, start, end),
    }
    if trend:
        folded["margin_trend"] = margin_trend(buyers, customer, day, revenue, margin)
    return folded


def margin_trend(
    buyers: NDArray[np.int64],
    customer: NDArray[np.int64],
    day: NDArray[np.int64],
    revenue: NDArray[np.float64],
    margin: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Margin rate of the later half of each one's time less that of the earlier half.

    NaN where a half has no revenue of known margin, or everything fell on one day.

    :param buyers: ascending; dealings of others do not count
    """
    known = np.isfinite(margin) & np.isin(customer, buyers)
    customer, day, revenue, margin = (
        column[known] for column in (customer, day, revenue, margin)
    )
    row = np.searchsorted(buyers, customer)
    first = np.full(len(buyers), np.iinfo(np.int64).max)
    last = np.full(len(buyers), np.iinfo(np.int64).min)
    np.minimum.at(first, row, day)
    np.maximum.at(last, row, day)
    # twice the middle, so that nothing is rounded
    late = 2 * day.astype(np.int64) > first[row] + last[row]
    half, halves = 2 * row + late, 2 * len(buyers)
    sold = np.bincount(half, revenue, halves).reshape(-1, 2).astype(np.float64)
    gained = np.bincount(half, margin, halves).reshape(-1, 2)
    both = (sold > 0).all(axis=1)
    rate = np.zeros_like(sold)
    np.divide(gained, sold, out=rate, where=sold > 0)
    return np.where(both, np.clip(rate[:, 1] - rate[:, 0], -1.0, 1.0), np.nan)


def _fold_days(customer, day, revenue, margin):
    """Owner, day, revenue and margin of each day of dealing; and the totals per
    customer."""
    order = np.lexsort((day, customer))
    customer, day = customer[order], day[order]
    revenue, margin = revenue[order], margin[order]
    new_owner = np.diff(customer, prepend=-1) != 0
    start = np.flatnonzero(new_owner | (np.diff(day, prepend=0) != 0))
    first = np.flatnonzero(new_owner)
    known = np.isfinite(margin)
    totals = {
        "customer": customer[first],
        "revenue": _money_sums(revenue, first),
        "margin": _money_sums(np.where(known, margin, 0.0), first),
        "costed_revenue": _money_sums(np.where(known, revenue, 0.0), first),
    }
    by_day = _money_sums(revenue, start), _sums(margin, start)
    return customer[start], day[start], *by_day, totals


def _amount_sums(amount, day, start, end) -> NDArray[np.float64]:
    """By customer: the logarithm of the first amount, and the sums of logarithms, of
    years since the first purchase, of their squares, and of years times logarithms."""
    logs = np.log(amount)
    years = (day - np.repeat(day[start], end - start + 1)) / YEAR_DAYS
    sums = [_sums(each, start) for each in (logs, years, years**2, years * logs)]
    return np.stack([logs[start], *sums], axis=1)


def _sums(values: NDArray, start: NDArray) -> NDArray:
    """Sums of the stretches that begin at ``start``."""
    return np.add.reduceat(values, start) if len(start) else values[:0]


def _money_sums(amounts: NDArray, start: NDArray) -> NDArray:
    """The same of money, where a purchase and its returns leave nothing at all."""
    sums = _sums(amounts, start)
    return np.where(np.abs(sums) < SMALLEST_MONEY, 0.0, sums)

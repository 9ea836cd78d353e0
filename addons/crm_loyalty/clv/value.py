"""Lifetime value: discounted expected margin over a horizon, with its uncertainty.

Value S = margin rate * sum of discounted future purchases. Counts and spend are
independent (Fader & Hardie 2013), so with X purchases, mean spend mu and c the mean
discount factor of a purchase:

    E S = c E X E mu          E S^2 = c^2 (E X E Var Z + E X^2 E mu^2)

The distribution is a lump at zero, P(X = 0), and a gamma with these moments above it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv, ndtri

from .counts import PurchaseCounts
from .estimates import Estimate
from .gamma_gamma import Spend
from .history import PurchaseHistory
from .sums import dot

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class BaseTotal:
    """Value of a customer base; totals of its batches add up.

    ``parameter_error`` is the relative error that all customers share because the
    parameters are estimated; the variance is what each customer adds on his own.
    """

    customers: int = 0
    mean: float = 0.0
    variance: float = 0.0
    parameter_error: float = 0.0

    def __add__(self, other: BaseTotal) -> BaseTotal:
        return BaseTotal(
            self.customers + other.customers,
            self.mean + other.mean,
            self.variance + other.variance,
            max(self.parameter_error, other.parameter_error),
        )

    def interval(self, level: float = 0.8) -> tuple[float, float]:
        """Where the base's value will lie with this probability."""
        error = np.sqrt(self.variance + (self.mean * self.parameter_error) ** 2)
        width = float(ndtri((1 + level) / 2) * error)
        return self.mean - width, self.mean + width


@dataclass(frozen=True, eq=False)
class LifetimeValue:
    """Per customer; ``purchases`` is the undiscounted expected number of them."""

    mean: Floats
    low: Floats
    high: Floats
    purchases: Floats
    total: BaseTotal


def lifetime_value(
    estimate: Estimate, history: PurchaseHistory, level: float = 0.8
) -> LifetimeValue:
    """Value of every customer over the estimate's horizon and discount rate, with an
    interval that holds what he will really bring with probability ``level``.

    Of customers who most likely never return the whole interval would be zero; it is
    then stretched to hold the mean.
    """
    history = estimate.amounts.usual(history)
    counts = _growing_counts(estimate, history)
    amount = _amount(estimate, history)
    mean, square = _discounted(amount.spend, counts)
    rate = amount.rate

    variance = np.maximum(square - mean**2, 0.0)
    low, high = _quantiles(counts.any, mean, square, level)
    # The rate's own uncertainty widens the interval around the mean.
    variance_of_value = amount.variance(mean, square)
    stretch = np.ones(len(history))
    known = variance * rate**2 > 0
    np.divide(variance_of_value, rate**2 * variance, out=stretch, where=known)
    stretch = np.sqrt(stretch)
    low = np.maximum(mean - (mean - low) * stretch, 0.0) * rate
    high = (mean + (high - mean) * stretch) * rate

    value = mean * rate
    total = _total(estimate, value, variance_of_value)
    return LifetimeValue(
        value, np.minimum(low, high), np.maximum(low, high), counts.mean, total
    )


def money_within(
    estimate: Estimate, history: PurchaseHistory, horizon: float, counts: PurchaseCounts
) -> tuple[Floats, BaseTotal]:
    """What each customer is expected to bring within the horizon, and all together,
    undiscounted.

    :param counts: the purchases forecast for it
    """
    history = estimate.amounts.usual(history)
    counts = _grown(estimate, history, horizon, 0.0, counts)
    amount = _amount(estimate, history)
    mean, square = _discounted(amount.spend, counts)
    value = mean * amount.rate
    return value, _total(estimate, value, amount.variance(mean, square))


def expected_total(estimate: Estimate, history: PurchaseHistory) -> float:
    """The mean of the base's value alone: what the delta method differentiates.

    :param history: of amounts as usual purchases of today
    """
    counts = _growing_counts(estimate, history)
    amount = _amount(estimate, history)
    mean, _square = _discounted(amount.spend, counts)
    return float(dot(mean, amount.rate))


def _growing_counts(estimate: Estimate, history: PurchaseHistory) -> PurchaseCounts:
    """Purchases within the horizon, each counted by what its amount is worth today:
    discounted, and grown for as long as amounts are taken to go on growing."""
    horizon, force = estimate.horizon(history), estimate.force(history)
    counts = estimate.counts(history, horizon, force)
    return _grown(estimate, history, horizon, force, counts)


def _grown(
    estimate: Estimate,
    history: PurchaseHistory,
    horizon: float,
    force: float,
    counts: PurchaseCounts,
) -> PurchaseCounts:
    growth, until = estimate.amounts.ahead(history, horizon)
    if growth == 0.0:
        return counts
    growing = estimate.counts(history, until, force - growth).discounted
    steady = counts.discounted - estimate.counts(history, until, force).discounted
    grown = np.exp(growth * until) * np.maximum(steady, 0.0)
    return counts._replace(discounted=growing + grown)


class _Amount(NamedTuple):
    """Of one future purchase: its positive amount, and the share of it that is margin.

    Usually these are revenue and margin rate. Where everything came back there is no
    revenue: the amount is what the purchase loses, at a rate of minus one.
    """

    spend: Spend
    rate: Floats
    rate_variance: Floats

    def variance(self, mean: Floats, square: Floats) -> Floats:
        """Of what is margin of a sum of amounts with these moments."""
        of_sum = np.maximum(square - mean**2, 0.0)
        return self.rate**2 * of_sum + self.rate_variance * square


def _total(estimate: Estimate, value: Floats, variance: Floats) -> BaseTotal:
    return BaseTotal(
        len(value),
        float(value.sum()),
        float(variance.sum()),
        estimate.parameter_error,
    )


def _amount(estimate: Estimate, history: PurchaseHistory) -> _Amount:
    rate, rate_variance = estimate.margin.of(history)
    nothing = np.zeros(len(history))
    if history.value is None:
        return _Amount(Spend(nothing, nothing, nothing), rate, rate_variance)
    returned = history.value <= 0
    spend = Spend(nothing, nothing, nothing)
    if estimate.spend is not None:
        spend = estimate.spend.spend(history.x + 1, history.value)
    loss = estimate.margin.loss(history)
    return _Amount(
        spend._replace(mean=np.where(returned, loss, spend.mean)),
        np.where(loss > 0, -1.0, rate),
        np.where(returned, 0.0, rate_variance),
    )


def _discounted(spend: Spend, counts: PurchaseCounts) -> tuple[Floats, Floats]:
    """Mean and second moment of what each customer's purchases come to, discounted."""
    discount = np.ones(len(counts.mean))
    np.divide(counts.discounted, counts.mean, out=discount, where=counts.mean > 0)
    mean = counts.discounted * spend.mean
    square = discount**2 * (
        counts.mean * spend.within + counts.second * (spend.between + spend.mean**2)
    )
    return mean, square


def _quantiles(
    any_purchase: Floats, mean: Floats, square: Floats, level: float
) -> tuple[Floats, Floats]:
    """Of a lump at zero and a gamma with the moments that remain above it."""
    buys = np.maximum(any_purchase, 1e-300)
    above = mean / buys
    variance = np.maximum(square / buys - above**2, 1e-12 * above**2)

    def quantile(probability: float) -> Floats:
        share = (probability - (1.0 - any_purchase)) / buys
        rows = np.flatnonzero((share > 0) & (mean > 0))
        shape = above[rows] ** 2 / variance[rows]
        out = np.zeros(len(mean))
        out[rows] = gammaincinv(shape, share[rows]) * above[rows] / shape
        return out

    low, high = quantile((1.0 - level) / 2.0), quantile((1.0 + level) / 2.0)
    return np.minimum(low, mean), np.maximum(high, mean)

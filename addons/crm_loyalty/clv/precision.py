"""How wrong a base's value may be because of what is estimated, or agreed on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .amounts import rescaled
from .estimates import Estimate
from .gamma_gamma import GammaGamma
from .history import PurchaseHistory
from .margin import MarginRate
from .mbg_cnbd import MbgCnbd
from .sums import dot
from .value import expected_total

# The relative gradient is an average over customers: a sample gives it well enough.
SAMPLE = 1000
STEP = 1e-3
POPULATION, SPEND = ("r", "alpha", "a", "b"), ("p", "q", "v")
# What the plain rules for leaving may be off by, as a share of the base's value.
RULE_DOUBT = 0.1


def revenue_error(estimate: Estimate, history: PurchaseHistory) -> float:
    """The same of the base's revenue: gains and losses that cancel say nothing of how
    well purchases and spending are known."""
    without_margin = replace(estimate, margin=MarginRate(base=1.0))
    value = history.value
    revenue = value if value is None else np.maximum(value, 0.0)
    return parameter_error(without_margin, replace(history, value=revenue, margin=None))


def parameter_error(estimate: Estimate, history: PurchaseHistory) -> float:
    """Relative standard error of the base's value, by the delta method.

    Population, spend, margin rate and the trend of amounts are estimated from separate
    parts of the data and their errors taken as independent. The naive forecast and the
    own rhythm rest on the count of repeat purchases alone. Where a convention stands in
    for an estimate, what it may be off by counts in place of an error.

    :param history: of amounts as usual purchases of today
    """
    sample = history.sample(SAMPLE)
    total = expected_total(estimate, sample) if estimate.spend and len(sample) else 0.0
    variance = (estimate.margin.error / max(abs(estimate.margin.base), 1e-6)) ** 2
    if estimate.naive or not estimate.population:
        variance += 1.0 / (estimate.rhythm.repeats + 1.0) + RULE_DOUBT**2
    if total == 0.0:
        return float(np.sqrt(variance))
    parts = {"spend": SPEND}
    if estimate.population and not estimate.naive:
        parts["population"] = POPULATION
    for part, names in parts.items():
        model = getattr(estimate, part)
        if model is None or model.covariance is None:
            continue
        gradient = []
        for name in names:
            moved = replace(model, **{name: getattr(model, name) * np.exp(STEP)})
            ahead = expected_total(replace(estimate, **{part: moved}), sample)
            gradient.append((ahead / total - 1.0) / STEP)
        variance += float(gradient @ np.array(model.covariance) @ gradient)
    if estimate.spend and estimate.spend.covariance is None:
        variance += _convention_variance(estimate, sample, history, total)
    return float(np.sqrt(variance + _amounts_variance(estimate, sample, total)))


def alive_share(model: MbgCnbd, history: PurchaseHistory) -> tuple[float, float]:
    """Share of the customers who are left, and its standard error."""
    sample = history.sample(SAMPLE)
    share = float(model.alive(sample).mean())
    if model.covariance is None:
        return share, 1.0
    gradient = [
        (
            replace(model, **{name: getattr(model, name) * np.exp(STEP)})
            .alive(sample)
            .mean()
            - share
        )
        / STEP
        for name in POPULATION
    ]
    return share, float(np.sqrt(gradient @ np.array(model.covariance) @ gradient))


def _convention_variance(
    estimate: Estimate,
    sample: PurchaseHistory,
    history: PurchaseHistory,
    total: float,
) -> float:
    """Of spending by convention: the plain mean's own error, and what it would make if
    each one's average were not drawn towards it at all."""
    spend = estimate.spend
    assert spend is not None and history.value is not None
    undrawn = GammaGamma(1e4, spend.q, spend.v * spend.p / 1e4, spend.mean_value)
    off = expected_total(replace(estimate, spend=undrawn), sample) / total - 1.0
    brought = history.value > 0
    count = history.x[brought] + 1.0
    miss = count * (history.value[brought] - spend.mean_value)
    error = np.sqrt(dot(miss, miss)) / count.sum() / spend.mean_value
    return float(off**2 + error**2)


def _amounts_variance(
    estimate: Estimate, sample: PurchaseHistory, total: float
) -> float:
    """Of the trend that put amounts into today's: all of them move with it."""
    amounts, spend = estimate.amounts, estimate.spend
    if sample.value is None or spend is None:
        return 0.0
    variance = 0.0
    spent = np.nan_to_num(np.maximum(sample.value, 0.0)) * (sample.x + 1.0)
    for error, moved in (
        (
            amounts.growth_error,
            replace(amounts, growth=amounts.growth + STEP),
        ),
        (
            amounts.first_error,
            replace(amounts, first=amounts.first * np.exp(STEP)),
        ),
    ):
        if not error:
            continue
        ratio = moved.factor(sample) / amounts.factor(sample)
        level = dot(spent, ratio) / spent.sum()
        ahead = expected_total(
            replace(
                estimate,
                amounts=moved,
                spend=replace(
                    spend, v=spend.v * level, mean_value=spend.mean_value * level
                ),
            ),
            rescaled(sample, ratio),
        )
        variance += ((ahead / total - 1.0) / STEP * error) ** 2
    return variance

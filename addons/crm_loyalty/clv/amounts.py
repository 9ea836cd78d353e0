"""Amounts that differ by when they fell: growing ones, and first purchases.

A mean over years of rising amounts is too low for today, and one over a device and its
spare parts is too high for the next part. So amounts are put into what a usual purchase
comes to today before they are averaged:

    log amount = customer's own + [first purchase] log f + growth * time + noise

From purchases: least squares within customers (each one against himself, so that
nothing between customers can pass for growth), errors clustered by customer (Arellano
1987). Where a history tells each one's mean alone, from means: gamma quasi-likelihood
(McCullagh & Nelder 1989, chapter 9) over customers, with a tie between amounts and
frequency of its own, so that small but frequent buyers do not pass for large first
purchases.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from .fold import YEAR_DAYS
from .history import PurchaseHistory
from .mbg_cnbd import MbgCnbd

Floats = NDArray[np.float64]

# What is smaller is left alone, and so is what chance may have made.
SMALLEST_GROWTH, SMALLEST_FIRST = 0.03, float(np.log(1.25))
DOUBT, DOUBT_OF_MEANS = 3.0, 3.0
FEWEST_CUSTOMERS = 100
# Customers whose means are looked at; more tell no more that anybody would notice.
SAMPLE = 5_000
ITERATIONS, CLOSE, LONGEST_STEP, FURTHEST = 50, 1e-6, 0.5, 8.0
# How long growth is taken to go on: a trend that goes on for ever is no forecast.
AHEAD_YEARS = 1.0
# Standard errors from which a tie between amounts and frequency is reckoned with.
SIGN_OF_TIE = 2.0
FIRST, GROWTH, TIE = 0, 1, 2
PURCHASES, MEANS, GIVEN = "purchases", "means", "given"


@dataclass(frozen=True)
class AmountTrend:
    """``growth`` is that of the logarithm of amounts in a year, ``first`` the size of a
    first purchase against the later ones, the errors those of their logarithms.

    ``source``: "purchases", "means" or "given"; empty where amounts are as they are.
    Unless it is "means", whoever made a history has put its amounts into today's.
    """

    growth: float = 0.0
    first: float = 1.0
    growth_error: float = 0.0
    first_error: float = 0.0
    source: str = ""

    def __post_init__(self) -> None:
        if not (np.isfinite(self.growth) and 0 < self.first < np.inf):
            raise ValueError("growth, first: a finite rate and a positive size")

    @property
    def yearly(self) -> float:
        """Growth in a year as a share."""
        return float(np.expm1(self.growth))

    def with_growth(self, yearly: float) -> AmountTrend:
        """By an index from outside: amounts grow by this share a year."""
        if not yearly > -1:
            raise ValueError("yearly: a share above -1 is needed")
        growth = float(np.log1p(yearly))
        return replace(self, growth=growth, growth_error=0.0, source=GIVEN)

    @classmethod
    def of_sums(cls, count: NDArray[np.int64], sums: Floats) -> AmountTrend:
        """From each customer's purchases, in sums (see ``fold_purchases``).

        :param sums: by customer the logarithm of the first amount, and the sums of
            logarithms, of years since the first purchase, of their squares, and of the
            products of years and logarithms
        """
        again = count >= 2
        if again.sum() < FEWEST_CUSTOMERS:
            return cls()
        n = count[again].astype(np.float64)
        first, logs, years, squares, products = sums[again].T
        cross = np.stack(
            [
                np.stack([1.0 - 1.0 / n, -years / n]),
                np.stack([-years / n, squares - years**2 / n]),
            ]
        )
        moment = np.stack([first - logs / n, products - years * logs / n])
        kept = np.array([True, True])
        while kept.any():
            rows = np.flatnonzero(kept)
            full = cross[np.ix_(rows, rows)].sum(axis=2)
            if np.linalg.cond(full) > 1e12:
                return cls()
            inverse = np.linalg.inv(full)
            effect = inverse @ moment[rows].sum(axis=1)
            scores = moment[rows] - np.einsum(
                "ijn,j->in", cross[np.ix_(rows, rows)], effect
            )
            spread = np.einsum("in,jn->ij", scores, scores)
            error = np.sqrt(np.diag(inverse @ spread @ inverse))
            smallest = np.array([SMALLEST_FIRST, SMALLEST_GROWTH])[rows]
            sure = (np.abs(effect) > DOUBT * error) & (np.abs(effect) > smallest)
            if sure.all():
                found = dict(
                    zip(rows.tolist(), zip(effect, error, strict=True), strict=True)
                )
                return cls._of(found, PURCHASES)
            kept[rows[~sure]] = False
        return cls()

    @classmethod
    def of_means(
        cls, history: PurchaseHistory, population: MbgCnbd | None
    ) -> AmountTrend:
        """From each customer's mean over all his purchases. Nothing can be told where
        there is no model of how often he buys."""
        if history.value is None or not population:
            return cls()
        history = history[history.value > 0].sample(SAMPLE)
        if len(history) < FEWEST_CUSTOMERS or (history.x > 0).sum() < FEWEST_CUSTOMERS:
            return cls()
        kept = [FIRST, GROWTH]
        while kept:
            found = _fit_means(history, kept, population)
            if found is None:
                return cls()
            smallest = (SMALLEST_FIRST, SMALLEST_GROWTH)
            sure = [
                part
                for part in kept
                if abs(found[part][0])
                > max(DOUBT_OF_MEANS * found[part][1], smallest[part])
            ]
            if sure == kept:
                return cls._of(found, MEANS)
            kept = sure
        return cls()

    @classmethod
    def _of(cls, found: dict[int, tuple[float, float]], source: str) -> AmountTrend:
        first, first_error = found.get(FIRST, (0.0, 0.0))
        growth, growth_error = found.get(GROWTH, (0.0, 0.0))
        return cls(
            float(growth),
            float(np.exp(first)),
            float(growth_error),
            float(first_error),
            source,
        )

    def factor(self, history: PurchaseHistory) -> Floats:
        """What turns each one's mean amount into that of a usual purchase today, if his
        purchases came evenly and the first one was as the base's."""
        if self.growth == 0.0 and self.first == 1.0:
            return np.ones(len(history))
        year = history.unit_days / YEAR_DAYS
        mean = _mean_of(history.x, history.t_x * year, np.log(self.first), self.growth)
        return np.exp(self.growth * history.T * year) / mean

    def usual(self, history: PurchaseHistory) -> PurchaseHistory:
        """The history with its amounts as usual purchases of today."""
        if self.source != MEANS or history.value is None:
            return history
        return rescaled(history, self.factor(history))

    def ahead(self, history: PurchaseHistory, horizon: float) -> tuple[float, float]:
        """Growth per unit of the history, and until when it goes on."""
        until = min(horizon, AHEAD_YEARS * YEAR_DAYS / history.unit_days)
        return self.growth * history.unit_days / YEAR_DAYS, until

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def rescaled(history: PurchaseHistory, factor: Floats) -> PurchaseHistory:
    margin = history.margin
    return replace(
        history,
        value=history.value * factor,
        margin=margin if margin is None else margin * factor,
    )


def _mean_of(
    x: NDArray[np.int64], years: Floats, log_first: float, growth: float
) -> Floats:
    """Mean of a first purchase and x evenly spaced later ones, the last after so many
    years, where the usual amount at the beginning is one."""
    step = growth * years / np.maximum(x, 1)
    ratio = np.ones(len(x))
    moves = np.abs(step) > 1e-12
    np.divide(np.expm1(step * x), np.expm1(step), out=ratio, where=moves)
    later = np.where(moves, np.exp(step) * ratio, x)
    return (np.exp(log_first) + later) / (x + 1.0)


def _log_power_of_rate(
    model: MbgCnbd, history: PurchaseHistory
) -> Callable[[float], Floats]:
    """log E[lambda^power] of each customer, against the population's. Where amounts go
    with a power of how often one buys, means go with this.

    Of who is alive lambda is Gamma(s, alpha + T), of who left Gamma(s, alpha + t_x).
    """
    s = model.r + model.k * history.x
    alive = np.clip(model.alive(history), 1e-12, 1.0 - 1e-12)
    now = np.log(alive), np.log(model.alpha + history.T)
    then = np.log1p(-alive), np.log(model.alpha + history.t_x)

    def log_power(power: float) -> Floats:
        power = max(power, 0.01 - model.r)
        mixed = np.logaddexp(now[0] - power * now[1], then[0] - power * then[1])
        everyone = gammaln(model.r + power) - gammaln(model.r)
        everyone -= power * np.log(model.alpha)
        return gammaln(s + power) - gammaln(s) + mixed - everyone

    return log_power


def _fit_means(
    history: PurchaseHistory, parts: list[int], population: MbgCnbd
) -> dict[int, tuple[float, float]] | None:
    """Effect and error of the first purchase and of growth, as wanted; None where
    it does not settle. Without the tie to frequency where there is no sign of it, or a
    clearer one of a first purchase unlike the others: both look alike, and each takes
    most of what can be known of the other."""
    found = _settle(history, parts, population)
    if found is None:
        return None
    # all amounts the same: no effect, and no error
    sign = {
        part: abs(effect) / max(error, 1e-300)
        for part, (effect, error) in found.items()
    }
    if sign[TIE] < max(SIGN_OF_TIE, sign.get(FIRST, 0.0)):
        return _settle(history, parts, None)
    return found


def _settle(
    history: PurchaseHistory, parts: list[int], population: MbgCnbd | None
) -> dict[int, tuple[float, float]] | None:
    value, x = history.value, history.x
    assert value is not None
    years = history.t_x * history.unit_days / YEAR_DAYS
    tied = population is not None
    log_power = _log_power_of_rate(population, history) if population else None

    def log_mean(theta: Floats) -> Floats:
        effects = np.zeros(2)
        effects[parts] = theta[1 : 1 + len(parts)]
        growing = _mean_of(x, years, effects[0], effects[1])
        logs = theta[0] + np.log(growing)
        return logs + log_power(theta[-1]) if log_power else logs

    theta = np.zeros(1 + len(parts) + tied)
    theta[0] = np.log(value.mean())
    steps = np.eye(len(theta)) * 1e-5
    for _iteration in range(ITERATIONS):
        now = log_mean(theta)
        slopes = np.stack([(log_mean(theta + s) - now) / 1e-5 for s in steps])
        miss = value * np.exp(-now) - 1.0
        full = slopes @ slopes.T
        if not np.isfinite(full).all() or np.linalg.cond(full) > 1e12:
            return None
        inverse = np.linalg.inv(full)
        step = inverse @ (slopes @ miss)
        theta = theta + np.clip(step, -LONGEST_STEP, LONGEST_STEP)
        if np.abs(theta[1:]).max() > FURTHEST:
            return None
        if np.abs(step).max() < CLOSE:
            break
    else:
        return None
    scores = slopes * miss
    error = np.sqrt(np.diag(inverse @ (scores @ scores.T) @ inverse))
    named = [*parts, TIE] if tied else parts
    return {
        part: (float(theta[1 + row]), float(error[1 + row]))
        for row, part in enumerate(named)
    }

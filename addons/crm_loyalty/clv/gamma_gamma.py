"""Gamma-Gamma: what one purchase of a customer is worth.

Fader & Hardie (2013), "The Gamma-Gamma model of monetary value": single purchases are
Gamma(p, nu), nu ~ Gamma(q, v) over customers, independent of how often they buy.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import digamma, gammaln

from .errors import FitError
from .optimum import maximise
from .stored import Stored
from .sums import dot

Floats = NDArray[np.float64]

# Enough customers to start the full fit nearby: of 100,000 in two thirds of the time.
SAMPLE = 10_000
# A population's mean beyond so many plain ones is made by a tail that nobody has seen.
FURTHEST_MEAN = 2.0


class Spend(NamedTuple):
    """Of one future purchase: its mean, the expected variance between purchases of
    this customer, and the variance of his own mean, which is not known exactly."""

    mean: Floats
    within: Floats
    between: Floats


@dataclass(frozen=True)
class GammaGamma(Stored):
    """``mean_value`` is the plain mean of the purchases, the answer where the model has
    none: its own mean is p v / (q - 1), which runs away as q nears 1 and is infinite
    from there on."""

    p: float
    q: float
    v: float
    mean_value: float
    customers: int = 0
    log_likelihood: float | None = None
    converged: bool = True
    at_bound: tuple[str, ...] = ()
    covariance: tuple[tuple[float, ...], ...] | None = None

    def __post_init__(self) -> None:
        for name in ("p", "q", "v", "mean_value"):
            if not 0 < getattr(self, name) < np.inf:
                raise ValueError(f"{name}: a positive finite number is needed")

    @property
    def trusted(self) -> bool:
        """Summit inside the box, and a population whose mean exists."""
        return (
            self.converged
            and not self.at_bound
            and self.covariance is not None
            and self.q > 1
        )

    @classmethod
    def fit(cls, x: ArrayLike, value: ArrayLike) -> GammaGamma:
        """From the number of purchases and their mean value, both positive."""
        x = np.asarray(x, dtype=np.float64)
        value = np.asarray(value, dtype=np.float64)
        if not len(x):
            raise FitError("there are no purchases with a value")
        if not ((x > 0).all() and (value > 0).all() and np.isfinite(value).all()):
            raise FitError("purchases and their values must be positive")
        mean = float(np.average(value, weights=x))
        start = np.log([2.0, 3.0, mean])
        low = np.log([1e-2, 1e-2, mean]) - [0, 0, 12]
        high = np.log([1e4, 1e4, mean]) + [0, 0, 12]
        step = math.ceil(len(x) / SAMPLE)
        optimum = maximise(_Likelihood(x[::step], value[::step]), start, low, high)
        if step > 1:
            optimum = maximise(_Likelihood(x, value), optimum.theta, low, high)
        if not np.isfinite(optimum.log_likelihood):
            raise FitError("the likelihood of the values has no finite value")
        p, q, v = np.exp(optimum.theta).tolist()
        covariance = optimum.covariance
        return cls(
            p=p,
            q=q,
            v=v,
            mean_value=mean,
            customers=len(x),
            log_likelihood=optimum.log_likelihood,
            converged=optimum.converged,
            at_bound=tuple(np.array(["p", "q", "v"])[optimum.at_bound].tolist()),
            covariance=None
            if covariance is None
            else tuple(map(tuple, covariance.tolist())),
        )

    @classmethod
    def convention(cls, mean_value: float) -> GammaGamma:
        """For bases too small to fit: purchases of one customer vary by half their
        mean (p = 4), customers differ about as much (q = 4)."""
        return cls(p=4.0, q=4.0, v=mean_value * 3.0 / 4.0, mean_value=mean_value)

    def expected_value(self, x: ArrayLike, value: ArrayLike) -> Floats:
        """E[value of a purchase | x purchases with this mean]; eq. (5), p. 4."""
        return self.spend(x, value).mean

    def spend(self, x: ArrayLike, value: ArrayLike) -> Spend:
        """Mean and variances of a future purchase.

        x = 0 or an unknown value (NaN) gives the population's. Zero and below are known
        and outside of the model, whose amounts are positive: whose purchases all came
        back is expected to send back the next one too.
        """
        x = np.asarray(x, dtype=np.float64)
        value = np.asarray(value, dtype=np.float64)
        returned = (x > 0) & (value <= 0)
        modelled = (x > 0) & (value > 0)
        own_x = np.where(modelled, x, 0.0)
        own_total = np.where(modelled, x * value, 0.0)
        shape = self.p * own_x + self.q
        scale = self.v + own_total
        has_mean = shape > 1
        mean = np.full(shape.shape, self.mean_value)
        np.divide(self.p * scale, shape - 1, out=mean, where=has_mean)
        unseen = ~modelled & (mean > FURTHEST_MEAN * self.mean_value)
        mean = np.where(unseen, self.mean_value, mean)
        # Below shape 2 the variance is infinite; 2.5 keeps intervals wide but finite.
        second = mean**2 * (1 + 1 / (np.maximum(shape, 2.5) - 2))
        return Spend(
            np.where(returned, value, mean),
            np.where(returned, 0.0, second / self.p),
            np.where(returned, 0.0, second - mean**2),
        )


class _Likelihood:
    """Eq. (1a), p. 2, and its gradient in log(p, q, v)."""

    def __init__(self, x: Floats, value: Floats):
        self.x, self.total = x, x * value
        self.log_value = np.log(value).sum()
        self.x_log_total = dot(x, np.log(self.total))
        self.xs, self.counts = np.unique(x, return_counts=True)

    def __call__(self, theta: Floats) -> tuple[float, Floats]:
        p, q, v = np.exp(theta)
        n, xs, counts = len(self.x), self.xs, self.counts
        log_scale = np.log(self.total + v)
        shape = p * self.x + q
        value = (
            counts @ (gammaln(p * xs + q) - gammaln(p * xs))
            + n * (q * theta[2] - gammaln(q))
            + p * self.x_log_total
            - self.log_value
            - dot(shape, log_scale)
        )
        psi = digamma(p * xs + q)
        gradient = np.array(
            [
                (counts * xs) @ (psi - digamma(p * xs))
                + self.x_log_total
                - dot(self.x, log_scale),
                counts @ psi + n * (theta[2] - digamma(q)) - log_scale.sum(),
                n * q / v - (shape / (self.total + v)).sum(),
            ]
        )
        return float(value), gradient * np.array([p, q, v])

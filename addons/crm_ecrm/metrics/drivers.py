"""Which dimensions of quality the overall score hangs on, and how well they are done.

Importance is what each dimension adds to R², on average over all sequences in which
they may enter a linear regression of the overall score: the Shapley value of R², known
as LMG (R. H. Lindeman, P. F. Merenda, R. Z. Gold, "Introduction to Bivariate and
Multivariate Analysis", 1980, p. 119 ff.; U. Grömping, "Relative Importance for Linear
Regression in R: The Package relaimpo", Journal of Statistical Software 17(1), 2006,
section 2.2). The shares are never negative and add up to R². The coefficients of a
regression do neither: where dimensions go together, one of them turns negative.

Intervals come from the bootstrap's percentiles (B. Efron, R. Tibshirani, "An
Introduction to the Bootstrap", 1993, chapter 13). What to do first is read off the
importance–performance chart (J. A. Martilla, J. C. James, "Importance-Performance
Analysis", Journal of Marketing 41(1), 1977, p. 77–79).
"""

from collections.abc import Sequence
from itertools import combinations
from math import comb
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# Answers for each dimension below which a regression tells more than it knows
# (F. E. Harrell, "Regression Modeling Strategies", 2nd ed. 2015, section 4.4).
PER_DIMENSION = 10
AT_LEAST = 30
# sets of dimensions grow as 2^k
MOST_DIMENSIONS = 10
RESAMPLES = 400
LEVEL = 0.95

IMPROVE, KEEP, LATER, RELAX = "improve", "keep", "later", "relax"


class Driver(NamedTuple):
    """One dimension: what it explains of R² and how it is judged, with intervals."""

    share: float
    share_low: float
    share_high: float
    performance: float
    performance_low: float
    performance_high: float
    quadrant: str


class Drivers(NamedTuple):
    r_squared: float
    answers: int
    drivers: tuple[Driver, ...]


def enough(answers: int, dimensions: int) -> bool:
    return answers >= max(AT_LEAST, PER_DIMENSION * dimensions)


def shapley(correlations: NDArray[np.float64]) -> NDArray[np.float64]:
    """What each dimension adds to R², over the last axis.

    :param correlations: square matrices in the last two axes; the overall score is the
        last row and column
    """
    k = correlations.shape[-1] - 1
    fits = {(): np.zeros(correlations.shape[:-2])}
    for size in range(1, k + 1):
        for chosen in combinations(range(k), size):
            fits[chosen] = _r_squared(correlations, chosen)
    shares = np.zeros((*correlations.shape[:-2], k))
    for chosen, fit in fits.items():
        weight = 1 / (k * comb(k - 1, len(chosen))) if len(chosen) < k else 0
        for one in set(range(k)) - set(chosen):
            with_one = tuple(sorted((*chosen, one)))
            shares[..., one] += weight * (fits[with_one] - fit)
    return shares


def find_drivers(
    marks: NDArray[np.float64],
    overall: NDArray[np.float64],
    rng: np.random.Generator,
) -> Drivers:
    """The drivers of the overall score, in the sequence of the columns.

    :param marks: one row for each answer, one column for each dimension, none missing
    :raise ValueError: too few answers, too many dimensions, or no variation in one
    """
    answers, k = marks.shape
    if k > MOST_DIMENSIONS:
        raise ValueError("too many dimensions")
    if not k or not enough(answers, k):
        raise ValueError("too few answers")
    table = np.column_stack((marks, overall)).astype(float)
    if np.any(np.ptp(table, axis=0) == 0):
        raise ValueError("no variation")
    table -= table.mean(axis=0)
    weights = rng.multinomial(answers, np.full(answers, 1 / answers), size=RESAMPLES)
    shares = shapley(_correlations(table, np.ones((1, answers))))[0]
    drawn = shapley(_correlations(table, weights))
    low, high = np.quantile(drawn, _ends(), axis=0)
    means = marks.mean(axis=0)
    means_low, means_high = np.quantile(weights @ marks / answers, _ends(), axis=0)
    quadrants = place(shares, means)
    rows = zip(
        *(shares, np.minimum(low, shares), np.maximum(high, shares)),
        *(means, means_low, means_high, quadrants),
        strict=True,
    )
    drivers = tuple(Driver(*map(float, row[:6]), row[6]) for row in rows)
    return Drivers(float(shares.sum()), answers, drivers)


def place(shares: Sequence[float], performances: Sequence[float]) -> list[str]:
    """What to do with each: important is what explains more than its even part, done
    well what is judged above the middle of all dimensions."""
    even = float(np.mean(shares))
    middle = float(np.mean(performances))
    names = {
        (True, False): IMPROVE,
        (True, True): KEEP,
        (False, False): LATER,
        (False, True): RELAX,
    }
    return [
        names[bool(share >= even), bool(performance >= middle)]
        for share, performance in zip(shares, performances, strict=True)
    ]


def _ends() -> list[float]:
    return [(1 - LEVEL) / 2, (1 + LEVEL) / 2]


def _correlations(
    table: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Correlations of the columns under each row of weights.

    A column without variation in a resample correlates with nothing there.
    """
    total = weights.sum(axis=1)[:, None]
    means = weights @ table / total
    width = table.shape[1]
    squares = np.empty((len(weights), width, width))
    for place_, row in enumerate(weights):
        squares[place_] = (table * row[:, None]).T @ table
    covariances = squares / total[..., None] - means[:, :, None] * means[:, None, :]
    deviations = np.sqrt(np.maximum(np.einsum("rii->ri", covariances), 0))
    safe = np.where(deviations > 1e-12, deviations, np.inf)
    correlations = covariances / (safe[:, :, None] * safe[:, None, :])
    np.einsum("rii->ri", correlations)[...] = 1
    return correlations


def _r_squared(
    correlations: NDArray[np.float64], chosen: tuple[int, ...]
) -> NDArray[np.float64]:
    rows = np.array(chosen)
    among = correlations[..., rows[:, None], rows]
    whole = correlations[..., rows, -1]
    # dimensions that say the same have no inverse
    inverse = np.linalg.pinv(among, rcond=1e-9, hermitian=True)
    fit = np.einsum("...i,...ij,...j->...", whole, inverse, whole)
    return np.clip(fit, 0, 1)

"""How many purchases a customer still makes: exact for every k, fast for a base.

A customer who is alive at T and has passed j of the k phases of the running interval
makes his n-th next purchase within u if nk - j phases pass (the number of phases is
negative binomial with shape s + j and odds u / A, A = alpha + T) and if he stays after
each of the n - 1 purchases before it:

    P(X >= n) = I_{u/(A+u)}(nk - j, s + j) * (b')_{n-1} / (a + b')_{n-1}

Reutterer, Platzer & Schröder (2021) approximate the sum over n for k > 1; here it is
summed. It depends on the customer through x, j and A / u alone, so it is tabulated
once per x on fixed panels of log(A / u) and interpolated: a customer's figure never
depends on the company he is scored in. Of regular buyers with many phases, some phases
are tabulated and those between them interpolated as well.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.polynomial.chebyshev import chebinterpolate, chebpts1, chebvander
from numpy.typing import NDArray
from scipy.special import betainc, gammaln

Floats = NDArray[np.float64]

PANEL = np.log(4.0)
NODES = 10
EXACT_PHASES = 1 << 15
# So many phases are tabulated one by one; of more, those between are interpolated.
FEW_PHASES, PHASE_NODES = 6, 20


class PurchaseCounts(NamedTuple):
    """Of the number X of purchases within the horizon, per customer: P(X > 0), E X,
    E X^2, and the expected number with each purchase discounted to today."""

    any: Floats
    mean: Floats
    second: Floats
    discounted: Floats

    def scaled(self, factor: Floats) -> PurchaseCounts:
        """With the chance to be alive at all changed by this factor."""
        return PurchaseCounts(*(moment * factor for moment in self))


class CountTable:
    """Moments of X given alive and phase, for one set of parameters."""

    def __init__(self, k: int, r: float, a: float, b: float):
        """``b`` as it stands, after x purchases, at ``b + x``."""
        self.k, self.r, self.a, self.b = k, r, a, b
        self._between = None if k <= FEW_PHASES else _between_phases(k)

    def log_moments(self, x: NDArray[np.int64], ratio: Floats) -> Floats:
        """log of E X and E X^2 by phase, shape (2, k, customers), at ratio A / u."""
        position = np.log(ratio) / _panel_width(self.k)
        panel = np.floor(position).astype(np.int64)
        offset = 2.0 * (position - panel) - 1.0
        # one number of x and panel: np.unique(axis=1) of both takes ten times as long
        lowest = panel.min(initial=0)
        panels = panel.max(initial=0) - lowest + 1
        pairs, row = np.unique(x * panels + panel - lowest, return_inverse=True)
        phases = self.k if self._between is None else PHASE_NODES
        coefficients = np.empty((len(pairs), 2, phases, NODES))
        for i, pair in enumerate(pairs.tolist()):
            repeats, number = divmod(pair, int(panels))
            coefficients[i] = _panel(
                self.k, self.r, self.a, self.b, repeats, number + int(lowest)
            )
        basis = chebvander(offset, NODES - 1)
        # chebval, with each customer's own coefficients, takes twice as long
        logs = np.einsum("ni,nmki->mkn", basis, coefficients[row])
        return logs if self._between is None else self._between @ logs


@lru_cache(maxsize=16384)
def _panel(k: int, r: float, a: float, b: float, x: int, panel: int) -> Floats:
    """Chebyshev coefficients of log E X and log E X^2 on one panel, (2, k, NODES)."""

    def log_moments(offset: Floats) -> Floats:
        odds = np.exp(-_panel_width(k) * (panel + (1.0 + offset) / 2.0))
        moments = [_moments(k, j, r + k * x + j, a, b + x, odds) for j in phases]
        logs = np.log(np.maximum(np.stack(moments, axis=1), 1e-300))
        return logs.reshape(2 * len(phases), NODES).T

    phases = np.arange(k) if k <= FEW_PHASES else _phase_nodes(k)
    table = chebinterpolate(log_moments, NODES - 1)
    return table.T.reshape(2, len(phases), NODES)


def _panel_width(k: int) -> float:
    """The steadier the purchases, the sharper the steps from one to the next."""
    return PANEL / (1 if k <= FEW_PHASES else math.ceil(np.sqrt(k)))


def _phase_nodes(k: int) -> Floats:
    """Chebyshev points from phase 0 to phase k - 1."""
    return (1.0 + chebpts1(PHASE_NODES)) / 2.0 * (k - 1)


def _between_phases(k: int) -> Floats:
    """What every phase takes of each of the nodes, shape (k, PHASE_NODES)."""
    place = 2.0 * np.arange(k) / (k - 1) - 1.0
    nodes = chebvander(chebpts1(PHASE_NODES), PHASE_NODES - 1)
    return chebvander(place, PHASE_NODES - 1) @ np.linalg.inv(nodes)


def _moments(k: int, j: float, s: float, a: float, b: float, odds: Floats) -> Floats:
    """E X and E X^2 in phase j, for phases negative binomial (s, odds)."""
    top = odds.max()
    mean = s * top
    # Far enough that both the bulk and the geometric tail are below 1e-13.
    phases = int(mean + 9.0 * np.sqrt(mean * (1.0 + top)) + 32.0 * (1.0 + top)) + k + 1
    exact = phases <= EXACT_PHASES
    n = _grid(int((phases + j) // k) + 1, exact)
    # betainc alone would do, and of few phases takes four times as long
    if exact and k <= FEW_PHASES:
        reached = _phases_reached(s, odds, n[-1] * k - j)[:, n * k - j - 1]
    else:
        reached = betainc(n * k - j, s, (odds / (1.0 + odds))[:, None])
    at_least = reached * _stays(a, b, n) * _weights(n)
    return np.stack([at_least.sum(axis=1), (at_least * (2.0 * n - 1.0)).sum(axis=1)])


def _phases_reached(s: float, odds: Floats, phases: int) -> Floats:
    """P(N >= i), i = 1..phases, summed from the far end to keep small tails exact."""
    i = np.arange(1, phases + 1)
    log_choose = gammaln(s + i) - gammaln(s) - gammaln(i + 1.0)
    log_odds = np.log(odds) - np.log1p(odds)
    pmf = np.exp(
        log_choose + np.multiply.outer(log_odds, i) - s * np.log1p(odds)[:, None]
    )
    return np.cumsum(pmf[:, ::-1], axis=1)[:, ::-1]


def _stays(a: float, b: float, n: NDArray[np.int64]) -> Floats:
    """(b)_{n-1} / (a + b)_{n-1}: he stays after each of n - 1 purchases."""
    m = n - 1.0
    return np.exp(gammaln(b + m) - gammaln(b) + gammaln(a + b) - gammaln(a + b + m))


def _grid(last: int, exact: bool) -> NDArray[np.int64]:
    """n = 1..last; for very many purchases thinned to steps of one percent."""
    if exact or last <= 1024:
        return np.arange(1, last + 1)
    steps = int(np.log(last / 1024) / 0.01) + 2
    thin = np.rint(np.geomspace(1024, last, steps)).astype(np.int64)
    return np.unique(np.concatenate([np.arange(1, 1025), thin]))


def _weights(n: NDArray[np.int64]) -> Floats:
    """Weights that sum a smooth f over all integers up to n[-1] (Euler-Maclaurin)."""
    gaps = np.diff(n)
    weights = np.full(len(n), 0.0)
    weights[:-1] += gaps / 2.0
    weights[1:] += gaps / 2.0
    weights[0] += 0.5
    weights[-1] += 0.5
    return weights

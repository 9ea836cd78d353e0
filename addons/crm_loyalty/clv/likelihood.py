"""The (M)BG/CNBD-k likelihood of the purchase times, with its gradient.

Reutterer, Platzer & Schröder (2021), section 3; for k = 1 it is eq. (6) of Fader,
Hardie & Lee (2005) or, with drop-out at zero, appendix A of Batislam et al. (2007).
Notation: s = r + kx; Q = the probability that the interval running since t_x is
longer than T - t_x; z = 1 with drop-out at zero, else 0.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, gammaln

from .history import PurchaseHistory
from .sums import dot

Floats = NDArray[np.float64]


def phase_terms(k: int, s: Floats, y: Floats) -> list[Floats]:
    """Weights of having passed j = 0..k-1 of the k phases: (s)_j / j! y^j."""
    terms = [np.ones_like(y)]
    for j in range(1, k):
        terms.append(terms[-1] * y * ((s + j - 1) / j))
    return terms


class PurchaseTimes:
    """What the likelihood needs of the data, prepared once for many parameters."""

    def __init__(self, history: PurchaseHistory, k: int, dropout_at_zero: bool):
        self.k, self.z = k, int(dropout_at_zero)
        self.t_x, self.T = history.t_x, history.T
        self.silence = history.T - history.t_x
        # gamma functions by distinct x alone: for 100,000 customers a sixth of the time
        self.xs, self.row, self.counts = np.unique(
            history.x, return_inverse=True, return_counts=True
        )
        # Density of the intervals' shape: it does not move the optimum of one k,
        # but without it the values of k could not be compared.
        self.constant = 0.0
        if k > 1 and history.log_intervals is not None:
            self.constant = (k - 1) * history.log_intervals.sum()
        self.constant -= gammaln(k) * history.x.sum()

    def __call__(self, theta: Floats) -> tuple[float, Floats]:
        """Log-likelihood and gradient at theta = log(r, alpha, a, b)."""
        r, alpha, a, b = np.exp(theta)
        k, z, xs, row = self.k, self.z, self.xs, self.row
        s_of = r + k * xs
        s = s_of[row]
        last, now = alpha + self.t_x, alpha + self.T
        log_last = np.log(last)
        log_c = log_last - np.log(now)

        log_q = s * log_c
        dq_ds = log_c
        dq_dalpha = s * self.silence / (last * now)
        if k > 1:
            y = self.silence / now
            total, by_s, by_y = self._sum_of_phases(s, y)
            log_q = log_q + np.log(total)
            dq_ds = dq_ds + by_s / total
            dq_dalpha = dq_dalpha - y * by_y / (total * now)

        log_dead = self._log_odds_of_leaving(a, b)[row]
        likelihood = np.logaddexp(log_dead, log_q)
        alive = np.exp(log_q - likelihood)
        dead_by_x = np.bincount(row, 1.0 - alive, minlength=len(xs))

        n, counts = len(row), self.counts
        value = (
            counts @ (gammaln(s_of) + gammaln(b + xs + z) - gammaln(a + b + xs + z))
            + n * (r * theta[1] - gammaln(r) + gammaln(a + b) - gammaln(b))
            - dot(s, log_last)
            + likelihood.sum()
            + self.constant
        )
        psi_total = n * digamma(a + b) - counts @ digamma(a + b + xs + z)
        dead_by_b = dead_by_x / np.maximum(b + xs + z - 1, 1e-300)
        gradient = np.array(
            [
                counts @ digamma(s_of)
                + n * (theta[1] - digamma(r))
                - log_last.sum()
                + dot(alive, dq_ds),
                n * r / alpha - (s / last).sum() + dot(alive, dq_dalpha),
                psi_total + dead_by_x.sum() / a,
                psi_total
                + counts @ digamma(b + xs + z)
                - n * digamma(b)
                - dead_by_b[xs + z > 0].sum(),
            ]
        )
        return float(value), gradient * np.array([r, alpha, a, b])

    def _log_odds_of_leaving(self, a: float, b: float) -> Floats:
        """log a / (b + x + z - 1): left at the last purchase against stayed."""
        stayed = self.xs + self.z - 1
        odds = np.full(len(self.xs), -np.inf)  # x = 0, z = 0: nobody has left yet
        could_leave = stayed >= 0
        odds[could_leave] = np.log(a) - np.log(b + stayed[could_leave])
        return odds

    def _sum_of_phases(self, s: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
        """Sum of the phase terms, and its derivatives by s and by y."""
        term = np.ones_like(y)
        term_by_s = np.zeros_like(y)
        total, by_s, by_y = term.copy(), term_by_s.copy(), np.zeros_like(y)
        for j in range(1, self.k):
            step = (s + j - 1) / j
            by_y += step * term * j
            term_by_s = (term_by_s * step + term / j) * y
            term = term * step * y
            total += term
            by_s += term_by_s
        return total, by_s, by_y

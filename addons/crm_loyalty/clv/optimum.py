"""Maximum likelihood inside a box, and whether its answer can be trusted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Gradient = tuple[float, NDArray[np.float64]]

# A fit is converged when one more Newton step would raise the log-likelihood by less.
LIKELIHOOD_GAP = 1e-3
HESSIAN_STEP = 1e-4
NEWTON_STEPS = 3


@dataclass(frozen=True, eq=False)
class Optimum:
    """``theta`` are logarithms of the parameters; ``covariance`` is theirs, or None
    where the likelihood is not curved enough to tell."""

    theta: NDArray[np.float64]
    log_likelihood: float
    converged: bool
    at_bound: NDArray[np.bool_]
    covariance: NDArray[np.float64] | None


def maximise(
    log_likelihood: Callable[[NDArray[np.float64]], Gradient],
    start: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
) -> Optimum:
    """Climb with L-BFGS-B, then finish with Newton steps on the exact gradient.

    L-BFGS-B stops on small progress, which on a long ridge is not the summit; the
    Newton steps close the gap and give the curvature that the covariance needs.
    """

    def descent(theta: NDArray[np.float64]) -> Gradient:
        value, gradient = log_likelihood(theta)
        return -value, -gradient

    start = np.clip(start, low, high)
    # Line searches want a first step of about one: scale by the value at the start.
    scale = max(abs(descent(start)[0]), 1.0)
    found = minimize(
        lambda theta: tuple(part / scale for part in descent(theta)),
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=np.column_stack([low, high]),
        options={"maxiter": 200, "ftol": 1e-12, "gtol": 1e-8},
    )
    theta = np.clip(found.x, low, high)
    value, gradient = descent(theta)
    gap = np.inf
    for _step in range(NEWTON_STEPS):
        at_bound = (theta <= low + 1e-6) | (theta >= high - 1e-6)
        hessian = _hessian(descent, theta)
        free = ~at_bound
        move = np.zeros_like(theta)
        curved = _positive_definite(hessian[np.ix_(free, free)])
        if not curved:
            break
        move[free] = -np.linalg.solve(hessian[np.ix_(free, free)], gradient[free])
        gap = -gradient @ move / 2
        if gap < LIKELIHOOD_GAP / 1000:
            break
        trial = np.clip(theta + move, low, high)
        trial_value, trial_gradient = descent(trial)
        if not trial_value <= value:
            break
        theta, value, gradient = trial, trial_value, trial_gradient
    covariance = None
    if not at_bound.any() and _positive_definite(hessian):
        covariance = np.linalg.inv(hessian)
    return Optimum(theta, -value, bool(gap < LIKELIHOOD_GAP), at_bound, covariance)


def _hessian(
    descent: Callable[[NDArray[np.float64]], Gradient], theta: NDArray[np.float64]
) -> NDArray[np.float64]:
    rows = []
    for step in np.eye(len(theta)) * HESSIAN_STEP:
        ahead, behind = descent(theta + step)[1], descent(theta - step)[1]
        rows.append((ahead - behind) / (2 * HESSIAN_STEP))
    hessian = np.array(rows)
    return (hessian + hessian.T) / 2


def _positive_definite(matrix: NDArray[np.float64]) -> bool:
    if not np.isfinite(matrix).all():
        return False
    eigenvalues = np.linalg.eigvalsh(matrix)
    return bool(eigenvalues.size == 0 or eigenvalues[0] > 1e-10 * eigenvalues[-1] > 0)

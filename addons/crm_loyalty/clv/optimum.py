"""Maximum likelihood inside a box, and whether its answer can be trusted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LogLikelihood = Callable[[Floats], tuple[float, Floats]]

ITERATIONS = 100
HALVINGS = 20
# Parameters are logarithms: at most a factor of seven in one step.
LONGEST_STEP = 2.0
HESSIAN_STEP = 1e-4
# A fit has converged when another Newton step would gain less log-likelihood than
# this, a thousandth of what one standard error of a parameter costs.
GAP = 5e-4
# Where it stops, so that a warm start elsewhere ends in the same digits.
AIM = 1e-9


@dataclass(frozen=True, eq=False)
class Optimum:
    """``theta`` are logarithms of the parameters; ``covariance`` is theirs, or None
    where the likelihood is not curved enough to tell. What stands at the edge of the
    box is taken as known: its rows are zero."""

    theta: Floats
    log_likelihood: float
    converged: bool
    at_bound: NDArray[np.bool_]
    covariance: Floats | None


def maximise(
    log_likelihood: LogLikelihood, start: Floats, low: Floats, high: Floats
) -> Optimum:
    """Newton's method with exact gradients, kept uphill and inside the box.

    With three or four parameters the Hessian costs little, and it answers what a
    quasi-Newton method leaves open: whether a long ridge's end is its summit.
    """
    theta = np.clip(start, low, high)
    value, gradient = log_likelihood(theta)
    gap = np.inf
    for _iteration in range(ITERATIONS):
        curvature = _curvature(log_likelihood, theta)
        if not np.isfinite(curvature).all():
            break
        outward = ((theta <= low) & (gradient < 0)) | ((theta >= high) & (gradient > 0))
        step, gap = _uphill(curvature, gradient, ~outward)
        if gap < AIM:
            break
        for _halving in range(HALVINGS):
            trial = np.clip(theta + step, low, high)
            trial_value, trial_gradient = log_likelihood(trial)
            if trial_value > value:
                break
            step = step / 2.0
        else:
            break
        theta, value, gradient = trial, trial_value, trial_gradient

    at_bound = (theta <= low) | (theta >= high)
    covariance = None
    if np.isfinite(curvature).all() and not at_bound.all():
        free = np.ix_(~at_bound, ~at_bound)
        sizes = np.linalg.eigvalsh(curvature[free])
        if sizes[0] > 1e-10 * sizes[-1] > 0:
            covariance = np.zeros_like(curvature)
            covariance[free] = np.linalg.inv(curvature[free])
    return Optimum(theta, value, bool(gap < GAP), at_bound, covariance)


def _uphill(
    curvature: Floats, gradient: Floats, free: NDArray[np.bool_]
) -> tuple[Floats, float]:
    """A Newton step for the free parameters, and the log-likelihood it promises
    (infinite where the surface is not a dome).

    Along directions of the wrong curvature the step goes uphill all the same.
    """
    step = np.zeros_like(gradient)
    if not free.any():
        return step, 0.0
    sizes, axes = np.linalg.eigh(curvature[np.ix_(free, free)])
    slope = axes.T @ gradient[free]
    floor = max(1e-10 * np.abs(sizes).max(), 1e-300)
    along = slope / np.maximum(np.abs(sizes), floor)
    gap = float(slope @ along / 2.0) if sizes[0] > -floor else np.inf
    along *= min(1.0, LONGEST_STEP / max(np.abs(along).max(), 1e-300))
    step[free] = axes @ along
    return step, gap


def _curvature(log_likelihood: LogLikelihood, theta: Floats) -> Floats:
    """Minus the Hessian, from central differences of the exact gradient."""
    rows = []
    for step in np.eye(len(theta)) * HESSIAN_STEP:
        ahead, behind = log_likelihood(theta + step)[1], log_likelihood(theta - step)[1]
        rows.append((behind - ahead) / (2.0 * HESSIAN_STEP))
    curvature = np.array(rows)
    return (curvature + curvature.T) / 2.0

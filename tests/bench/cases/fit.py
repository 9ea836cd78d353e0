"""Fitting and scoring, beside the package ``lifetimes``, on the same arrays in the same
minute.

BG/NBD, which both have: one phase, no drop-out at the first purchase. Both fits are
judged by the peer's own likelihood. Scoring, all that a run says of each customer, has
no peer; it stands beside the same fit.
"""

import warnings
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from history import history
from measure import Measure, alternate, seconds
from population import Truth
from session import in_fresh_process, say

ROUNDS = 7
YEAR = 52.0


def run(truth: Truth) -> Iterator[Measure]:
    ours, scored, theirs, shortfall = in_fresh_process(_compare, truth)
    say(
        f"{truth.customers} customers: fit {ours:.3f} s, by lifetimes {theirs:.3f} s;"
        f" score {scored:.3f} s"
    )
    yield Measure("fit_time_to_lifetimes", ours / theirs, "ratio", 0.5)
    yield Measure("score_time_to_fit_by_lifetimes", scored / theirs, "ratio", 0.5)
    # the peer stops within 1e-7 of the mean log-likelihood
    yield Measure("fit_likelihood_shortfall", shortfall, "log-likelihood", 0.01)


def _compare(truth: Truth) -> tuple[float, float, float, float]:
    from lifetimes import BetaGeoFitter

    from clv import MbgCnbd, estimate, lifetime_value

    # lifetimes 0.11 warns of its own use of pandas and numpy
    warnings.simplefilter("ignore")
    base = history(replace(truth, dropout_at_zero=False))
    arrays = base.x, base.t_x, base.T

    def fit():
        return MbgCnbd.fit(base, k=1, dropout_at_zero=False)

    def peer():
        return BetaGeoFitter().fit(*arrays)

    def log_likelihood(parameters) -> float:
        weights = np.ones(len(base))
        mean = BetaGeoFitter._negative_log_likelihood(
            np.log(parameters), *arrays, weights, 0.0
        )
        return -mean * len(base)

    fitted, fitter = fit(), peer()
    shortfall = log_likelihood(fitter.params_.to_numpy()) - log_likelihood(
        [fitted.r, fitted.alpha, fitted.a, fitted.b]
    )
    found = estimate(base)

    def score():
        found.alive(base), found.silent_until(base, 0.5)
        found.expected_purchases(base, YEAR), lifetime_value(found, base)

    times = alternate(
        ROUNDS, *(lambda step=step: seconds(step) for step in (fit, score, peer))
    )
    return *times, float(shortfall)

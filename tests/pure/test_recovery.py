"""Parameters put into a simulated population come out of the fit."""

import numpy as np
import peers
import pytest
from simulation import draw
from simulation_figures import regular_buyers

from clv import MbgCnbd

TRUE = {"alpha": 6.0, "a": 0.9, "b": 1.6}


def assert_close(model, true, tolerance):
    for name, value in true.items():
        assert getattr(model, name) == pytest.approx(value, rel=tolerance), name


@pytest.mark.parametrize("k", [1, 2, 3])
def test_erlang_population_is_recovered_with_its_k(k):
    true = {**TRUE, "r": 0.55 * k}
    world = draw(np.random.default_rng(20 + k), 100_000, k=k, **true)
    model = MbgCnbd.fit(world.history)
    assert model.k == k
    assert model.trusted
    assert_close(model, true, 0.08)


def test_bg_nbd_population_is_recovered():
    """The paper's own parameters, 100,000 customers."""
    true = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
    world = draw(np.random.default_rng(5), 100_000, dropout_at_zero=False, **true)
    model = MbgCnbd.fit(world.history, k=1, dropout_at_zero=False)
    assert_close(model, true, 0.08)


def test_standard_errors_are_honest():
    """Over 60 bases the true parameters lie within the stated errors as often as
    a normal law says."""
    rng = np.random.default_rng(8)
    true = np.log([0.55, 6.0, 0.9, 1.6])
    distance = []
    for _base in range(60):
        model = MbgCnbd.fit(draw(rng, 1500, T=(60, 120)).history, k=1)
        found = np.log([model.r, model.alpha, model.a, model.b])
        distance.append((found - true) / np.sqrt(np.diag(model.covariance)))
    inside = np.mean(np.abs(distance) < 1.2816)
    assert 0.70 < inside < 0.90


def test_regular_buyers_are_forecast_better_than_by_bg_nbd():
    errors = regular_buyers()
    (rmse, off), (bg_rmse, bg_off) = errors["MBG/CNBD-k"], errors["BG/NBD"]
    assert rmse < 0.95 * bg_rmse
    assert abs(off) < 0.05 < abs(bg_off)


def test_fit_is_as_likely_as_that_of_lifetimes():
    world = draw(np.random.default_rng(4), 20_000, dropout_at_zero=False, r=0.243)
    history = world.history
    ours = MbgCnbd.fit(history, k=1, dropout_at_zero=False)
    theirs = peers.fitted(history, dropout_at_zero=False)
    unit = history.x.sum() * np.log(theirs._scale)
    assert ours.log_likelihood >= (
        -theirs._negative_log_likelihood_ * len(history) + unit - 1e-3
    )

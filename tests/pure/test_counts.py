import numpy as np
import pytest
from scipy.special import betainc
from simulation import draw

from clv import MbgCnbd, PurchaseHistory
from clv.counts import CountTable, _grid, _moments, _weights


@pytest.mark.parametrize("k", [1, 2, 3])
def test_table_equals_the_sum_it_interpolates(k):
    r, a, b, x = 0.8, 0.7, 2.6, 5
    ratio = np.geomspace(0.05, 300.0, 200)
    found = np.exp(CountTable(k, r, a, b).log_moments(np.full(200, x), ratio))
    for j in range(k):
        s, n = r + k * x + j, np.arange(1, 3000)
        reached = betainc(n * k - j, s, (1 / (1 + ratio))[:, None])
        stays = np.ones(len(n))
        np.cumprod((b + x + n[:-1] - 1) / (a + b + x + n[:-1] - 1), out=stays[1:])
        np.testing.assert_allclose(
            found[0, j], (reached * stays).sum(axis=1), rtol=1e-6
        )
        np.testing.assert_allclose(
            found[1, j], (reached * stays) @ (2.0 * n - 1), rtol=1e-6
        )


def test_thinned_grid_sums_a_smooth_function():
    n = _grid(40_000, exact=False)
    assert len(n) < 1500
    for scale in (500.0, 5_000.0, 20_000.0):
        exact = np.exp(-np.arange(1, 40_001) / scale).sum()
        assert np.exp(-n / scale) @ _weights(n) == pytest.approx(exact, rel=2e-5)


def test_very_many_purchases_are_counted_on_the_thinned_grid():
    """200,000 phases: the count is the rate times the horizon, known to 0.1 %."""
    mean, square = _moments(1, 0, 1e6, 1e-6, 1e3, np.array([0.2]))
    assert mean[0] == pytest.approx(200_000, rel=1e-3)
    assert square[0] == pytest.approx(200_000.0**2, rel=2e-3)


@pytest.mark.parametrize("k", [1, 2, 4])
def test_moments_equal_simulated_futures(k):
    parameters = {"k": k, "r": 0.6 * k, "alpha": 5.0, "a": 0.8, "b": 3.0}
    world = draw(np.random.default_rng(k), 80_000, horizon=80.0, **parameters)
    counts = MbgCnbd(**parameters).counts(world.history, 80.0)
    future = world.future_purchases
    assert counts.any.mean() == pytest.approx((future > 0).mean(), rel=0.02)
    assert counts.mean.mean() == pytest.approx(future.mean(), rel=0.03)
    assert counts.second.mean() == pytest.approx((future**2.0).mean(), rel=0.08)


def test_a_single_purchase_ahead_is_certain_to_be_counted_once():
    """Drop-out after every purchase: E X, E X^2 and P(X > 0) are one number."""
    model = MbgCnbd(2, 3.0, 4.0, 1e6, 1e-3, dropout_at_zero=False)
    counts = model.counts(PurchaseHistory([1], [0], [0.0], [2.0]), 10.0)
    assert counts.mean[0] == pytest.approx(counts.any[0], rel=1e-6)
    assert counts.second[0] == pytest.approx(counts.any[0], rel=1e-6)


@pytest.mark.parametrize("k", [1, 3])
def test_discounting_equals_a_fine_sum(k):
    history = draw(np.random.default_rng(2), 400, k=k, r=0.6 * k, T=(0.5, 60)).history
    model = MbgCnbd(k, 0.6 * k, 6.0, 0.9, 1.6)
    force, horizon = 0.002, 156.0
    edges = np.linspace(0, horizon, 313)
    until = np.stack([model.expected_purchases(history, u) for u in edges])
    weights = np.exp(-force * (edges[:-1] + edges[1:]) / 2)
    fine = weights @ np.diff(until, axis=0)
    np.testing.assert_allclose(
        model.counts(history, horizon, force).discounted, fine, rtol=5e-4
    )


def test_no_horizon_no_purchases():
    history = PurchaseHistory([1], [3], [5.0], [6.0])
    for column in MbgCnbd(1, 1, 1, 1, 1).counts(history, 0.0):
        assert column.tolist() == [0.0]


def test_a_of_one_and_below_have_finite_forecasts():
    """The papers' closed form divides by a - 1; the sum does not."""
    history = PurchaseHistory([1, 2], [0, 4], [0.0, 20.0], [30.0, 25.0])

    def forecast(a):
        return MbgCnbd(1, 0.5, 6.0, a, 2.0).expected_purchases(history, 52.0)

    np.testing.assert_allclose(
        forecast(1.0), (forecast(1 - 1e-6) + forecast(1 + 1e-6)) / 2, rtol=1e-9
    )
    assert (forecast(0.1) > forecast(1.0)).all()

import numpy as np
import pytest

from clv import MarginRate, PurchaseHistory


def shop(rng, customers, spread, noise, base=0.3):
    """Customers whose true rates scatter by ``spread``, each purchase by ``noise``."""
    x = rng.integers(0, 10, customers)
    t_x = np.where(x > 0, 10.0, 0.0)
    value = rng.gamma(20.0, 5.0, customers)
    true = base + spread * rng.standard_normal(customers)
    seen = true + noise * rng.standard_normal(customers) / np.sqrt(x + 1)
    history = PurchaseHistory(
        np.arange(customers),
        x,
        t_x,
        np.full(customers, 20.0),
        None,
        value,
        seen * value,
    )
    return history, true


def test_spread_and_noise_are_told_apart():
    history, _true = shop(np.random.default_rng(1), 40_000, spread=0.05, noise=0.10)
    found = MarginRate.fit(history)
    assert found.base == pytest.approx(0.3, abs=0.002)
    assert found.half_weight == pytest.approx(4.0, rel=0.1)
    assert found.spread == pytest.approx(0.0025, rel=0.1)


def test_shrunk_rates_are_nearer_the_truth_than_own_and_base():
    history, true = shop(np.random.default_rng(2), 40_000, spread=0.05, noise=0.10)
    rate, variance = MarginRate.fit(history).of(history)
    error = np.mean((rate - true) ** 2)
    assert error < 0.9 * np.mean((history.margin / history.value - true) ** 2)
    assert error < 0.9 * np.mean((0.3 - true) ** 2)
    profitable = history.margin >= 0
    error = (rate - true)[profitable] ** 2
    assert variance[profitable].mean() == pytest.approx(error.mean(), rel=0.1)


def test_rates_without_spread_are_the_base_rate():
    history, _true = shop(np.random.default_rng(3), 5_000, spread=0.0, noise=0.1)
    rate, _variance = MarginRate.fit(history).of(history)
    positive = history.margin > 0
    assert np.abs(rate[positive] - 0.3).max() < 0.05


def test_unknown_margin_gets_the_base_rate():
    history = PurchaseHistory(
        [1, 2, 3], [0] * 3, [0] * 3, [5] * 3, None, [100, 50, 80], [20, 10, np.nan]
    )
    assert MarginRate.fit(history).of(history)[0][2] == pytest.approx(0.2)


def test_loss_stays_a_loss():
    history = PurchaseHistory(
        [1, 2], [0, 0], [0, 0], [5, 5], None, [100.0, 100.0], [40.0, -10.0]
    )
    rate, variance = MarginRate.fit(history).of(history)
    assert rate[1] == -0.1
    assert variance[1] == 0


def test_base_without_margins_counts_revenue():
    history = PurchaseHistory([1], [0], [0], [5], None, [100.0])
    found = MarginRate.fit(history)
    assert (found.base, found.customers) == (1.0, 0)
    assert found.of(history)[0].tolist() == [1.0]


def test_amounts_near_zero_cannot_give_absurd_rates():
    history = PurchaseHistory(
        [1, 2], [0, 0], [0, 0], [5, 5], None, [1e-6, 100.0], [-30.0, 40.0]
    )
    rate, _variance = MarginRate.fit(history).of(history)
    assert rate.min() >= -1


def test_customers_who_bought_equally_often_are_drawn_halfway():
    rng = np.random.default_rng(4)
    n = 200
    history = PurchaseHistory(
        np.arange(n),
        np.full(n, 3),
        np.full(n, 5.0),
        np.full(n, 9.0),
        None,
        np.full(n, 100.0),
        rng.normal(30.0, 5.0, n),
    )
    found = MarginRate.fit(history)
    assert found.half_weight == pytest.approx(4.0)


def test_unknown_margin_takes_the_base_rate_even_where_margins_never_differ():
    """Without noise the own rate counts at once; who has none still has the base's."""
    n = 40
    margin = np.full(n, 30.0)
    margin[-1] = np.nan
    history = PurchaseHistory(
        customer=np.arange(n),
        x=1 + np.arange(n) % 5,
        t_x=np.full(n, 10.0),
        T=np.full(n, 20.0),
        value=np.full(n, 100.0),
        margin=margin,
    )
    rate, variance = MarginRate(0.3, half_weight=0.0).of(history)
    np.testing.assert_allclose(rate, 0.3)
    assert np.isfinite(variance).all()
    assert np.isfinite(MarginRate.fit(history).of(history)[0]).all()

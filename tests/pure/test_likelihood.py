import cdnow
import numpy as np
import pytest
from scipy.special import gammaln, roots_genlaguerre, roots_jacobi
from simulation import draw

from clv import PurchaseHistory
from clv.likelihood import PurchaseTimes

THETA = np.log([0.7, 5.0, 0.8, 2.5])


@pytest.mark.parametrize("dropout_at_zero", [False, True])
@pytest.mark.parametrize("k", [1, 2, 3, 6])
def test_gradient_equals_numerical_differences(k, dropout_at_zero):
    history = draw(np.random.default_rng(3), 300, k=2, r=1.5).history
    likelihood = PurchaseTimes(history, k, dropout_at_zero)
    _value, gradient = likelihood(THETA)
    for i, step in enumerate(np.eye(4) * 1e-5):
        ahead, behind = likelihood(THETA + step)[0], likelihood(THETA - step)[0]
        assert gradient[i] == pytest.approx((ahead - behind) / 2e-5, rel=1e-6, abs=1e-5)


@pytest.mark.parametrize("dropout_at_zero", [False, True])
@pytest.mark.parametrize("k", [1, 2, 4])
def test_likelihood_is_the_average_over_individual_customers(k, dropout_at_zero):
    """From the assumptions alone: the density of one customer's intervals for given
    rate and drop-out probability, averaged over both by quadrature."""
    r, alpha, a, b = 1.3, 5.0, 1.2, 2.5
    x, t_x, age, intervals = 3, 11.0, 17.0, np.array([4.0, 2.0, 5.0])
    history = PurchaseHistory([1], [x], [t_x], [age], [np.log(intervals).sum()])

    u, rate_weight = roots_genlaguerre(60, r - 1)
    rate, rate_weight = u / alpha, rate_weight / rate_weight.sum()
    u, leave_weight = roots_jacobi(40, b - 1, a - 1)
    leave, leave_weight = (1 + u) / 2, leave_weight / leave_weight.sum()

    density = np.ones_like(rate)
    for gap in intervals:
        density *= rate**k * gap ** (k - 1) * np.exp(-rate * gap - gammaln(k))
    wait = rate * (age - t_x)
    still_waiting = sum(wait**j / np.exp(gammaln(j + 1)) for j in range(k))
    still_waiting *= np.exp(-wait)
    chances = x if dropout_at_zero else x - 1
    stayed_before = (1 - leave) ** chances
    outcome = leave * np.ones_like(rate)[:, None] + np.outer(still_waiting, 1 - leave)
    expected = np.einsum(
        "l,p,l,p,lp->", rate_weight, leave_weight, density, stayed_before, outcome
    )

    theta = np.log([r, alpha, a, b])
    value, _gradient = PurchaseTimes(history, k, dropout_at_zero)(theta)
    assert value == pytest.approx(np.log(expected), abs=1e-8)


def test_likelihood_stays_finite_at_the_ends_of_the_box():
    history = PurchaseHistory(
        [1, 2, 3], [0, 1000, 1000], [0, 1, 10_000], [10_000] * 3, [0, -7e3, 2e3]
    )
    for k in (1, 6):
        for corner in np.log([[1e-3] * 4, [1e3] * 4, [1e-3, 1e6, 1e3, 1e-3]]):
            value, gradient = PurchaseTimes(history, k, True)(corner)
            assert np.isfinite(value)
            assert np.isfinite(gradient).all()


def test_time_unit_moves_the_likelihood_by_the_density_alone():
    events = cdnow.sample()
    weeks = PurchaseHistory.from_events(*events, cdnow.CALIBRATION_END)
    days = PurchaseHistory.from_events(*events, cdnow.CALIBRATION_END, unit_days=1)
    in_days = THETA + [0, np.log(7), 0, 0]
    for k in (1, 3):
        difference = (
            PurchaseTimes(weeks, k, True)(THETA)[0]
            - PurchaseTimes(days, k, True)(in_days)[0]
        )
        assert difference == pytest.approx(weeks.x.sum() * np.log(7))

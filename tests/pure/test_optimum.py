import numpy as np
import pytest
from scipy.optimize import minimize
from simulation import draw

from clv.likelihood import PurchaseTimes
from clv.optimum import maximise

LOW, HIGH = np.full(2, -5.0), np.full(2, 5.0)


def dome(theta):
    """Summit at (1, 2), with correlated sides."""
    curvature = np.array([[4.0, 3.0], [3.0, 9.0]])
    away = theta - np.array([1.0, 2.0])
    return float(-away @ curvature @ away / 2), -curvature @ away


def test_summit_of_a_dome_and_its_curvature():
    found = maximise(dome, np.zeros(2), LOW, HIGH)
    np.testing.assert_allclose(found.theta, [1.0, 2.0], atol=1e-8)
    np.testing.assert_allclose(
        found.covariance, np.linalg.inv([[4.0, 3.0], [3.0, 9.0]]), rtol=1e-6
    )
    assert found.converged


def test_summit_outside_the_box_is_met_at_its_wall():
    """On the wall theta_1 = 1 the best theta_0 is 1 + 3/4."""
    found = maximise(dome, np.zeros(2), LOW, np.array([5.0, 1.0]))
    np.testing.assert_allclose(found.theta, [1.75, 1.0], atol=1e-8)
    assert found.at_bound.tolist() == [False, True]
    # what stands at the wall is taken as known
    np.testing.assert_allclose(found.covariance, [[0.25, 0.0], [0.0, 0.0]])
    assert found.converged


def test_endless_ridge_ends_at_the_wall_and_says_so():
    def ridge(theta):
        rise = -np.exp(-theta[0])
        return float(rise - theta[1] ** 2), np.array([-rise, -2 * theta[1]])

    found = maximise(ridge, np.array([-4.0, 3.0]), LOW, HIGH)
    assert found.at_bound.tolist() == [True, False]
    np.testing.assert_allclose(found.covariance, [[0.0, 0.0], [0.0, 0.5]])


def test_valley_is_left_uphill():
    """Negative curvature at the start: a plain Newton step would go down."""

    def waves(theta):
        return float(np.cos(theta).sum()), -np.sin(theta)

    found = maximise(waves, np.array([2.8, -2.9]), LOW, HIGH)
    np.testing.assert_allclose(found.theta, [0.0, 0.0], atol=1e-6)


def test_surface_of_nan_is_not_converged():
    found = maximise(
        lambda theta: (float("nan"), np.full(2, np.nan)), np.zeros(2), LOW, HIGH
    )
    assert not found.converged
    assert found.covariance is None


@pytest.mark.parametrize("seed", range(12))
def test_no_other_optimiser_climbs_higher(seed):
    """Small odd bases, where ridges are long: scipy's L-BFGS-B from four starts."""
    rng = np.random.default_rng(seed)
    world = draw(
        rng,
        int(rng.choice([20, 60, 200])),
        k=int(rng.integers(1, 4)),
        r=rng.uniform(0.3, 3),
        alpha=rng.uniform(2, 20),
        a=rng.uniform(0.2, 3),
        b=rng.uniform(0.5, 8),
        T=(1.0, rng.uniform(20, 150)),
    )
    likelihood = PurchaseTimes(world.history, k=2, dropout_at_zero=True)
    low, high = np.log([1e-3, 1e-3, 1e-3, 1e-3]), np.log([1e3, 1e5, 1e3, 1e4])
    found = maximise(likelihood, np.log([1.0, 10.0, 1.0, 2.0]), low, high)
    for _start in range(4):
        other = minimize(
            lambda theta: tuple(-part for part in likelihood(theta)),
            np.clip(np.log([1.0, 10.0, 1.0, 2.0]) + rng.normal(0, 1, 4), low, high),
            jac=True,
            method="L-BFGS-B",
            bounds=np.column_stack([low, high]),
        )
        assert found.log_likelihood >= -other.fun - 0.01

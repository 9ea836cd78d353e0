import cdnow
import numpy as np
import peers
import pytest
from hypothesis import given, strategies as st

from clv import FitError, GammaGamma
from clv.gamma_gamma import _Likelihood


@pytest.fixture(scope="module")
def repeat_buyers():
    table = cdnow.published()
    again = table[:, 1] > 0
    return table[again, 1], table[again, 4]


def draw_spend(rng, customers, p, q, v):
    x = rng.integers(1, 12, customers)
    return x, rng.gamma(p * x, 1 / rng.gamma(q, 1 / v, customers)) / x


def test_published_parameters_on_cdnow(repeat_buyers):
    """Fader & Hardie (2013), p. 4: 6.25, 3.74, 15.44; the third decimal of v moves
    along a flat ridge."""
    model = GammaGamma.fit(*repeat_buyers)
    assert model.p == pytest.approx(6.25, abs=0.005)
    assert model.q == pytest.approx(3.74, abs=0.01)
    assert model.v == pytest.approx(15.44, abs=0.02)
    assert model.trusted


def test_expected_value_equals_lifetimes(repeat_buyers):
    x, value = repeat_buyers
    peer = peers.spend_with_parameters(6.25, 3.74, 15.44)
    np.testing.assert_allclose(
        GammaGamma(6.25, 3.74, 15.44, 38.0).expected_value(x, value),
        np.asarray(peer.conditional_expected_average_profit(x, value)),
        rtol=1e-12,
    )


def test_gradient_equals_numerical_differences(repeat_buyers):
    likelihood = _Likelihood(*repeat_buyers)
    theta = np.log([5.0, 2.0, 30.0])
    _value, gradient = likelihood(theta)
    for i, step in enumerate(np.eye(3) * 1e-5):
        ahead, behind = likelihood(theta + step)[0], likelihood(theta - step)[0]
        assert gradient[i] == pytest.approx((ahead - behind) / 2e-5, rel=1e-6)


def test_parameters_are_recovered():
    x, value = draw_spend(np.random.default_rng(1), 100_000, 6.0, 4.0, 60.0)
    model = GammaGamma.fit(x, value)
    for found, true in ((model.p, 6.0), (model.q, 4.0), (model.v, 60.0)):
        assert found == pytest.approx(true, rel=0.08)


def test_currency_scales_v_alone():
    x, value = draw_spend(np.random.default_rng(2), 2000, 6.0, 4.0, 60.0)
    cents, euros = GammaGamma.fit(x, value * 100), GammaGamma.fit(x, value)
    assert cents.v == pytest.approx(euros.v * 100, rel=1e-3)
    assert cents.q == pytest.approx(euros.q, rel=1e-3)


def test_spend_is_as_uncertain_as_simulated():
    """Mean, noise and own doubt together give the variance of the next purchase."""
    rng = np.random.default_rng(3)
    p, q, v, n = 5.0, 5.0, 80.0, 200_000
    scale = rng.gamma(q, 1 / v, n)
    value = rng.gamma(p * 2, 1 / scale) / 2
    following = rng.gamma(p, 1 / scale)
    spend = GammaGamma(p, q, v, 100.0).spend(np.full(n, 2), value)
    surprise = following - spend.mean
    assert surprise.mean() == pytest.approx(0.0, abs=0.5)
    stated = (spend.within + spend.between).mean()
    assert (surprise**2).mean() == pytest.approx(stated, rel=0.05)


@given(st.integers(1, 300), st.floats(0.01, 1e6))
def test_expected_value_lies_between_own_and_population(x, value):
    model = GammaGamma(6.0, 4.0, 60.0, 100.0)
    own = model.expected_value([x], [value])[0]
    everyone = 6.0 * 60.0 / 3.0
    assert min(value, everyone) - 1e-6 <= own <= max(value, everyone) * (1 + 1e-9)


def test_unknown_values_get_the_population_mean():
    model = GammaGamma(6.0, 4.0, 60.0, 100.0)
    unknown = model.expected_value([0, 0, 3], [50.0, 0.0, np.nan])
    assert unknown.tolist() == [120.0] * 3


def test_zero_and_below_are_known():
    """Outside of the model, whose amounts are positive, and so not drawn towards it."""
    spend = GammaGamma(6.0, 4.0, 60.0, 100.0).spend([1, 13, 3], [0.0, 0.0, -5.0])
    assert spend.mean.tolist() == [0.0, 0.0, -5.0]
    assert not spend.within.any()
    assert not spend.between.any()


def test_q_of_one_and_below_answers_with_the_plain_mean():
    """The population's mean is infinite; not trusted, but never inf or nan."""
    x, value = draw_spend(np.random.default_rng(4), 5000, 6.0, 0.8, 60.0)
    model = GammaGamma.fit(x, value)
    assert model.q < 1
    assert not model.trusted
    spend = model.spend(np.append(x, 0), np.append(value, 0.0))
    assert spend.mean[-1] == model.mean_value
    assert all(np.isfinite(part).all() and (part > 0).all() for part in spend)


def test_identical_values_are_not_trusted():
    model = GammaGamma.fit(np.full(100, 3), np.full(100, 25.0))
    assert not model.trusted
    assert model.expected_value([3], [25.0])[0] == pytest.approx(25.0, rel=0.01)


@pytest.mark.parametrize(
    ("x", "value"), [([], []), ([1], [0.0]), ([0], [5.0]), ([1], [np.nan])]
)
def test_unusable_values_are_refused_with_a_reason(x, value):
    with pytest.raises(FitError, match="purchases"):
        GammaGamma.fit(x, value)

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from simulation import YEAR, draw
from simulation_figures import coverage

from clv import BaseTotal, PurchaseHistory, estimate, lifetime_value

YEARS = 3.0


@pytest.fixture(scope="module")
def shares():
    """Of truths held by 80 % intervals: bases, customers, customers who return."""
    return coverage(seed=42, bases=200, customers=600, years=YEARS)


def test_interval_of_the_base_covers_the_truth_as_often_as_it_says(shares):
    assert 0.75 <= shares[0] <= 0.85


def test_interval_of_one_customer_covers_the_truth(shares):
    assert shares[1] >= 0.78


def test_interval_of_a_customer_who_returns_is_not_too_wide(shares):
    assert 0.78 <= shares[2] <= 0.90


def test_value_is_the_discounted_spend_of_simulated_customers():
    world = draw(np.random.default_rng(7), 50_000, k=2, r=1.1, horizon=YEARS * YEAR)
    found = estimate(world.history, years=YEARS)
    total = lifetime_value(found, world.history).total
    assert total.mean == pytest.approx(world.future_value.sum(), rel=0.03)
    assert total.parameter_error < 0.02


@pytest.fixture(scope="module")
def shop():
    history = draw(np.random.default_rng(9), 3000).history
    return replace(history, margin=0.25 * history.value)


def test_batches_add_up_to_the_whole(shop):
    found = estimate(shop)
    whole = lifetime_value(found, shop)
    parts = [lifetime_value(found, shop[i : i + 700]) for i in range(0, 3000, 700)]
    np.testing.assert_array_equal(
        np.concatenate([part.mean for part in parts]), whole.mean
    )
    total = sum((part.total for part in parts), BaseTotal())
    assert total.customers == 3000
    assert total.mean == pytest.approx(whole.total.mean)
    assert total.interval() == pytest.approx(whole.total.interval())


def test_interval_holds_the_mean(shop):
    value = lifetime_value(estimate(shop), shop)
    assert (value.low <= value.mean).all()
    assert (value.mean <= value.high).all()
    assert (value.low >= 0).all()


def test_margin_is_what_counts(shop):
    unknown = replace(shop, margin=None)
    revenue = lifetime_value(estimate(unknown), unknown)
    margin = lifetime_value(estimate(shop), shop)
    np.testing.assert_allclose(margin.mean, 0.25 * revenue.mean, rtol=1e-9)


def test_unprofitable_customers_have_negative_values(shop):
    loss = replace(shop, margin=np.where(shop.x == 2, -0.1, 0.25) * shop.value)
    value = lifetime_value(estimate(loss), loss)
    assert (value.mean[loss.x == 2] < 0).all()
    assert (value.low <= value.mean).all()
    assert (value.high[loss.x == 2] <= 0).all()


def test_uncertain_margins_widen_the_interval(shop):
    rng = np.random.default_rng(3)
    loose = replace(shop, margin=shop.value * rng.uniform(0.05, 0.45, len(shop)))
    steady = lifetime_value(estimate(shop), shop)
    unsteady = lifetime_value(estimate(loose), loose)

    def relative_width(value):
        return np.median((value.high - value.low) / value.mean)

    assert relative_width(unsteady) > relative_width(steady)


def test_patience_and_horizon_raise_value(shop):
    def total(**plan):
        return lifetime_value(estimate(shop, **plan), shop).total.mean

    assert total(years=1) < total(years=3) < total(years=10)
    assert total(discount_rate=0.3) < total(discount_rate=0.1)
    assert total(discount_rate=0.0) == pytest.approx(
        total(discount_rate=1e-9), rel=1e-6
    )


def test_a_hundred_thousand_customers_are_scored_in_little_space():
    history = draw(np.random.default_rng(1), 100_000, k=2, r=1.1, T=(0, 156)).history
    found = estimate(history)
    tracemalloc.start()
    lifetime_value(found, history)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 150e6


def test_empty_batch():
    history = PurchaseHistory([], [], [], [], [], [], [])
    found = estimate(history)
    value = lifetime_value(found, history)
    assert len(value.mean) == 0
    assert value.total.interval() == (0.0, 0.0)

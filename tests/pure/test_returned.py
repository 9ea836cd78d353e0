"""Customers whose purchases all came back: what they brought is known, and nothing."""

from dataclasses import replace

import numpy as np
import pytest
from buyers import base, one_more

from clv import PurchaseHistory, estimate, lifetime_value, value_classes

NOT_KNOWN = np.nan


@pytest.fixture(scope="module")
def ordinary():
    ages = np.linspace(20, 100, 600)
    return base(7, 600, 0.8, 9, lambda rng: rng.beta(0.8, 3), ages)[0]


def with_a_loyal_one(ordinary, value, margin=None):
    """Twelve repeat purchases, four weeks apart, the last two weeks ago."""
    return one_more(
        ordinary,
        x=12,
        t_x=48.0,
        T=50.0,
        log_intervals=12 * np.log(4.0),
        value=value,
        margin=margin,
    )


def last_of(history):
    """Mean, low and high of the last customer's value, and his class."""
    value = lifetime_value(estimate(history), history)
    figures = value.mean[-1], value.low[-1], value.high[-1]
    return figures, value_classes(value.mean)[-1]


@pytest.mark.parametrize("value", [0.0, -4.0])
def test_who_sent_everything_back_is_worth_nothing_or_less(ordinary, value):
    (mean, low, high), value_class = last_of(with_a_loyal_one(ordinary, value))
    assert mean <= 0
    assert (mean < 0) == (value < 0)
    assert low <= mean <= high <= 0
    assert value_class == "unprofitable"


def test_an_amount_that_nobody_knows_takes_the_mean_of_the_base(ordinary):
    (mean, _low, _high), value_class = last_of(with_a_loyal_one(ordinary, NOT_KNOWN))
    assert mean == pytest.approx(729.43, abs=0.005)
    assert value_class == "A"


def test_the_others_stay_worth_what_they_are(ordinary):
    """Their amounts come from the same purchases, whether his are known or not."""
    without = with_a_loyal_one(ordinary, NOT_KNOWN)
    returned = with_a_loyal_one(ordinary, 0.0)
    others = slice(0, len(ordinary))
    np.testing.assert_array_equal(
        lifetime_value(estimate(returned), returned).mean[others],
        lifetime_value(estimate(without), without).mean[others],
    )


@pytest.mark.parametrize("value", [0.0, -4.0])
def test_what_the_returns_cost_is_lost_again_by_every_purchase_to_come(ordinary, value):
    """Fifteen a purchase for freight, say: known, so it is neither shared with the
    base nor forgotten because there is no revenue to make it a rate of."""
    history = with_a_loyal_one(
        replace(ordinary, margin=0.3 * ordinary.value), value, margin=-15.0
    )
    found = estimate(history)
    counts = found.counts(history, found.horizon(history), found.force(history))
    (mean, low, high), _class = last_of(history)
    assert mean == pytest.approx(-15.0 * counts.discounted[-1])
    assert low < mean < high <= 0


@pytest.mark.parametrize(("value", "margin"), [(-4.0, 1.0), (0.0, 2.0)])
def test_no_margin_makes_a_gain_of_returns(ordinary, value, margin):
    """A cost that was taken back at more than it was is no reason to expect more."""
    history = with_a_loyal_one(
        replace(ordinary, margin=0.3 * ordinary.value), value, margin
    )
    assert last_of(history)[0] == (0.0, 0.0, 0.0)


def test_returns_of_unknown_margin_are_counted_at_the_rate_of_the_base(ordinary):
    sold = replace(ordinary, margin=0.3 * ordinary.value)
    unknown, revenue = (
        last_of(with_a_loyal_one(history, -4.0, margin))[0][0]
        for history, margin in ((sold, NOT_KNOWN), (ordinary, None))
    )
    assert unknown == pytest.approx(0.3 * revenue)


@pytest.mark.parametrize("customers", [20, 200])
@pytest.mark.parametrize("value", [0.0, -4.0])
def test_where_everything_came_back_the_base_is_worth_nothing_or_less(customers, value):
    history = PurchaseHistory(
        np.arange(customers),
        np.arange(customers) % 4,
        np.arange(customers) % 4 * 5.0,
        np.linspace(20, 60, customers),
        np.arange(customers) % 4 * np.log(5.0),
        np.full(customers, value),
    )
    found = estimate(history)
    total = lifetime_value(found, history).total.mean
    assert total == 0 if value == 0 else total < 0
    assert "no_values" not in [reason.code for reason in found.reasons]


def test_one_purchase_that_came_back_is_known_too(ordinary):
    history = one_more(ordinary, x=0, t_x=0.0, T=10.0, log_intervals=0.0, value=0.0)
    assert last_of(history)[0] == (0.0, 0.0, 0.0)

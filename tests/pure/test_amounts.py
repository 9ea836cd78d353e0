"""Amounts that differ by when they fell: first purchases, growth, and what only looks
like it."""

from dataclasses import replace

import cdnow
import numpy as np
import pytest
from buyers import base
from simulation import draw
from value_figures import KINDS, covered

from clv import AmountTrend, Estimate, PurchaseHistory, estimate, lifetime_value
from clv.fold import fold_purchases

YEAR = 52 * 7 / 365.25


def some_leave(rng):
    return rng.beta(0.6, 3)


def with_parts(first):
    ages = np.linspace(20, 100, 3000)
    return base(9, 3000, 1.2, 8.0, some_leave, ages, ahead=52.0, first=first)


def rising(growth=0.4):
    ages = np.linspace(20, 156, 3000)
    return base(
        10,
        3000,
        1.2,
        8.0,
        lambda rng: rng.beta(0.4, 4),
        ages,
        ahead=52.0,
        growth=growth,
    )


def next_year(history, **given):
    found = estimate(history, years=YEAR, discount_rate=0.0, **given)
    return found, lifetime_value(found, history).total


def said(found):
    return {reason.code: reason.numbers for reason in found.reasons}


def test_a_device_and_its_parts_are_told_apart():
    history, _bought, brought = with_parts(20.0)
    assert brought.sum() == pytest.approx(363_722, abs=1)
    found, total = next_year(history)
    assert said(found)["first_unlike"]["times"] == pytest.approx(20.0, rel=0.2)
    assert total.mean == pytest.approx(brought.sum(), rel=0.2)
    low, high = total.interval(0.95)
    assert low <= brought.sum() <= high


def test_a_welcome_offer_is_told_from_what_comes_after():
    history, _bought, brought = with_parts(0.3)
    found, total = next_year(history)
    assert said(found)["first_unlike"]["times"] == pytest.approx(0.3, rel=0.2)
    low, high = total.interval(0.8)
    assert low <= brought.sum() <= high


def test_rising_amounts_count_in_todays_money():
    history, _bought, brought = rising()
    assert brought.sum() == pytest.approx(1_143_546, abs=1)
    found, total = next_year(history)
    assert said(found)["growth"]["growth"] == pytest.approx(0.4, abs=0.1)
    low, high = total.interval(0.95)
    assert low <= brought.sum() <= high


def test_left_as_they_are_the_same_amounts_are_far_off():
    for history, _bought, brought in (with_parts(20.0), rising()):
        _found, total = next_year(history, amounts=AmountTrend())
        assert not 0.8 < total.mean / brought.sum() < 1.25


@pytest.mark.parametrize("seed", range(6))
def test_amounts_that_only_scatter_are_left_alone(seed):
    assert not estimate(draw(np.random.default_rng(seed), 2000).history).amounts.source


def test_cdnow_has_no_trend():
    for until in (cdnow.CALIBRATION_END, cdnow.END):
        history = PurchaseHistory.from_events(*cdnow.sample(), until)
        assert not estimate(history).amounts.source


@pytest.mark.parametrize("power", [-0.6, -0.3, 0.3, 0.6, 0.8])
def test_small_but_frequent_buyers_are_no_first_purchases(power):
    """Spend tied to frequency looks like both, and is neither."""
    ages = np.linspace(20, 100, 3000)
    history, _bought, brought = base(
        1, 3000, 1.2, 8.0, some_leave, ages, ahead=52.0, tie=power
    )
    found, total = next_year(history)
    assert not found.amounts.source
    low, high = total.interval(0.95)
    assert low <= brought.sum() <= high


def purchases(seed, customers=400, first=1.0, growth=0.0, tie=0.0):
    """Customer, day and amount, one row per purchase."""
    rng = np.random.default_rng(seed)
    rows = []
    for customer in range(customers):
        rate = rng.gamma(2.0, 1 / 60)
        usual = 50 * rng.lognormal(0, 0.5) * (rate * 30) ** tie
        day, start = rng.integers(0, 400), None
        for _purchase in range(rng.integers(1, 12)):
            start = day if start is None else start
            size = first if day == start else 1.0
            grown = (1 + growth) ** (day / 365.25)
            rows.append((customer, day, usual * size * grown * rng.lognormal(0, 0.3)))
            day = day + 1 + int(rng.exponential(1 / rate))
    customer, day, amount = map(np.array, zip(*rows, strict=True))
    return customer, day, amount


def trend_of(rows):
    customer, day, amount = rows
    folded = fold_purchases(customer, day, amount, amount)
    return AmountTrend.of_sums(folded["purchase_count"], folded["amount_sums"])


def test_purchases_tell_first_ones_and_growth_at_once():
    found = trend_of(purchases(1, first=6.0, growth=0.3))
    assert found.source == "purchases"
    assert found.first == pytest.approx(6.0, rel=0.1)
    assert found.yearly == pytest.approx(0.3, abs=0.04)
    for value, error, truth in (
        (np.log(found.first), found.first_error, np.log(6.0)),
        (found.growth, found.growth_error, np.log(1.3)),
    ):
        assert abs(value - truth) < 3 * error


@pytest.mark.parametrize("tie", [0.0, -0.8, 0.8])
def test_each_one_against_himself_nothing_passes_for_growth(tie):
    assert trend_of(purchases(2, tie=tie)) == AmountTrend()


def test_where_every_purchase_costs_the_same_there_is_no_trend():
    history, _bought, _brought = with_parts(1.0)
    found = estimate(replace(history, value=np.full(len(history), 25.0)))
    assert found.amounts == AmountTrend()


def test_few_customers_tell_no_trend():
    assert trend_of(purchases(3, customers=60, first=6.0)) == AmountTrend()


def test_an_index_from_outside_is_taken_as_it_is():
    history, _bought, _brought = rising()
    given = AmountTrend().with_growth(0.4)
    todays = replace(history, value=history.value * given.factor(history))
    found, total = next_year(todays, amounts=given)
    assert said(found)["growth_given"]["growth"] == pytest.approx(0.4)
    assert total.mean == pytest.approx(1_143_546, rel=0.1)
    with pytest.raises(ValueError, match="yearly"):
        AmountTrend().with_growth(-1.0)


def test_growth_goes_on_for_a_year_and_no_longer():
    history = rising()[0]
    steady = replace(estimate(history, discount_rate=0.0, years=5), parameter_error=0.0)
    later = lifetime_value(replace(steady, years=5), history).total.mean
    sooner = lifetime_value(replace(steady, years=4), history).total.mean
    counts = [steady.counts(history, years * 365.25 / 7).mean.sum() for years in (5, 4)]
    first_year = lifetime_value(replace(steady, years=1), history).total.mean
    per_purchase = (later - sooner) / (counts[0] - counts[1])
    now = first_year / steady.counts(history, 365.25 / 7).mean.sum()
    assert per_purchase < now * (1 + steady.amounts.yearly)


def test_a_trend_that_is_not_sure_widens_the_interval():
    history = with_parts(20.0)[0]
    found = estimate(history)
    sure = replace(found.amounts, first_error=0.0)
    from clv.precision import parameter_error

    usual = found.amounts.usual(history)
    assert found.parameter_error > parameter_error(replace(found, amounts=sure), usual)


def test_a_convention_widens_the_interval():
    """Amounts too odd to be fitted, of as many customers."""
    history = draw(np.random.default_rng(4), 500).history
    fitted = estimate(history)
    odd = replace(history, value=np.where(np.arange(500) % 2, 20.0, 2000.0))
    agreed = estimate(odd)
    assert fitted.spend.covariance and agreed.spend.covariance is None
    assert agreed.parameter_error > fitted.parameter_error


def test_estimate_with_a_trend_travels_as_a_dict():
    found = estimate(rising()[0])
    assert Estimate.from_dict(found.to_dict()) == found
    old = found.to_dict()
    del old["amounts"]
    assert Estimate.from_dict(old).amounts == AmountTrend()


@pytest.mark.parametrize("name", KINDS)
def test_intervals_hold_what_comes(name):
    """A handful of each kind; ``value_figures.py`` takes a hundred."""
    bases = 4 if name.endswith("customers") else 3
    held, off, _notes = covered(name, bases, seed=50)
    assert held[1] >= 0.5
    assert abs(np.median(off)) < 0.6

"""Would values have been right? The back-test looks at money as at purchases."""

import json
from dataclasses import replace

import numpy as np
import pytest
from buyers import base
from simulation import draw

from clv import AmountTrend, BackTest, backtest, estimate, lifetime_value

QUARTER = 13.0


def report_of(history, purchases, revenue, margin=None, **given):
    found = estimate(history, **given)
    return backtest(history, purchases, QUARTER, found, revenue, margin)


@pytest.fixture(scope="module")
def ordinary():
    world = draw(np.random.default_rng(1), 3000, horizon=QUARTER, discount_rate=0.0)
    history = replace(world.history, margin=0.3 * world.history.value)
    return history, world.future_purchases, world.future_value


def codes(found):
    return [reason.code for reason in found.reasons]


def test_revenue_and_margin_are_forecast_within_their_interval(ordinary):
    history, purchases, revenue = ordinary
    report = report_of(history, purchases, revenue, 0.3 * revenue)
    for money, actual in (
        (report.revenue, revenue.sum()),
        (report.margin, 0.3 * revenue.sum()),
    ):
        assert money.actual == pytest.approx(actual)
        assert money.low < money.model.total < money.high
        assert money.held
        assert money.verdict == "model"
        assert money.model.rmse < money.naive.rmse
    assert report.margin.model.total == pytest.approx(0.3 * report.revenue.model.total)
    found = estimate(history, report)
    assert codes(found) == ["population"]
    assert found.parameter_error == estimate(history).parameter_error


def test_of_no_known_margin_revenue_is_what_counts(ordinary):
    history, purchases, revenue = ordinary
    report = report_of(replace(history, margin=None), purchases, revenue, revenue)
    assert report.margin is None
    assert report.money is report.revenue
    assert report_of(replace(history, value=None), purchases, revenue).money is None


def test_a_miss_is_said_and_widens_the_interval(ordinary):
    """All brought half again as much as was forecast."""
    history, purchases, revenue = ordinary
    history = replace(history, margin=None)
    report = report_of(history, purchases, 1.5 * revenue)
    assert not report.revenue.held
    found, blind = estimate(history, report), estimate(history)
    assert codes(found)[-1] == "money_low"
    share = found.reasons[-1].numbers["share"]
    assert share == pytest.approx(0.5, abs=0.1)
    assert found.parameter_error > share
    low, high = lifetime_value(found, history).total.interval(0.95)
    assert low < lifetime_value(blind, history).total.interval(0.95)[0]
    assert high > 1.5 * lifetime_value(blind, history).total.mean


def test_a_miss_of_another_rung_says_nothing(ordinary):
    history, purchases, revenue = ordinary
    report = report_of(replace(history, margin=None), purchases, 1.5 * revenue)
    found = estimate(history, replace(report, evidence="rhythm"))
    assert codes(found) == ["population"]


def test_money_tells_of_first_purchases_that_purchases_do_not():
    """A device, then parts, left as they are: purchases are right, money is not."""
    ages = np.linspace(20, 100, 3000)
    history, bought, brought = base(
        9, 3000, 1.2, 8.0, lambda rng: rng.beta(0.6, 3), ages, ahead=QUARTER, first=20.0
    )
    blind = report_of(history, bought, brought, amounts=AmountTrend())
    assert blind.verdict == "model"
    assert not blind.revenue.held
    assert blind.revenue.model.total > 2 * brought.sum()
    assert "money_high" in codes(estimate(history, blind, amounts=AmountTrend()))
    told = report_of(history, bought, brought)
    assert told.revenue.held
    assert told.revenue.model.rmse < blind.revenue.model.rmse


def test_naive_money_is_named_where_it_was_nearer(ordinary):
    history, purchases, _revenue = ordinary
    history = replace(history, margin=None)
    as_before = history.value * history.x * QUARTER / history.T
    report = report_of(history, purchases, as_before)
    assert report.revenue.verdict == "naive"
    assert "naive_money" in codes(estimate(history, report))


def test_report_with_money_travels_as_json(ordinary):
    history, purchases, revenue = ordinary
    report = report_of(history, purchases, revenue, 0.3 * revenue)
    stored = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert BackTest.from_dict(stored) == report
    del stored["revenue"], stored["margin"]
    assert BackTest.from_dict(stored).money is None


def test_one_amount_per_customer_is_needed(ordinary):
    history, purchases, _revenue = ordinary
    with pytest.raises(ValueError, match="money"):
        report_of(history, purchases, [1.0, 2.0])

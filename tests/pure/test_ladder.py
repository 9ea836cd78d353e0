import json
from dataclasses import replace

import numpy as np
import pytest
from simulation import draw

from clv import (
    Accuracy,
    BackTest,
    Estimate,
    GammaGamma,
    MbgCnbd,
    PurchaseHistory,
    estimate,
    lifetime_value,
)


def codes(found):
    return [reason.code for reason in found.reasons]


def base(customers, seed=1, **parameters):
    history = draw(np.random.default_rng(seed), customers, **parameters).history
    return replace(history, margin=0.3 * history.value)


def verdict(evidence, verdict):
    return BackTest(
        500,
        13.0,
        200,
        Accuracy(190, 0.4, 0.9),
        Accuracy(210, 0.4, 0.8),
        (),
        evidence,
        verdict,
    )


def test_a_base_of_some_size_stands_on_the_population():
    history = base(500)
    found = estimate(history)
    assert codes(found) == ["population"]
    assert found.reasons[0].numbers["customers"] == 500
    assert set(found.evidence(history)) == {"population"}
    np.testing.assert_array_equal(found.alive(history), found.population.alive(history))


def test_below_thirty_customers_there_is_not_enough_data():
    history = base(29)
    found = estimate(history)
    assert found.reasons[0].code == "few_customers"
    assert found.reasons[0].numbers == {"customers": 29, "needed": 30}
    assert found.population is None
    rhythm = found.evidence(history) == "rhythm"
    np.testing.assert_array_equal(rhythm, history.x >= 2)
    assert set(found.evidence(history[history.x < 2])) == {"rule"}


@pytest.mark.parametrize("customers", [30, 60, 120])
def test_from_thirty_customers_on_something_honest_is_said(customers):
    """Every rung answers, and where the population is believed its total is right
    within the error it states."""
    standing, distance = [], []
    for seed in range(30):
        world = draw(np.random.default_rng(seed), customers, horizon=156.5)
        found = estimate(world.history, years=3)
        value = lifetime_value(found, world.history)
        assert np.isfinite(value.mean).all()
        standing.append(found.population is not None)
        if standing[-1]:
            low, high = value.total.interval(0.8)
            distance.append(low <= world.future_value.sum() <= high)
    assert np.mean(standing) > 0.4
    assert np.mean(distance) > 0.6


def test_nobody_came_back():
    history = PurchaseHistory(np.arange(50), [0] * 50, [0] * 50, np.arange(50.0))
    found = estimate(history)
    assert codes(found)[0] == "no_repeats"
    assert set(found.evidence(history)) == {"rule"}
    assert (found.alive(history) < 1).all()


def test_the_edge_of_the_box_is_an_answer():
    """Two hundred who all buy every ten weeks: all alike, and nobody leaves."""
    n = 200
    history = PurchaseHistory(
        np.arange(n), [5] * n, [50.0] * n, [52.0] * n, [5 * np.log(10.0)] * n
    )
    found = estimate(history)
    assert codes(found)[0] == "population"
    assert {"r", "b"} <= set(found.population.at_bound)
    assert found.alive(history).min() > 0.99
    assert found.expected_purchases(history, 30.0)[0] == pytest.approx(3.0, rel=0.1)


def test_naive_forecast_is_used_and_named_where_it_won():
    history = base(500)
    found = estimate(history, verdict("population", "naive"))
    assert codes(found)[-1] == "naive_forecast"
    assert found.reasons[-1].numbers == {"model": 0.9, "naive": 0.8}
    left = found.alive(history) >= 0.05
    assert left.sum() > 250
    as_before = history.x * 13.0 / np.maximum(history.T, found.rhythm.usual_interval)
    np.testing.assert_allclose(
        found.expected_purchases(history, 13.0)[left], as_before[left]
    )
    # who is leaving still comes from the population
    np.testing.assert_array_equal(found.alive(history), found.population.alive(history))


@pytest.mark.parametrize(
    "report", [verdict("population", "model"), verdict("rhythm", "naive")]
)
def test_naive_forecast_needs_a_verdict_about_this_rung(report):
    assert not estimate(base(500), report).naive


def test_small_or_odd_spending_has_a_convention_with_its_name():
    few = base(20)
    assert "spend_convention" in codes(estimate(few))
    same = replace(base(100), value=np.full(100, 25.0), margin=None)
    found = estimate(same)
    assert {"spend_convention", "no_margins"} <= set(codes(found))
    assert found.spend.expected_value([1], [25.0])[0] == pytest.approx(25.0)
    assert GammaGamma.convention(40.0).expected_value([0], [0.0])[0] == 40.0


def test_uncertain_amounts_do_not_cost_the_model_of_purchases(monkeypatch):
    """What says too little is left out, not what stands beside it."""
    history = base(500)
    vague = replace(GammaGamma.fit(history.x + 1, history.value), covariance=None)
    vague = replace(vague, covariance=tuple(map(tuple, 9.0 * np.eye(3))))
    monkeypatch.setattr(GammaGamma, "fit", lambda x, value: vague)
    found = estimate(history)
    assert codes(found) == ["population", "spend_convention"]
    assert found.spend.covariance is None
    assert 0 < found.parameter_error < 0.5


def test_uncertain_purchases_are_not_saved_by_a_convention(monkeypatch):
    history = base(500)
    model = MbgCnbd.fit(history)
    vague = replace(model, covariance=tuple(map(tuple, 9.0 * np.eye(4))))
    monkeypatch.setattr(MbgCnbd, "fit", lambda history: vague)
    found = estimate(history)
    assert codes(found) == ["uncertain"]
    assert found.population is None
    # the amounts were no part of the trouble
    assert found.spend.covariance is not None


def test_without_amounts_values_are_zero_and_the_rest_stands():
    history = replace(base(300), value=None, margin=None)
    found = estimate(history)
    assert "no_values" in codes(found)
    assert not lifetime_value(found, history).mean.any()
    assert found.alive(history).any()


@pytest.mark.parametrize("customers", [20, 400])
def test_estimate_travels_as_json(customers):
    history = base(customers)
    found = estimate(history)
    copy = Estimate.from_dict(json.loads(json.dumps(found.to_dict(), allow_nan=False)))
    assert copy == found
    np.testing.assert_array_equal(
        lifetime_value(copy, history).mean, lifetime_value(found, history).mean
    )


def test_curve_falls_from_the_last_purchase_and_meets_the_contact_date():
    history = base(400)
    found = estimate(history)
    buyer = history[np.argmax(history.x) :][:1]
    until = found.silent_until(buyer, 0.5)[0]
    times = np.linspace(buyer.t_x[0], until * 1.5, 40)
    curve = found.alive_curve(buyer, times)
    assert curve.shape == (1, 40)
    assert (np.diff(curve[0]) <= 0).all()
    assert np.interp(until, times, curve[0]) == pytest.approx(0.5, abs=0.01)
    assert found.alive_curve(buyer, []).shape == (1, 0)


def test_horizon_and_rate_must_make_sense():
    with pytest.raises(ValueError, match="years"):
        estimate(base(10), years=0)
    with pytest.raises(ValueError, match="discount_rate"):
        estimate(base(10), discount_rate=-0.1)

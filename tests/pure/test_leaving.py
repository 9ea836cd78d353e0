"""Who has left: of regular buyers, of those who never leave, and of a short past."""

import numpy as np
import pytest
from buyers import base, monthly
from simulation import draw

from clv import MbgCnbd, PurchaseHistory, Rhythm, estimate, lifetime_value
from clv.counts import CountTable, _moments
from clv.rhythm import regularity

MONTH = 30.4 / 7
YEAR = 52 * 7 / 365.25


@pytest.fixture(scope="module", params=[0.05, 0.3], ids=["steady", "jittery"])
def subscribers(request):
    """Customers, who is left, who of the loyal has just missed a month; and limits."""
    history, alive = monthly(19, 1500, request.param)
    silence = history.T - history.t_x
    late = (history.x >= 6) & (silence >= 1.6 * MONTH) & (silence <= 2.2 * MONTH)
    limits = {0.05: (11, 0.10, 1.6), 0.3: (21, 0.45, 1.8)}[request.param]
    return history, alive, late, limits


def test_who_pays_every_month_and_missed_one_is_mostly_gone(subscribers):
    history, alive, late, (count, most, months) = subscribers
    found = estimate(history)
    assert late.sum() == count
    assert found.reasons[0].code == "population"
    assert alive[late].mean() <= found.alive(history)[late].mean() <= most
    until = (found.silent_until(history, 0.5) - history.t_x)[late]
    assert until.max() <= months * MONTH


def test_own_rhythm_knows_how_regular_the_base_is(subscribers):
    history, alive, late, (_count, most, _months) = subscribers
    rhythm = Rhythm.of(history)
    assert rhythm.alive(history)[late].mean() <= most


def test_regularity_rises_as_far_as_the_likelihood_says():
    history, _alive = monthly(19, 1500, 0.05)
    six, many = MbgCnbd.fit(history, k=6), MbgCnbd.fit(history, k=24)
    assert many.log_likelihood - six.log_likelihood == pytest.approx(10_682, abs=1)
    best = MbgCnbd.fit(history)
    assert best.log_likelihood > many.log_likelihood


@pytest.mark.parametrize("k", [1, 2, 5, 9, 24])
def test_regularity_is_found_again(k):
    history = draw(np.random.default_rng(k), 3000, k=k, r=2.0 * k, a=0.5, b=5.0).history
    assert MbgCnbd.fit(history).k == pytest.approx(k, rel=0.15)
    assert regularity(history) == pytest.approx(k, rel=0.15)


def test_irregular_buyers_cost_two_fits(monkeypatch):
    """What may rise to 64 is tried only while it rises."""
    from clv import mbg_cnbd

    tried = []
    climb = mbg_cnbd._climb
    monkeypatch.setattr(
        mbg_cnbd,
        "_climb",
        lambda history, k, *rest: tried.append(k) or climb(history, k, *rest),
    )
    MbgCnbd.fit(draw(np.random.default_rng(1), 2000).history)
    assert tried == [1, 2]


def test_one_customers_few_intervals_prove_no_regularity():
    three = PurchaseHistory([1], [3], [30.0], [35.0], [3 * np.log(10.0)])
    assert regularity(three) == 1
    assert regularity(PurchaseHistory([1], [3], [30.0], [35.0])) == 1


@pytest.mark.parametrize(("k", "largest"), [(7, 1e-6), (24, 1e-5), (64, 1e-3)])
def test_counts_of_regular_buyers_equal_their_sum(k, largest):
    for x in (0, 5, 30):
        for horizon in (0.1, 0.7, 3.0, 40.0):
            r = 2.0 * k
            now = r / k + x + 0.5
            table = CountTable(k, r, 0.9, 9.0)
            found = np.exp(table.log_moments(np.array([x]), np.array([now / horizon])))
            odds = np.array([horizon / now])
            summed = np.stack(
                [_moments(k, j, r + k * x + j, 0.9, 9.0 + x, odds) for j in range(k)], 1
            )
            np.testing.assert_allclose(found, summed, rtol=largest, atol=1e-9)


def test_that_nobody_leaves_is_an_answer():
    ages = np.linspace(30, 100, 1500)
    history, _bought, brought = base(
        12, 1500, 2.0, 8.0, lambda rng: 0.0, ages, ahead=52
    )
    found = estimate(history, years=YEAR, discount_rate=0.0)
    assert brought.sum() == pytest.approx(990_970, abs=1)
    assert found.reasons[0].code == "population"
    assert set(found.population.at_bound) <= {"a", "b"}
    alive = found.alive(history)
    assert alive.mean() >= 0.96
    assert alive.min() > 0.5
    low, high = lifetime_value(found, history).total.interval(0.95)
    assert low <= brought.sum() <= high


@pytest.mark.parametrize("seed", range(200, 208))
def test_a_short_past_is_uncertain_or_right_within_its_error(seed):
    """Eleven weeks; 0.64 of the customers are left."""
    ages = np.full(4000, 11.0)
    history = base(seed, 4000, 0.6, 6.0, lambda rng: rng.beta(0.8, 2.4), ages)[0]
    found = estimate(history)
    said = {reason.code: reason.numbers for reason in found.reasons}
    assert "uncertain_past" in said or found.alive(history).mean() == pytest.approx(
        0.64, abs=0.05
    )


def test_two_years_are_not_too_short():
    for seed in range(5):
        history = draw(np.random.default_rng(seed), 1000).history
        codes = [reason.code for reason in estimate(history).reasons]
        assert "uncertain_past" not in codes

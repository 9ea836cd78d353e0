"""Liability for points: the published example, and what holds for any points."""

import random

import pytest
from liability import (
    LOTS_NEEDED,
    Fates,
    allocate,
    assume,
    deferral,
    estimate,
    expected_redemption,
    recognised,
)


def test_kpmg_example_10a():
    """100,000 of sales, 10,000 points worth 1 each, 97 % expected to be spent."""
    goods, points = allocate(100_000, [100_000, 10_000 * 0.97], share_digits=2)
    assert (goods, points) == (91_000, 9_000)
    assert deferral(100_000, 9_700, share_digits=2) == 9_000
    # not rounded as in the book
    assert deferral(100_000, 9_700) == pytest.approx(8_842.30, abs=0.005)
    # first year: 4,500 spent of 9,700 expected
    first = recognised(9_000, 4_500, 5_200)
    assert int(first) == 4_175
    # second year: 4,000 more, and now 9,900 are expected in all
    second = recognised(9_000, 8_500, 1_400)
    assert round(second - first) == 3_552


def test_all_is_revenue_in_the_end_and_never_more():
    dice = random.Random(4)
    for _case in range(500):
        deferred = dice.uniform(0, 1e6)
        redeemed, expected = dice.uniform(0, 1e4), dice.uniform(0, 1e4)
        amount = recognised(deferred, redeemed, expected)
        assert 0 <= amount <= deferred
        # fewer expected: more of the same deferred amount is earned
        assert recognised(deferred, redeemed, expected / 2) >= amount
        assert recognised(deferred, redeemed + 1, max(expected - 1, 0)) >= amount
        assert recognised(deferred, redeemed + 1, 0) == deferred
    assert recognised(100, 0, 0) == 100


def test_shares_add_up_to_the_price():
    dice = random.Random(5)
    for _case in range(500):
        price, worth = dice.uniform(0.01, 1e6), dice.uniform(0.01, 1e6)
        assert sum(allocate(price, [price, worth])) == pytest.approx(price)
        part = deferral(price, worth)
        assert 0 < part < min(price, worth)
        # a return takes back what the sale deferred
        assert deferral(-price, -worth) == pytest.approx(-part)
    assert deferral(0, 5) == deferral(5, 0) == 0
    assert allocate(10, [0, 0]) == [0, 0]


def test_a_finished_cohort_is_counted_as_it_ended():
    fates = Fates(redeemed={0: 30, 2: 20}, expired={3: 50})
    curve = estimate(fates)
    assert curve.share(0) == pytest.approx(0.5)
    # who has lived through the first month: 20 of 70
    assert curve.share(1) == pytest.approx(20 / 70)
    assert curve.share(3) == 0
    assert curve.expect({0: 100, 3: 10}, 110, 0) == pytest.approx(50)


def test_open_points_are_not_taken_for_breakage():
    """Half the points are new: those that ended say what the others will do."""
    ended = {"redeemed": {1: 60}, "expired": {2: 40}}
    naive = 60 / 200
    curve = estimate(Fates(**ended, open={0: 100}))
    assert curve.share(0) == pytest.approx(0.6, abs=0.01)
    assert curve.share(0) > naive


def test_what_outlives_the_evidence_is_expected():
    curve = estimate(Fates(redeemed={0: 10}, open={5: 90}))
    assert curve.share(0) == 1
    assert curve.share(99) == 1


def test_removed_points_tell_nothing():
    with_returns = Fates(redeemed={1: 60}, expired={2: 40}, removed={0: 50})
    assert estimate(with_returns).share(0) == pytest.approx(0.6)


def test_true_share_is_found_on_simulated_lots():
    """Points spent at 8 % a month and gone after 12, watched at any moment."""
    truth = 1 - 0.92**12
    dice = random.Random(6)
    fates = Fates({}, {}, {}, {})
    for _lot in range(20_000):
        age = dice.randrange(0, 30)
        end = next((m for m in range(12) if dice.random() < 0.08), None)
        if end is not None and end < age:
            where, when = fates.redeemed, end
        elif age >= 12:
            where, when = fates.expired, 11
        else:
            where, when = fates.open, age
        where[when] = where.get(when, 0) + 1
    assert estimate(fates).share(0) == pytest.approx(truth, abs=0.02)


def test_shares_lie_between_none_and_all():
    dice = random.Random(7)
    for _case in range(300):
        redeemed, expired, still_open, removed = (
            {dice.randrange(9): dice.choice((0, -3, dice.uniform(0, 99)))}
            for _fate in range(4)
        )
        curve = estimate(Fates(redeemed, expired, still_open, removed))
        assert all(0 <= curve.share(age) <= 1 for age in range(12))
    assert estimate(Fates()).share(0) == 1


def test_too_few_lots_fall_back_on_the_assumption():
    fates = Fates(redeemed={0: 1}, expired={1: 9})
    few = expected_redemption(fates, LOTS_NEEDED - 1, 0.97)
    assert not few.observed
    assert few.share(0) == few.share(99) == 0.97
    assert assume(0.97).expect({0: 10_000}, 10_000, 0) == pytest.approx(9_700)
    # what was spent already counts towards the share
    assert assume(0.97).expect({1: 5_500}, 10_000, 4_500) == pytest.approx(5_200)
    assert assume(0.5).expect({1: 4_000}, 10_000, 6_000) == 0
    assert assume(1.0).expect({1: 4_000}, 10_000, 5_000) == 4_000
    many = expected_redemption(fates, LOTS_NEEDED, 0.97)
    assert many.observed
    assert many.share(0) == pytest.approx(0.1)

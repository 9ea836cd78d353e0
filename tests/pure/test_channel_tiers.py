"""Tiers without gaps, by hand and against a table that adds cent by cent."""

import itertools
import random

import pytest
from channel.tiers import Tiers

FIVE_TEN = Tiers.of([(0, 0.05), (1000, 0.10)])
BACK = Tiers.of([(0, 0.05), (1000, 0.10), (10_000, 0.20)], retroactive=True)


def test_no_turnover_lies_between_two_tiers():
    table = Tiers.of([(0, 0.05), (1001, 0.10)])
    assert table.rate_at(1000.50) == 0.05
    assert table.rate_at(1001.00) == 0.10


def test_who_reaches_a_start_exactly_has_its_rate():
    assert BACK.rate_at(10_000.00) == 0.20
    assert BACK.rate_at(sum([0.1] * 100_000)) == 0.20


def test_two_tiers_with_one_start_are_refused():
    with pytest.raises(ValueError, match="same turnover"):
        Tiers.of([(44, 0.05), (44, 0.10)])


def test_below_the_first_tier_nothing_is_given():
    table = Tiers.of([(500, 0.05)])
    assert table.given(499.99) == 0
    assert table.given(600) == pytest.approx(5)
    assert Tiers.of([(500, 0.05)], retroactive=True).given(600) == pytest.approx(30)


def test_a_line_is_cut_where_a_tier_starts():
    assert FIVE_TEN.rate_of_step(0, 1300) * 1300 == pytest.approx(80)


def test_a_reached_tier_holds_for_all_of_the_turnover():
    assert BACK.given(990) == pytest.approx(49.50)
    assert BACK.given(11_500) == pytest.approx(2300)


def test_steps_in_any_sequence_add_up():
    for sizes in itertools.permutations([700, 600, 250.5, 40]):
        at, total = 0.0, 0.0
        for size in sizes:
            total += FIVE_TEN.rate_of_step(at, size) * size
            at += size
        assert total == pytest.approx(FIVE_TEN.given(at))


def test_more_returns_than_sales_give_the_first_rate_below_nothing():
    assert FIVE_TEN.given(-100) == pytest.approx(-5)


def test_given_equals_a_sum_unit_by_unit():
    random_ = random.Random(7)
    for _ in range(50):
        starts = sorted(random_.sample(range(1, 60), 3))
        table = Tiers.of([(s, random_.randint(0, 9) / 10) for s in [0, *starts]])
        turnover = random_.randint(0, 80)
        by_hand = sum(table.rate_at(unit) for unit in range(turnover))
        assert table.given(turnover) == pytest.approx(by_hand)


def test_turnover_of_a_former_version_reaches_the_tiers_of_the_next():
    assert FIVE_TEN.owed(900, 200, 200) == pytest.approx(100 * 0.05 + 100 * 0.10)
    assert BACK.owed(900, 200, 200) == pytest.approx(20)
    # of a margin: by the share that the turnover has
    assert BACK.owed(0, 1000, 400) == pytest.approx(40)

"""Sharing points out over lines, netting what came back, and what that leaves."""

import math
from itertools import permutations

import pytest
from hypothesis import given, strategies as st
from points import in_proportion, to_points, to_units
from statements import By, Seen, Size, Stretch, Terms, gain, left_of, share_out

AMOUNTS = st.integers(-100_000, 100_000).map(lambda cents: cents / 100)
POSITIVE = st.integers(1, 100_000).map(lambda cents: cents / 100)


def whole(points):
    return points


def down(points):
    return math.floor(points * 100 + 1e-6) / 100


@given(st.integers(-(10**9), 10**9), st.lists(AMOUNTS, min_size=1, max_size=30))
def test_shares_add_up_to_the_points(points, weights):
    assert sum(share_out(points, weights)) == points


@given(st.integers(0, 10**9), st.lists(POSITIVE, min_size=1, max_size=30))
def test_each_share_is_exact_to_the_unit(points, weights):
    for share, weight in zip(share_out(points, weights), weights, strict=True):
        assert abs(share - points * weight / sum(weights)) < 1.001


def test_three_equal_lines_share_a_hundred_points():
    shares = share_out(to_units(100), [33.33, 33.33, 33.33])
    assert sorted(map(to_points, shares)) == [33.3333, 33.3333, 33.3334]


def test_each_piece_of_a_line_is_kept_or_gone_by_itself():
    pieces = Stretch.of_pieces(Size(150, 3))
    for left, kept in ((3, [1, 1, 1]), (2, [1, 1, 0]), (1, [1, 0, 0]), (0, [0, 0, 0])):
        for by in (By.MONEY, By.UNIT):
            size = Size(50 * left, left)
            assert [piece.kept(by, size) for piece in pieces] == kept
    assert Stretch.of_pieces(Size(20, 0.5)) == []


def test_a_discount_has_a_share_below_zero():
    assert share_out(to_units(49), [50, 20, -21]) == [500_000, 200_000, -210_000]


def test_weights_that_cancel_out_count_alike():
    assert share_out(10, [5, -5]) == [5, 5]


@pytest.mark.parametrize(
    ("ordered", "given", "back", "left"),
    [
        (500, 0, 0, 500),
        (500, 500, 100, 400),
        (500, 900, 500, 400),  # credited, and 400 invoiced anew
        (500, 900, 0, 500),  # the new invoice comes first
        (500, 1000, 500, 500),  # reversed and made anew
        (300, 300, 300, 0),
        (360, 450, 90, 360),  # taken off the order and netted: once
        (100, 0, 100, 0),
        (100, 100, 250, 0),
        (-21, -21, -6, -15),
        (0, 100, 0, 0),
    ],
)
def test_what_is_left_of_a_line(ordered, given, back, left):
    assert left_of(ordered, given, back) == left


@given(POSITIVE, st.lists(st.tuples(st.booleans(), POSITIVE), max_size=4))
def test_documents_net_in_any_sequence(ordered, documents):
    results = set()
    for sequence in permutations(documents):
        given_, back = 0.0, 0.0
        for invoice, amount in sequence:
            if invoice:
                given_ += amount
            else:
                back += amount
        results.add(round(left_of(ordered, given_, back), 6))
    assert len(results) == 1
    assert 0 <= results.pop() <= ordered


@given(st.integers(0, 10**8), POSITIVE, st.lists(POSITIVE, min_size=1, max_size=6))
def test_parts_take_all_that_a_line_earned_and_never_more(points, money, parts):
    stretch = Stretch(0, money, 0, 1)
    last, back = points, 0.0
    for part in parts:
        back += part
        left = left_of(money, money, back)
        kept = in_proportion(points, stretch.kept(By.MONEY, Size(left, 1)))
        assert 0 <= kept <= last
        last = kept
        if back >= money:
            assert kept == 0


def test_running_sums_take_a_small_rate_back_to_the_unit():
    stretch, points = Stretch(0, 10.01, 0, 1), to_units(1)
    taken = [
        points - in_proportion(points, stretch.kept(By.MONEY, Size(10.01 - back, 1)))
        for back in (3.34, 6.68, 10.01)
    ]
    assert taken == [3_337, 6_673, 10_000]


def test_the_newest_part_leaves_first():
    old, new = Stretch(0, 500, 0, 5), Stretch(500, 600, 5, 6)
    assert (old.kept(By.MONEY, Size(550, 6)), new.kept(By.MONEY, Size(550, 6))) == (
        1,
        0.5,
    )
    assert (old.kept(By.UNIT, Size(0, 4)), new.kept(By.UNIT, Size(0, 4))) == (0.8, 0)


def test_an_allowance_takes_money_and_no_piece():
    stretch, left = Stretch(0, 500, 0, 5), Size(450, 5)
    assert stretch.kept(By.MONEY, left) == 0.9
    assert stretch.kept(By.UNIT, left) == 1


def test_what_costs_nothing_counts_by_pieces():
    assert Stretch(0, 0, 0, 2).kept(By.MONEY, Size(0, 1)) == 0.5


def seen(**lines):
    return {name: Seen(money, 1, money) for name, money in lines.items()}


def test_what_is_new_earns_by_todays_rule():
    terms = Terms(By.MONEY, 3)
    now = gain(terms, seen(old=500, new=100), seen(old=500), whole)
    assert (now.points, now.weights) == (300, {"old": 0, "new": 100})


def test_a_rule_for_the_order_gives_nothing_for_a_further_line():
    now = gain(Terms(By.ORDER, 100), seen(a=60, b=40), seen(a=60), whole)
    assert now.points == 0


def test_a_minimum_that_is_reached_by_a_new_line_counts_for_all():
    terms = Terms(By.MONEY, 1, least_amount=100)
    now = gain(terms, seen(a=80, b=40), seen(a=80), whole)
    assert (now.points, now.weights) == (120, {"a": 80, "b": 40})
    assert gain(terms, seen(a=80), {}, whole) is None


def test_a_minimum_once_reached_is_not_asked_again():
    terms = Terms(By.MONEY, 1, least_amount=100)
    now = gain(terms, seen(a=120, code=-36), seen(a=120), whole)
    assert (now.points, now.weights) == (-36, {"a": 0, "code": -36})


@given(
    st.sampled_from(By),
    st.integers(1, 500).map(lambda n: n / 100),
    st.lists(POSITIVE, min_size=2, max_size=8),
    st.integers(0, 8),
)
def test_unchanged_rules_give_in_steps_what_they_give_at_once(by, rate, sums, cut):
    terms = Terms(by, rate, least_amount=50)
    lines = {n: Seen(money, 1, money) for n, money in enumerate(sums)}
    first = dict(list(lines.items())[:cut])
    steps = [
        gain(terms, first, {}, down),
        gain(terms, lines, first, down),
    ]
    at_once = gain(terms, lines, {}, down)
    points = sum(step.points for step in steps if step)
    assert points == pytest.approx(at_once.points if at_once else 0, abs=1e-9)


@given(POSITIVE, POSITIVE)
def test_sizes_have_in_common_what_both_hold(one, other):
    a, b = Size(one, 1), Size(other, 2)
    assert a.common(b) == Size(min(one, other), 1)
    assert a.most(b) == Size(max(one, other), 2)
    assert b.exceeds(a) and not a.exceeds(a)
    assert Size(-one, 1).common(b).money == 0
    assert a.share_of(Size(0, 0)) == Size(0, 0)

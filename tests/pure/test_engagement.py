"""The engagement figure: its limits, its parts, and what is not measured."""

import pytest
from hypothesis import given, strategies as st
from metrics.engagement import HEARD, WEIGHTS, Weight, attainable, parts, score

EVERYTHING = tuple(WEIGHTS)
COUNTS = st.dictionaries(st.sampled_from(EVERYTHING), st.integers(0, 1000))


@given(COUNTS)
def test_it_lies_between_0_and_100(counts):
    assert 0 <= score(counts, EVERYTHING) <= 100


def test_all_that_can_be_asked_is_100_and_nothing_is_0():
    good = {name: 1000 for name, weight in WEIGHTS.items() if weight.most > 0}
    assert score(good, EVERYTHING) == pytest.approx(100)
    assert score({}, EVERYTHING) == 0
    assert attainable(EVERYTHING) == pytest.approx(100)


@given(COUNTS)
def test_its_parts_add_up_to_it_within_the_limits(counts):
    total = sum(part.points for part in parts(counts, EVERYTHING))
    assert score(counts, EVERYTHING) == pytest.approx(min(max(total, 0), 100))


@given(COUNTS, st.sampled_from(EVERYTHING))
def test_more_of_what_is_good_never_lowers_it(counts, source):
    more = {**counts, source: counts.get(source, 0) + 1}
    before, after = score(counts, EVERYTHING), score(more, EVERYTHING)
    if WEIGHTS[source].most > 0:
        assert after >= before
    else:
        assert after <= before


def test_what_is_not_measured_counts_on_neither_side():
    measured = ("order", "visit")
    assert score({"order": 3, "visit": 6}, measured) == pytest.approx(100)
    assert score({"order": 3, "visit": 6, "case": 9}, measured) == pytest.approx(100)
    assert parts({"case": 9}, measured) == []
    assert score({"order": 1}, ()) == 0


def test_half_of_enough_is_half_of_it():
    (part,) = parts({"order": 1.5}, EVERYTHING)
    assert part.points == pytest.approx(20)


def test_own_weights_take_the_place_of_the_usual():
    own = {"order": Weight(10.0, 1.0), "visit": Weight(30.0, 2.0)}
    assert score({"order": 1}, EVERYTHING, own) == pytest.approx(25)
    assert score({"order": 1, "visit": 1}, EVERYTHING, own) == pytest.approx(62.5)


def test_a_weight_of_zero_is_no_reason():
    own = {**WEIGHTS, "order": Weight(0.0, 3.0)}
    assert parts({"order": 3}, EVERYTHING, own) == []
    assert score({"order": 3}, EVERYTHING, {"order": Weight(0.0, 3.0)}) == 0


def test_what_we_do_is_no_sign_of_the_customer():
    assert not HEARD & {"outgoing", "answer", "bounce", "unanswered", "refund", "late"}


@given(COUNTS)
def test_the_shares_of_its_reasons_make_the_whole(counts):
    found = parts(counts, EVERYTHING)
    assert sum(part.share for part in found) == pytest.approx(1 if found else 0)
    assert all(0 < part.share <= 1 for part in found)


def test_what_takes_away_has_its_share_too():
    order, late = parts({"order": 3, "late": 1}, ("order", "late"))
    assert (order.points, late.points) == (100, pytest.approx(-18.75))
    assert late.share == pytest.approx(18.75 / 118.75)

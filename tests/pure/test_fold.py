"""Folding dealings equals counting them one by one."""

import math

import numpy as np
from hypothesis import given, strategies as st

from clv.fold import fold_purchases

NAN = float("nan")

dealings = st.lists(
    st.tuples(
        st.integers(1, 5),
        st.integers(0, 30),
        st.integers(-50, 100).map(float),
        st.one_of(st.just(NAN), st.integers(-20, 40).map(float)),
    ),
    max_size=40,
)


def by_hand(rows):
    """The same, one customer and one day at a time."""
    found = {}
    for customer in sorted({row[0] for row in rows}):
        own = [row for row in rows if row[0] == customer]
        per_day = {day: 0.0 for _c, day, _r, _m in own}
        for _customer, day, revenue, _margin in own:
            per_day[day] += revenue
        days = sorted(day for day, revenue in per_day.items() if revenue > 0)
        if not days:
            continue
        gaps = [later - day for day, later in zip(days, days[1:], strict=False)]
        found[customer] = {
            "first_day": days[0],
            "last_day": days[-1],
            "purchase_count": len(days),
            "log_intervals": sum(math.log(gap) for gap in gaps),
            "last_interval": gaps[-1] if gaps else 0,
            "revenue": sum(row[2] for row in own),
            "margin": sum(row[3] for row in own if not math.isnan(row[3])),
            "costed_revenue": sum(row[2] for row in own if not math.isnan(row[3])),
        }
    return found


@given(dealings)
def test_folding_equals_counting_by_hand(rows):
    columns = np.array(rows, dtype=float).reshape(-1, 4).T
    folded = fold_purchases(
        columns[0].astype(np.int32),
        columns[1].astype(np.int32),
        columns[2],
        columns[3],
    )
    expected = by_hand(rows)
    assert folded["customer"].tolist() == list(expected)
    for name in next(iter(expected.values()), {}):
        theirs = [figures[name] for figures in expected.values()]
        np.testing.assert_allclose(folded[name], theirs, atol=1e-9)


def test_nothing_folds_to_nothing():
    empty = np.zeros(0)
    folded = fold_purchases(empty.astype(int), empty.astype(int), empty, empty)
    assert {len(column) for column in folded.values()} == {0}


def test_margin_trend_compares_the_halves_of_each_ones_time():
    customer = np.array([1, 1, 1, 1, 2, 2, 3, 4, 4, 5])
    day = np.array([0, 40, 100, 100, 0, 10, 5, 0, 10, 7])
    revenue = np.array([100.0, 100.0, 50.0, 50.0, 50.0, 50.0, 20.0, 10.0, 10.0, -5.0])
    margin = np.array([40.0, 20.0, 6.0, 4.0, np.nan, 5.0, 1.0, 2.0, 3.0, -1.0])
    folded = fold_purchases(customer, day, revenue, margin, trend=True)
    assert folded["customer"].tolist() == [1, 2, 3, 4]
    np.testing.assert_allclose(folded["margin_trend"], [-0.2, np.nan, np.nan, 0.1])
    assert "margin_trend" not in fold_purchases(customer, day, revenue, margin)


def test_margin_trend_of_nobody():
    nothing = np.zeros(0, int), np.zeros(0, int), np.zeros(0), np.zeros(0)
    assert len(fold_purchases(*nothing, trend=True)["margin_trend"]) == 0


def test_parts_that_come_back_leave_nothing_of_what_was_bought():
    """In floating point 39.99 - 14.5 - 25.49 is a little more than nothing."""
    amounts = np.array([39.99, -14.5, -25.49])
    assert amounts.sum() > 0
    later = fold_purchases(np.ones(3, int), np.array([0, 9, 12]), amounts, amounts)
    assert later["purchase_count"].tolist() == [1]
    assert later["revenue"].tolist() == [0.0]
    assert later["margin"].tolist() == [0.0]
    assert later["costed_revenue"].tolist() == [0.0]
    same_day = fold_purchases(np.ones(3, int), np.zeros(3, int), amounts, amounts)
    assert not len(same_day["customer"])

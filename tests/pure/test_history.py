from dataclasses import replace

import cdnow
import numpy as np
import pytest
from hypothesis import given, strategies as st

from clv import PurchaseHistory

DAY0 = np.datetime64("2024-01-01")


def by_hand(events, cutoff):
    """The same aggregation, one customer and one day at a time."""
    rows = {}
    for customer, day, amount in events:
        if day <= cutoff:
            days = rows.setdefault(customer, {})
            days[day] = days.get(day, 0.0) + amount
    out = []
    for customer in sorted(rows):
        days = sorted(rows[customer])
        gaps = [later - sooner for sooner, later in zip(days, days[1:], strict=False)]
        out.append(
            (
                customer,
                len(days) - 1,
                days[-1] - days[0],
                cutoff - days[0],
                sum(np.log(gap / 7) for gap in gaps),
                sum(rows[customer].values()) / len(days),
            )
        )
    return out


@given(
    st.lists(
        st.tuples(st.integers(1, 6), st.integers(0, 40), st.floats(-50, 500)),
        max_size=60,
    ),
    st.integers(-1, 45),
)
def test_events_aggregate_as_by_hand(events, cutoff):
    customer, day, amount = zip(*events, strict=True) if events else ((), (), ())
    history = PurchaseHistory.from_events(
        np.array(customer, dtype=int),
        DAY0 + np.array(day, dtype="timedelta64[D]"),
        amount,
        DAY0 + cutoff,
    )
    expected = by_hand(events, cutoff)
    assert history.customer.tolist() == [row[0] for row in expected]
    assert history.x.tolist() == [row[1] for row in expected]
    if expected:
        _customer, _x, t_x, age, logs, value = np.array(expected).T
        np.testing.assert_allclose(history.t_x * 7, t_x, atol=1e-9)
        np.testing.assert_allclose(history.T * 7, age, atol=1e-9)
        np.testing.assert_allclose(history.log_intervals, logs, atol=1e-9)
        np.testing.assert_allclose(history.value, value, atol=1e-9)


def test_cdnow_log_gives_the_papers_table():
    history = PurchaseHistory.from_events(*cdnow.sample(), cdnow.CALIBRATION_END)
    table = cdnow.published()
    np.testing.assert_array_equal(history.x, table[:, 1])
    np.testing.assert_allclose(history.t_x, table[:, 2], atol=0.006)
    np.testing.assert_allclose(history.T, table[:, 3], atol=0.006)


def test_days_become_units():
    history = PurchaseHistory.from_days([7], [2], [70], [140], [np.log(35) * 2])
    assert (history.t_x[0], history.T[0]) == (10.0, 20.0)
    assert history.log_intervals[0] == pytest.approx(2 * np.log(5))


def test_batch_keeps_every_column():
    history = PurchaseHistory.from_events(*cdnow.sample(), cdnow.CALIBRATION_END)
    batch = history[10:20]
    assert len(batch) == 10
    np.testing.assert_array_equal(batch.value, history.value[10:20])
    np.testing.assert_array_equal(
        history[history.x > 3].customer, history.customer[history.x > 3]
    )


def test_sample_is_always_the_same_and_no_larger():
    history = PurchaseHistory.from_events(*cdnow.sample(), cdnow.CALIBRATION_END)
    sample = history.sample(500)
    assert 400 <= len(sample) <= 500
    np.testing.assert_array_equal(sample.customer, history.sample(500).customer)
    assert history.sample(10**6) is history


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"x": [-1, 0]}, "x"),
        ({"x": [1.5, 0]}, "x"),
        ({"t_x": [9.0, 0.0]}, "t_x"),
        ({"t_x": [2.0, 1.0]}, "t_x"),
        ({"t_x": [np.nan, 0.0]}, "t_x, T"),
        ({"T": [np.inf, 1.0]}, "t_x, T"),
        ({"T": [8.0]}, "T"),
        ({"log_intervals": [np.nan, 0.0]}, "log_intervals"),
        ({"value": [np.inf, 0.0]}, "value"),
        ({"margin": [0.0, -np.inf]}, "margin"),
        ({"unit_days": 0}, "unit_days"),
    ],
)
def test_impossible_history_is_refused_by_name(wrong, named):
    good = PurchaseHistory([1, 2], [1, 0], [2.0, 0.0], [8.0, 8.0])
    with pytest.raises(ValueError, match=f"^{named}:"):
        replace(good, **wrong)

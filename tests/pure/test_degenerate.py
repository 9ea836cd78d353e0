"""Inputs at the edge: each has an answer, none a nan, a warning or a hang.

That no warning passes is the rule of this folder (conftest.py).
"""

import numpy as np
import pytest

from clv import FitError, MbgCnbd, PurchaseHistory, estimate, lifetime_value, rfm

N = 100


def history(x, t_x, age, logs=None, value=20.0):
    x = np.asarray(x)
    return PurchaseHistory(np.arange(len(x)), x, t_x, age, logs, np.full(len(x), value))


def mostly_once():
    """Hundred customers of whom two came back."""
    x = np.zeros(N, int)
    x[:2] = 1
    t_x = np.where(x, 3.0, 0.0)
    return history(x, t_x, np.linspace(5, 100, N), np.where(x, np.log(3.0), 0.0))


def one_giant():
    """A thousand purchases in 10,000 weeks beside ordinary customers."""
    x = np.array([1000] + [0, 1, 2, 3] * 20)
    t_x = np.where(x, x * 9.0, 0.0)
    t_x[0] = 9_990.0
    age = np.append(10_000.0, np.linspace(30, 200, 80))
    return history(x, t_x, np.maximum(age, t_x), x * np.log(9.0))


BASES = {
    "empty": history([], [], []),
    "one customer, one purchase": history([0], [0.0], [0.0]),
    "one customer, many purchases": history([40], [80.0], [82.0], [40 * np.log(2.0)]),
    "ten customers": history(
        [0, 0, 0, 0, 1, 1, 2, 3, 4, 9],
        [0, 0, 0, 0, 3, 9, 8, 12, 20, 30],
        [1, 9, 30, 50, 10, 20, 40, 40, 40, 31],
    ),
    "all bought once": history([0] * N, [0.0] * N, np.linspace(0, 100, N)),
    "all bought today": history([0] * N, [0.0] * N, [0.0] * N),
    "identical one-time buyers": history([0] * N, [0.0] * N, [52.0] * N),
    "identical customers": history(
        [5] * N, [50.0] * N, [52.0] * N, [5 * np.log(10.0)] * N
    ),
    "two came back": mostly_once(),
    "one giant": one_giant(),
    "all giants": history(
        [1000] * N, [9_000.0] * N, [10_000.0] * N, [1000 * np.log(9.0)] * N
    ),
    "giants gone at once": history([1000] * N, [1.0] * N, [10_000.0] * N, [-7e3] * N),
    "identical amounts of zero": history([1] * N, [2.0] * N, [9.0] * N, value=0.0),
    "negative amounts": history([1] * N, [2.0] * N, [9.0] * N, value=-5.0),
}


@pytest.mark.parametrize("name", BASES)
def test_ladder_always_answers_in_numbers(name):
    base = BASES[name]
    found = estimate(base)
    alive = found.alive(base)
    assert ((alive >= 0) & (alive <= 1)).all()
    expected = found.expected_purchases(base, 52.0)
    assert (np.isfinite(expected) & (expected >= 0)).all()
    until = found.silent_until(base, 0.5)
    assert (~np.isnan(until) & (until >= base.t_x)).all()
    value = lifetime_value(found, base)
    for column in (value.mean, value.low, value.high):
        assert np.isfinite(column).all()
    assert (value.low <= value.high).all()
    assert np.isfinite(value.total.interval()).all()
    assert all(
        1 <= score.min(initial=3) <= score.max(initial=3) <= 5 for score in rfm(base)
    )


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("empty", "no customers"),
        ("all bought once", "second time"),
        ("all bought today", "second time"),
        ("one customer, one purchase", "second time"),
    ],
)
def test_fit_says_why_it_cannot(name, reason):
    with pytest.raises(FitError, match=reason):
        MbgCnbd.fit(BASES[name])


@pytest.mark.parametrize(
    "name",
    [
        "one customer, many purchases",
        "identical customers",
        "all giants",
        "giants gone at once",
    ],
)
def test_base_without_differences_has_all_alike(name):
    """At the edge of the box, which is an answer."""
    model = MbgCnbd.fit(BASES[name])
    assert model.at_bound
    assert np.isfinite(model.log_likelihood)


def test_ladder_names_its_rung():
    rungs = {name: estimate(base).reasons[0].code for name, base in BASES.items()}
    assert rungs["ten customers"] == "few_customers"
    assert rungs["all bought once"] == "no_repeats"
    assert rungs["identical customers"] == "population"
    assert rungs["one giant"] in {"population", "uncertain"}


@pytest.mark.parametrize("k", [1, 2, 6, 64])
@pytest.mark.parametrize(
    "parameters",
    [
        (0.5, 6.0, 0.9, 1.6),
        (0.01, 0.001, 1.0, 1.0),
        (500.0, 0.01, 0.001, 1000.0),
        (1e-3, 1e-3, 1e-3, 1e-3),
        (0.5, 6.0, 50.0, 0.01),
        (1e3, 1e6, 1e3, 1e4),
    ],
)
@pytest.mark.parametrize("dropout_at_zero", [False, True])
def test_any_parameters_give_numbers(k, parameters, dropout_at_zero):
    model = MbgCnbd(k, *parameters, dropout_at_zero)
    odd = PurchaseHistory(
        np.arange(8),
        [0, 0, 1, 1000, 1000, 1000, 5, 3],
        [0, 0, 5, 1, 10_000, 5_000, 0.1, 1e-3],
        [0, 10_000, 5, 10_000, 10_000, 10_000, 0.1, 1e4],
    )
    alive = model.alive(odd)
    assert ((alive >= 0) & (alive <= 1)).all()
    until = model.silent_until(odd, 0.5)
    assert (~np.isnan(until) & (until >= odd.t_x)).all()
    counts = model.counts(odd, 156.5, 0.002)
    for column in counts:
        assert (np.isfinite(column) & (column >= 0)).all()
    # of many phases some are interpolated
    near = 1e-9 if k <= 6 else 1e-3
    assert (counts.any <= counts.mean + near).all()
    assert (counts.second >= counts.mean * (1 - near)).all()
    assert (counts.discounted <= counts.mean * (1 + near)).all()

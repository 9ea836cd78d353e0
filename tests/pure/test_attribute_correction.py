"""A correction of the odds by attributes: what it moves, and what it leaves."""

from dataclasses import replace

import numpy as np
import pytest
from attributed import POPULATION
from simulation import draw

from clv import (
    Attribute,
    Correction,
    Design,
    estimate,
    lifetime_value,
)
from clv.lifecycle import purchase_before_last

TRUE = {name: POPULATION[name] for name in ("r", "alpha", "a", "b")}


def world(**options):
    """Histories, and a model they are judged by: rates, rhythms, few purchases."""
    history = draw(np.random.default_rng(11), 400, **options).history
    return replace(history, margin=0.3 * history.value), estimate(history)


ESTIMATES = {
    "population": lambda history, found: found,
    "rhythm": lambda history, found: replace(found, population=None),
    "naive": lambda history, found: replace(found, naive=True),
}


@pytest.mark.parametrize("rung", ESTIMATES)
def test_no_shift_changes_no_bit(rung):
    history, found = world()
    found = ESTIMATES[rung](history, found)
    still = replace(history, shift=np.zeros(len(history)))
    for name in ("alive", "evidence"):
        np.testing.assert_array_equal(
            getattr(found, name)(still), getattr(found, name)(history)
        )
    for threshold in (0.1, 0.3, 0.5):
        np.testing.assert_array_equal(
            found.silent_until(still, threshold), found.silent_until(history, threshold)
        )
    assert (
        found.expected_purchases(still, 52.0) == found.expected_purchases(history, 52.0)
    ).all()
    ours, plain = lifetime_value(found, still), lifetime_value(found, history)
    for name in ("mean", "low", "high", "purchases"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(plain, name))
    assert ours.total == plain.total


@pytest.mark.parametrize("rung", ["population", "rhythm"])
def test_more_for_staying_never_lowers_anything(rung):
    history, found = world()
    found = ESTIMATES[rung](history, found)
    rng = np.random.default_rng(12)
    low = rng.uniform(-3, 2.9, len(history))
    lower = replace(history, shift=low)
    higher = replace(history, shift=low + rng.uniform(0, 2, len(history)))
    assert (found.alive(higher) >= found.alive(lower)).all()
    assert ((found.alive(lower) >= 0) & (found.alive(higher) <= 1)).all()
    assert (found.silent_until(higher, 0.3) >= found.silent_until(lower, 0.3)).all()
    assert (found.silent_until(lower, 0.3) >= history.t_x).all()
    more, less = found.counts(higher, 13.0), found.counts(lower, 13.0)
    for name in ("any", "mean", "second", "discounted"):
        assert (getattr(more, name) >= getattr(less, name)).all(), name
    assert (more.any <= found.alive(higher) + 1e-12).all()
    value, lesser = lifetime_value(found, higher), lifetime_value(found, lower)
    assert (value.mean >= lesser.mean - 1e-9).all()


def test_contact_date_is_where_the_shifted_probability_meets_the_threshold():
    history, found = world()
    shifted = replace(history, shift=np.linspace(-2, 2, len(history)))
    until = found.silent_until(shifted, 0.3)
    later = until > history.t_x + 1e-6
    assert later.any()
    then = found.alive(replace(shifted, T=np.maximum(until, history.t_x)))
    np.testing.assert_allclose(then[later], 0.3, rtol=1e-6)


def test_buying_is_being_alive_times_buying_when_alive():
    history, found = world()
    shifted = replace(history, shift=np.linspace(-2, 2, len(history)))
    given = found.counts(history, 13.0).any / found.alive(history)
    np.testing.assert_allclose(
        found.counts(shifted, 13.0).any, found.alive(shifted) * given, rtol=1e-9
    )


def test_shift_stays_with_its_customer():
    history, _found = world()
    history = replace(history, shift=np.arange(float(len(history))))
    assert history[5:7].shift.tolist() == [5.0, 6.0]
    before, kept = purchase_before_last(history, np.ones(len(history)))
    np.testing.assert_array_equal(before.shift, history.shift[kept])
    with pytest.raises(ValueError, match="shift"):
        replace(history, shift=np.full(len(history), np.nan))


def test_unknown_values_say_nothing():
    rng = np.random.default_rng(13)
    values = np.where(rng.random(300) < 0.4, np.nan, rng.integers(1, 4, 300))
    for kind in ("level", "number", "amount"):
        attribute = Attribute("source", kind, values)
        design = Design.fit([attribute])
        columns = design.columns([attribute])
        assert not columns[np.isnan(values)].any()
        np.testing.assert_allclose(columns.mean(axis=0), 0.0, atol=1e-12)


def test_rare_levels_are_grouped_and_new_ones_join_them():
    values = np.repeat([1.0, 2.0, 3.0, 4.0, 5.0], [100, 80, 12, 10, 8])
    design = Design.fit([Attribute("industry", "level", values)])
    assert design.parts[0].levels == (1.0, 2.0, -1.0)
    terms = design.terms([Attribute("industry", "level", [1, 3, 77, np.nan])])
    assert terms[:, 0].tolist() == [0, 2, 2, -1]


def test_new_level_says_nothing_where_no_others_were_grouped():
    values = np.repeat([1.0, 2.0], [100, 80])
    design = Design.fit([Attribute("industry", "level", values)])
    newcomer = Attribute("industry", "level", [77.0])
    assert design.terms([newcomer]).tolist() == [[-1]]
    assert not design.columns([newcomer]).any()


def test_no_attribute_moves_the_odds_more_than_twentyfold():
    design = Design.fit([Attribute("size", "number", np.arange(100.0))])
    shift = Correction(design, (50.0,), 1.0).shift(
        [Attribute("size", "number", [0.0, 1e9])]
    )
    np.testing.assert_allclose(np.exp(np.abs(shift)), 20.0)

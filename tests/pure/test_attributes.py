"""Attributes beside the history: when they are believed."""

import json
from dataclasses import replace

import numpy as np
import pytest
from attributed import POPULATION, QUARTER, draw_base

from clv import (
    Attribute,
    Estimate,
    MarginRate,
    MbgCnbd,
    ProtectedAttribute,
    Rhythm,
    Trial,
    estimate,
    refuse_protected,
    try_attributes,
)

TRUE = {name: POPULATION[name] for name in ("r", "alpha", "a", "b")}


def trial(base, plain=None, seed=0):
    plain = plain or estimate(base.history)
    return try_attributes(
        plain,
        base.history,
        base.actual,
        QUARTER,
        base.attributes,
        np.random.default_rng(seed),
    )


@pytest.fixture(scope="module")
def driven():
    return draw_base(np.random.default_rng(702), 3000, driven=True)


@pytest.fixture(scope="module")
def adopted(driven):
    return trial(driven)


def test_what_drives_leaving_is_found_and_the_log_loss_falls(driven, adopted):
    assert adopted.verdict == "adopted"
    assert adopted.corrected.log_loss < 0.99 * adopted.plain.log_loss
    assert adopted.corrected.calibration_error <= max(
        adopted.plain.calibration_error, adopted.tolerance
    )
    design, weights = adopted.correction.design, adopted.correction.weights
    names = [part.name for part in design.parts]
    assert {"industry", "payment_delay"} <= set(names)
    assert weights[list(design.owner).index(names.index("payment_delay"))] < 0
    industry = np.array(weights)[design.owner == names.index("industry")]
    assert industry.argmin() == 1
    assert industry.argmax() == 3


def test_correction_knows_better_who_is_alive(driven, adopted):
    """The truth behind it, which no company sees: who really is one still."""
    plain = estimate(driven.history)
    shift = adopted.correction.shift(driven.attributes)
    better = replace(driven.history, shift=shift)
    before = (plain.alive(driven.history) - driven.alive) ** 2
    after = (plain.alive(better) - driven.alive) ** 2
    assert after.mean() < 0.97 * before.mean()


def test_what_drives_leaving_is_found_in_most_bases():
    bases = (
        draw_base(np.random.default_rng(700 + seed), 3000, driven=True)
        for seed in range(10)
    )
    trials = [trial(base) for base in bases]
    found = [t for t in trials if t.adopted]
    assert len(found) >= 9
    assert all(t.corrected.log_loss < t.plain.log_loss for t in found)


def test_where_nothing_drives_leaving_nothing_is_adopted_in_95_of_100_bases():
    # the truth stands in for the fit, which would take most of the time
    plain = Estimate(Rhythm(9.0, 0.1, 300, 900), MarginRate(1.0), MbgCnbd(1, **TRUE))
    verdicts = [
        trial(draw_base(np.random.default_rng(seed), 300), plain).verdict
        for seed in range(100)
    ]
    assert verdicts.count("adopted") <= 5
    assert verdicts.count("no_gain") >= 80  # and not for want of a trial


def test_a_slow_quarter_for_everyone_is_no_merit_of_an_attribute():
    adopted = 0
    for seed in range(20):
        rng = np.random.default_rng(900 + seed)
        base = draw_base(rng, 300)
        halved = replace(base, actual=rng.binomial(base.actual, 0.5))
        adopted += trial(halved).adopted
    assert adopted <= 2


def test_same_seed_same_trial(driven, adopted):
    assert trial(driven).to_dict() == adopted.to_dict()


def test_trial_travels_as_json(driven, adopted):
    again = Trial.from_dict(json.loads(json.dumps(adopted.to_dict(), allow_nan=False)))
    assert again == adopted
    np.testing.assert_array_equal(
        again.correction.shift(driven.attributes),
        adopted.correction.shift(driven.attributes),
    )


@pytest.mark.parametrize("customers", [0, 1, 29, 199])
def test_too_few_customers_are_not_tried(customers):
    base = draw_base(np.random.default_rng(4), customers)
    found = trial(base)
    assert (found.verdict, found.correction) == ("few_outcomes", None)


def test_too_few_buyers_are_not_tried():
    base = draw_base(np.random.default_rng(4), 400)
    assert trial(replace(base, actual=np.zeros(400))).verdict == "few_outcomes"
    assert trial(replace(base, actual=np.ones(400))).verdict == "few_outcomes"


def test_where_everyone_buys_on_as_before_nobody_leaves():
    base = draw_base(np.random.default_rng(4), 400)
    assert trial(base, replace(estimate(base.history), naive=True)).verdict == "naive"


@pytest.mark.parametrize(
    "attributes",
    [
        [],
        [Attribute("industry", "level", np.full(400, np.nan))],
        [Attribute("industry", "level", np.ones(400))],
        [Attribute("size", "amount", np.full(400, 3.0))],
        [Attribute("source", "level", np.arange(400.0))],  # everyone a group of one
    ],
)
def test_attributes_that_tell_nobody_apart_are_not_tried(attributes):
    base = draw_base(np.random.default_rng(4), 400)
    found = trial(replace(base, attributes=attributes))
    assert found.verdict == "no_attributes"


@pytest.mark.parametrize(
    "name",
    [
        "gender",
        "title",
        "res.partner.title_id",
        "religion",
        "nationality",
        "sex",
        "country_of_birth",
        "birthdate_date",
        "dateOfBirth",
        "partner_birthday",
        "ethnic_group",
        "origin",
        "lang",
        "x_religious_denomination",
        "marital_status",
        "customer_age",
        "Geschlecht/gender",
        "x_nationality_id",
    ],
)
def test_protected_attributes_are_refused(name):
    with pytest.raises(ProtectedAttribute):
        refuse_protected([name])
    with pytest.raises(ProtectedAttribute):
        Attribute(name, "level", np.ones(3))


def test_ordinary_attributes_are_not_refused():
    names = [
        "industry",
        "country",
        "source",
        "salesperson",
        "payment_delay",
        "returns",
        "lost_quotations",
        "margin_trend",
        "tenure",
        "order_size",
        "contacts",
        "open_complaints",
        "portal_visits",
        "res.partner.industry_id",
        "sale.order.user_id",
        "average_delay",
        "message_count",
    ]
    refuse_protected(names)
    assert [Attribute(name, "level", np.ones(3)).name for name in names] == names


def test_factors_name_the_loudest_first_and_what_they_stand_on(driven, adopted):
    correction = adopted.correction
    factors = correction.factors(driven.attributes)
    assert factors.column.shape == (3000, 3)
    assert (np.diff(np.abs(factors.weight), axis=1) <= 0).all()
    silent = factors.column < 0
    assert not factors.weight[silent].any()
    owner = correction.design.owner
    names = np.array([part.name for part in correction.design.parts])
    late = names[owner[factors.column[:, 0]]] == "payment_delay"
    rows = np.flatnonzero(late & ~silent[:, 0])
    known = {a.name: a.values for a in driven.attributes}
    np.testing.assert_array_equal(factors.value[rows, 0], known["payment_delay"][rows])
    slow = rows[known["payment_delay"][rows] > 30]
    assert len(slow)
    assert (factors.weight[slow, 0] < 0).all()

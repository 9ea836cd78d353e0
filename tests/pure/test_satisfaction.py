"""Scores and what they say of all."""

import math

import pytest
from hypothesis import given, strategies as st
from metrics.satisfaction import (
    BAD,
    GOOD,
    NEUTRAL,
    SCALES,
    Counts,
    change,
    count,
    figure,
    group_of,
    points_of,
    pool,
    read_score,
    scale,
)

METRICS = sorted(SCALES)


def test_edges_of_nps():
    """V43: 0 and 6 are detractors, 7 and 8 passives, 9 and 10 promoters."""
    counts = count("nps", [0, 6, 7, 8, 9, 10])
    assert counts == Counts(good=2, neutral=2, bad=2)
    assert figure("nps", counts).value == 0
    assert not figure("nps", counts).enough


@pytest.mark.parametrize(
    "sent", ["8.5", "11", "-1", "", None, "1e1", "٫", "007", "9" * 99, "True"]
)
def test_what_is_no_score_is_refused(sent):
    """V43: 8.5, 11, −1 and an empty one are refused."""
    with pytest.raises(ValueError, match="score|between"):
        read_score("nps", sent)


def test_persian_digits_are_digits():
    assert read_score("nps", "۹") == 9


@pytest.mark.parametrize(
    ("metric", "groups"),
    [
        ("csat", [BAD, BAD, NEUTRAL, GOOD, GOOD]),
        ("ces", [BAD, BAD, BAD, NEUTRAL, GOOD, GOOD, GOOD]),
        ("nps", [BAD] * 7 + [NEUTRAL] * 2 + [GOOD] * 2),
    ],
)
def test_each_score_has_its_group(metric, groups):
    low, high = scale(metric)
    assert [group_of(metric, score) for score in range(low, high + 1)] == groups
    for beyond in (low - 1, high + 1):
        with pytest.raises(ValueError, match="between"):
            group_of(metric, beyond)


def test_change_within_the_margin_is_not_shown():
    """V45: 30.0 ± 10.8 after 22.2 ± 11.6 is no change that is shown."""
    after = figure("nps", Counts(100, 60, 40))
    before = figure("nps", Counts(81, 58, 41))
    assert (round(after.value, 1), round(after.margin, 1)) == (30.0, 10.8)
    assert (round(before.value, 1), round(before.margin, 1)) == (22.2, 11.6)
    difference = change(after, before)
    assert (round(difference.value, 1), round(difference.margin, 1)) == (7.8, 15.9)
    assert not difference.shown


def test_large_change_is_shown():
    difference = change(
        figure("nps", Counts(700, 200, 100)), figure("nps", Counts(400, 200, 400))
    )
    assert difference.shown


def test_company_is_all_its_answers():
    """V46: teams of NPS 80 and 0 make a company of 4.0, not of 40."""
    teams = [Counts(8, 2, 0), Counts(76, 38, 76)]
    assert [figure("nps", team).value for team in teams] == [80, 0]
    assert figure("nps", pool(teams)).value == pytest.approx(4.0)


@pytest.mark.parametrize("metric", METRICS)
def test_nothing_said_is_no_figure(metric):
    """V47: nobody answered: none, not 0."""
    assert figure(metric, Counts()) is None


def test_figure_is_the_mean_of_points():
    scores = [0, 3, 7, 9, 10, 10, 8, 6, 10, 2]
    points = [points_of("nps", score) for score in scores]
    assert figure("nps", count("nps", scores)).value == pytest.approx(sum(points) / 10)


def test_share_has_wilsons_interval():
    # Newcombe, Statistics in Medicine 17, 1998, table I: 81 of 263
    share = figure("csat", Counts(81, 0, 182))
    assert (share.low, share.high) == (
        pytest.approx(25.53, abs=0.01),
        pytest.approx(36.62, abs=0.01),
    )


def test_ten_promoters_alone_are_not_certain():
    all_good = figure("nps", Counts(good=10))
    assert all_good.value == 100
    assert all_good.high == 100
    # Clopper and Pearson: 10 of 10 are at least 69.15 %
    assert all_good.low == pytest.approx(100 * (2 * 0.6915 - 1), abs=0.01)
    all_bad = figure("nps", Counts(bad=10))
    assert (all_bad.low, all_bad.high) == (-100, pytest.approx(-all_good.low))
    passives = figure("nps", Counts(neutral=10))
    assert passives.low == -passives.high == pytest.approx(-30.85, abs=0.01)


@given(
    st.sampled_from(METRICS),
    st.tuples(*[st.integers(0, 500)] * 3).filter(any),
)
def test_interval_holds_its_figure(metric, groups):
    counts = Counts(*groups)
    found = figure(metric, counts)
    lowest = -100 if metric == "nps" else 0
    assert lowest <= found.low <= found.high <= 100
    assert found.low - 1e-9 <= found.value <= found.high + 1e-9
    assert found.answers == sum(groups)
    assert math.isfinite(found.margin)

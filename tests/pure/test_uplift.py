import numpy as np
import pytest
from campaign_figures import CAMPAIGNS, narrowed
from campaigns import coverage, draw
from scipy import stats

from clv import at_every_look, margin_uplift, rate_uplift
from clv.uplift import FEWEST_PER_ARM


@pytest.mark.parametrize("members", [200, 1_000, 10_000])
@pytest.mark.parametrize("name", ["no effect", "buyers +30 %", "both +15 %"])
def test_interval_holds_the_truth_in_93_to_97_percent_of_campaigns(name, members):
    held, _width = coverage(7 + members, members, runs=500, **CAMPAIGNS[name])
    assert 0.93 <= held <= 0.97


def test_interval_holds_the_truth_after_the_time_before_is_taken_out():
    held, _width = coverage(5, 1_000, with_before=True, rate_lift=0.3)
    assert 0.93 <= held <= 0.97


def test_welch_would_not_hold_it():
    """Why the arms lend each other their variance at all."""
    rng = np.random.default_rng(2)
    held = 0
    for _ in range(500):
        drawn = draw(rng, 200)
        test = stats.ttest_ind(drawn.treated, drawn.control, equal_var=False)
        low, high = test.confidence_interval(0.95)
        held += low <= drawn.truth <= high
    assert held / 500 < 0.92


def test_time_before_narrows_the_interval():
    assert narrowed() > 0.15


def test_time_before_takes_out_a_head_start():
    """Were the treated better customers by chance, that is no uplift."""
    rng = np.random.default_rng(3)
    before = rng.gamma(2.0, 20.0, 2_000)
    after = before + rng.normal(0.0, 5.0, 2_000)
    treated = before > np.quantile(before, 0.2)
    plain = margin_uplift(after[treated], after[~treated])
    adjusted = margin_uplift(
        after[treated],
        after[~treated],
        treated_before=before[treated],
        control_before=before[~treated],
    )
    assert plain.difference > 20
    assert abs(adjusted.difference) < plain.difference
    assert adjusted.treated_mean == plain.treated_mean


def test_large_samples_agree_with_welch():
    rng = np.random.default_rng(4)
    treated, control = rng.gamma(1.0, 30.0, 500_000), rng.gamma(1.2, 20.0, 500_000)
    found = margin_uplift(treated, control)
    welch = stats.ttest_ind(treated, control, equal_var=False).confidence_interval()
    assert found.low == pytest.approx(welch.low, rel=0.01)
    assert found.high == pytest.approx(welch.high, rel=0.01)


def test_amounts_in_another_currency_change_nothing_but_the_unit():
    drawn = draw(np.random.default_rng(5), 500, rate_lift=0.3)
    one = margin_uplift(drawn.treated, drawn.control)
    other = margin_uplift(1e6 * drawn.treated, 1e6 * drawn.control)
    for name in ("difference", "low", "high"):
        assert getattr(other, name) == pytest.approx(1e6 * getattr(one, name))
    assert (other.enough, other.more_needed) == (one.enough, one.more_needed)


def test_more_confidence_is_a_wider_interval():
    drawn = draw(np.random.default_rng(6), 500)
    narrow = margin_uplift(drawn.treated, drawn.control, confidence=0.8)
    wide = margin_uplift(drawn.treated, drawn.control, confidence=0.99)
    assert wide.low < narrow.low < narrow.difference < narrow.high < wide.high


def test_customers_needed_show_the_effect_four_times_in_five():
    rng = np.random.default_rng(7)
    effect, spread = 5.0, 30.0
    found = margin_uplift(
        effect + spread * stats.zscore(rng.standard_normal(180)),
        spread * stats.zscore(rng.standard_normal(20)),
    )
    assert not found.enough
    members = 200 + found.more_needed
    told = 0
    for _ in range(400):
        treated = rng.normal(effect, spread, round(0.9 * members))
        told += margin_uplift(
            treated, rng.normal(0.0, spread, round(0.1 * members))
        ).enough
    assert 0.74 < told / 400 < 0.86


def test_losses_on_average_are_answered_too():
    rng = np.random.default_rng(8)
    held = 0
    for _ in range(500):
        found = margin_uplift(rng.normal(-3, 20, 450), rng.normal(-1, 20, 50))
        held += found.low <= -2 <= found.high
    assert 0.93 <= held / 500 <= 0.97


@pytest.mark.parametrize(
    ("treated", "control"),
    [([], []), ([5.0, 0.0], []), ([], [5.0, 0.0])],
)
def test_empty_arm_has_no_difference(treated, control):
    found = margin_uplift(treated, control)
    assert (found.difference, found.low, found.high) == (None, None, None)
    assert (found.enough, found.more_needed) == (False, None)


@pytest.mark.parametrize(
    ("treated", "control"),
    [
        ([3.0, 5.0, 0.0], [1.0]),  # one control
        ([0.0] * 900, [0.0] * 100),  # nobody bought
        ([7.1] * 900, [7.1] * 100),  # all alike
        ([0.1 + 0.2] * 20, [0.3] * 20),  # alike but for rounding
    ],
)
def test_without_scatter_nothing_is_told(treated, control):
    found = margin_uplift(treated, control)
    assert found.difference == pytest.approx(np.mean(treated) - np.mean(control))
    assert (found.low, found.high) == (None, None)
    assert (found.enough, found.more_needed) == (False, None)


def test_a_handful_never_tells_the_sign():
    few = FEWEST_PER_ARM - 1
    rng = np.random.default_rng(9)
    found = margin_uplift(rng.normal(100, 1, 900), rng.normal(0, 1, few))
    assert found.low > 0
    assert not found.enough
    assert found.more_needed == 101  # until the control, at this split, has ten


def test_margins_are_numbers_and_arms_match():
    with pytest.raises(ValueError, match="number"):
        margin_uplift([1.0, np.nan], [1.0, 2.0])
    with pytest.raises(ValueError, match="neither"):
        margin_uplift([1.0, 2.0], [1.0, 2.0], treated_before=[1.0, 2.0])
    with pytest.raises(ValueError, match="per customer"):
        margin_uplift([1, 2], [1, 2], treated_before=[1], control_before=[1, 2])


@pytest.mark.parametrize(
    ("arms", "low", "high"),
    [
        # Newcombe (1998), table II, method 10
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.0582, 0.8062),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((0, 10, 0, 20), -0.1611, 0.2775),
        ((0, 10, 0, 10), -0.2775, 0.2775),
        ((10, 10, 0, 20), 0.6791, 1.0),
        ((10, 10, 0, 10), 0.6075, 1.0),
    ],
)
def test_rates_agree_with_newcombe(arms, low, high):
    found = rate_uplift(*arms)
    assert found.low == pytest.approx(low, abs=5e-5)
    assert found.high == pytest.approx(high, abs=5e-5)


def test_rate_interval_holds_the_truth():
    rng = np.random.default_rng(10)
    held = 0
    for _ in range(500):
        found = rate_uplift(rng.binomial(900, 0.13), 900, rng.binomial(100, 0.1), 100)
        held += found.low <= 0.03 <= found.high
    assert 0.93 <= held / 500 <= 0.97


def test_rates_of_degenerate_arms():
    assert rate_uplift(0, 0, 0, 10).difference is None
    nothing = rate_uplift(0, 900, 0, 100)
    assert (nothing.difference, nothing.enough, nothing.more_needed) == (0, False, None)
    assert nothing.low < 0 < nothing.high
    with pytest.raises(ValueError, match="between"):
        rate_uplift(11, 10, 0, 10)


def test_looking_every_day_proves_nothing_that_is_not_there():
    """L132 peeking: no effect at all, and the manager stops at the first "proved"."""
    campaigns, looks, step = 100, 28, 30
    rng = np.random.default_rng(132)
    told = {"once": 0, "always": 0}
    for _number in range(campaigns):
        size = looks * step
        held_back = rng.random(size) < 0.2
        margins = rng.gamma(0.5, 80, size) * (rng.random(size) < 0.3)
        proved = set()
        for seen in range(2 * step, size + 1, step):
            arms = margins[:seen][~held_back[:seen]], margins[:seen][held_back[:seen]]
            for name, confidence in (
                ("once", 0.95),
                ("always", at_every_look(seen)),
            ):
                found = margin_uplift(*arms, confidence=confidence)
                if found.enough:
                    proved.add(name)
        for name in proved:
            told[name] += 1
    assert told["always"] <= 5
    assert told["once"] > 2 * max(told["always"], 5)


def test_at_every_look_is_wider_and_still_finds_an_effect():
    for count in (10, 100, 1_000, 100_000):
        assert at_every_look(count) > 0.99
        assert at_every_look(count, 0.8) < at_every_look(count)
    assert at_every_look(0) == 1
    rng = np.random.default_rng(5)
    treated, control = rng.gamma(2, 60, 900), rng.gamma(2, 40, 300)
    found = margin_uplift(treated, control, confidence=at_every_look(1_200))
    assert found.enough
    assert found.low < 40 < found.high

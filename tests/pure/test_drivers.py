"""What the overall score hangs on."""

import numpy as np
import pytest
from metrics.drivers import (
    IMPROVE,
    KEEP,
    LATER,
    RELAX,
    enough,
    find_drivers,
    place,
    shapley,
)


def answers(n=400, seed=5):
    """Marks from 1 to 5: the score hangs on speed most, on price less, on rooms not."""
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(n, 1))
    price, speed, rooms = (common + rng.normal(size=(n, 3))).T
    rooms = rng.normal(size=n)
    whole = 0.4 * price + 1.2 * speed + rng.normal(size=n)
    marks = np.column_stack((price, speed - 1, rooms + 1))
    return np.clip(np.round(marks + 3), 1, 5), np.clip(np.round(whole + 3), 1, 5)


def test_shares_are_what_each_adds():
    """V48: 0.239 and 0.129 add up to R² of 0.368; none is negative."""
    correlations = np.array([[1, 0.9, 0.6], [0.9, 1, 0.5], [0.6, 0.5, 1]])
    shares = shapley(correlations)
    assert np.round(shares, 3).tolist() == [0.239, 0.129]
    assert round(shares.sum(), 3) == 0.368


def test_shares_of_independent_dimensions_are_their_squares():
    correlations = np.eye(4)
    correlations[3, :3] = correlations[:3, 3] = 0.5, 0.4, 0.1
    assert shapley(correlations) == pytest.approx([0.25, 0.16, 0.01])


def test_two_names_of_one_thing_share_evenly():
    correlations = np.array([[1, 1, 0.6], [1, 1, 0.6], [0.6, 0.6, 1]])
    assert shapley(correlations) == pytest.approx([0.18, 0.18])


def test_what_matters_is_found_within_its_interval():
    marks, overall = answers()
    found = find_drivers(marks, overall, np.random.default_rng(1))
    price, speed, rooms = found.drivers
    assert speed.share > price.share > rooms.share >= 0
    assert speed.share_low > rooms.share_high
    for driver in found.drivers:
        assert driver.share_low <= driver.share <= driver.share_high
        assert driver.performance_low <= driver.performance <= driver.performance_high
    assert found.r_squared == pytest.approx(sum(d.share for d in found.drivers))
    # R² of the same regression by least squares
    design = np.column_stack((np.ones(len(marks)), marks))
    fitted = design @ np.linalg.lstsq(design, overall, rcond=None)[0]
    rest = ((overall - fitted) ** 2).sum() / ((overall - overall.mean()) ** 2).sum()
    assert found.r_squared == pytest.approx(1 - rest)
    assert speed.quadrant == IMPROVE
    assert rooms.quadrant == RELAX


def test_the_same_answers_give_the_same_drivers():
    marks, overall = answers(80)
    runs = [find_drivers(marks, overall, np.random.default_rng(3)) for _ in range(2)]
    assert runs[0] == runs[1]


def test_intervals_cover_the_truth_mostly():
    rng = np.random.default_rng(11)
    hits = 0
    for _run in range(40):
        marks = rng.normal(size=(200, 2))
        overall = marks @ [0.6, 0.3] + rng.normal(size=200) * 0.5
        truth = 0.36 / (0.36 + 0.09 + 0.25)
        first = find_drivers(marks, overall, rng).drivers[0]
        hits += first.share_low <= truth <= first.share_high
    assert hits >= 34


@pytest.mark.parametrize(
    ("marks", "overall", "why"),
    [
        (np.arange(58).reshape(29, 2), np.arange(29), "too few"),
        (np.arange(156).reshape(39, 4), np.arange(39), "too few"),
        (np.ones((50, 2)), np.arange(50), "no variation"),
        (np.arange(100).reshape(50, 2), np.ones(50), "no variation"),
        (np.zeros((500, 11)), np.arange(500), "too many"),
        (np.zeros((50, 0)), np.arange(50), "too few"),
    ],
)
def test_what_cannot_be_told_is_refused(marks, overall, why):
    with pytest.raises(ValueError, match=why):
        find_drivers(marks, overall, np.random.default_rng(0))


def test_many_dimensions_need_more_answers():
    assert [enough(n, k) for n, k in ((29, 1), (30, 1), (49, 5), (50, 5))] == [
        False,
        True,
        False,
        True,
    ]


def test_each_place_on_the_chart_has_its_name():
    shares, performances = (0.3, 0.3, 0.1, 0.1), (2, 4, 2, 4)
    assert place(shares, performances) == [IMPROVE, KEEP, LATER, RELAX]

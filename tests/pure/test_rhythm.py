import numpy as np
import pytest

from clv import PurchaseHistory, Rhythm

# twelve customers of a small shop, one purchase about every four weeks
SHOP = PurchaseHistory(
    np.arange(12),
    [0, 0, 0, 0, 1, 1, 2, 3, 5, 6, 8, 10],
    [0, 0, 0, 0, 4, 5, 8, 12, 20, 22, 35, 38],
    [1, 10, 20, 40, 6, 30, 10, 40, 24, 24, 36, 40],
)


def test_usual_interval_is_the_median_of_the_customers():
    rhythm = Rhythm.of(SHOP)
    assert rhythm.usual_interval == pytest.approx(4.0, abs=0.2)
    assert rhythm.repeats == 36
    assert rhythm.base_rate == pytest.approx(36 / SHOP.T.sum(), rel=0.05)


def test_own_rhythm_decides_from_two_intervals_on():
    """Silent for ten weeks: for the weekly buyer an age, for the quarterly one no."""
    rhythm = Rhythm.of(SHOP)
    buyers = PurchaseHistory([1, 2], [8, 8], [8.0, 104.0], [18.0, 114.0])
    weekly, quarterly = rhythm.alive(buyers)
    assert weekly < 0.1 < 0.8 < quarterly
    assert rhythm.is_own(SHOP).tolist() == [False] * 6 + [True] * 6


def test_rule_half_loses_a_customer_after_three_usual_intervals():
    rhythm = Rhythm.of(SHOP)
    once = PurchaseHistory([1], [0], [0.0], [1.0])
    silent = rhythm.silent_until(once, 0.5)[0]
    assert silent == pytest.approx(3 * rhythm.usual_interval, rel=1e-6)


def test_contact_date_inverts_alive():
    rhythm = Rhythm.of(SHOP)
    until = rhythm.silent_until(SHOP, 0.4)
    at = PurchaseHistory(SHOP.customer, SHOP.x, SHOP.t_x, until)
    np.testing.assert_allclose(rhythm.alive(at), 0.4, rtol=1e-6)


def test_expected_purchases_keep_the_own_rate():
    rhythm = Rhythm.of(SHOP)
    loyal = PurchaseHistory([1], [50], [100.0], [101.0])
    expected = rhythm.expected_purchases(loyal, 20.0)[0]
    assert expected == pytest.approx(10.0 * rhythm.alive(loyal)[0], rel=0.1)


def test_naive_forecast_is_the_rate_so_far():
    counts = Rhythm.of(SHOP).naive_counts(SHOP, 12.0)
    assert counts.mean[10] == pytest.approx(8 / 36 * 12)
    assert counts.mean[0] == 0
    assert counts.any[0] == 0
    # two purchases in the first days are not a rate of hundreds a year
    eager = PurchaseHistory([1], [1], [0.2], [0.2])
    assert Rhythm.of(SHOP).naive_counts(eager, 12.0).mean[0] < 4


def test_counts_are_moments_of_one_distribution():
    counts = Rhythm.of(SHOP).counts(SHOP, 52.0, 0.002)
    assert (counts.any <= np.minimum(counts.mean, 1)).all()
    assert (counts.second >= counts.mean**2).all()
    assert (counts.second >= counts.mean).all()
    assert (counts.discounted < counts.mean).all()


@pytest.mark.parametrize(
    "history",
    [
        PurchaseHistory([], [], [], []),
        PurchaseHistory([1], [0], [0.0], [0.0]),
        PurchaseHistory([1, 2], [0, 0], [0, 0], [500.0, 900.0]),
    ],
    ids=["empty", "bought today", "nobody came back"],
)
def test_every_base_has_a_rhythm(history):
    rhythm = Rhythm.of(history)
    assert rhythm.usual_interval == pytest.approx(90 / 7)
    assert (rhythm.alive(history) < 1).all()
    assert np.isfinite(rhythm.expected_purchases(history, 52.0)).all()

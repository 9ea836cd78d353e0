import numpy as np
from hypothesis import given, strategies as st

from clv import PurchaseHistory, rfm
from clv.rfm import fifths


def test_hundred_different_customers_fall_in_equal_fifths():
    scores = fifths(np.random.default_rng(1).permutation(100))
    assert np.bincount(scores).tolist() == [0, 20, 20, 20, 20, 20]


def test_recent_frequent_high_spender_scores_five():
    history = PurchaseHistory(
        np.arange(5),
        [0, 1, 2, 3, 4],
        [0, 2, 4, 6, 20],
        [30, 30, 28, 25, 21],
        None,
        [10.0, 20.0, 30.0, 40.0, 50.0],
    )
    scores = rfm(history)
    assert [int(score[4]) for score in scores] == [5, 5, 5]
    assert [int(score[0]) for score in scores] == [1, 1, 1]


@given(st.lists(st.integers(0, 8), min_size=1, max_size=60))
def test_scores_follow_the_order_and_ties_share_one(values):
    scores = fifths(values)
    assert scores.min() >= 1
    assert scores.max() <= 5
    for value, score in zip(values, scores, strict=True):
        for other, other_score in zip(values, scores, strict=True):
            if value < other:
                assert score <= other_score
            elif value == other:
                assert score == other_score


def test_tiny_bases_stand_in_the_middle():
    assert fifths([]).tolist() == []
    assert fifths([7.0]).tolist() == [3]
    assert fifths([4.0] * 9).tolist() == [3] * 9


def test_unknown_amounts_score_as_nothing():
    history = PurchaseHistory([1, 2], [0, 0], [0, 0], [1, 2], None, [np.nan, 5.0])
    assert rfm(history).monetary.tolist() == [2, 4]
    assert rfm(PurchaseHistory([1], [0], [0], [1])).monetary.tolist() == [3]

import numpy as np
import pytest
from hypothesis import given, strategies as st

from clv import concentration, value_classes


def test_classes_by_share_of_the_value():
    # 50 is half of 100, 80 with the next, 95 with the next two, then the tail
    values = [50, 30, 8, 7, 3, 2]
    assert value_classes(values).tolist() == ["A", "B", "C", "C", "D", "D"]


def test_nothing_or_less_is_unprofitable():
    assert value_classes([10, 0, -5]).tolist() == ["A", "unprofitable", "unprofitable"]
    assert value_classes([]).tolist() == []
    assert value_classes([0.0]).tolist() == ["unprofitable"]


@given(st.lists(st.integers(-3, 20), max_size=40), st.randoms())
def test_classes_do_not_depend_on_the_order(values, random):
    order = list(range(len(values)))
    random.shuffle(order)
    shuffled = value_classes([values[i] for i in order])
    expected = value_classes(values)
    assert shuffled.tolist() == [str(expected[i]) for i in order]
    for value, grade in zip(values, expected, strict=True):
        for other, other_grade in zip(values, expected, strict=True):
            if value == other:
                assert grade == other_grade
            elif value > other > 0:
                assert grade <= other_grade


def test_shares_must_rise():
    for shares in ((0.8, 0.5, 0.95), (0.5, 0.8)):
        with pytest.raises(ValueError, match="shares"):
            value_classes([1.0], shares)


def test_concentration_counts_the_best_customers():
    assert concentration([50, 30, 8, 7, 3, 2]) == 2
    assert concentration([1.0] * 10) == 8
    assert concentration([5, -5, 0]) == 1
    assert concentration([]) == 0
    assert concentration(np.array([0.0, -1.0])) == 0

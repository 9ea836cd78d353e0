"""Short texts that mean the same, whatever the sequence of their words."""

import pytest
from metrics import alike


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("choose the hour of a delivery", "delivery: let me choose the hour"),
        ("dark pages in the portal", "a dark portal"),
        ("invoices as one file a month", "one file for all invoices of a month"),
        ("نمایش قطعات یدکی دستگاه", "قطعات یدکی هر دستگاه را نمایش دهید"),
    ],
)
def test_the_same_wish_is_similar_in_both_directions(left, right):
    assert alike.similarity(left, right) >= alike.SIMILAR
    assert alike.similarity(left, right) == alike.similarity(right, left)
    assert {*alike.keys_of(left)} & {*alike.keys_of(right)}


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("choose the hour of a delivery", "invoices as one file a month"),
        ("phone support on sundays", "dark pages in the portal"),
        ("the of a", "the of a"),
        ("", "anything"),
        ("نمایش قطعات یدکی", "ساعت تحویل را انتخاب کنم"),
    ],
)
def test_another_wish_is_not(left, right):
    assert alike.similarity(left, right) < alike.SIMILAR


def test_words_that_say_nothing_are_no_keys():
    assert alike.keys_of("please make the hour of it for us") == ["hour"]
    assert alike.keys_of("") == []
    assert len(alike.keys_of(" ".join(f"{n:04d}x" for n in range(1000)))) <= (
        alike.MOST_KEYS
    )

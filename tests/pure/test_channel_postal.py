"""Ranges of postal codes hold what people mean by them."""

import pytest
from channel.postal import (
    LONGEST,
    read_zip,
    zip_in,
    zip_key,
    zip_overlap,
    zip_range,
    zip_shapes,
)
from hypothesis import given, strategies as st

DIGITS = "0123456789"
numbers = st.text(DIGITS, min_size=1, max_size=7)
codes = st.one_of(numbers, st.from_regex(r"[0-9]{2,4}[A-Z]{1,2}", fullmatch=True))


@st.composite
def ranges(draw):
    """Two codes that can be compared, in their sequence."""
    first, last = draw(codes), draw(codes)
    try:
        return zip_range(first, last)
    except ValueError:
        return zip_range(first, None)


@pytest.mark.parametrize(
    ("code", "inside"), [("99", True), ("10", True), ("100", True), ("101", False)]
)
def test_digits_are_numbers_and_both_ends_count(code, inside):
    """C001: 99 lies between 10 and 100."""
    assert zip_in(read_zip(code), zip_range("10", "100")) is inside


def test_shorter_code_does_not_swallow_a_longer_one():
    """C002: 101 is not the beginning of 1011."""
    assert zip_in(read_zip("101"), zip_range("101", ""))
    assert not zip_in(read_zip("1011"), zip_range("101", ""))
    assert zip_in(read_zip("1011"), zip_range("1011", None))


@pytest.mark.parametrize("typed", ["8011pk", " 8011 PK", "8011-PK", "۸۰۱۱pk"])
def test_letters_and_spaces_as_they_are_typed(typed):
    """C003: small letters and spaces."""
    assert zip_in(read_zip(typed), zip_range("8000 AA", "9999 ZZ"))


def test_leading_zero_makes_another_code():
    """C003: 01234 is not 1234."""
    assert zip_range("01234", None) != zip_range("1234", None)
    assert not zip_in(read_zip("1234"), zip_range("01234", None))
    assert not zip_in(read_zip("01234"), zip_range("1234", None))
    assert not zip_in(read_zip("01234"), zip_range("1000", "2000"))
    # with codes of its own length it is compared
    assert zip_in(read_zip("01500"), zip_range("01000", "19999"))
    assert zip_in(read_zip("12345"), zip_range("01000", "19999"))
    assert not zip_in(read_zip("1500"), zip_range("01000", "19999"))


def test_letters_stand_at_the_same_places():
    m1_to_m9 = zip_range("M1 1AA", "M9 9ZZ")
    assert zip_in(read_zip("m4 5bb"), m1_to_m9)
    assert not zip_in(read_zip("M10 1AA"), m1_to_m9)


def test_house_behind_the_code_is_left_out():
    assert zip_in(read_zip("12345-6789"), zip_range("12000", "12999"))
    # another country's code of ten digits, written with a hyphen
    assert read_zip("12345-67890") == "1234567890"


@pytest.mark.parametrize("text", [None, "", " ", "-", "Москва", "1" * (LONGEST + 1)])
def test_what_is_no_code(text):
    assert not read_zip(text)
    assert not zip_shapes(read_zip(text))


@pytest.mark.parametrize(
    ("first", "last"),
    [("", "10"), ("20", "10"), ("10", "20A"), ("01000", "200"), ("n/a?", "10")],
)
def test_what_is_no_range(first, last):
    with pytest.raises(ValueError):
        zip_range(first, last)


def test_overlap_is_named_as_it_is_typed():
    """C006: 150 to 199."""
    assert zip_overlap(zip_range("100", "199"), zip_range("150", "250")) == (
        "150",
        "199",
    )
    assert zip_overlap(zip_range("100", "199"), zip_range("200", "210")) is None
    assert zip_overlap(zip_range("00500", "20000"), zip_range("1", "10500")) == (
        "10000",
        "10500",
    )
    assert zip_overlap(zip_range("00500", "00600"), zip_range("1", "99999")) is None
    assert zip_overlap(zip_range("0100", "0200"), zip_range("00100", "00200")) is None


@given(ranges(), ranges())
def test_overlap_is_symmetric_and_true(one, other):
    shared = zip_overlap(one, other)
    assert shared == zip_overlap(other, one)
    if shared:
        for code in shared:
            assert zip_in(read_zip(code), one)
            assert zip_in(read_zip(code), other)


@given(codes, ranges(), ranges())
def test_code_in_two_ranges_shows_that_they_overlap(code, one, other):
    if zip_in(code, one) and zip_in(code, other):
        low, high = zip_overlap(one, other)
        assert zip_key(read_zip(low)) <= zip_key(code) <= zip_key(read_zip(high))


@given(st.text(max_size=24))
def test_reading_twice_changes_nothing(text):
    code = read_zip(text)
    assert read_zip(code) == code

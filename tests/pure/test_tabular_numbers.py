import contextlib

import pytest
from hypothesis import given, strategies as st
from tabular import detect_decimal_mark, parse_number


@pytest.mark.parametrize(
    ("text", "mark", "number"),
    [
        ("1234.5", ".", 1234.5),
        ("1,234.50", ".", 1234.5),
        ("1.234,50", ",", 1234.5),
        ("1 234,50", ",", 1234.5),
        ("1\u202f234,50", ",", 1234.5),
        ("1'234.50", ".", 1234.5),
        ("12,34,567.5", ".", 1234567.5),
        ("۱۲۳۴٫۵", ".", 1234.5),
        ("۱٬۲۳۴٫۵", ",", 1234.5),
        ("١٢٣٤", ".", 1234),
        ("-5", ".", -5),
        ("\u22125.25", ".", -5.25),
        ("(5.25)", ".", -5.25),
        ("5.25-", ".", -5.25),
        (".5", ".", 0.5),
        ("\u200f۱۲", ".", 12),
        (12.5, ",", 12.5),
        (12, ",", 12),
    ],
)
def test_number_is_read(text, mark, number):
    assert parse_number(text, mark) == number


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("1.5", ","),  # one and a half, or fifteen: not for us to say
        ("1,5", "."),
        ("1,23,4", "."),
        ("12.34.567,5", ","),
        ("abc", "."),
        ("12abc", "."),
        ("1e5", "."),
        ("nan", "."),
        ("inf", "."),
        ("#N/A", "."),
        ("12.", "."),
        ("", "."),
        ("-", "."),
        ("--5", "."),
        (".", "."),
        (True, "."),
        (None, "."),
        (float("nan"), "."),
        (float("inf"), "."),
        ("1" + "0" * 15, "."),
        ("12 34", "."),
    ],
)
def test_doubtful_number_is_refused(text, mark):
    with pytest.raises(ValueError):
        parse_number(text, mark)


def test_only_the_named_currency_may_stand_beside_the_digits():
    assert parse_number("$ 12.50", ".", ("$", "USD")) == 12.5
    assert parse_number("12.50 USD", ".", ("$", "USD")) == 12.5
    assert parse_number("-$12.50", ".", ("$", "USD")) == -12.5
    assert parse_number("($12.50)", ".", ("$", "USD")) == -12.5
    with pytest.raises(ValueError):
        parse_number("12.50 €", ".", ("$", "USD"))
    with pytest.raises(ValueError):
        parse_number("۱۲۰۰ تومان", ".", ("ریال", "IRR"))


@pytest.mark.parametrize(
    ("cells", "mark"),
    [
        (["12.50", "7.00"], "."),
        (["12,50", "7,00"], ","),
        (["1,234.50"], "."),
        (["1.234,50"], ","),
        (["1.234.567"], ","),
        (["1,234,567"], "."),
        (["0.500"], "."),
        (["1234.567"], "."),
        (["-0,125"], ","),
        (["1,234"], None),
        (["12", "۱۲"], None),
        ([12.5, None], None),
        ([], None),
        (["1.5", "1,5", "2,5"], ","),
        (["12,50 €"], ","),
    ],
)
def test_decimal_mark_is_proved_or_left_open(cells, mark):
    assert detect_decimal_mark(cells) == mark


@given(
    st.integers(-(10**12), 10**12),
    st.sampled_from([(",", "."), (".", ","), (" ", ","), ("'", "."), ("", ".")]),
)
def test_formatted_number_is_read_back(cents, marks):
    group, mark = marks
    whole, rest = divmod(abs(cents), 100)
    text = f"{whole:,}".replace(",", group) + mark + f"{rest:02}"
    text = ("-" if cents < 0 else "") + text
    assert parse_number(text, mark) == pytest.approx(cents / 100, abs=1e-6)
    assert detect_decimal_mark([text]) == mark


@given(st.text(max_size=12), st.sampled_from([".", ","]))
def test_any_text_is_a_number_or_refused(text, mark):
    with contextlib.suppress(ValueError):
        assert abs(parse_number(text, mark)) < 1e15

import contextlib
import datetime

import pytest
from hypothesis import given, strategies as st
from tabular import detect_date_order, parse_date
from tabular.dates import is_month
from tabular.jalali import gregorian_to_jalali, jalali_to_gregorian

DAY = datetime.date(2023, 8, 3)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("2023-08-03", "dmy"),
        ("2023/8/3", "mdy"),
        ("20230803", "dmy"),
        ("03.08.2023", "dmy"),
        ("08/03/2023", "mdy"),
        ("3-8-2023", "dmy"),
        ("2023-08-03 14:30:00", "dmy"),
        ("2023-08-03T23:59:59.123+03:30", "dmy"),
        ("3/8/2023, 4:30 PM", "dmy"),
        ("03-Aug-2023", "mdy"),
        ("August 3, 2023", "dmy"),
        ("Thursday, August 3, 2023", "dmy"),
        ("Thu Aug 03 2023 14:30:00 GMT+0330 (IRST)", "dmy"),
        ("Thu, 3 Aug 2023 14:30:00 +0000", "dmy"),
        ("3 août 2023", "mdy"),
        ("3. Aug. 2023", "mdy"),
        ("3 de agosto de 2023", "mdy"),
        ("۱۴۰۲/۰۵/۱۲", "dmy"),
        ("1402-5-12", "mdy"),
        ("12/05/1402", "dmy"),
        ("14020512", "dmy"),
        ("۱۲ مرداد ۱۴۰۲", "dmy"),
        ("١٤٠٢/٠٥/١٢ ١٢:٣٠", "dmy"),
        (DAY, "dmy"),
        (datetime.datetime(2023, 8, 3, 23, 59), "dmy"),
    ],
)
def test_date_is_read(text, order):
    assert parse_date(text, order) == DAY


@pytest.mark.parametrize(
    "text",
    [
        "",
        None,
        "yesterday",
        "3/8/23",  # 2023, 1923 or a Jalali year
        "02/05/12",
        "31/02/2023",
        "2023-13-01",
        "13/13/2023",
        "1403/13/01",
        "1402/12/30",  # not a leap year
        "1402/07/31",
        "0000-00-00",
        "1899-12-31",
        "2999-01-01",
        "45141",
        45141,
        45141.0,
        True,
        "3 Xyz 2023",
        "Aug-03-23",
        "3 jui 2023",  # juin or juillet
        "1691020800",
        "12 August 1402",
    ],
)
def test_doubtful_date_is_refused(text):
    with pytest.raises(ValueError):
        parse_date(text, "dmy")


@pytest.mark.parametrize(
    ("text", "order", "meaning"),
    [
        ("3/8/23", "dmy", "end"),
        ("08/03/23 14:30", "mdy", "end"),
        ("Aug-03-23", "dmy", "end"),
        ("3-Aug-23", "mdy", "jalali"),  # whose month is Gregorian, is no Jalali day
        ("23-08-03", "mdy", "front"),
        ("۰۲/۰۵/۱۲", "mdy", "jalali"),
        ("12/05/02", "dmy", "jalali_end"),
    ],
)
def test_years_of_two_digits_are_read_as_they_are_meant(text, order, meaning):
    assert parse_date(text, order, meaning) == DAY
    with pytest.raises(ValueError):
        parse_date(text, order)


def test_years_of_two_digits_turn_in_the_middle_of_a_century():
    for text, year in (("3/8/50", 2050), ("3/8/51", 1951)):
        assert parse_date(text, "dmy", "end").year == year
    assert parse_date("98/05/12", "dmy", "jalali") == datetime.date(2019, 8, 3)


@pytest.mark.parametrize(
    ("cell", "meaning"),
    [
        (45141, "days"),
        ("45141.6", "days"),
        ("45141,6", "days"),
        (43679.0, "days_1904"),
        ("1691020800", "seconds"),
        (1691107199000, "milliseconds"),
    ],
)
def test_numbers_are_the_days_that_they_are_said_to_be(cell, meaning):
    assert parse_date(cell, "dmy", numbers=meaning) == DAY
    other = "seconds" if meaning != "seconds" else "days"
    with pytest.raises(ValueError):
        parse_date(cell, "dmy", numbers=other)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("Jan 2024", True),
        ("2024-01", True),
        ("2024-01-01 00:00:00", True),
        ("März", True),
        ("فروردین ۱۴۰۲", True),
        ("Dez 23", True),
        ("Margin", False),
        ("Amount 2024", False),
        ("2024-01-15", False),
        ("May I", False),
    ],
)
def test_months_above_columns_are_known(text, is_one):
    assert is_month(text) is is_one


@pytest.mark.parametrize(
    ("year", "new_year"),
    [
        (1342, (1963, 3, 21)),
        (1375, (1996, 3, 20)),
        (1376, (1997, 3, 21)),
        (1395, (2016, 3, 20)),
        (1396, (2017, 3, 21)),
        (1400, (2021, 3, 21)),
        (1403, (2024, 3, 20)),
        (1404, (2025, 3, 21)),
    ],
)
def test_jalali_new_year(year, new_year):
    assert jalali_to_gregorian(year, 1, 1) == datetime.date(*new_year)


def test_leap_years_follow_the_cycle_of_33_years():
    """The older arithmetic rule, which agrees with the equinox from 1178 to 1633."""
    for year in range(1200, 1499):
        days = jalali_to_gregorian(year + 1, 1, 1) - jalali_to_gregorian(year, 1, 1)
        assert (days.days == 366) == (year % 33 in {1, 5, 9, 13, 17, 22, 26, 30})


def test_leap_day_exists_in_leap_years_only():
    assert jalali_to_gregorian(1399, 12, 30) == datetime.date(2021, 3, 20)
    with pytest.raises(ValueError):
        jalali_to_gregorian(1400, 12, 30)


def test_jalali_days_follow_one_another_without_gap():
    expected = jalali_to_gregorian(1200, 1, 1)
    for year in range(1200, 1500):
        for month in range(1, 13):
            for day in range(1, 32):
                try:
                    found = jalali_to_gregorian(year, month, day)
                except ValueError:
                    continue
                assert found == expected
                expected += datetime.timedelta(days=1)


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["01/02/2023", "13/02/2023"], "dmy"),
        (["01/02/2023", "02/13/2023"], "mdy"),
        (["01/02/2023"], None),
        (["2023-02-13"], None),
        (["13/02/2023", "02/13/2023"], None),
        (["13/02/2023", "14/02/2023", "02/13/2023"], "dmy"),
        ([DAY, None, ""], None),
        (["۱۳/۰۲/۱۴۰۲"], "dmy"),
    ],
)
def test_date_order_is_proved_or_left_open(cells, order):
    assert detect_date_order(cells) == order


@given(st.dates(datetime.date(1900, 1, 1), datetime.date(2200, 12, 31)))
def test_written_date_is_read_back(day):
    for text, order in [
        (day.isoformat(), "dmy"),
        (f"{day.day}/{day.month}/{day.year}", "dmy"),
        (f"{day.month:02}.{day.day:02}.{day.year}", "mdy"),
        (day.strftime("%d %B %Y"), "dmy"),
    ]:
        assert parse_date(text, order) == day


@given(st.text(max_size=12))
def test_any_text_is_a_date_or_refused(text):
    with contextlib.suppress(ValueError):
        assert 1900 <= parse_date(text).year <= 2200


@given(st.dates(datetime.date(1925, 3, 22), datetime.date(2089, 12, 31)))
def test_days_go_to_the_jalali_calendar_and_back(day):
    assert jalali_to_gregorian(*gregorian_to_jalali(day)) == day


def test_known_days_of_the_jalali_calendar():
    assert gregorian_to_jalali(datetime.date(2026, 3, 21)) == (1405, 1, 1)
    assert gregorian_to_jalali(datetime.date(2025, 3, 20)) == (1403, 12, 30)
    assert gregorian_to_jalali(datetime.date(1979, 2, 11)) == (1357, 11, 22)

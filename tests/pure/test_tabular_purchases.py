import datetime
import itertools
import tracemalloc

import pytest
from tabular import (
    Notation,
    Rules,
    Table,
    detect_layout,
    propose_columns,
    read_purchases,
    read_table,
    stream_purchases,
)

TODAY = datetime.date(2024, 1, 1)


def read(text, notation=None, today=TODAY, **columns):
    data = text.encode()
    table = read_table(data, detect_layout(data))
    columns = columns or propose_columns(table)
    return read_purchases(table, columns, notation or Notation(), today)


def problems(text, **kwargs):
    return [
        (p.row, p.field, p.value, p.code, p.detail)
        for p in read(text, **kwargs).problems
    ]


def keys(text, **kwargs):
    return [purchase.key for purchase in read(text, **kwargs).purchases]


def test_purchases_are_read():
    reading = read(
        "customer ref,email,name,date,amount,margin,document\n"
        "A1,Ann@Example.com,Ann,2023-01-02,12.50,4,INV1\n"
        "۷,,Bob,2023-01-03,-5,,\n"
    )
    assert not reading.problems
    first, second = reading.purchases
    assert (first.row, first.date) == (2, datetime.date(2023, 1, 2))
    assert (first.amount, first.margin, first.document) == (12.5, 4.0, "INV1")
    customer = first.customer
    assert customer.reference == "A1"
    assert (customer.email, customer.name) == ("ann@example.com", "Ann")
    assert (second.customer.reference, second.amount, second.margin) == ("7", -5, None)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (",2023-01-02,5", ("customer", "", "no_customer", "")),
        ("A,,5", ("date", "", "no_date", "")),
        ("A,31/02/2023,5", ("date", "31/02/2023", "bad_date", "")),
        ("A,2024-01-02,5", ("date", "2024-01-02", "future_date", "")),
        ("A,2023-01-02,", ("amount", "", "no_amount", "")),
        ("A,2023-01-02,five", ("amount", "five", "bad_amount", "")),
        ("A,2023-01-02", ("row", "2023-01-02", "row_too_short", "2")),
        ("A,2023-01-02,5,50", ("row", "50", "row_too_long", "4")),
    ],
)
def test_bad_row_is_named_with_field_and_reason(row, problem):
    assert problems(f"ref,date,amount\n{row}\nB,2023-01-02,5\n") == [(2, *problem)]


def test_bad_margin_and_address_are_named():
    text = "email,date,amount,margin\nann,2023-01-02,5,1\na@b.co,2023-01-02,5,x\n"
    assert problems(text) == [
        (2, "email", "ann", "bad_email", ""),
        (3, "margin", "x", "bad_margin", ""),
    ]


def test_today_is_not_the_future():
    assert not problems("ref,date,amount\nA,2024-01-01,5\n")


def test_same_file_gives_same_keys_and_equal_purchases_stay_apart():
    text = "ref,date,amount\nA,2023-01-02,5\nA,2023-01-02,5\nA,2023-01-02,5.00\n"
    assert len(set(keys(text))) == 3
    assert keys(text) == keys(text)


def test_key_does_not_depend_on_row_order_or_notation():
    one = "ref,date,amount\nA,2023-01-02,1234.5\nB,2023-01-03,7\n"
    other = "ref;date;amount\nB;03.01.2023;7,00\nA;02.01.2023;1.234,50\n"
    assert set(keys(one)) == set(keys(other, notation=Notation(",", "dmy")))


def test_document_number_is_the_key():
    text = "ref,date,amount,document\nA,2023-01-02,5,X\nA,2023-01-02,5,Y\n"
    assert len(set(keys(text))) == 2


def test_document_told_twice_is_one_purchase():
    reading = read("ref,date,amount,document\nA,2023-01-02,5,X\nA,2023-01-02,5.00,X\n")
    assert len(reading.purchases) == 1
    assert reading.repeated == 1


def test_document_with_two_contents_is_a_problem():
    text = "ref,date,amount,document\nA,2023-01-02,5,X\nA,2023-01-02,6,X\n"
    assert problems(text) == [(3, "document", "X", "document_differs", "2")]


def test_rows_with_less_belong_to_the_customer_with_more():
    text = (
        "ref,email,name,date,amount\n"
        ",ann@example.com,,2023-01-01,1\n"
        "A,ann@example.com,Ann Lee,2023-01-02,1\n"
        ",,ANN  LEE,2023-01-03,1\n"
    )
    customers = {purchase.customer for purchase in read(text).purchases}
    assert [customer.reference for customer in customers] == ["A"]


def test_name_of_two_customers_is_marked():
    text = (
        "ref,name,date,amount\n"
        "A,Ann,2023-01-02,1\nB,Ann,2023-01-02,1\nC,Cy,2023-01-02,1\n,Ann,2023-01-02,1\n"
    )
    marks = [p.customer.name_is_unique for p in read(text).purchases]
    assert marks == [False, False, True, False]


def test_missing_column_raises():
    with pytest.raises(KeyError):
        read("ref,date,amount\nA,2023-01-02,5\n", customer="no", date="date")


COLUMNS = {
    "document": "Invoice",
    "customer": "Who",
    "date": "Date",
    "amount": "Amount",
    "product": "Product",
}
LINES_EACH = 10


def lines(documents):
    """Rows of documents with ten lines each, made while they are asked for."""
    header = tuple(COLUMNS.values())
    rows = (
        (
            number,
            [
                f"INV{number // LINES_EACH}",
                f"C{number // LINES_EACH % 100}",
                "2023-01-02",
                f"{number % 977}.50",
                f"P{number % 500}",
            ],
        )
        for number in range(documents * LINES_EACH)
    )
    return Table(header, rows)


def stream(documents):
    rules = Rules(lines=True)
    return stream_purchases(lines(documents), COLUMNS, Notation(), TODAY, rules)


def test_streamed_purchases_are_those_that_are_read():
    whole = read_purchases(lines(30), COLUMNS, Notation(), TODAY, Rules(lines=True))
    streamed = stream(30)
    for one, other in zip(streamed.purchases, whole.purchases, strict=True):
        assert (one.key, one.plain_key, one.items) == (
            other.key,
            other.plain_key,
            other.items,
        )
    assert streamed.lines == whole.lines == 30 * (LINES_EACH - 1)


def test_what_was_kept_of_a_purchase_goes_when_the_next_is_asked_for():
    tracemalloc.start()
    try:
        reading = stream(2000)
        read_all = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        half = sum(len(one.items) for one in itertools.islice(reading.purchases, 1000))
        then = tracemalloc.get_traced_memory()[0]
        for _purchase in reading.purchases:
            pass
        end, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert half == 1000 * LINES_EACH
    assert end < then < read_all
    assert most < read_all * 1.05

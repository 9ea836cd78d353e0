"""Files as programs write them whose shape, days or letters are no usual ones."""

import datetime
import io

import openpyxl
import pytest
from import_cases import asked, bought, grasp, issues, read
from tabular import FileProblem, Hints, Layout, read_table
from tabular.headers import count_months

EUROS = Hints("EUR", ("€",), decimal_mark=",", tax_rates=(19.0,))
RIALS = Hints("IRR", ("ریال",), decimal_places=0)


def workbook(*rows, merged=()):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cells in merged:
        book.active.merge_cells(cells)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


LEDGER = """\
Faktura;Fakturadatum;Auftraggeber;Name 1;Nettowert;Währg;Belegart
90001;03.01.2024;10001;Müller & Söhne;1.100,00;EUR;FA
90002;05.01.2024;10002;Bäckerei Weiß;100,00-;EUR;GU
90003;06.01.2024;10003;Öztürk Grüße;2.000,50;EUR;FA
"""


def test_ledger_of_dos_with_the_minus_behind():
    """Its credit notes stand below zero already, whatever their kind says."""
    data = LEDGER.encode("cp850")
    assert asked(grasp(data, hints=EUROS)) == {"encoding": "cp850"}
    reading = read(data, {"encoding": "cp850"}, EUROS)
    assert bought(reading) == [
        ("10001", "2024-01-03", 1100.0),
        ("10002", "2024-01-05", -100.0),
        ("10003", "2024-01-06", 2000.5),
    ]
    assert reading.purchases[2].customer.name == "Öztürk Grüße"


def test_names_of_columns_in_two_rows_are_read_together():
    data = workbook(
        ["گزارش فروش"],
        ["مشتری", None, "فاکتور", None, "مبلغ"],
        ["کد", "نام", "شماره", "تاریخ", "ناخالص", "تخفیف", "خالص"],
        ["45", "فروشگاه کیان", "101", "1402/10/03", 10000, 500, 9500],
        ["46", "پارس", "102", "1402/10/05", -2000, 0, -2000],
        ["جمع", None, None, None, 8000, 500, 7500],
        merged=("A1:G1", "A2:B2", "C2:D2", "E2:G2"),
    )
    assert asked(grasp(data, hints=RIALS)) == {"total_row": "leave"}
    reading = read(data, {"total_row": "leave"}, RIALS)
    assert bought(reading) == [
        ("45", "2023-12-24", 9500.0),
        ("46", "2023-12-26", -2000.0),
    ]
    assert [one.document for one in reading.purchases] == ["101", "102"]
    assert [one.row for one in reading.purchases] == [4, 5]


def test_names_below_a_name_that_stands_above_some_columns_only():
    data = workbook(
        ["نام مشتری", "تاریخ فاکتور", "شماره فاکتور", "مبلغ"],
        [None, None, None, "فروش", "برگشت", "خالص"],
        ["فروشگاه کیان", "1402/10/03", "101", 10000, 0, 10000],
        ["پارس", "1402/10/05", "102", 0, 2000, -2000],
        merged=("A1:A2", "B1:B2", "C1:C2", "D1:F1"),
    )
    assert grasp(data, hints=RIALS).header[3:] == (
        "مبلغ فروش",
        "مبلغ برگشت",
        "مبلغ خالص",
    )
    assert [amount for *_who, amount in bought(read(data, hints=RIALS))] == [
        10000.0,
        -2000.0,
    ]


def test_first_row_of_words_is_no_second_row_of_names():
    data = b"Customer Name,Date,Amount,,\nAnn,2024-01-05,9.50,new,red\n"
    assert read_table(data, Layout()).header == ("Customer Name", "Date", "Amount")
    words = b"Customer Name,Product,Amount,,Date\nAnn,Mug,free,blue,today\n"
    assert len(read_table(words, Layout()).rows) == 1


def test_formulas_without_results_are_refused():
    data = workbook(
        ["Customer No", "Date", "Invoice", "Amount"],
        ["C1", datetime.datetime(2024, 1, 2), "R1", 10],
        ["C1", datetime.datetime(2024, 1, 2), "R1", "=D2*2"],
    )
    with pytest.raises(FileProblem) as refusal:
        grasp(data)
    assert (refusal.value.code, refusal.value.detail) == ("no_results", "D3")


BLOCKS = """\
Sales by customer;;;
Customer: Anna Lee;;;
Date;Invoice;Amount;
02/01/2024;R1;10.50;
15/01/2024;R2;20.00;
Subtotal;;30.50;
;;;
Customer: Borna;;;
Date;Invoice;Amount;
03/01/2024;R3;5.00;
Subtotal;;5.00;
"""


def test_rows_below_a_customer_are_his():
    """Each block has the names of its columns again, and its sum below."""
    reading = read(BLOCKS.encode(), {"total_row": "leave"})
    assert bought(reading) == [
        ("Anna Lee", "2024-01-02", 10.5),
        ("Anna Lee", "2024-01-15", 20.0),
        ("Borna", "2024-01-03", 5.0),
    ]
    assert (reading.left_out, issues(reading)) == (2, [])


def test_block_with_two_lines_about_its_customer():
    text = BLOCKS.replace(
        "Customer: Anna Lee", "Customer No:;C-1;;\nCustomer: Anna Lee"
    )
    reading = read(text.encode(), {"total_row": "leave"})
    who = [(one.customer.reference, one.customer.name) for one in reading.purchases]
    # what one block does not say, is not that of the block above
    assert who == [("C-1", "Anna Lee"), ("C-1", "Anna Lee"), ("", "Borna")]


def test_row_of_a_block_that_is_too_long_is_refused():
    text = BLOCKS.replace("R2;20.00;", "R2;20;00;x")
    reading = read(text.encode(), {"total_row": "leave"})
    assert issues(reading) == [(5, "row", "row_too_long")]


def test_letters_of_another_kind_are_no_sign():
    """Classes of customers: nothing takes back what a C has bought."""
    text = (
        "Customer No,Date,Amount,Type\nA1,2024-01-02,5.50,{}\nA2,2024-01-03,6.50,{}\n"
    )
    data = (text.format("A", "B") + "A3,2024-01-04,7.50,C\n").encode()
    assert "sign" not in grasp(data).columns
    chosen = grasp(data, sign="Type")
    assert asked(chosen) == {"sign:a": None, "sign:b": None, "sign:c": "return"}
    known = text.format("D", "C").encode()
    assert [amount for *_who, amount in bought(read(known))] == [5.5, -6.5]


def test_line_above_a_table_that_has_its_customers_is_a_title():
    text = b"Customer: All,,\nCustomer Name,Date,Amount\nAnn,2024-01-05,9.50\n"
    assert grasp(text).header == ("Customer Name", "Date", "Amount")


def test_months_side_by_side_are_known():
    header = ("Customer", "Jan 2024", "Feb 2024", "Total")
    assert count_months(header) == 2
    assert count_months(("Customer", "Date", "May", "Margin")) == 1


@pytest.mark.parametrize(
    ("days", "questions", "read_as"),
    [
        (
            ("04/20/26", "04/02/26"),
            {"short_years": "end"},
            ["2026-04-20", "2026-04-02"],
        ),
        (("Jul-21-25", "Aug-02-25"), {}, ["2025-07-21", "2025-08-02"]),
        (
            ("۰۲/۱۰/۲۵", "۰۲/۱۱/۱۵"),
            {"date_order": "mdy", "short_years": "jalali"},
            ["2024-01-15", "2024-02-04"],
        ),
        (("45306", "45307"), {"day_numbers": "days"}, ["2024-01-15", "2024-01-16"]),
        (
            ("1705361400", "1705447800"),
            {"day_numbers": "seconds"},
            ["2024-01-15", "2024-01-16"],
        ),
        (
            ("1705361400000", "1705447800000"),
            {"day_numbers": "milliseconds"},
            ["2024-01-15", "2024-01-16"],
        ),
    ],
)
def test_days_that_say_less_than_they_mean_are_asked_about(days, questions, read_as):
    first, second = days
    text = f"Customer No,Date,Amount\nC1,{first},1.50\nC2,{second},2.50\n"
    understood = grasp(text.encode())
    assert asked(understood) == questions
    reading = read(text.encode(), questions)
    assert [day for _who, day, _amount in bought(reading)] == read_as
    for question in understood.open:
        shown = {one.key: one.example for one in question.choices}
        if question.id != "date_order":
            assert read_as[0] in shown[question.proposed]


def test_numbers_that_are_no_days_are_refused():
    text = b"Customer No,Date,Amount\nC1,45306,1.50\n"
    assert issues(read(text, {"day_numbers": "none"})) == [(2, "date", "bad_date")]


def test_days_in_a_workbook_that_nobody_called_so():
    data = workbook(["Customer No", "Date", "Amount"], ["C1", 45306, 9.5])
    assert asked(grasp(data)) == {"day_numbers": "days"}
    assert bought(read(data, {"day_numbers": "days"})) == [("C1", "2024-01-15", 9.5)]


def test_breaks_separators_and_signs_within_quotes_are_the_cells_own():
    data = (
        '"Customer Name";"Date";"Amount";"Note"\r\n'
        '"Lee; Sons & ""Co""\r\nLtd";"13/01/2024";"1\'234,50";"two\r\nlines"\r\n'
        '"Bo";"14/01/2024";"(1\u00a0234,50)";""\r\n'
        '"Cy";"15/01/2024";"1.234,50-";""\r\n'
    ).encode()
    assert bought(read(data, hints=EUROS)) == [
        ('Lee; Sons & "Co" Ltd', "2024-01-13", 1234.5),
        ("Bo", "2024-01-14", -1234.5),
        ("Cy", "2024-01-15", -1234.5),
    ]


def test_lines_that_end_as_they_did_on_an_old_macintosh():
    data = b"Customer No,Date,Amount\rC1,2024-01-02,5.50\rC2,2024-01-03,6.50\r"
    assert bought(read(data)) == [("C1", "2024-01-02", 5.5), ("C2", "2024-01-03", 6.5)]

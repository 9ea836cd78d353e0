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


def test_word_of_the_toman_counts_once_beside_a_header_that_has_it():
    text = (
        "کد مشتری,تاریخ,مبلغ (تومان),سود (تومان),تخفیف,SKU,شماره فاکتور\n"
        "A1,1403/05/12,۱۲۵۰{},۱۰۰,۵۰,K,۱\nA1,1403/05/12,۲۵۰,۱۰۰,۵۰,L,۱\n"
    )
    for word in ("", " تومان"):
        reading = read(
            text.format(word).encode(), {"grain": "line", "discount": "less"}, RIALS
        )
        (one,) = reading.purchases
        # the discount and the margin count in tomans as the amount does
        assert (one.amount, one.margin) == (14500.0, 2000.0)
    data = text.format(" ریال").encode()
    reading = read(data, {"grain": "line", "discount": "less"}, RIALS)
    assert (2, "amount", "bad_amount") in issues(reading)


@pytest.mark.parametrize(
    ("header", "answer", "amount"),
    [
        ("Umsatz (TEUR)", "times", 1500.0),
        ("Umsatz (T€)", "times", 1500.0),
        ("Umsatz (TEUR)", "plain", 1.5),
        ("Betrag (Mio)", "times", 1_500_000.0),
    ],
)
def test_thousands_and_millions_in_a_header_are_asked_about(header, answer, amount):
    data = f"Kundennummer;Datum;{header}\nK1;03.01.2024;1,5\n".encode()
    assert asked(grasp(data, hints=EUROS)) == {"scale": "times"}
    assert bought(read(data, {"scale": answer}, EUROS))[0][2] == amount


@pytest.mark.parametrize(
    ("columns", "rows"),
    [
        ("Qty,Amount", ("2,20.00", "-1,10.00")),
        ("Qty,Unit Price", ("2,10.00", "-1,-10.00")),
    ],
)
def test_amounts_above_zero_of_pieces_below_it_are_asked_about(columns, rows):
    text = f"Customer No,Date,Invoice,{columns}\n"
    for number, row in enumerate(rows, 2):
        text += f"C1,2024-01-0{number},R{number},{row}\n"
    assert asked(grasp(text.encode())) == {"pieces": "return"}
    for answer, back in (("return", -10.0), ("sale", 10.0)):
        amounts = [one[2] for one in bought(read(text.encode(), {"pieces": answer}))]
        assert amounts == [20.0, back]


def test_pieces_of_a_credit_note_are_not_taken_back_twice():
    text = (
        b"Customer No,Date,Invoice,Qty,Amount,Type\n"
        b"C1,2024-01-02,R1,2,20.00,Invoice\nC1,2024-01-03,R2,-1,10.00,Credit note\n"
    )
    assert not grasp(text).open
    assert [one[2] for one in bought(read(text))] == [20.0, -10.0]


def test_balances_that_are_carried_on_are_no_purchases():
    text = (
        "Customer Name,Date,Description,Amount\nAnn,2024-01-01,Opening balance,200.00\n"
        "Ann,2024-01-05,Invoice 7,10.50\nBo,2024-01-01,مانده از قبل,30.00\n"
    ).encode()
    assert asked(grasp(text)) == {"carried": "leave"}
    reading = read(text, {"carried": "leave"})
    assert bought(reading) == [("Ann", "2024-01-05", 10.5)]
    assert reading.left_out == 2
    assert len(read(text, {"carried": "keep"}).purchases) == 3


def test_discounts_in_percent_are_those_of_their_rows():
    text = (
        b"Customer No,Date,Subtotal,Discount,Total\nC1,2024-01-02,100.00,10%,90.00\n"
        b"C2,2024-01-02,50.00,20%,40.00\n"
    )
    assert asked(grasp(text)) == {"discount": "each"}
    amounts = [one[2] for one in bought(read(text, {"discount": "each"}))]
    assert amounts == [90.0, 40.0]


def test_pages_with_lines_drawn_by_signs_and_their_names_again():
    line = "-" * 40
    page = "| Kunde | Datum | Beleg | Nettobetrag |\n"
    text = (
        f"{line}\n{page}{line}\n| K1 | 03.01.2024 | R1 | 1.100,00 |\n{line}\n"
        f"{page}{line}\n| K2 | 05.01.2024 | R2 | 100,00- |\n{line}\n"
    )
    reading = read(text.encode(), hints=EUROS)
    assert bought(reading) == [
        ("K1", "2024-01-03", 1100.0),
        ("K2", "2024-01-05", -100.0),
    ]
    assert not issues(reading)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        # its first row would be lost as names
        (b"C1,2024-01-02,5.50\nC2,2024-01-03,6.50\n", "no_header"),
        (b"Ann Lee,Rome,2024-01-02,5.50\nBo Kim,Bonn,2024-01-03,6.50\n", "no_header"),
        (b'[{"customer":"C1","amount":5.5}]', "other_book"),
        (b'{"customer":"C1","amount":5.5}\n', "other_book"),
    ],
)
def test_files_without_names_of_columns_are_refused(data, code):
    with pytest.raises(FileProblem) as refusal:
        grasp(data)
    assert refusal.value.code == code


def test_rows_that_a_filter_has_hidden_are_asked_about():
    book = openpyxl.Workbook()
    book.active.append(["Customer No", "Date", "Amount"])
    for day in (2, 3, 4):
        book.active.append([f"C{day}", datetime.datetime(2024, 1, day), 10 * day])
    book.active.row_dimensions[3].hidden = True
    file = io.BytesIO()
    book.save(file)
    data = file.getvalue()
    assert asked(grasp(data)) == {"hidden": None}
    assert grasp(data).open[0].rows == (3,)
    assert len(read(data, {"hidden": "keep"}).purchases) == 3
    shown = read(data, {"hidden": "leave"})
    assert [who for who, *_what in bought(shown)] == ["C2", "C4"]
    assert shown.left_out == 1

import contextlib
import datetime
import io
import zipfile

import openpyxl
import pytest
from hypothesis import given, strategies as st
from tabular import FileProblem, Layout, detect_layout, propose_columns, read_table

PERSIAN = "کد مشتری,نام,تاریخ,مبلغ\n۱,علی رضایی,۱۴۰۲/۰۵/۱۲,۱۲۰۰\n"


def table_of(data, **layout):
    return read_table(data, Layout(**layout) if layout else detect_layout(data))


def workbook(rows, blank_sheet=False):
    book = openpyxl.Workbook()
    sheet = book.active
    if blank_sheet:
        sheet = book.create_sheet()
    for row in rows:
        sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_file_is_read(encoding):
    table = table_of(PERSIAN.encode(encoding))
    assert table.header == ("کد مشتری", "نام", "تاریخ", "مبلغ")
    assert table.rows == [(2, ["۱", "علی رضایی", "۱۴۰۲/۰۵/۱۲", "۱۲۰۰"])]


def test_old_arabic_page_is_told_from_the_western_one():
    arabic = "شركة,تاريخ\nالنور,2023-01-01\n".encode("cp1256")
    assert detect_layout(arabic).encoding == "cp1256"
    assert table_of(arabic).header == ("شركة", "تاريخ")
    dos = "Kunde;Größe\nMüller & Söhne;1\nBäcker Weiß;2\n".encode("cp850")
    assert detect_layout(dos).encoding == "cp850"
    assert table_of(dos).header == ("Kunde", "Größe")
    quoted = "Name;Note\nBob’s “Café” – Zoë;„süß”\n".encode("cp1252")
    assert detect_layout(quoted).encoding == "cp1252"
    western = "Société,Größe\nCrème brûlée,1\nÉlève,2\n".encode("cp1252")
    assert detect_layout(western).encoding == "cp1252"
    assert table_of(western).header == ("Société", "Größe")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_found(delimiter):
    lines = [["ref", "date", "amount"], ["A1", "2023-01-01", "12.50"], ["B", "", "7"]]
    data = "\r\n".join(delimiter.join(line) for line in lines).encode()
    assert detect_layout(data).delimiter == delimiter
    assert table_of(data).rows == [(2, lines[1]), (3, lines[2])]


def test_decimal_commas_do_not_pass_for_delimiters():
    data = b"ref;date;amount\nA;2023-01-01;12,50\nB;2023-01-02;7,10\n"
    assert detect_layout(data).delimiter == ";"


def test_hint_line_of_excel_is_obeyed_and_keeps_row_numbers():
    table = table_of(b"sep=|\r\na|b\r\n1,2|3\r\n")
    assert table.header == ("a", "b")
    assert table.rows == [(3, ["1,2", "3"])]


def test_rows_keep_the_numbers_of_the_spreadsheet():
    table = table_of(b'Sales report\n\nref,note\n\nA,"two\nlines"\nB,x\n')
    assert table.header == ("ref", "note")
    assert table.rows == [(5, ["A", "two\nlines"]), (6, ["B", "x"])]


def test_limit_stops_early():
    data = b"a,b\n" + b"1,2\n" * 100
    assert len(read_table(data, detect_layout(data), limit=7).rows) == 7


def test_workbook_keeps_types_and_row_numbers():
    day = datetime.datetime(2023, 8, 3)
    data = workbook([[], ["ref", "date", "amount"], [4, day, 12.5], [], ["B", day, 7]])
    table = table_of(data)
    assert table.header == ("ref", "date", "amount")
    assert table.rows == [(3, [4, day, 12.5]), (5, ["B", day, 7])]


def test_first_filled_sheet_is_read():
    table = table_of(workbook([["a", "b"], [1, 2]], blank_sheet=True))
    assert table.rows == [(2, [1, 2])]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_excel"),
        (b"%PDF-1.7 ...", "not_text"),
        (b"\x00\x01\x02 binary", "not_text"),
        (b"PK\x03\x04 not really", "broken_xlsx"),
        (b"only one word\n", "no_header"),
        (b'ref,amount\nA,"12\n', "broken_csv"),
    ],
)
def test_unreadable_file_says_why(data, code):
    with pytest.raises(FileProblem) as caught:
        table_of(data)
    assert caught.value.code == code


def test_archive_that_is_no_workbook_says_so():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("letter.txt", "hello")
    with pytest.raises(FileProblem, match="other_book ZIP"):
        table_of(buffer.getvalue())


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        (
            "mimetype",
            "application/vnd.oasis.opendocument.spreadsheet",
            "OpenDocument",
        ),
        ("xl/workbook.bin", "", "Excel Binary"),
        ("word/document.xml", "", "Word"),
    ],
)
def test_archives_of_other_programs_are_named(name, content, kind):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, content)
    with pytest.raises(FileProblem) as caught:
        table_of(buffer.getvalue())
    assert (caught.value.code, caught.value.detail) == ("other_book", kind)


def test_encoding_that_does_not_fit_names_the_line():
    with pytest.raises(FileProblem) as caught:
        table_of("a,b\nx,é\n".encode("cp1252"), encoding="utf-8", delimiter=",")
    assert (caught.value.code, caught.value.detail) == ("encoding", "2")


@given(st.binary(max_size=200))
def test_any_bytes_are_a_table_or_a_problem(data):
    with contextlib.suppress(FileProblem):
        assert table_of(data).header


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            "Customer ID,E-mail,Order Date,Total,Order number",
            {
                "customer": "Customer ID",
                "email": "E-mail",
                "date": "Order Date",
                "amount": "Total",
                "document": "Order number",
            },
        ),
        (
            "كد مشتري,نام مشتری,تاريخ,مبلغ,شماره فاکتور,سود",
            {
                "customer": "كد مشتري",
                "name": "نام مشتری",
                "date": "تاريخ",
                "amount": "مبلغ",
                "document": "شماره فاکتور",
                "margin": "سود",
            },
        ),
        (
            "Kundennr.,Rechnungsdatum,Nettobetrag",
            {
                "customer": "Kundennr.",
                "date": "Rechnungsdatum",
                "amount": "Nettobetrag",
            },
        ),
        (
            "Numéro client,Date de commande,Montant HT",
            {
                "customer": "Numéro client",
                "date": "Date de commande",
                "amount": "Montant HT",
            },
        ),
        (
            "customer_ref,invoice date (UTC),Amount (USD),Order quantity,Name of item",
            {
                "customer": "customer_ref",
                "date": "invoice date (UTC)",
                "amount": "Amount (USD)",
            },
        ),
        ("foo,bar", {}),
        ("date,date,amount", {"amount": "amount"}),
    ],
)
def test_columns_are_proposed(header, expected):
    assert propose_columns(table_of(f"{header}\n".encode())) == expected


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ("Mary\nAnn", "name"),
        ("C-12\nC-13", "customer"),
        ("m@example.com\na@example.com", "email"),
    ],
)
def test_cells_decide_what_a_customer_column_holds(cells, field):
    lines = "\n".join(f"{cell},1" for cell in cells.split("\n"))
    assert propose_columns(table_of(f"Customer,Total\n{lines}\n".encode())) == {
        field: "Customer",
        "amount": "Total",
    }

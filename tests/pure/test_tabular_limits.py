"""What a file may hold at most, and that more is refused before it is built up."""

import datetime
import io
import re
import zipfile

import openpyxl
import pytest
from hypothesis import given, strategies as st
from tabular import (
    FileProblem,
    Layout,
    Notation,
    detect_layout,
    limits,
    parse_date,
    parse_number,
    read_purchases,
    read_table,
)

SHEET = "xl/worksheets/sheet1.xml"
TEXTS = "xl/sharedStrings.xml"
BOOK = "xl/workbook.xml"
TYPES = "[Content_Types].xml"
SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHARED = (
    f'<Override PartName="/{TEXTS}" ContentType="application/'
    'vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
)
ROWS = '<row r="1"><c t="str"><v>ref</v></c><c t="str"><v>amount</v></c></row>'
TODAY = datetime.date(2025, 6, 30)


def workbook(**parts) -> bytes:
    """A workbook with parts of its own; what it holds is named by `parts`."""
    book = openpyxl.Workbook()
    book.active.append(["ref", "amount"])
    plain = io.BytesIO()
    book.save(plain)
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(plain) as source,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target,
    ):
        for name in source.namelist():
            if name == TYPES and TEXTS in parts:
                continue
            target.writestr(name, parts.get(name) or source.read(name))
        if TEXTS in parts:
            types = source.read(TYPES).decode()
            target.writestr(TEXTS, parts[TEXTS])
            target.writestr(TYPES, types.replace("<Override", f"{SHARED}<Override", 1))
    return packed.getvalue()


def sheet(rows: str) -> bytes:
    text = f'<worksheet xmlns="{SPACE}"><sheetData>{rows}</sheetData></worksheet>'
    return workbook(**{SHEET: text})


def sheets(count: int) -> bytes:
    with zipfile.ZipFile(io.BytesIO(workbook())) as archive:
        book = archive.read(BOOK).decode()
    (one,) = re.findall(r"<sheet [^>]*/>", book)
    return workbook(**{BOOK: book.replace(one, one * count)})


def problem_of(data: bytes, layout: Layout | None = None) -> str:
    with pytest.raises(FileProblem) as caught:
        read_table(data, layout or detect_layout(data))
    return caught.value.code


def test_limits():
    assert limits.LARGEST_FILE == 100 * 1024**2
    assert limits.LARGEST_UNPACKED == 512 * 1024**2
    assert limits.LARGEST_TEXTS == 64 * 1024**2
    assert limits.LARGEST_PART == 16 * 1024**2
    assert limits.MOST_PARTS == 10_000
    assert limits.MOST_SHEETS == 1_000
    assert limits.MOST_ROWS == 1_048_576
    assert limits.MOST_COLUMNS == 1_000
    assert limits.MOST_CELLS == 16_384


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ('<row r="1000000000"><c><v>1</v></c></row>', "too_many_rows"),
        ('<row r="1e9"><c><v>1</v></c></row>', "too_many_rows"),
        ('<row r="1048577"/>', "too_many_rows"),
        ('<row r="2"><c r="ZZZZZZ2"><v>1</v></c></row>', "too_many_columns"),
        ('<row r="2"><c r="XFE2"/></row>', "too_many_columns"),
        ('<row r="2"><c r="ALM2"><v>1</v></c></row>', "too_many_columns"),
        ('<row r="2">' + "<c/>" * 16_385 + "</row>", "too_many_columns"),
        ('<row r="2">' + "<x/>" * 250_001 + "</row>", "too_large"),
        (f"<row><c><v>{'9' * 131_073}</v></c></row>", "cell_too_long"),
    ],
)
def test_sheet_beyond_its_limits_is_refused(rows, code):
    assert problem_of(sheet(ROWS + rows)) == code


def test_sheet_at_its_limits_is_read():
    last = '<row r="1048576"><c r="ALL1048576"><v>1</v></c><c r="XFD1048576"/></row>'
    table = read_table(sheet(ROWS + last), Layout())
    ((number, cells),) = table.rows
    assert (number, len(cells), cells[-1]) == (1_048_576, 1_000, 1)


def test_workbook_with_too_many_sheets_is_refused(monkeypatch):
    assert problem_of(sheets(1_000_000)) == "too_large"
    monkeypatch.setattr(limits, "MOST_SHEETS", 5)
    assert read_table(sheets(5), Layout()).header == ("ref", "amount")
    assert problem_of(sheets(6)) == "too_many_sheets"


def test_workbook_with_too_much_text_is_refused():
    def texts(count: int) -> bytes:
        text = "<si><t>ref</t></si>" * count
        return workbook(**{TEXTS: f'<sst xmlns="{SPACE}">{text}</sst>'})

    assert read_table(texts(10), Layout()).header == ("ref", "amount")
    assert problem_of(texts(limits.LARGEST_TEXTS // 19)) == "too_large"


def test_archive_with_too_many_parts_is_refused():
    packed = io.BytesIO(workbook())
    with zipfile.ZipFile(packed, "a") as archive:
        for number in range(10_001):
            archive.writestr(f"{number}", b"")
    assert problem_of(packed.getvalue()) == "too_large"


def test_archive_that_unpacks_to_too_much_is_refused(monkeypatch):
    packed = io.BytesIO(workbook())
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", bytes(2 << 20))
    assert read_table(packed.getvalue(), Layout()).header
    monkeypatch.setattr(limits, "LARGEST_UNPACKED", 2 << 20)
    assert problem_of(packed.getvalue()) == "too_large"


def test_part_that_is_read_again_and_again_counts_each_time(monkeypatch):
    data = sheets(200)
    assert read_table(data, Layout()).header
    monkeypatch.setattr(limits, "LARGEST_UNPACKED", 100_000)
    assert problem_of(data) == "too_large"


def test_part_that_declares_entities_is_refused():
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    assert problem_of(workbook(**{SHEET: bomb})) == "broken_xlsx"
    assert problem_of(workbook(**{TEXTS: bomb})) == "broken_xlsx"


def test_part_that_holds_more_than_it_says_is_refused():
    data = sheet(ROWS)
    size = re.search(rb"PK\x01\x02.{42}" + SHEET.encode(), data, re.DOTALL)
    start = size.start() + 24  # its unpacked size
    lying = data[:start] + (40).to_bytes(4, "little") + data[start + 4 :]
    assert problem_of(lying) == "broken_xlsx"


def test_text_file_beyond_its_limits_is_refused(monkeypatch):
    layout = Layout("utf-8", ",")
    assert problem_of(b"a,b\n" + b"," * 1_000 + b"\n", layout) == "too_many_columns"
    assert problem_of(b"a,b\n" + b"," * (1 << 20) + b"\n", layout) == "line_too_long"
    monkeypatch.setattr(limits, "MOST_ROWS", 3)
    assert len(read_table(b"a,b\n1,2\n3,4\n", layout).rows) == 2
    assert problem_of(b"a,b\n1,2\n3,4\n5,6\n", layout) == "too_many_rows"
    monkeypatch.setattr(limits, "LARGEST_FILE", 8)
    assert problem_of(b"a,b\n1,2\n3", layout) == "file_too_large"


@pytest.mark.parametrize("cell", [10**400, -(10**400), 10**15, "9" * 400, "1e308"])
@pytest.mark.parametrize("mark", [".", ","])
def test_amount_out_of_range_is_no_number(cell, mark):
    with pytest.raises(ValueError):
        parse_number(cell, mark)


@pytest.mark.parametrize("cell", [float("nan"), float("inf"), 1e308, -1e308])
def test_amount_that_nobody_paid_is_no_number(cell):
    with pytest.raises(ValueError):
        parse_number(cell)


CELLS = st.one_of(
    st.none(),
    st.text(),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.from_regex(r"\d{1,9}[-/. ]\d{1,9}[-/. ]\d{1,9}", fullmatch=True),
)


@given(st.tuples(CELLS, CELLS, CELLS, CELLS))
def test_any_cells_are_a_purchase_or_a_problem_of_their_row(cells):
    table = read_table(b"ref,date,amount,name\n1,2,3,4\n", Layout("utf-8", ","))
    table.rows[:] = [(2, list(cells))]
    columns = {"customer": "ref", "date": "date", "amount": "amount", "name": "name"}
    reading = read_purchases(table, columns, Notation(), TODAY)
    assert len(reading.purchases) + len(reading.problems) == 1
    for purchase in reading.purchases:
        assert purchase.date.year >= 1900 and abs(purchase.amount) < 1e15


def test_day_three_million_is_a_problem_of_its_row():
    for days in (3_000_000, 10**400, -5):
        with pytest.raises(ValueError):
            parse_date(days)
    book = openpyxl.Workbook()
    for row in (["ref", "date", "amount"], ["A", 3_000_000, 1], ["B", TODAY, 2]):
        book.active.append(row)
    book.active["B2"].number_format = "yyyy-mm-dd"
    packed = io.BytesIO()
    book.save(packed)
    with pytest.warns(UserWarning, match="outside the limits"):
        table = read_table(packed.getvalue(), Layout())
    columns = {"customer": "ref", "date": "date", "amount": "amount"}
    reading = read_purchases(table, columns, Notation(), TODAY)
    assert [(one.row, one.code) for one in reading.problems] == [(2, "bad_date")]
    assert [one.row for one in reading.purchases] == [3]


@pytest.mark.parametrize("column", ["ref", "name", "document"])
def test_text_that_no_index_takes_is_a_problem_of_its_row(column):
    long = {"ref": "A", "name": "B", "document": "C", column: "x" * 251}
    lines = ["ref,name,document,date,amount"]
    for value in (long, long | {column: "x" * 250}):
        row = (value["ref"], value["name"], value["document"], "2024-01-02", "1")
        lines.append(",".join(row))
    table = read_table("\n".join(lines).encode(), Layout("utf-8", ","))
    columns = {"customer": "ref", "name": "name", "document": "document"}
    columns |= {"date": "date", "amount": "amount"}
    reading = read_purchases(table, columns, Notation(), TODAY)
    assert [(one.row, one.code) for one in reading.problems] == [(2, "too_long")]
    assert reading.problems[0].value == "x" * 249 + "…"
    assert len(reading.purchases) == 1

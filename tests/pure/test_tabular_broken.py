"""Five hundred files that nobody should send: each is read or refused by a reason."""

import io
import random
import time
import zipfile

import openpyxl
import pytest
from tabular import FileProblem, Table, detect_layout, limits, read_table

ROWS = [
    ["product", "quantity", "date", "customer"],
    ["00123", 3, "2027-03-03", "Müller & Söhne"],
    ["کالا", -5, "2027-03-04", "=1+1"],
    ["P-7", 1.5, "2027-03-05", 'He said "no"; twice'],
]


def csv_file(encoding="utf-8", delimiter=","):
    def cell(value):
        text = str(value)
        return '"' + text.replace('"', '""') + '"' if delimiter in text else text

    text = "\r\n".join(delimiter.join(map(cell, row)) for row in ROWS)
    return text.encode(encoding, "replace")


def workbook(change=None):
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.active["D3"].data_type = "s"  # a text, whatever it begins with
    if change:
        change(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def merged(book):
    book.active.merge_cells("A2:C4")


def formulas(book):
    book.active["A2"] = '=HYPERLINK("http://evil.example","x")'
    book.active["B2"] = "=1/0"
    book.active["C2"] = "=B2"


def wide(book):
    book.active.cell(2, limits.MOST_CELLS).value = "x"


def empty_sheets(book):
    for _number in range(20):
        book.create_sheet(index=0)


def with_part(data, name, content):
    """An archive with one of its parts in another way."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.namelist():
            new.writestr(part, content if part == name else old.read(part))
    return buffer.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def entities(data):
    return with_part(
        data,
        SHEET,
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet>&b;'
        b"</worksheet>",
    )


WHOLE = [
    csv_file(),
    csv_file(delimiter=";"),
    csv_file("utf-16"),
    csv_file("cp1252"),
    csv_file("cp1256"),
    csv_file(delimiter="\t"),
    workbook(),
    workbook(merged),
    workbook(empty_sheets),
]


def mutated(chance):
    """One of the whole files, damaged in one of many ways."""
    data = bytearray(chance.choice([*WHOLE, workbook(formulas)]))
    way = chance.randrange(9)
    if way == 0:
        return bytes(data[: chance.randrange(len(data))])
    if way == 1:
        return bytes(data[chance.randrange(1, len(data)) :])
    if way == 2:
        for _time in range(chance.randint(1, 40)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        return bytes(data)
    if way == 3:
        at = chance.randrange(len(data))
        return bytes(data[:at] + chance.randbytes(chance.randint(1, 500)) + data[at:])
    if way == 4:
        at = chance.randrange(len(data))
        return bytes(data[:at] + data[at:] * 2)
    if way == 5:
        return bytes(data) + b'"' + chance.randbytes(20)
    if way == 6:
        return bytes(data).decode("latin-1").encode(chance.choice(["utf-16", "cp500"]))
    if way == 7:
        start = chance.choice(
            [b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\xff\xfe"]
        )
        return start + bytes(data)
    return chance.randbytes(chance.randint(0, 2000))


def is_read_or_refused(data):
    """Nothing but a table within the limits, or a reason."""
    try:
        table = read_table(data, detect_layout(data))
    except FileProblem as problem:
        assert problem.code
        return False
    assert isinstance(table, Table)
    assert len(table.header) <= limits.MOST_COLUMNS
    assert all(len(row) <= limits.MOST_COLUMNS for _number, row in table.rows)
    return True


@pytest.mark.parametrize("part", range(10))
def test_damaged_files_are_read_or_refused(part):
    chance = random.Random(part)
    for _file in range(48):
        is_read_or_refused(mutated(chance))


@pytest.mark.parametrize("data", WHOLE)
def test_whole_files_are_read(data):
    assert is_read_or_refused(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" \r\n ",
        b"\0" * 1000,
        entities(workbook()),
        workbook(wide),
        b"product,quantity\n" + b"x" * (limits.LONGEST_LINE + 1),
        b",".join([b"c"] * 1_000_000),
        b'product,quantity\n"' + b"x,1\n" * 100,
        with_part(workbook(), "xl/workbook.xml", b"<workbook/>"),
    ],
    ids=[
        *("empty", "blank", "zeros", "entities", "wide", "long line"),
        *("a million columns", "open quotation", "no sheets"),
    ],
)
def test_what_no_table_holds_is_refused_at_once(data):
    start = time.monotonic()
    assert not is_read_or_refused(data)
    assert time.monotonic() - start < 10


def test_a_cell_of_a_megabyte_is_refused_in_a_workbook():
    huge = b"<worksheet><sheetData><row><c t='str'><v>%s</v></c></row></sheetData>"
    data = with_part(workbook(), SHEET, huge % (b"x" * (1 << 20)))
    with pytest.raises(FileProblem):
        read_table(data, detect_layout(data))


def test_formulas_that_nobody_has_computed_are_named():
    """Their cells would seem empty: a line would be lost without a word."""
    with pytest.raises(FileProblem) as refusal:
        read_table(workbook(formulas), detect_layout(workbook()))
    assert (refusal.value.code, refusal.value.detail) == ("no_results", "A2")


@pytest.mark.parametrize(
    ("result", "value"),
    [
        (b'<c r="B2"><f>1+2</f><v>3</v></c>', 3),
        (b'<c r="B2" t="str"><f>""</f><v></v></c>', ""),
        (b'<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "#DIV/0!"),
    ],
)
def test_formulas_are_their_results(result, value):
    book = workbook()
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        sheet = archive.read(SHEET)
    start = sheet.index(b'<c r="B2"')
    end = sheet.index(b"</c>", start) + len(b"</c>")
    data = with_part(book, SHEET, sheet[:start] + result + sheet[end:])
    assert (read_table(data, detect_layout(data)).rows[0][1][1] or "") == value


def test_merged_cells_are_their_first():
    table = read_table(workbook(merged), detect_layout(workbook()))
    assert [row[0] for _number, row in table.rows] == ["00123", None, None]


def test_a_small_file_that_unpacks_to_more_than_is_allowed_is_refused(monkeypatch):
    monkeypatch.setattr(limits, "LARGEST_UNPACKED", 4 << 20)
    data = with_part(workbook(), SHEET, b"<worksheet><sheetData>" + b" " * (5 << 20))
    assert len(data) < 100_000
    with pytest.raises(FileProblem) as refusal:
        read_table(data, detect_layout(data))
    assert refusal.value.code == "too_large"

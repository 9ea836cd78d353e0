"""Bytes of a CSV or XLSX file into a table, with what a CSV leaves unsaid guessed."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from . import limits
from .headers import count_known, propose_columns
from .heading import is_rule
from .table import Cell, FileProblem, Table, make_table, open_table
from .text import clean, unwrapped
from .webpage import declared_encoding, is_webpage, read_webpage
from .xlsx import other_archive, read_workbook

ENCODINGS = (
    "utf-8",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "cp1252",
    "cp1256",
    "cp1250",
    "cp1254",
    "cp850",
)
# of one byte each: any file is one of each of them
OLD_PAGES = ("cp1252", "cp1256", "cp1250", "cp1254", "cp850")
DELIMITERS = (",", ";", "\t", "|")
ALL_SHEETS = "*"

_OLE = b"\xd0\xcf\x11\xe0"  # Excel before 2007, and any file behind a password
_ZIP = b"PK\x03\x04"
_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_PIECE = 1 << 20
_SEPARATOR_LINE = re.compile(r"\ufeff?sep=([^\"\w\r\n])\r?\n")
_SAMPLE_RECORDS = 50
# what a reader sees in place of a byte that is no letter
STRAY = "\ufffd"
# so many letters prove UTF-8 against one byte that fits nowhere
_PROOF_AGAINST_STRAY = 2


@dataclass(frozen=True)
class Layout:
    """How to cut a file into cells; a workbook needs neither encoding nor mark.

    `sheet` is the name of one, or `ALL_SHEETS` for those with the same columns; without
    it the first with column names that are known is read, else the first filled one.
    """

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None


def detect_layout(data: bytes) -> Layout:
    _refuse_other_formats(data)
    if data.startswith(_ZIP):
        return Layout()
    encoding = _detect_encoding(data)
    if is_webpage(data):
        return Layout(encoding)
    return Layout(encoding, _detect_delimiter(data, encoding))


def read_table(data: bytes, layout: Layout, limit: int | None = None) -> Table:
    """All rows, or the first `limit` of them."""
    return _read(data, layout, limit, make_table)


def stream_table(data: bytes, layout: Layout) -> Table:
    """A table whose rows are read while somebody walks through them, once."""
    return _read(data, layout, None, open_table)


def _read(data: bytes, layout: Layout, limit: int | None, make: Callable) -> Table:
    _refuse_other_formats(data)
    sheets = _sheets(data, layout)
    if sheets is None:
        encoding = layout.encoding or _detect_encoding(data)
        delimiter = layout.delimiter or _detect_delimiter(data, encoding)
        return make(_records(data, encoding, delimiter), limit, count_known)
    if layout.sheet == ALL_SHEETS:
        return _join(sheets, limit, make)
    return make(_choose(sheets, layout.sheet)(), limit, count_known)


@dataclass(frozen=True)
class Sheet:
    """A sheet that may be the one, with its first rows."""

    name: str
    table: Table
    # whether its columns are named as those of purchases are
    is_known: bool


def list_sheets(data: bytes, layout: Layout) -> list[Sheet]:
    """Sheets that are not hidden and have column names with rows below."""
    _refuse_other_formats(data)
    return [
        Sheet(name, head, _is_known(head))
        for name, rows in _sheets(data, layout) or ()
        if (head := _head(rows)) and head.rows
    ]


def _sheets(data: bytes, layout: Layout) -> list[tuple[str, Callable]] | None:
    """Names and what reads their rows; None for a file that knows no sheets."""
    if data.startswith(_ZIP):
        return read_workbook(data)
    if is_webpage(data):
        encoding = layout.encoding or _detect_encoding(data)
        text = _lines_of(data, encoding).read()
        return [
            (f"Table {number}", partial(iter, rows))
            for number, rows in enumerate(read_webpage(text), start=1)
        ]
    return None


def _choose(sheets: list[tuple[str, Callable]], wanted: str | None) -> Callable:
    first = None
    for name, rows in sheets:
        if wanted is not None:
            if name == wanted:
                return rows
        elif head := _head(rows):
            if _is_known(head):
                return rows
            first = first or rows
    if wanted is not None:
        raise FileProblem("no_sheet", wanted)
    if first is None:
        raise FileProblem("no_header")
    return first


def _join(sheets: list[tuple[str, Callable]], limit: int | None, make) -> Table:
    """The sheets with the columns that most have, one below the other."""
    heads = [(name, rows, _head(rows)) for name, rows in sheets]
    headers = Counter(head.header for _name, _rows, head in heads if head and head.rows)
    if not headers:
        raise FileProblem("no_header")
    header = headers.most_common(1)[0][0]
    begins, tables, first = [], [], 0
    for name, rows, head in heads:
        if head and head.header == header:
            begins.append((first, name))
            table = open_table(rows(), None, count_known)
            # a sheet's rows begin where the largest sheet before could have ended
            tables.append(_moved(table.rows, first))
            first += limits.MOST_ROWS
    rows = itertools.islice(itertools.chain(*tables), limit)
    rows = list(rows) if make is make_table else rows
    return Table(header, rows, tuple(begins))


def _moved(rows: Iterable, by: int) -> Iterator[tuple[int, list[Cell]]]:
    for number, cells in rows:
        yield number + by, cells


def _head(rows: Callable) -> Table | None:
    try:
        return make_table(rows(), _SAMPLE_RECORDS, count_known)
    except FileProblem as problem:
        if problem.code != "no_header":
            raise
        return None


def _is_known(head: Table) -> bool:
    # by their names alone: cells may be wrong, and are named then
    columns = propose_columns(Table(head.header, []))
    return "date" in columns and bool({"amount", "price"} & columns.keys())


def _refuse_other_formats(data: bytes) -> None:
    if len(data) > limits.LARGEST_FILE:
        raise FileProblem("file_too_large", str(limits.LARGEST_FILE >> 20))
    if not data.strip():
        raise FileProblem("empty")
    if data.startswith(_OLE):
        raise FileProblem("old_excel")
    if data.startswith(_ZIP) and (name := other_archive(data)):
        raise FileProblem("other_book", name)
    if data[:64].lstrip(b"\xef\xbb\xbf \r\n").startswith((b'{"', b"[{", b"[\n")):
        raise FileProblem("other_book", "JSON")
    if data.startswith(b"%PDF") or (
        b"\0" in data and not data.startswith(_ZIP) and not _utf16_of(data)
    ):
        raise FileProblem("not_text")
    if data.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"<?xml") and not is_webpage(data):
        raise FileProblem("xml")


def _utf16_of(data: bytes) -> str | None:
    """With its mark, or by the zeros in every other byte of Latin text."""
    if data.startswith(_BOMS):
        return "utf-16"
    sample = data[:4096]
    half = len(sample) // 2
    if half < 4 or len(data) % 2:
        return None
    low, high = sample[0::2].count(0), sample[1::2].count(0)
    if high > half // 2 and not low:
        return "utf-16-le"
    if low > half // 2 and not high:
        return "utf-16-be"
    return None


def _detect_encoding(data: bytes) -> str:
    """UTF-8 proves itself, also where a byte of another page strayed in.

    Of the old pages, Arabic script comes in whole words of high bytes, while accented
    letters stand in words with plain ones.
    """
    if utf16 := _utf16_of(data):
        return utf16
    if is_webpage(data) and (declared := declared_encoding(data)):
        return declared
    if _first_stray(data, "utf-8") is None:
        return "utf-8"
    text = data.decode("utf-8", "replace")
    strays = text.count(STRAY)
    letters = sum(char > "\x7f" for char in text) - strays
    if letters >= _PROOF_AGAINST_STRAY * strays:
        return "utf-8"
    words = re.findall(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*", data)
    mixed = sum(bool(re.search(rb"[A-Za-z]", word)) for word in words)
    whole = sum(len(word) > 1 for word in words) - mixed
    if whole > mixed:
        return "cp1256"
    # small letters of DOS within words are marks and nothing at all in Windows' page
    within = b"".join(re.findall(rb"(?<=[A-Za-z])[\x80-\xff](?=[a-z])", data))
    return max(
        ("cp1252", "cp850"),
        key=lambda page: sum(map(str.islower, within.decode(page, "replace"))),
    )


def is_proved(data: bytes, encoding: str | None) -> bool:
    """Whether the bytes themselves say so; one old page is as good as another."""
    return encoding not in OLD_PAGES or data.isascii()


def foreign_words(data: bytes, encoding: str, most: int = 5) -> list[str]:
    """Words with letters beyond the plain ones, as a page would show them."""
    found: dict[str, None] = {}
    words = rb"[A-Za-z \x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*"
    for match in re.finditer(words, data):
        found[clean(match[0].decode(encoding, "replace"))] = None
        if len(found) == most:
            break
    return list(found)


def _first_stray(data: bytes, encoding: str) -> int | None:
    """Where the bytes do not fit, piece by piece: a whole text may be four times as
    large as its file."""
    decoder = codecs.getincrementaldecoder(encoding)()
    for start in range(0, len(data), _PIECE):
        piece = data[start : start + _PIECE]
        try:
            decoder.decode(piece, final=start + _PIECE >= len(data))
        except UnicodeDecodeError as error:
            return start + error.start
    return None


def _lines_of(data: bytes, encoding: str) -> io.TextIOWrapper:
    name = "utf-8-sig" if encoding == "utf-8" else encoding
    errors = "strict"
    try:
        stray = _first_stray(data, name)
    except LookupError:
        raise FileProblem("encoding", "1") from None
    if stray is not None:
        if encoding != "utf-8" or _detect_encoding(data) != "utf-8":
            line = data.count(b"\n", 0, stray) + 1
            raise FileProblem("encoding", str(line))
        # the rows that it concerns are refused, and only those
        errors = "replace"
    return io.TextIOWrapper(io.BytesIO(data), name, errors, newline="")


def _detect_delimiter(data: bytes, encoding: str) -> str:
    """The mark that cuts most lines into the same number of cells, the most cells."""
    if match := _SEPARATOR_LINE.match(_lines_of(data, encoding).readline(64)):
        return match[1]

    def evenness(delimiter: str) -> tuple[float, int]:
        try:
            records = _records(data, encoding, delimiter)
            sample = itertools.islice(records, _SAMPLE_RECORDS)
            widths = Counter(
                len(record) for record in sample if record and not is_rule(record)
            )
        except FileProblem as problem:
            if problem.code == "encoding":
                raise
            return 0.0, 0
        if not widths:
            return 0.0, 0
        width, lines = widths.most_common(1)[0]
        return (lines / widths.total(), width) if width > 1 else (0.0, 0)

    return max(DELIMITERS, key=evenness)


def _records(data: bytes, encoding: str, delimiter: str) -> Iterator[list[Cell]]:
    lines = _lines(_lines_of(data, encoding))
    first = next(lines, "").removeprefix("\ufeff")
    if _SEPARATOR_LINE.match(first):
        yield []  # Excel's own hint takes a line, so the rows below keep their number
    else:
        lines = itertools.chain([first], lines)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    # cheaper than a look at each cell
    has_formulas = b'="' in data or b'=\0"' in data or b'\0=\0"' in data
    try:
        for record in reader:
            yield list(map(unwrapped, record)) if has_formulas else record
    except csv.Error:
        raise FileProblem("broken_csv", str(reader.line_num)) from None


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    # never more of a line than may be read at all
    while line := text.readline(limits.LONGEST_LINE + 1):
        if len(line) > limits.LONGEST_LINE:
            # cut into cells, it would be many times as large
            raise FileProblem("line_too_long")
        yield line

"""Bytes of a CSV or XLSX file into a table, with what a CSV leaves unsaid guessed."""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from . import limits
from .table import Cell, FileProblem, Table, make_table
from .xlsx import read_workbook

ENCODINGS = ("utf-8", "utf-16", "cp1256", "cp1252")
DELIMITERS = (",", ";", "\t", "|")

_OLE = b"\xd0\xcf\x11\xe0"  # Excel before 2007, and any file behind a password
_ZIP = b"PK\x03\x04"
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n")
_SAMPLE_RECORDS = 50


@dataclass(frozen=True)
class Layout:
    """How to cut a file into cells; a workbook needs neither encoding nor mark."""

    encoding: str | None = None
    delimiter: str | None = None


def detect_layout(data: bytes) -> Layout:
    _refuse_other_formats(data)
    if data.startswith(_ZIP):
        return Layout()
    encoding = _detect_encoding(data)
    text = _decode(data, encoding)
    return Layout(encoding, _detect_delimiter(text))


def read_table(data: bytes, layout: Layout, limit: int | None = None) -> Table:
    """All rows, or the first `limit` of them."""
    _refuse_other_formats(data)
    if data.startswith(_ZIP):
        return make_table(read_workbook(data), limit)
    text = _decode(data, layout.encoding or _detect_encoding(data))
    delimiter = layout.delimiter or _detect_delimiter(text)
    return make_table(_records(text, delimiter), limit)


def _refuse_other_formats(data: bytes) -> None:
    if len(data) > limits.LARGEST_FILE:
        raise FileProblem("file_too_large", str(limits.LARGEST_FILE >> 20))
    if not data.strip():
        raise FileProblem("empty")
    if data.startswith(_OLE):
        raise FileProblem("old_excel")
    utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if data.startswith(b"%PDF") or (
        b"\0" in data and not utf16 and not data.startswith(_ZIP)
    ):
        raise FileProblem("not_text")


def _detect_encoding(data: bytes) -> str:
    """UTF-8 proves itself. Of the old pages, Arabic script comes in whole words of
    high bytes, while accents stand alone between plain letters."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    with contextlib.suppress(UnicodeDecodeError):
        data.decode("utf-8")
        return "utf-8"
    runs = re.findall(rb"[\x80-\xff]+", data)
    high = sum(map(len, runs))
    in_words = sum(len(run) for run in runs if len(run) > 1)
    return "cp1256" if 2 * in_words > high else "cp1252"


def _decode(data: bytes, encoding: str) -> str:
    try:
        text = data.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileProblem("encoding", str(line)) from None
    return text


def _detect_delimiter(text: str) -> str:
    """The mark that cuts most lines into the same number of cells, the most cells."""
    if match := _SEPARATOR_LINE.match(text):
        return match[1]

    def evenness(delimiter: str) -> tuple[float, int]:
        try:
            records = itertools.islice(_records(text, delimiter), _SAMPLE_RECORDS)
            widths = Counter(len(record) for record in records if record)
        except FileProblem:
            return 0.0, 0
        if not widths:
            return 0.0, 0
        width, lines = widths.most_common(1)[0]
        return (lines / widths.total(), width) if width > 1 else (0.0, 0)

    return max(DELIMITERS, key=evenness)


def _records(text: str, delimiter: str) -> Iterator[list[Cell]]:
    if match := _SEPARATOR_LINE.match(text):
        yield []  # Excel's own hint takes a line, so the rows below keep their number
        text = text[match.end() :]
    reader = csv.reader(_lines(text), delimiter=delimiter, strict=True)
    try:
        yield from reader
    except csv.Error:
        raise FileProblem("broken_csv", str(reader.line_num)) from None


def _lines(text: str) -> Iterator[str]:
    for line in io.StringIO(text, newline=""):
        if len(line) > limits.LONGEST_LINE:
            # cut into cells, it would be many times as large
            raise FileProblem("line_too_long")
        yield line

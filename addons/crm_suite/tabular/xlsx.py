"""The first filled sheet of an XLSX workbook, row by row."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import openpyxl

from .table import Cell, FileProblem

LARGEST_UNPACKED = 1 << 30  # bytes; a small archive may unpack to any size


def read_workbook(data: bytes) -> Iterator[list[Cell]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > LARGEST_UNPACKED:
            raise FileProblem("too_large")
        book = openpyxl.load_workbook(
            io.BytesIO(data), read_only=True, data_only=True, keep_links=False
        )
        yield from _first_filled_sheet(book)
    except FileProblem:
        raise
    # A damaged archive fails inside zipfile, the XML parser or openpyxl, each with
    # exceptions of its own.
    except Exception as error:
        raise FileProblem("broken_xlsx") from error


def _first_filled_sheet(book: openpyxl.Workbook) -> Iterator[list[Cell]]:
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # some programs write a wrong size
        filled = False
        blank = []
        for values in sheet.iter_rows(values_only=True):
            row = list(values)
            filled = filled or any(value is not None for value in row)
            if filled:
                yield from blank
                blank = []
                yield row
            else:
                blank.append(row)
        if filled:
            return

"""The sheets of an XLSX workbook, row by row.

A small archive may hold any amount of anything. So all that `openpyxl` reads passes a
watch that counts it first, and nothing is built of more than `limits` allows.
"""

from __future__ import annotations

import contextlib
import io
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from xml.parsers import expat

import openpyxl
from openpyxl.reader.excel import ExcelReader

from . import limits
from .rows import HiddenRow
from .table import Cell, FileProblem

_ENTRY = b"PK\1\2"  # begins the entry of each part in an archive's directory
# The strict form of the standard names its parts otherwise, and says the same.
_STRICT = {
    b"http://purl.oclc.org/ooxml/spreadsheetml/main": (
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    ),
    b"http://purl.oclc.org/ooxml/officeDocument/relationships": (
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    ),
}
_LONGEST_NAME = max(map(len, _STRICT))


# what else comes as an archive, by a part of it
_OTHERS = {
    b"application/vnd.oasis.opendocument": "OpenDocument",
    b"xl/workbook.bin": "Excel Binary",
    b"Index/Document.iwa": "Numbers",
    b"word/document.xml": "Word",
}


def other_archive(data: bytes) -> str | None:
    """The kind of an archive that is known to be no XLSX workbook."""
    ends = data[:4096] + data[-(1 << 16) :]
    if b"xl/workbook.xml" in ends:
        return None
    for sign, name in _OTHERS.items():
        if sign in ends:
            return name
    # every workbook says in it what its parts are
    return None if b"[Content_Types].xml" in ends or _ENTRY not in ends else "ZIP"


def read_workbook(data: bytes) -> list[tuple[str, Callable]]:
    """The sheets that are not hidden: their names and what reads their rows."""
    with _problems():
        # looked at before zipfile makes a list of them
        if data.count(_ENTRY) > limits.MOST_PARTS:
            raise FileProblem("too_large")
        archive = _Archive(io.BytesIO(data))
        book = _Reader(archive).open()
        sheets = [one for one in book.worksheets if one.sheet_state == "visible"]
        hidden_of = archive.hidden_of
        return [
            (one.title, partial(_rows, one, hidden_of))
            for one in sheets or book.worksheets
        ]


def _rows(sheet, hidden_of: Callable) -> Iterator[list[Cell]]:
    with _problems():
        sheet.reset_dimensions()  # some programs write a wrong size
        hidden = hidden_of(sheet)
        for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
            # programs fill rows up with cells that have a colour at most
            cells = values[: limits.MOST_COLUMNS]
            yield HiddenRow(cells) if number in hidden else list(cells)


@contextlib.contextmanager
def _problems():
    try:
        yield
    except FileProblem:
        raise
    # A damaged archive fails inside zipfile, the XML parser or openpyxl, each with
    # exceptions of its own.
    except Exception as error:
        raise FileProblem("broken_xlsx") from error


class _Reader(ExcelReader):
    """`openpyxl`, on an archive that counts."""

    def __init__(self, archive: _Archive):
        super().__init__(archive.fp, read_only=True, data_only=True, keep_links=False)
        self.archive = archive

    def open(self) -> openpyxl.Workbook:
        self.read()
        return self.wb


class _Archive(zipfile.ZipFile):
    def __init__(self, file: io.BytesIO):
        super().__init__(file)
        self.unpacked = 0
        self.hidden: dict[str, set[int]] = defaultdict(set)
        self.count(0, sum(part.file_size for part in self.infolist()))

    def count(self, read: int, ahead: int = 0) -> None:
        """zipfile gives no more of a part than its entry says."""
        self.unpacked += read
        if self.unpacked + ahead > limits.LARGEST_UNPACKED:
            raise FileProblem("too_large")

    def open(self, name, *args, **kwargs):
        part = name if isinstance(name, zipfile.ZipInfo) else self.getinfo(name)
        watch = _Watch(part.file_size, self.hidden[part.filename])
        return _Watched(super().open(name, *args, **kwargs), watch, self.count)

    def hidden_of(self, sheet) -> set[int]:
        """Rows of a sheet that it does not show, as far as it was read."""
        return self.hidden[sheet._worksheet_path]

    def read(self, name, pwd=None):
        if self.getinfo(name).file_size > limits.LARGEST_PART:
            raise FileProblem("too_large")
        return _transitional(super().read(name, pwd))


class _Watched(io.RawIOBase):
    """A part of the archive; looks at each piece before the reader has it."""

    def __init__(
        self, part: io.BufferedIOBase, watch: _Watch, count: Callable[[int], None]
    ):
        self.part = part
        self.count = count
        self.watch = watch
        # the end of what was read, which may be half a name
        self.rest = b""

    def readable(self) -> bool:
        return True

    # a file, no model of Odoo's  pylint: disable-next=method-required-super
    def read(self, size: int = -1) -> bytes:
        piece = self.part.read(size)
        self.count(len(piece))
        self.watch.look(piece)
        return self.translated(piece, size)

    def translated(self, piece: bytes, size: int) -> bytes:
        text = _transitional(self.rest + piece)
        if not piece or size < 0:
            self.rest = b""
            return text
        self.rest = text[-_LONGEST_NAME:]
        # an empty answer would say that the part ends here
        return text[:-_LONGEST_NAME] or self.read(size)

    def close(self) -> None:
        self.part.close()
        return super().close()


class _Watch:
    """Counts the elements of an XML part and the characters within them."""

    def __init__(self, size: int, hidden: set[int]):
        self.size = size
        self.hidden = hidden
        self.sheets = 0
        self.rows = 0
        self.column = 0
        self.elements = 0
        self.characters = 0
        # the cell with a formula whose result has not come yet
        self.unsolved = ""
        self.cell = self.inside = self.type = ""
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text
        self.parser.StartDoctypeDeclHandler = self.doctype

    def look(self, piece: bytes) -> None:
        self.parser.Parse(piece, False)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.characters = 0
        self.elements += 1
        if self.elements > limits.MOST_ELEMENTS:
            raise FileProblem("too_large")
        kind = self.inside = name.rpartition(":")[2]
        if kind == "c":
            self.cell = attributes.get("r", "")
            self.type = attributes.get("t", "")
            self.column = _column(attributes.get("r", "")) or self.column + 1
            if self.column > limits.MOST_CELLS:
                raise FileProblem("too_many_columns", str(limits.MOST_COLUMNS))
        elif kind == "f":
            # of a formula, no text is a result
            self.unsolved = "" if self.type == "str" else self.cell or "?"
        elif kind in ("v", "is"):
            # only what is filled in will be kept
            if self.column > limits.MOST_COLUMNS:
                raise FileProblem("too_many_columns", str(limits.MOST_COLUMNS))
        elif kind == "row":
            self.elements = self.column = 0
            self.rows += 1
            number = _number(attributes.get("r")) or self.rows
            if max(self.rows, number) > limits.MOST_ROWS:
                raise FileProblem("too_many_rows", str(limits.MOST_ROWS))
            if attributes.get("hidden") in ("1", "true"):
                self.hidden.add(int(number))
        elif kind == "si":
            self.elements = 0
            if self.size > limits.LARGEST_TEXTS:
                raise FileProblem("too_large")
        elif kind == "sheet":
            self.sheets += 1
            if self.sheets > limits.MOST_SHEETS:
                raise FileProblem("too_many_sheets", str(limits.MOST_SHEETS))

    def end(self, name: str) -> None:
        if self.unsolved and name.rpartition(":")[2] == "c":
            # a program wrote it that does not count, and its cell would seem empty
            raise FileProblem("no_results", self.unsolved)

    def text(self, text: str) -> None:
        self.characters += len(text)
        if self.inside == "v":
            self.unsolved = ""
        if self.characters > limits.LONGEST_CELL:
            raise FileProblem("cell_too_long")

    def doctype(self, *_declared) -> None:
        """No workbook declares entities, which could stand for any amount of text."""
        raise FileProblem("broken_xlsx")


def _transitional(text: bytes) -> bytes:
    if b"http://purl.oclc.org/ooxml/" in text:
        for strict, name in _STRICT.items():
            text = text.replace(strict, name)
    return text


def _number(text: str | None) -> float:
    # openpyxl reads numbers so
    return float(text or 0)


def _column(coordinate: str) -> int:
    """BC12 stands in the 55th column."""
    column = 0
    for letter in coordinate.upper():
        if not "A" <= letter <= "Z" or column > limits.MOST_CELLS:
            break
        column = 26 * column + ord(letter) - ord("A") + 1
    return column

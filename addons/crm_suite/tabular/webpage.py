"""Tables of web pages, which many programs call .xls."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from . import limits
from .table import FileProblem

_BEGINS = re.compile(rb"<(!doctype html|html|head|table|meta)\b", re.I)
# as browsers take them
_ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "iso-8859-1": "cp1252",
    "windows-1252": "cp1252",
    "windows-1256": "cp1256",
    "windows-1250": "cp1250",
    "iso-8859-9": "cp1254",
    "windows-1254": "cp1254",
}
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w-]{1,40})", re.I)


def is_webpage(data: bytes) -> bool:
    text = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    while text.startswith(b"<!--") and (end := text.find(b"-->")) > 0:
        text = text[end + 3 :].lstrip()
    return bool(_BEGINS.match(text))


def declared_encoding(data: bytes) -> str | None:
    """What the page says of itself, where it is one of the usual."""
    found = _CHARSET.search(data[:4096])
    return _ENCODINGS.get(found[1].decode("ascii").lower()) if found else None


def read_webpage(text: str) -> list[list[list[str]]]:
    """Each table that has rows, as rows of cells."""
    parser = _Tables()
    parser.feed(text)
    parser.close()
    return [table for table in parser.tables if table]


class _Tables(HTMLParser):
    """Tables within cells are tables of their own."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self.open: list[list[list[str]]] = []
        # the texts of the cell that is open in each open table
        self.cells: list[list[str] | None] = []
        self.count = 0

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            rows: list[list[str]] = []
            self.tables.append(rows)
            self.open.append(rows)
            self.cells.append(None)
            if len(self.tables) > limits.MOST_SHEETS:
                raise FileProblem("too_many_sheets", str(limits.MOST_SHEETS))
        elif not self.open:
            return
        elif tag == "tr":
            self.end_cell()
            self.open[-1].append([])
        elif tag in ("td", "th"):
            self.end_cell()
            self.cells[-1] = []
            self.span = _span(dict(attrs).get("colspan"))
        elif tag == "br" and self.cells[-1] is not None:
            self.cells[-1].append(" ")

    def handle_endtag(self, tag):
        if not self.open:
            return
        if tag in ("td", "th", "tr"):
            self.end_cell()
        elif tag == "table":
            self.end_cell()
            self.open.pop()
            self.cells.pop()

    def handle_data(self, data):
        if self.cells and self.cells[-1] is not None:
            self.cells[-1].append(data)

    def end_cell(self) -> None:
        texts = self.cells[-1]
        if texts is None:
            return
        self.cells[-1] = None
        rows = self.open[-1]
        if not rows:
            rows.append([])
        rows[-1] += ["".join(texts), *[""] * (self.span - 1)]
        self.count += self.span
        if len(rows[-1]) > limits.MOST_COLUMNS:
            raise FileProblem("too_many_columns", str(limits.MOST_COLUMNS))


def _span(text: str | None) -> int:
    return min(int(text), limits.MOST_COLUMNS) if text and text.isdecimal() else 1

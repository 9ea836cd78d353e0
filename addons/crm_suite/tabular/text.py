"""Cells as people type them: digits of three scripts, invisible marks, odd spaces."""

from __future__ import annotations

import re
import unicodedata

_DIGITS = {
    ord(digit): str(value)
    for digits in ("۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩")
    for value, digit in enumerate(digits)
}
# Direction marks and byte order marks that copy and paste leaves in cells.
_INVISIBLE = dict.fromkeys(
    [0xFEFF, 0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
_NOISE = {**_INVISIBLE, 0: None}
_PERSIAN = str.maketrans("يىك", "ییک")
_ARABIC = str.maketrans("یک", "يك")
_ZERO_WIDTH_JOINERS = re.compile("[\u200b-\u200d]")


def clean(cell: object) -> str:
    """A cell as text, on one line. Whole numbers of a spreadsheet lose their ".0"."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = cell if isinstance(cell, str) else str(cell)
    # most cells are plain, and are cheaper so
    if not text.isascii() or "\0" in text:
        text = text.translate(_NOISE)
    elif text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join(text.split())


def unwrapped(cell: object) -> object:
    """Without the formula that keeps a spreadsheet from counting: ="00123"."""
    if isinstance(cell, str) and cell.startswith('="') and cell.endswith('"'):
        return cell[2:-1]
    return cell


def is_blank(cell: object) -> bool:
    """Nothing that a reader sees: no-break spaces are nothing either."""
    return cell is None or (isinstance(cell, str) and not clean(cell))


def latin_digits(text: str) -> str:
    return text if text.isascii() else text.translate(_DIGITS)


def fold(text: str) -> str:
    """Equal for spellings that a reader takes as the same.

    Case, accents and joiners go; Arabic yeh and kaf become the Persian letters.
    """
    text = unicodedata.normalize("NFKD", latin_digits(clean(text)).casefold())
    text = "".join(char for char in text if not unicodedata.combining(char))
    return _ZERO_WIDTH_JOINERS.sub("", text.translate(_PERSIAN))


def spellings(text: str) -> set[str]:
    """The text as it stands, and with the letters of an Arabic or Persian keyboard."""
    return {text, text.translate(_PERSIAN), text.translate(_ARABIC)}

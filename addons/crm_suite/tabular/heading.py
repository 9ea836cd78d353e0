"""Where the names of columns stand, and what stands above rows instead of in them."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import zip_longest

from .dates import is_month, parse_date
from .names import ANY_CUSTOMER, SYNONYMS
from .terms import begins_total
from .text import clean, fold, is_blank

# the name of a first column without one, of reports in groups
GROUP = "(group)"
# how far down column names may stand
TITLE_ROWS = 30

Row = tuple[int, list]
Known = Callable[[Iterable[str]], int]

_DRAWN = frozenset("-=+ ")
_RULE = re.compile(r"[-=+_|*]{2,}")
_NUMBER = re.compile(r"[-+(]?[\d.,' ]*\d[)-]?")
_WHO = {
    fold(name).strip()
    for names in (ANY_CUSTOMER, SYNONYMS["customer"], SYNONYMS["name"])
    for name in names.split(",")
    if name.strip()
}


@dataclass(frozen=True)
class Heading:
    names: tuple[str, ...]
    # where rows begin, counted from the first record
    first: int
    # what stands above the names of the customer below: "Customer: Anna Lee"
    labels: dict[str, str] = field(default_factory=dict)


def find_heading(head: list[list], known: Known) -> Heading | None:
    at = _header_at(head, known)
    if at is None:
        return None
    names, first = _trimmed(head[at]), at + 1
    for top, below in ((at, at + 1), (at - 1, at)):
        if not 0 <= top < below < len(head):
            continue
        both = _joined(head[top], head[below], known)
        if both and known(both) > known(names):
            names, first = both, below + 1
    labels: dict[str, str] = {}
    if names[0] and not any(fold(name) in _WHO for name in names):
        for record in reversed(head[:at]):
            label = _label(record)
            if not label:
                break
            labels = dict([label]) | labels
    return Heading(names, first, labels)


def _header_at(head: list[list], known: Known) -> int | None:
    first, best, found = None, 1, None
    for at, record in enumerate(head):
        names = [name for name in map(clean, record) if name]
        if len(names) < 2 or _label(record):
            continue
        # names are words: what is mostly figures is a row
        if first is None and not _is_row(names):
            first = at
        if 2 * sum(map(_has_digit, names)) > len(names):
            continue
        count = known(names)
        if count > best:
            best, found = count, at
    return first if found is None else found


def _is_row(texts: list[str]) -> bool:
    """Whether texts hold a day and an amount, which names do not."""
    return any(map(_is_day, texts)) and any(
        _NUMBER.fullmatch(text) and not is_month(text) for text in texts
    )


def _is_day(text: str) -> bool:
    for order in ("dmy", "mdy"):
        with contextlib.suppress(ValueError):
            return bool(parse_date(text, order))
    return False


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


def _trimmed(record: list) -> tuple[str, ...]:
    names = [clean(cell) for cell in record]
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def _joined(top: list, below: list, known: Known) -> tuple[str, ...]:
    """Names of two rows, where one of the upper stands above several of the lower."""
    above, under = _trimmed(top), _trimmed(below)
    if sum(map(bool, above)) < 2 or any(map(_has_digit, under)):
        return ()
    names, group, spans = [], "", False
    for upper, lower in zip_longest(above, under, fillvalue=""):
        group = upper or (group if lower else "")
        spans |= bool(lower and not upper and group)
        ways = (f"{group} {lower}", f"{lower} {group}", lower)
        found = [way for way in map(str.strip, ways) if known([way])]
        names.append(found[0] if lower and found else f"{group} {lower}".strip())
    return tuple(names) if spans else ()


def _label(cells: list) -> tuple[str, str] | None:
    """What a row alone says of the customer of those below it."""
    texts = [text for text in map(clean, cells) if text]
    if len(texts) == 2 and texts[0].endswith(":"):
        name, value = texts[0][:-1], texts[1]
    elif len(texts) == 1:
        name, _colon, value = texts[0].partition(":")
    else:
        return None
    name, value = name.strip(), value.strip()
    return (name, value) if value and fold(name) in _WHO else None


def is_rule(cells: list) -> bool:
    """Whether a row is a line that was drawn with signs."""
    # most rows begin otherwise, and are cheaper so
    first = (cells[0] or (cells[1] if len(cells) > 1 else None)) if cells else None
    if not isinstance(first, str) or first[:1] not in _DRAWN:
        return False
    texts = [text for text in map(clean, cells) if text]
    return bool(texts) and all(map(_RULE.fullmatch, texts))


def once_named(
    rows: Iterable[Row], names: tuple[str, ...], record: list
) -> Iterator[Row]:
    """Rows without the names of columns, which each page or block has again.

    :param record: the names as they are written
    """
    at = next(at for at, cell in enumerate(record) if not is_blank(cell))
    written = record[at]
    for number, cells in rows:
        # most rows differ in one cell, and are cheaper so
        if len(cells) <= at or cells[at] != written or _trimmed(cells) != names:
            yield number, cells


def labelled(rows: Iterable[Row], heading: Heading) -> Iterator[Row]:
    """Rows with what their block says of the customer."""
    width, labels = len(heading.names), dict(heading.labels)
    block: list[str] = []
    for number, cells in rows:
        label = _label(cells)
        if label and label[0] in labels:
            # a block that says less than the one before it has no more than it says
            block = [] if label[0] in block else block
            if not block:
                labels = dict.fromkeys(labels, "")
            block.append(label[0])
            labels[label[0]] = label[1]
        else:
            filled = [*cells[:width], *[None] * (width - len(cells))]
            # of a row that is too long nothing is certain: it stays so
            yield number, [*filled, *labels.values(), *cells[width:]]
            block = []


def is_group(cells: list) -> bool:
    return not is_blank(cells[0]) and all(map(is_blank, cells[1:]))


def ungrouped(rows: Iterable[Row]) -> Iterator[Row]:
    """Rows with the name of their group, which stands above them alone in a row; a row
    with its sum ends it."""
    above: list = []
    for number, cells in rows:
        if is_group(cells):
            above.append(cells[0])
            continue
        if not is_blank(cells[0]):
            if above and begins_total(clean(cells[0])):
                above.pop()
            yield number, cells
        else:
            yield number, [above[-1] if above else None, *cells[1:]]

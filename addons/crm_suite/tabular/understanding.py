"""A file and answers into what was understood of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from .headers import propose_columns
from .questions import Answered, Hints, Question
from .reader import Layout, detect_layout, read_table, stream_table
from .records import Notation, Rules
from .survey import ask_layout, ask_rows, notation_of, rules_of
from .table import Table

# rows that are looked at for what columns hold
SAMPLE_ROWS = 5000


@dataclass(frozen=True)
class Understanding:
    """How a file is to be read, and what of that is still open."""

    layout: Layout
    header: tuple[str, ...]
    columns: Mapping[str, str]
    questions: tuple[Question, ...]
    open: tuple[Question, ...]
    answered: Answered
    notation: Notation
    rules: Rules
    data: bytes

    def rows(self) -> Table:
        """The table anew, its rows to be walked through once."""
        return stream_table(self.data, self.layout)

    def to_dict(self) -> dict:
        """How to read the file, once all is answered: fit for JSON."""
        rules = {
            name: sorted(value) if isinstance(value, frozenset) else value
            for name, value in asdict(self.rules).items()
        }
        return {
            "layout": asdict(self.layout),
            "columns": dict(self.columns),
            "notation": asdict(self.notation),
            "rules": rules,
        }


@dataclass(frozen=True)
class Plan:
    """How to read a file of which all is known."""

    layout: Layout
    columns: Mapping[str, str]
    notation: Notation
    rules: Rules

    @classmethod
    def from_dict(cls, kept: dict) -> Plan:
        rules = {
            name: frozenset(value) if isinstance(value, list) else value
            for name, value in kept["rules"].items()
        }
        return cls(
            Layout(**kept["layout"]),
            kept["columns"],
            Notation(**kept["notation"]),
            Rules(**rules),
        )


def settle_layout(
    data: bytes,
    layout: Layout,
    answers: Mapping[str, str],
    told: Mapping[str, str] | None = None,
) -> tuple[Layout, list[Question]]:
    """The layout as far as it is known, and what was asked about it."""
    if not layout.encoding:
        found = detect_layout(data)
        layout = replace(
            layout,
            encoding=found.encoding,
            delimiter=layout.delimiter or found.delimiter,
        )
    questions = ask_layout(data, layout)
    answered = Answered(questions, answers, told or {})
    return (
        replace(
            layout,
            encoding=answered.get("encoding") or layout.encoding,
            sheet=answered.get("sheet") or layout.sheet,
        ),
        questions,
    )


def understand(
    data: bytes,
    layout: Layout,
    answers: Mapping[str, str],
    hints: Hints,
    columns: Mapping[str, str] | None = None,
    told: Mapping[str, str] | None = None,
) -> Understanding:
    """What the file proves and what was answered; the rest is open.

    :param columns: field → header, as chosen; those that are proposed without
    :param told: answers that hold whatever the file proves
    """
    layout, questions = settle_layout(data, layout, answers, told)
    if columns is None:
        columns = propose_columns(read_table(data, layout, SAMPLE_ROWS))
    table = stream_table(data, layout)
    questions += ask_rows(table, columns, hints)
    answered = Answered(questions, answers, told or {})
    return Understanding(
        layout,
        table.header,
        columns,
        tuple(questions),
        tuple(answered.open),
        answered,
        notation_of(answered, columns, hints),
        rules_of(answered),
        data,
    )

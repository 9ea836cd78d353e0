"""Questions that a file leaves open, and what was answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Choice:
    key: str
    # what it makes of an example, in figures
    example: str = ""


@dataclass(frozen=True)
class Question:
    """`subject` tells questions of one kind apart: the word of a status."""

    kind: str
    choices: tuple[Choice, ...]
    proposed: str | None = None
    # the file itself answers it so
    is_proved: bool = False
    subject: str = ""
    # the subject as the file writes it, and in how many rows
    shown: str = ""
    count: int = 0
    # the rows that would decide
    rows: tuple[int, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.subject}" if self.subject else self.kind

    def answer(
        self, answers: Mapping[str, str], told: Mapping[str, str] | None = None
    ) -> str | None:
        """The key that holds: what somebody has told in spite of all, what is proved,
        what was answered for want of it."""
        keys = [choice.key for choice in self.choices]
        if told and told.get(self.id) in keys:
            return told[self.id]
        chosen = answers.get(self.id)
        if self.is_proved and not (self.kind == "sheet" and chosen in keys):
            return self.proposed
        return chosen if chosen in keys else None


@dataclass(frozen=True)
class Hints:
    """What the company says of itself."""

    currency: str = ""
    # words for it in the user's language
    currency_words: tuple[str, ...] = ()
    decimal_places: int = 2
    # rates of the company's sales taxes in percent
    tax_rates: tuple[float, ...] = ()
    # what its users write, where a file proves nothing
    decimal_mark: str = "."
    date_order: str = "dmy"


@dataclass
class Answered:
    """The questions of a file, answered as far as they are."""

    questions: list[Question]
    answers: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self):
        self.settled = {
            one.id: one.answer(self.answers, self.told) for one in self.questions
        }

    @property
    def open(self) -> list[Question]:
        return [one for one in self.questions if self.settled[one.id] is None]

    def get(self, name: str) -> str | None:
        return self.settled.get(name)

    def subjects(self, kind: str, answer: str) -> frozenset[str]:
        return frozenset(
            one.subject
            for one in self.questions
            if one.kind == kind and self.settled[one.id] == answer
        )

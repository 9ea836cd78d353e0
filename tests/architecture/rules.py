"""What a rule is: a function that lists its findings in an add-on, tried on faults."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

Files = dict[str, str]


@dataclass(frozen=True)
class Rule:
    check: Callable[[Path], list[str]]
    # small add-ons named `sample`: one finding in each of these, none in those
    faults: tuple[Files, ...]
    passed: tuple[Files, ...]

    @property
    def name(self) -> str:
        return self.check.__name__


RULES: list[Rule] = []


def rule(faults: Iterable[Files], passed: Iterable[Files] = ()):
    """Hold this in every add-on."""

    def register(check):
        RULES.append(Rule(check, tuple(faults), tuple(passed)))
        return check

    return register


def each(name: str, *texts: str, also: Files | None = None) -> list[Files]:
    """The same file with each of these texts."""
    return [{**(also or {}), name: text} for text in texts]


def subject(finding: str) -> str:
    """Known findings are named without what moves: the line, details in brackets."""
    return re.sub(r"(?<=\w):\d+| \(.*\)$", "", finding)

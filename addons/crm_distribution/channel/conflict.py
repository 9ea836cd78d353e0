"""A contradiction in the channel, as whoever finds it states it."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

ACTIVE, PASSIVE, UNKNOWN = "active", "passive", "unknown"
HORIZONTAL, VERTICAL, MULTICHANNEL = "horizontal", "vertical", "multichannel"
LOW, MEDIUM, HIGH = "1", "2", "3"


class Fact(NamedTuple):
    """Two parties, what they contradict each other about, and what proves it.

    ``about`` names the two sides ("order 7", "agreement 3"), ``proof`` what was seen.
    The same proof about the same sides is the same contradiction, however often it is
    found; a new proof is a new one.
    """

    company_id: int
    kind: str
    about: tuple[str, ...]
    proof: tuple[tuple[str, str], ...]
    direction: str
    activity: str = UNKNOWN
    severity: str = MEDIUM
    # whether the deciding policy forbids to go on
    blocks: bool = False
    # whether a sale to who came unasked contradicts the promise as well
    restricts: bool = False
    # ids of what it is about, by field of a conflict
    links: tuple[tuple[str, int], ...] = ()

    @property
    def is_free(self) -> bool:
        """The promise leaves such sales free: noted, nobody has to do anything."""
        return self.activity == PASSIVE and not self.restricts

    @property
    def subject(self) -> str:
        return _digest(self.company_id, self.kind, *sorted(self.about))

    @property
    def key(self) -> str:
        return _digest(self.subject, *sorted(map(repr, self.proof)))


def direction(level: int | None, other_level: int | None, own: bool) -> str:
    """Of two sides: the same level, different ones, or our own sales."""
    if own:
        return MULTICHANNEL
    return HORIZONTAL if (level or 0) == (other_level or 0) else VERTICAL


def may_block(direction: str, activity: str) -> bool:
    """Only active sales of an intermediary may be restricted.

    Our own sales are promised away by ourselves: only a customer who came unasked
    frees them.
    """
    if direction == MULTICHANNEL:
        return activity != PASSIVE
    return activity == ACTIVE


def _digest(*parts: object) -> str:
    text = "\x1f".join(map(str, parts))
    return hashlib.sha256(text.encode()).hexdigest()[:32]

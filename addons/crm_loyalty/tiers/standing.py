"""What a customer has in a program, why, and how it ended."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import NamedTuple


class Reason(str, Enum):
    """Why a customer has a tier."""

    QUALIFIED = "qualified"
    RENEWED = "renewed"
    GRACE = "grace"
    LANDED = "landed"
    INVITED = "invited"
    RESUMED = "resumed"


class Ending(str, Enum):
    """Why a membership ended."""

    PROMOTED = "promoted"
    RENEWED = "renewed"
    EXPIRED = "expired"
    INVITED = "invited"
    WITHDRAWN = "withdrawn"


class Window(NamedTuple):
    """Days from the first to the last, both included."""

    start: date
    end: date


class Figures(NamedTuple):
    """What a decision was made from."""

    window: Window
    amount: float
    threshold: float

    @property
    def suffice(self) -> bool:
        """Reached to the unit; nothing at all never is enough."""
        return self.amount >= self.threshold and self.amount > 0


@dataclass(frozen=True, eq=False)
class Standing:
    """A tier that a customer has from a day until another, and why.

    :param kept_until: the last day of the period for which it was earned
    :param counts_from: the first day whose purchases count for keeping it
    :param basis: what earned it, and takes it away when purchases are returned
    :param fallback: what a lost one gives way to: a standing, or the name of one
    :param ref: the caller's own name for it
    """

    tier: Hashable
    reason: Reason
    since: date
    until: date
    kept_until: date
    counts_from: date
    figures: Figures | None = None
    basis: Figures | None = None
    fallback: Standing | Hashable = None
    ref: Hashable = None

    @property
    def base(self) -> Standing | Hashable:
        """What is left when a standing that follows is lost: never an invitation."""
        if self.reason is Reason.INVITED:
            return self.fallback
        return self if self.ref is None else self.ref


class Change(NamedTuple):
    """A standing ends with a day, or there was none; another may begin after it."""

    ending: Ending | None
    last_day: date
    figures: Figures | None
    after: Standing | None

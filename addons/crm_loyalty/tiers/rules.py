"""How long amounts count, how long tiers last, and how high they stand."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from datetime import date, timedelta
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from .standing import Window

ONE_DAY = timedelta(1)


class Tier(NamedTuple):
    ref: Hashable
    threshold: float


class Rules(NamedTuple):
    """The periods of a program; no months mean calendar years."""

    months: int
    grace_days: int

    def window(self, day: date) -> Window:
        """The period that decides who reaches a tier on a day."""
        if self.months:
            return Window(add_months(day, -self.months) + ONE_DAY, day)
        return Window(date(day.year, 1, 1), day)

    def keep(self, day: date) -> tuple[date, date]:
        """A tier reached on a day: what counts for keeping it from when, till when.

        Who reaches it in a calendar year has it for that year and the next.
        """
        if self.months:
            return day + ONE_DAY, add_months(day, self.months)
        return _year(day.year + 1)

    def keep_on(self, counted_from: date, day: date) -> tuple[date, date]:
        """The same for one that was kept, by purchases up to a day.

        :param counted_from: the first day that counted for keeping it
        """
        if self.months:
            return day + ONE_DAY, add_months(day, self.months)
        first, last = _year(counted_from.year + 1)
        return max(first, day + ONE_DAY), last

    def keep_below(self, day: date) -> tuple[date, date]:
        """The same for one in which a customer lands on a day."""
        if self.months:
            return day, add_months(day - ONE_DAY, self.months)
        return _year(day.year)

    def last_day(self, kept_until: date) -> date:
        return kept_until + timedelta(self.grace_days)


class Ladder:
    """The tiers of a program, the lowest first."""

    def __init__(self, tiers: Iterable[Tier]):
        self.tiers = sorted(tiers, key=lambda tier: tier.threshold)
        self._levels = {tier.ref: level for level, tier in enumerate(self.tiers)}

    def level(self, ref: Hashable | None) -> int:
        """Counted from zero; nothing stands below."""
        return -1 if ref is None else self._levels[ref]

    def threshold(self, ref: Hashable) -> float:
        return self.tiers[self.level(ref)].threshold

    def reached(self, amount: float) -> int:
        """The level of an amount, below zero if it is none; nothing reaches none."""
        if amount <= 0:
            return -1
        return sum(amount >= tier.threshold for tier in self.tiers) - 1

    def above(self, ref: Hashable | None) -> Tier | None:
        level = self.level(ref) + 1
        return self.tiers[level] if level < len(self.tiers) else None

    def below(self, ref: Hashable) -> Tier | None:
        level = self.level(ref) - 1
        return self.tiers[level] if level >= 0 else None


def _year(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)


def add_months(day: date, months: int) -> date:
    """The same day of another month, or its last one."""
    return day + relativedelta(months=months)

"""Which policy decides, and how many hold one scope alone.

Scopes are paths in two trees, as Odoo keeps them: ``1/5/`` lies below ``1/``; an empty
path is all goods, or everywhere. Periods include both their days; no last day is for
ever.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date, timedelta
from enum import Enum
from typing import Literal, NamedTuple

NEVER = date.max


class Question(NamedTuple):
    """What is asked of policies and agreements: goods, a place and a day."""

    company_id: int
    category_id: int | Literal[False]
    territory_id: int | Literal[False]
    day: date


class Decision(NamedTuple):
    """The policy that decides, in words why, and those that lost, nearest first."""

    policy_id: int | Literal[False]
    sentence: str
    lost_ids: tuple[int, ...] = ()


class Reason(Enum):
    """By what one policy goes before another."""

    CATEGORY = "category"
    TERRITORY = "territory"
    START = "start"
    NEWER = "newer"


class Rule(NamedTuple):
    """A policy, as far as it decides."""

    id: int
    company_id: int
    category: str
    territory: str
    date_from: date
    date_to: date | None
    kind: str = "intensive"
    capacity: int = 1
    name: str = ""

    def in_force(self, day: date) -> bool:
        return self.date_from <= day <= (self.date_to or NEVER)

    @property
    def rank(self) -> tuple:
        """The highest decides."""
        return depth(self.category), depth(self.territory), self.date_from, self.id

    @property
    def room(self) -> int:
        """How many partners may be promised that nobody else sells."""
        return self.capacity if self.kind == "exclusive" else 1


class Claim(NamedTuple):
    """A scope for a time, promised to a holder."""

    id: int
    holder: int
    category: str
    territory: str
    date_from: date
    date_to: date | None

    def within(self, other: "Claim") -> bool:
        return (
            self.holder == other.holder
            and covers(other.category, self.category)
            and covers(other.territory, self.territory)
            and other.date_from <= self.date_from
            and (self.date_to or NEVER) <= (other.date_to or NEVER)
        )

    def meets(self, other: "Claim") -> bool:
        return (
            related(self.category, other.category)
            and related(self.territory, other.territory)
            and self.date_from <= (other.date_to or NEVER)
            and other.date_from <= (self.date_to or NEVER)
        )

    def holds(self, category: str, territory: str, day: date) -> bool:
        return (
            covers(self.category, category)
            and covers(self.territory, territory)
            and self.date_from <= day <= (self.date_to or NEVER)
        )


class Excess(NamedTuple):
    """A place in goods, territories and time with more holders than it has room for."""

    category: str
    territory: str
    day: date
    room: int
    others: tuple[Claim, ...]


def depth(path: str) -> int:
    return path.count("/")


def covers(wide: str, narrow: str) -> bool:
    """Whether a scope is the other or lies above it."""
    return narrow.startswith(wide)


def related(one: str, other: str) -> bool:
    """Whether two scopes have something in common."""
    return covers(one, other) or covers(other, one)


def meet(one: str, other: str) -> str:
    """What two related scopes have in common."""
    return max(one, other, key=len)


def lineage(path: str) -> Iterator[str]:
    """A scope and all above it, the nearest first."""
    parts = path.split("/")[:-1]
    for length in range(len(parts), 0, -1):
        yield "/".join(parts[:length]) + "/"
    yield ""


class Rulebook:
    """The policies of some companies, found by scope."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = {rule.id: rule for rule in rules}
        self._by_scope = defaultdict(list)
        for rule in self.rules.values():
            key = rule.company_id, rule.category, rule.territory
            self._by_scope[key].append(rule)

    def ranked(
        self, company_id: int, category: str, territory: str, day: date
    ) -> list[Rule]:
        """The policies that cover this, the one that decides first."""
        found = []
        for wide in lineage(category):
            for area in lineage(territory):
                rules = self._by_scope.get((company_id, wide, area), ())
                found += [rule for rule in rules if rule.in_force(day)]
        return sorted(found, key=lambda rule: rule.rank, reverse=True)

    def room(self, company_id: int, category: str, territory: str, day: date) -> int:
        """How many may hold this alone: one where nothing else is said."""
        ranked = self.ranked(company_id, category, territory, day)
        return ranked[0].room if ranked else 1

    def changes(self, company_id: int) -> set[date]:
        """Days on which another policy may begin to decide."""
        rules = [rule for rule in self.rules.values() if rule.company_id == company_id]
        days = {rule.date_from for rule in rules}
        return days | {day_after(rule.date_to) for rule in rules if rule.date_to}


def day_after(day: date) -> date:
    return day if day == NEVER else day + timedelta(days=1)


def ahead_by(winner: Rule, loser: Rule) -> Reason:
    for reason, ours, theirs in zip(Reason, winner.rank, loser.rank, strict=True):
        if ours != theirs:
            return reason
    raise ValueError("a policy does not lose to itself")


def find_excess(
    claim: Claim,
    others: Collection[Claim],
    room: Callable[[str, str, date], int],
    changes: Collection[date] = (),
) -> Excess | None:
    """Where a claim to hold a scope alone is one too many.

    Holders grow in number where scopes meet and on days when a claim begins; room
    shrinks on days when another policy begins to decide. So those are looked at.

    :param room: how many may hold category × territory alone on a day
    :param changes: the days on which room may be another
    """
    met = [one for one in others if one.holder != claim.holder and claim.meets(one)]
    met.sort(key=lambda one: (one.date_from, one.id))
    categories = {meet(claim.category, one.category) for one in met}
    territories = {meet(claim.territory, one.territory) for one in met}
    starts = {claim.date_from, *changes} | {one.date_from for one in met}
    last = claim.date_to or NEVER
    for day in sorted(day for day in starts if claim.date_from <= day <= last):
        for category in sorted(categories, key=depth):
            for territory in sorted(territories, key=depth):
                there = [one for one in met if one.holds(category, territory, day)]
                allowed = room(category, territory, day)
                if there and len({one.holder for one in there}) + 1 > allowed:
                    return Excess(category, territory, day, allowed, tuple(there))
    return None

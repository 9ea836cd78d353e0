"""Which policy decides, and how many hold one scope alone.

Scopes are paths in two trees, as Odoo keeps them: ``1/5/`` lies below ``1/``; an empty
path is all goods, or everywhere. Periods include both their days; no last day is for
ever.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from enum import Enum
from itertools import product
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


def own_id(path: str) -> int:
    """Of a path, the last one."""
    return int(path.split("/")[-2])


def above_id(path: str) -> int | None:
    """Of a path, the one above the last one."""
    parts = path.split("/")[:-1]
    return int(parts[-2]) if len(parts) > 1 else None


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
        """How many partners may be promised that nobody else sells this.

        The closest exclusive policy says so; without one, alone is alone.
        """
        for rule in self.ranked(company_id, category, territory, day):
            if rule.kind == "exclusive":
                return rule.capacity
        return 1

    def meeting(self, company_id: int, claim: Claim) -> list[Rule]:
        """The policies that say something about a part of this scope."""
        return [
            rule
            for rule in self.rules.values()
            if rule.company_id == company_id
            and related(rule.category, claim.category)
            and related(rule.territory, claim.territory)
        ]


class Change(NamedTuple):
    """A promise under which another policy would decide, or the same otherwise."""

    claim: Claim
    category: str
    territory: str
    day: date
    before: Rule | None
    after: Rule | None
    # holders of a part of it, where it is exclusive; none where that is not asked
    holders: int


def day_after(day: date) -> date:
    return day if day == NEVER else day + timedelta(days=1)


def ahead_by(winner: Rule, loser: Rule) -> Reason:
    for reason, ours, theirs in zip(Reason, winner.rank, loser.rank, strict=True):
        if ours != theirs:
            return reason
    raise ValueError("a policy does not lose to itself")


def find_excess(
    claim: Claim, others: Collection[Claim], book: Rulebook, company_id: int
) -> Excess | None:
    """Where and when a claim to hold a scope alone is one too many.

    Looked at where scopes meet and on days on which a claim or a policy begins: between
    them neither the holders grow in number nor the room shrinks.
    """
    met = [one for one in others if one.holder != claim.holder and claim.meets(one)]
    if not met:
        return None
    met.sort(key=lambda one: (one.date_from, one.id))
    rules = book.meeting(company_id, claim)
    scopes = [*met, *rules]
    categories = {meet(claim.category, one.category) for one in scopes}
    territories = {meet(claim.territory, one.territory) for one in scopes}
    days = {claim.date_from} | {one.date_from for one in scopes}
    days |= {day_after(rule.date_to) for rule in rules if rule.date_to}
    last = claim.date_to or NEVER
    for day in sorted(day for day in days if claim.date_from <= day <= last):
        for category in sorted(categories, key=depth):
            for territory in sorted(territories, key=depth):
                there = [one for one in met if one.holds(category, territory, day)]
                if not there:
                    continue
                room = book.room(company_id, category, territory, day)
                if len({one.holder for one in there}) >= room:
                    return Excess(category, territory, day, room, tuple(there))
    return None


def find_changes(
    claims: Collection[Claim],
    alone: Collection[int],
    before: Rulebook,
    after: Rulebook,
    today: date,
) -> list[Change]:
    """What another set of policies would change for claims, from today on.

    :param alone: ids of the claims that are exclusive
    """
    old, new = {*before.rules.values()}, {*after.rules.values()}
    found = []
    for claim in sorted(claims):
        changed = [
            rule
            for rule in old ^ new
            if related(rule.category, claim.category)
            and related(rule.territory, claim.territory)
        ]
        days = {max(today, claim.date_from)} | {rule.date_from for rule in changed}
        days |= {day_after(rule.date_to) for rule in changed if rule.date_to}
        places = {
            (meet(claim.category, rule.category), meet(claim.territory, rule.territory))
            for rule in changed
        }
        for day, place in product(sorted(days), sorted(places)):
            if day < today or not claim.holds(*place, day):
                continue
            company_id = changed[0].company_id
            ranked = (book.ranked(company_id, *place, day) for book in (before, after))
            first, second = (rules[0] if rules else None for rules in ranked)
            if promise(first) != promise(second):
                held = {
                    one.holder
                    for one in claims
                    if one.id in alone and one.holds(*place, day)
                }
                holders = len(held) if claim.id in alone else 0
                found.append(Change(claim, *place, day, first, second, holders))
                break
    return found


def promise(rule: Rule | None) -> tuple[str, int] | None:
    """What the partners of a place may count on."""
    if rule is None:
        return None
    return rule.kind, rule.capacity if rule.kind == "exclusive" else 0


def contradicts(change: Change) -> bool:
    """Whether an exclusive promise is one that the new policy would not give."""
    if not change.holders or change.after is None:
        return False
    return change.after.kind != "exclusive" or change.holders > change.after.capacity

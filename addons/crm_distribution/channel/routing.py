"""Who gets a lead: candidates in a stated sequence, each with its reason.

Candidates are the holders of agreements whose scope the lead lies in. Those who may not
have it are left out with the reason; the others stand in this sequence:

1. who has not yet let an offer of this lead run out,
2. the closest scope: exclusive, then deepest category, then deepest area,
3. the fewest open offers and leads,
4. the fewest offers lately,
5. the best record of answers,
6. the nearest, where both places are known,
7. the grade,
8. a fixed mark of who they are.

The first gets the offer, and has one more of them when the next lead comes: many leads
at once go where they would have gone one by one, in the sequence of their arrival.
Nothing here hangs on when it is asked, on chance, or on the sequence of records.
"""

from __future__ import annotations

import hashlib
import json
import math
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from functools import cache
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import NamedTuple

EARTH_RADIUS = 6371.0
# who lets so many offers of one lead run out is not asked again
MAX_LAPSES = 2
# so many candidates are kept with a lead
KEPT = 20
# without any answer so far: as if one of two had been accepted
_PRIOR_ACCEPTED, _PRIOR_ANSWERED = 1, 2

Place = tuple[float, float]
Point = tuple[float, float, float]


class Outcome(str, Enum):
    """What becomes of a lead."""

    OFFERED = "offered"
    # somebody could take it, but all of them are full
    WAITING = "waiting"
    # nobody has its place and goods in his scope
    GAP = "gap"
    # all in scope are out: declined, silent, paused …
    REFUSED = "refused"


class Reason(str, Enum):
    """Why a candidate is out, or where he stands."""

    ELIGIBLE = "eligible"
    ARCHIVED = "archived"
    OTHER_COMPANY = "other_company"
    RESERVED = "reserved"
    DECLINED = "declined"
    SILENT = "silent"
    PAUSED = "paused"
    FULL = "full"
    QUOTA = "quota"


class Criterion(str, Enum):
    """What put the first before the second, in the sequence of the ranking."""

    ALONE = "alone"
    LAPSES = "lapses"
    SCOPE = "scope"
    OPEN = "open"
    RECENT = "recent"
    RECORD = "record"
    DISTANCE = "distance"
    GRADE = "grade"
    MARK = "mark"


_CRITERIA = (
    Criterion.LAPSES,
    Criterion.SCOPE,
    Criterion.OPEN,
    Criterion.RECENT,
    Criterion.RECORD,
    Criterion.DISTANCE,
    Criterion.GRADE,
    Criterion.MARK,
)


class Scope(NamedTuple):
    """An agreement that a lead lies in."""

    agreement: int
    partner: int
    exclusive: bool = False
    category_depth: int = 0
    territory_depth: int = 0
    # open offers and leads under it at a time; 0: as many as the partner may have
    quota: int = 0


class Standing(NamedTuple):
    """An intermediary as he stands when the routing begins."""

    mark: str
    active: bool = True
    paused: bool = False
    # none: belongs to all companies
    company: int | None = None
    # open offers and leads at a time; 0: as many as come
    capacity: int = 0
    open: int = 0
    recent: int = 0
    accepted: int = 0
    answered: int = 0
    place: Place | None = None
    # a lower one is better
    grade: float = math.inf


class Request(NamedTuple):
    """A lead, and what is known of its earlier offers."""

    lead: int
    # leads with equal ones share the work: a frozenset is compared the fastest
    scopes: frozenset[Scope] | tuple[Scope, ...]
    # its company and that one's parents
    companies: frozenset[int]
    place: Place | None = None
    declined: frozenset[int] = frozenset()
    # offers of this lead that ran out, by intermediary
    lapses: Mapping[int, int] = {}


class Candidate(NamedTuple):
    """One line of the explanation."""

    partner: int
    agreement: int
    reason: Reason
    open: int
    capacity: int
    recent: int
    accepted: int
    answered: int
    lapses: int


# what stands in which place of a candidate's document
DOCUMENTED = (*Candidate._fields[:-1], "distance", Candidate._fields[-1])


class Decision(NamedTuple):
    """Where a lead goes and why; the first candidate has the offer, if there is one."""

    lead: int
    outcome: Outcome
    candidates: tuple[Candidate, ...]
    # to each of them: whole kilometres, none where a place is not known
    distances: tuple[int | None, ...]
    decided_by: Criterion | None = None
    # how many stood in its scope, kept in the explanation or not
    considered: int = 0

    @property
    def partner(self) -> int | None:
        offered = self.outcome is Outcome.OFFERED
        return self.candidates[0].partner if offered else None

    @property
    def agreement(self) -> int | None:
        offered = self.outcome is Outcome.OFFERED
        return self.candidates[0].agreement if offered else None


def mark(*parts: str | None) -> str:
    """The fixed mark of somebody, from what he is called everywhere alike."""
    words = "\0".join(" ".join((part or "").casefold().split()) for part in parts)
    return hashlib.sha256(words.encode()).hexdigest()


def known_place(latitude: float | None, longitude: float | None) -> Place | None:
    """A place, unless it is the nothing at 0/0 that stands for "not known"."""
    if not latitude and not longitude:
        return None
    return (latitude or 0.0, longitude or 0.0)


def distance(one: Place | None, other: Place | None) -> float | None:
    """Kilometres over the earth, none where a place is not known.

    By the straight line through it, half of which is what the haversine formula takes
    the arc sine of: Sinnott, Sky and Telescope 68 (1984), page 159.
    """
    if one is None or other is None:
        return None
    return _arc(_on_globe(one), _on_globe(other))


def _arc(one: Point, other: Point) -> float:
    chord = math.dist(one, other)
    return 2 * EARTH_RADIUS * math.asin(min(1.0, chord / 2))


def _on_globe(place: Place) -> Point:
    """A place on a globe of radius 1, whose middle is 0/0/0."""
    latitude, longitude = map(math.radians, place)
    across = math.cos(latitude)
    return (
        across * math.cos(longitude),
        across * math.sin(longitude),
        math.sin(latitude),
    )


def route(
    requests: Iterable[Request],
    standings: Mapping[int, Standing],
    used: Mapping[int, int] | None = None,
) -> list[Decision]:
    """Decide on each of these leads, in the sequence in which they are given.

    :param used: open offers and leads by agreement
    """
    now = _Now(standings, used or {})
    fields: dict[tuple, _Field] = {}
    decisions = []
    for request in requests:
        key = request.scopes, request.companies
        if (field := fields.get(key)) is None:
            field = fields[key] = _Field(*key, now)
        decision = field.decide(request)
        if decision.outcome is Outcome.OFFERED:
            now.give(decision.candidates[0])
        decisions.append(decision)
    return decisions


def documents(decisions: Iterable[Decision]) -> Iterator[str]:
    """The candidates of each in JSON, as a report reads them.

    A candidate that has got nothing since the last lead is what he was, but for his
    distance: hardly any is written out twice.
    """

    @cache
    def known(candidate: Candidate) -> str:
        return json.dumps(candidate[:-1], separators=(",", ":"))[:-1]

    for decision in decisions:
        rows = [
            f"{known(one)},{'null' if far is None else far},{one.lapses}]"
            for one, far in zip(decision.candidates, decision.distances, strict=True)
        ]
        yield f"[{','.join(rows)}]"


class _Now:
    """How all stand while one lead after another is given away."""

    def __init__(self, standings: Mapping[int, Standing], used: Mapping[int, int]):
        self.standings = dict(standings)
        self.used = Counter(used)
        # to whom, one after another
        self.given: list[int] = []

    def give(self, candidate: Candidate) -> None:
        before = self.standings[candidate.partner]
        self.standings[candidate.partner] = before._replace(
            open=before.open + 1, recent=before.recent + 1
        )
        self.used[candidate.agreement] += 1
        self.given.append(candidate.partner)


def rivals(scopes: Iterable[Scope]) -> set[int]:
    """Those between whom the figures of the moment decide: equally close ones."""
    closest = _closest_scopes(scopes).values()
    equal = Counter(map(_closeness, closest))
    return {scope.partner for scope in closest if equal[_closeness(scope)] > 1}


class _Field:
    """The candidates for leads of the same place and goods, kept in sequence.

    What hangs on a single lead, its place and who had it before, comes on top.
    """

    def __init__(
        self, scopes: Iterable[Scope], companies: frozenset[int], now: _Now
    ) -> None:
        self.scopes = _closest_scopes(scopes)
        self.companies = companies
        self.now = now
        # a promise that nobody else gets it, while he who has it is there
        self.reserved = any(
            scope.exclusive and now.standings[partner].active
            for partner, scope in self.scopes.items()
        )
        self.closeness = {
            partner: _closeness(scope) for partner, scope in self.scopes.items()
        }
        places = {partner: now.standings[partner].place for partner in self.scopes}
        self.points = {
            partner: place and _on_globe(place) for partner, place in places.items()
        }
        self.lines = {partner: self.line(partner) for partner in self.scopes}
        self.ranked: list[_Line] = []
        self.out: list[_Line] = []
        for line in sorted(self.lines.values()):
            self.side(line).append(line)
        # of those given away, so many are counted in
        self.seen = len(now.given)

    def decide(self, request: Request) -> Decision:
        self.catch_up()
        ranked, out = self.ranked, self.out
        if request.declined or request.lapses:
            ranked, out = self.apart(request)
        first, distances = _nearest(ranked, request.place)
        decided_by = _decided_by(first, distances)
        if out and len(first) < KEPT:
            last, farther = _nearest(out, request.place)
            first, distances = first + last, distances + farther
        return Decision(
            request.lead,
            Outcome.OFFERED if ranked else self.outcome(out),
            tuple([line.candidate for line in first[:KEPT]]),
            tuple(distances[:KEPT]),
            decided_by,
            considered=len(self.scopes),
        )

    def catch_up(self) -> None:
        """Who has got something since stands elsewhere."""
        given = self.now.given
        if self.seen == len(given):
            return
        for partner in self.scopes.keys() & given[self.seen :]:
            line = self.lines[partner]
            lines = self.side(line)
            del lines[bisect_left(lines, line)]
            line = self.lines[partner] = self.line(partner)
            insort(self.side(line), line)
        self.seen = len(given)

    def apart(self, request: Request) -> tuple[list[_Line], list[_Line]]:
        """The lines of this lead, some of whom have had it before."""
        before = self.scopes.keys() & (request.declined | request.lapses.keys())
        ranked = [line for line in self.ranked if line.candidate.partner not in before]
        out = [line for line in self.out if line.candidate.partner not in before]
        for partner in before:
            line = self.line(
                partner, partner in request.declined, request.lapses.get(partner, 0)
            )
            insort(ranked if line.candidate.reason is Reason.ELIGIBLE else out, line)
        return ranked, out

    def side(self, line: _Line) -> list[_Line]:
        return self.ranked if line.candidate.reason is Reason.ELIGIBLE else self.out

    def line(self, partner: int, declined: bool = False, lapses: int = 0) -> _Line:
        scope, standing = self.scopes[partner], self.now.standings[partner]
        record = (standing.accepted + _PRIOR_ACCEPTED) / (
            standing.answered + _PRIOR_ANSWERED
        )
        before = (
            lapses,
            self.closeness[partner],
            standing.open,
            standing.recent,
            -record,
        )
        after = (standing.grade, (standing.mark, partner))
        candidate = Candidate(
            partner=partner,
            agreement=scope.agreement,
            reason=self.reason(scope, standing, declined, lapses),
            open=standing.open,
            capacity=standing.capacity,
            recent=standing.recent,
            accepted=standing.accepted,
            answered=standing.answered,
            lapses=lapses,
        )
        return _Line(before, after, candidate, self.points[partner])

    def reason(
        self, scope: Scope, standing: Standing, declined: bool, lapses: int
    ) -> Reason:
        checks = (
            (Reason.ARCHIVED, not standing.active),
            (
                Reason.OTHER_COMPANY,
                standing.company is not None and standing.company not in self.companies,
            ),
            (Reason.RESERVED, self.reserved and not scope.exclusive),
            (Reason.DECLINED, declined),
            (Reason.SILENT, lapses >= MAX_LAPSES),
            (Reason.PAUSED, standing.paused),
            (Reason.FULL, 0 < standing.capacity <= standing.open),
            (Reason.QUOTA, 0 < scope.quota <= self.now.used[scope.agreement]),
        )
        return next((reason for reason, out in checks if out), Reason.ELIGIBLE)

    def outcome(self, out: list[_Line]) -> Outcome:
        """What becomes of a lead that nobody can have."""
        reasons = {line.candidate.reason for line in out}
        if reasons & {Reason.FULL, Reason.QUOTA}:
            return Outcome.WAITING
        # nobody lives who could take leads there: the scope of those is empty
        if reasons <= {Reason.ARCHIVED, Reason.OTHER_COMPANY}:
            return Outcome.GAP
        return Outcome.REFUSED


class _Line(NamedTuple):
    """A candidate in his place; no two have the same rank."""

    # the criteria before the distance, and those after it
    before: tuple
    after: tuple
    candidate: Candidate
    point: Point | None


def _closest_scopes(scopes: Iterable[Scope]) -> dict[int, Scope]:
    """One for each partner: who has several is judged by the closest."""
    closest: dict[int, Scope] = {}
    for scope in scopes:
        known = closest.get(scope.partner)
        if known is None or _closest_first(scope) < _closest_first(known):
            closest[scope.partner] = scope
    return closest


def _closest_first(scope: Scope) -> tuple:
    return (_closeness(scope), scope.agreement)


def _closeness(scope: Scope) -> tuple:
    return (not scope.exclusive, -scope.category_depth, -scope.territory_depth)


def _nearest(
    lines: list[_Line], place: Place | None
) -> tuple[list[_Line], list[int | None]]:
    """The first of them; of those equal until then, the nearer ones go first.

    A lead without a place is equally far from all.

    :return: besides, how far each of them is
    """
    if place is None:
        first = lines[:KEPT]
        return first, [None] * len(first)
    here = _on_globe(place)
    found: list[tuple[float, _Line]] = []
    # they stand in sequence, and the rest is not looked at
    # pylint: disable-next=bad-builtin-groupby
    for _before, equals in groupby(lines, key=attrgetter("before")):
        placed = [(_kilometres(here, line.point), line) for line in equals]
        # equally far ones keep their sequence
        placed.sort(key=itemgetter(0))
        found += placed
        if len(found) >= KEPT:
            break
    del found[KEPT:]
    return (
        [line for _far, line in found],
        [None if far == math.inf else far for far, _line in found],
    )


def _kilometres(here: Point, there: Point | None) -> float:
    """Whole ones; farther than all others, where a place is not known."""
    return math.inf if there is None else round(_arc(here, there))


def _decided_by(lines: list[_Line], distances: list[int | None]) -> Criterion | None:
    if not lines:
        return None
    if len(lines) == 1:
        return Criterion.ALONE
    ranks = [
        (*line.before, math.inf if far is None else far, *line.after)
        for line, far in zip(lines[:2], distances[:2], strict=True)
    ]
    for criterion, first, second in zip(_CRITERIA, *ranks, strict=True):
        if first != second:
            return criterion
    raise ValueError("two candidates of one rank")

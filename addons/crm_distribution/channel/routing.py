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
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from enum import Enum
from heapq import nsmallest
from typing import NamedTuple

EARTH_RADIUS = 6371.0
# who lets so many offers of one lead run out is not asked again
MAX_LAPSES = 2
# so many candidates are kept with a lead
KEPT = 20
# without any answer so far: as if one of two had been accepted
_PRIOR_ACCEPTED, _PRIOR_ANSWERED = 1, 2

Place = tuple[float, float]


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
    scopes: tuple[Scope, ...]
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
    # kilometres; none where a place is not known
    distance: float | None
    lapses: int


class Decision(NamedTuple):
    """Where a lead goes and why; the first candidate has the offer, if there is one."""

    lead: int
    outcome: Outcome
    candidates: tuple[Candidate, ...]
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

    The haversine formula: Sinnott, Sky and Telescope 68 (1984), page 159.
    """
    if one is None or other is None:
        return None
    a_lat, a_lon, b_lat, b_lon = map(math.radians, (*one, *other))
    chord = (
        math.sin((b_lat - a_lat) / 2) ** 2
        + math.cos(a_lat) * math.cos(b_lat) * math.sin((b_lon - a_lon) / 2) ** 2
    )
    return 2 * EARTH_RADIUS * math.asin(min(1.0, math.sqrt(chord)))


def route(
    requests: Iterable[Request],
    standings: Mapping[int, Standing],
    used: Mapping[int, int] | None = None,
) -> list[Decision]:
    """Decide on each of these leads, in the sequence in which they are given.

    :param used: open offers and leads by agreement
    """
    now = dict(standings)
    used = Counter(used)
    decisions = []
    for request in requests:
        decision = _decide(request, now, used)
        if decision.partner is not None:
            standing = now[decision.partner]
            now[decision.partner] = standing._replace(
                open=standing.open + 1, recent=standing.recent + 1
            )
            used[decision.agreement] += 1
        decisions.append(decision)
    return decisions


def _decide(
    request: Request, standings: Mapping[int, Standing], used: Mapping[int, int]
) -> Decision:
    scopes = _closest_scopes(request.scopes)
    # a promise that nobody else gets it, while he who has it is there
    reserved = any(
        scope.exclusive and standings[scope.partner].active for scope in scopes
    )
    ranked, out = [], []
    for scope in scopes:
        standing = standings[scope.partner]
        reason = _reason(request, scope, standing, reserved, used)
        if reason is Reason.ELIGIBLE:
            ranked.append((_rank(request, scope, standing), scope, standing))
        else:
            out.append((_rank(request, scope, standing), scope, standing, reason))
    first = nsmallest(KEPT, ranked, key=_by_rank)
    candidates = [
        _candidate(request, scope, standing, Reason.ELIGIBLE)
        for _rank, scope, standing in first
    ]
    candidates += [
        _candidate(request, scope, standing, reason)
        for _rank, scope, standing, reason in nsmallest(
            KEPT - len(candidates), out, key=_by_rank
        )
    ]
    reasons = {reason for *_rest, reason in out}
    if ranked:
        outcome = Outcome.OFFERED
    elif reasons & {Reason.FULL, Reason.QUOTA}:
        outcome = Outcome.WAITING
    # nobody lives who could take leads there: the scope of those is empty
    elif reasons <= {Reason.ARCHIVED, Reason.OTHER_COMPANY}:
        outcome = Outcome.GAP
    else:
        outcome = Outcome.REFUSED
    decided_by = _decided_by([rank for rank, *_rest in first[:2]])
    return Decision(
        request.lead, outcome, tuple(candidates), decided_by, considered=len(scopes)
    )


def rivals(scopes: Iterable[Scope]) -> set[int]:
    """Those between whom the figures of the moment decide: equally close ones."""
    closest = _closest_scopes(scopes)
    equal = Counter(map(_closeness, closest))
    return {scope.partner for scope in closest if equal[_closeness(scope)] > 1}


def _closest_scopes(scopes: Iterable[Scope]) -> list[Scope]:
    """One for each partner: who has several is judged by the closest."""
    closest: dict[int, Scope] = {}
    for scope in scopes:
        known = closest.get(scope.partner)
        if known is None or _closest_first(scope) < _closest_first(known):
            closest[scope.partner] = scope
    return list(closest.values())


def _closest_first(scope: Scope) -> tuple:
    return (_closeness(scope), scope.agreement)


def _closeness(scope: Scope) -> tuple:
    return (not scope.exclusive, -scope.category_depth, -scope.territory_depth)


def _reason(
    request: Request,
    scope: Scope,
    standing: Standing,
    reserved: bool,
    used: Mapping[int, int],
) -> Reason:
    checks = (
        (Reason.ARCHIVED, not standing.active),
        (
            Reason.OTHER_COMPANY,
            standing.company is not None and standing.company not in request.companies,
        ),
        (Reason.RESERVED, reserved and not scope.exclusive),
        (Reason.DECLINED, scope.partner in request.declined),
        (Reason.SILENT, request.lapses.get(scope.partner, 0) >= MAX_LAPSES),
        (Reason.PAUSED, standing.paused),
        (Reason.FULL, 0 < standing.capacity <= standing.open),
        (Reason.QUOTA, 0 < scope.quota <= used[scope.agreement]),
    )
    return next((reason for reason, out in checks if out), Reason.ELIGIBLE)


def _rank(request: Request, scope: Scope, standing: Standing) -> tuple:
    away = distance(request.place, standing.place)
    record = (standing.accepted + _PRIOR_ACCEPTED) / (
        standing.answered + _PRIOR_ANSWERED
    )
    return (
        request.lapses.get(scope.partner, 0),
        _closeness(scope),
        standing.open,
        standing.recent,
        -record,
        # whole kilometres; a lead without a place is equally far from all
        0 if request.place is None else math.inf if away is None else round(away),
        standing.grade,
        (standing.mark, scope.partner),
    )


def _by_rank(item: tuple) -> tuple:
    return item[0]


def _candidate(
    request: Request, scope: Scope, standing: Standing, reason: Reason
) -> Candidate:
    return Candidate(
        partner=scope.partner,
        agreement=scope.agreement,
        reason=reason,
        open=standing.open,
        capacity=standing.capacity,
        recent=standing.recent,
        accepted=standing.accepted,
        answered=standing.answered,
        distance=distance(request.place, standing.place),
        lapses=request.lapses.get(scope.partner, 0),
    )


def _decided_by(ranks: list[tuple]) -> Criterion | None:
    if not ranks:
        return None
    if len(ranks) == 1:
        return Criterion.ALONE
    return next(
        criterion
        for criterion, first, second in zip(_CRITERIA, *ranks, strict=True)
        if first != second
    )

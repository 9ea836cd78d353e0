"""Working time, and the clocks of a promise as a state machine.

Moments are naive and in UTC, as the database keeps them; only here do they meet the
zone of a team. A clock is read from what happened, never kept running by anybody: the
same events give the same clock, by whatever way they came in.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, timezone
from typing import NamedTuple
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
NONE = timedelta()
# A team without hours for so long makes no promise.
HORIZON = timedelta(days=92)
MINUTES_A_DAY = 24 * 60

FIRST, NEXT, SOLUTION = KINDS = ("first", "next", "solution")
RUNNING, PAUSED, MET, MISSED = "running", "paused", "met", "missed"
NO_CALENDAR, ENDED = "no_calendar", "ended"
SETTLED = {MET, MISSED, ENDED}


class Span(NamedTuple):
    """Hours of a weekday (0 is Monday), in minutes since its midnight."""

    weekday: int
    start: int
    end: int
    # 0 or 1 where two weeks alternate
    week: int | None = None


@dataclass(frozen=True)
class Hours:
    """When a team works, with what is closed on top."""

    zone: str
    spans: tuple[Span, ...]
    closed: tuple[tuple[datetime, datetime], ...] = ()
    _ends: tuple[datetime, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self):
        closed = tuple(sorted(self.closed))
        object.__setattr__(self, "closed", closed)
        # the latest end so far, which only grows, to begin a search at
        ends: list[datetime] = []
        for _start, end in closed:
            ends.append(max(ends[-1], end) if ends else end)
        object.__setattr__(self, "_ends", tuple(ends))

    def add(self, start: datetime, work: timedelta) -> datetime | None:
        """When so much work is done; none if the team has no hours for months."""
        left = work
        for begin, end in self._intervals(start):
            if left <= end - begin:
                return begin + left
            left -= end - begin
        return None

    def next(self, start: datetime) -> datetime | None:
        """The first moment of work from one on; none if there is none for months."""
        return next((begin for begin, _end in self._intervals(start)), None)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The working time from one moment to another, 0 if it is before."""
        total = NONE
        for begin, stop in self._intervals(start, end):
            total += stop - begin
        return total

    def _intervals(
        self, start: datetime, end: datetime | None = None
    ) -> Iterator[tuple[datetime, datetime]]:
        """Stretches of work from a moment on, to another or while there are any."""
        if not self.spans or (end is not None and end <= start):
            return
        zone = ZoneInfo(self.zone)
        day = start.replace(tzinfo=timezone.utc).astimezone(zone).date() - DAY
        reached = start
        seen = start
        while True:
            midnight = datetime.combine(day, time(), zone)
            opening = midnight.astimezone(timezone.utc).replace(tzinfo=None)
            if opening >= (end or seen + HORIZON):
                return
            for begin, stop in self._of_day(day, zone):
                begin = max(begin, reached)
                stop = stop if end is None else min(stop, end)
                if begin >= stop:
                    continue
                reached = stop
                for part in self._open_parts(begin, stop):
                    seen = part[1]
                    yield part
            day += DAY

    def _of_day(self, day, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
        week = (day.toordinal() - 1) // 7 % 2
        for span in sorted(self.spans, key=lambda one: one.start):
            if span.weekday == day.weekday() and span.week in (None, week):
                yield _moment(day, span.start, zone), _moment(day, span.end, zone)

    def _open_parts(
        self, begin: datetime, stop: datetime
    ) -> Iterator[tuple[datetime, datetime]]:
        first = bisect_right(self._ends, begin)
        for start, end in self.closed[first:]:
            if start >= stop:
                break
            if start > begin:
                yield begin, start
            begin = max(begin, end)
            if begin >= stop:
                return
        yield begin, stop


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def minutes_of(hour: float) -> int:
    """Minutes since midnight of an hour as calendars keep it.

    Where a day was typed as ending at 23:59, its last minute is meant as well.
    """
    minutes = round(hour * 60)
    return MINUTES_A_DAY if minutes >= MINUTES_A_DAY - 1 else minutes


def _moment(day, minutes: int, zone: ZoneInfo) -> datetime:
    days, minutes = divmod(minutes, MINUTES_A_DAY)
    local = datetime.combine(day + days * DAY, time(minutes // 60, minutes % 60), zone)
    return local.astimezone(timezone.utc).replace(tzinfo=None)


class Event(NamedTuple):
    """Something that happened in an episode of a case.

    ``opened`` and ``reopened`` begin it, ``promised`` changes what was promised,
    ``customer`` and ``agent`` said something, ``waiting`` and ``resumed`` stop and
    start, ``solved``, ``closed`` and ``merged`` end it, ``carried`` brings earlier
    deadlines of a case that was merged into this one. Others count for nothing.
    """

    at: datetime
    kind: str
    who: int | None = None
    # what is promised from now on, by kind of clock
    promise: Mapping[str, timedelta] | None = None
    # deadlines that were promised before, and since when
    carried: Mapping[str, tuple[datetime, datetime]] | None = None


@dataclass(frozen=True)
class Clock:
    """How one promise stands."""

    kind: str
    # which of its kind in the episode
    number: int
    state: str
    started: datetime
    target: timedelta
    used: timedelta
    due: datetime | None
    # when most of the time is used up
    warn: datetime | None
    finished: datetime | None
    who: int | None


@dataclass
class _Run:
    kind: str
    number: int
    started: datetime
    target: timedelta | None
    # stretches in which nobody waited for the customer; the last one may be open
    runs: list[list[datetime | None]]
    limit: datetime | None = None
    finished: datetime | None = None
    ended: datetime | None = None
    who: int | None = None

    @property
    def is_open(self) -> bool:
        return self.finished is None and self.ended is None

    @property
    def is_paused(self) -> bool:
        return self.runs[-1][1] is not None

    def stop(self, at: datetime) -> None:
        if not self.is_paused:
            self.runs[-1][1] = max(at, self.runs[-1][0])

    def reaches(self, hours: Hours, work: timedelta) -> datetime | None:
        """When it has run for so long, or will have if nothing stops it.

        None as long as it is stopped before, or the team has no hours.
        """
        for begin, end in self.runs:
            reached = hours.add(begin, work)
            if reached is None or end is None or reached <= end:
                return reached
            work -= hours.between(begin, end)
        return None

    def used(self, hours: Hours, now: datetime) -> timedelta:
        return sum((hours.between(a, b or now) for a, b in self.runs), NONE)


class _Reading:
    """Walks through the events of one episode."""

    def __init__(self):
        self.runs: list[_Run] = []
        self.promise: Mapping[str, timedelta] = {}
        self.over = False

    def open(self, kind: str) -> _Run | None:
        return next((r for r in self.runs if r.kind == kind and r.is_open), None)

    def start(self, kind: str, at: datetime) -> _Run:
        number = 1 + sum(run.kind == kind for run in self.runs)
        run = _Run(kind, number, at, self.promise.get(kind), [[at, None]])
        self.runs.append(run)
        return run

    def is_answered(self) -> bool:
        return any(run.kind == FIRST and run.finished for run in self.runs)

    def take(self, event: Event) -> None:
        if self.over:
            return
        if event.promise is not None:
            self.take_promise(event)
        step = getattr(self, f"on_{event.kind}", None)
        if step:
            step(event)

    def take_promise(self, event: Event) -> None:
        self.promise = event.promise
        for run in [run for run in self.runs if run.is_open]:
            target = event.promise.get(run.kind)
            if target is None and run.target is not None:
                run.ended = event.at
                # it goes on unpromised, in case it is promised again
                again = self.start(run.kind, run.started)
                again.runs = [list(one) for one in run.runs]
            else:
                run.target = target

    def on_opened(self, event: Event) -> None:
        self.start(FIRST, event.at)
        self.start(SOLUTION, event.at)

    on_reopened = on_opened

    def on_customer(self, event: Event) -> None:
        self.on_resumed(event)
        if self.is_answered() and not self.open(NEXT):
            self.start(NEXT, event.at)

    def on_agent(self, event: Event) -> None:
        for kind in (FIRST, NEXT):
            self.finish(kind, event)

    def on_waiting(self, event: Event) -> None:
        for run in self.runs:
            if run.is_open:
                run.stop(event.at)

    def on_resumed(self, event: Event) -> None:
        for run in self.runs:
            if run.is_open and run.is_paused:
                run.runs.append([event.at, None])

    def on_carried(self, event: Event) -> None:
        for kind, (since, due) in (event.carried or {}).items():
            run = self.open(kind)
            if not run and kind != SOLUTION and self.is_answered():
                run = self.open(NEXT) or self.start(NEXT, since)
            if run:
                run.limit = min(run.limit or due, due)

    def on_solved(self, event: Event) -> None:
        for kind in KINDS:
            self.finish(kind, event)
        self.over = True

    def on_closed(self, event: Event) -> None:
        for run in self.runs:
            if run.is_open:
                run.ended = event.at
        self.over = True

    on_merged = on_closed

    def finish(self, kind: str, event: Event) -> None:
        if run := self.open(kind):
            run.finished, run.who = event.at, event.who


def read_clocks(
    events: Sequence[Event], hours: Hours, now: datetime, warn_share: float = 0.75
) -> list[Clock]:
    """The clocks of one episode, as they stand now.

    :param events: in the sequence in which they happened
    :param warn_share: of the promised time, after which it is time to warn
    """
    reading = _Reading()
    for event in events:
        reading.take(event)
    return [
        _judge(run, hours, now, warn_share)
        for run in reading.runs
        if run.target is not None
    ]


def _judge(run: _Run, hours: Hours, now: datetime, warn_share: float) -> Clock:
    due = run.reaches(hours, run.target)
    if run.limit and not (due is None and run.is_paused):
        due = min(due or run.limit, run.limit)
    end = run.finished or run.ended
    if due is not None and due < (end or now):
        state = MISSED
    elif run.ended:
        state = ENDED
    elif run.is_paused:
        state, due = (MET if run.finished else PAUSED), None
    elif due is None:
        state = NO_CALENDAR
    else:
        state = MET if run.finished else RUNNING
    warn = run.reaches(hours, run.target * warn_share) if state == RUNNING else None
    return Clock(
        kind=run.kind,
        number=run.number,
        state=state,
        started=run.started,
        target=run.target,
        used=run.used(hours, end or now),
        due=due,
        warn=min(warn, due) if warn and due else warn,
        finished=run.finished,
        who=run.who,
    )


def stand_in(
    person: int, deputies: Mapping[int, int | None], away: set[int], last: int
) -> int:
    """Who acts for somebody: the first who is there, at last whoever leads."""
    seen: set[int] = set()
    while person in away and person not in seen:
        seen.add(person)
        person = deputies.get(person) or last
    return last if person in seen else person

"""Working time and the clocks of promises."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st
from metrics.clock import Event, Hours, Span, minutes_of, read_clocks, stand_in

BERLIN, TEHRAN = "Europe/Berlin", "Asia/Tehran"
ALWAYS = Hours(BERLIN, tuple(Span(day, 0, 1440) for day in range(7)))


def hours(text):
    return timedelta(hours=text)


def minutes(number):
    return timedelta(minutes=number)


def week(zone, days, *spans, closed=()):
    return Hours(
        zone,
        tuple(Span(d, round(a * 60), round(b * 60)) for d in days for a, b in spans),
        closed,
    )


def utc(text, zone=BERLIN):
    """A moment on the wall clock of a place."""
    local = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    return local.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)


OFFICE = week(BERLIN, range(5), (9, 17))


def clocks(events, calendar=OFFICE, now="2030-01-01 00:00", zone=BERLIN, **promise):
    """Read (moment, kind) pairs; the first one promises."""
    promise = {kind: minutes(number) for kind, number in promise.items()}
    told = [
        Event(utc(at, zone), kind, who=who, promise=None if n else promise)
        for n, (at, kind, *rest) in enumerate(events)
        for who in [rest[0] if rest else None]
    ]
    return {
        (one.kind, one.number): one
        for one in read_clocks(told, calendar, utc(now, zone))
    }


def test_clocks_go_forward():
    """V01: the night has an hour less, so it ends an hour later by the clock."""
    due = ALWAYS.add(utc("2027-03-27 20:00"), hours(8))
    assert due == datetime(2027, 3, 28, 3) == utc("2027-03-28 05:00")


def test_clocks_go_back():
    """V02: the night has an hour more."""
    assert ALWAYS.add(utc("2026-10-24 20:00"), hours(8)) == datetime(2026, 10, 25, 2)


def test_each_day_has_its_own_offset():
    """V03: after the weekend it is winter time."""
    assert OFFICE.add(utc("2026-10-23 16:00"), hours(2)) == datetime(2026, 10, 26, 9)


def test_day_typed_as_ending_at_23_59_loses_no_minute():
    """V05: three whole days are 72 hours."""
    assert minutes_of(23 + 59 / 60) == minutes_of(24) == 1440
    assert minutes_of(23.5) == 1410
    whole = Hours(BERLIN, tuple(Span(d, 0, minutes_of(23.983)) for d in range(7)))
    assert whole.add(utc("2027-05-03 23:30"), hours(1)) == utc("2027-05-04 00:30")
    assert whole.between(utc("2027-05-03 00:00"), utc("2027-05-06 00:00")) == hours(72)


@pytest.mark.parametrize(
    "opened, target, due",
    [
        ("2027-05-03 11:30", 60, "2027-05-03 13:30"),
        ("2027-05-03 12:20", 30, "2027-05-03 13:30"),
        ("2027-05-03 16:30", 60, "2027-05-04 09:30"),
    ],
)
def test_breaks_do_not_count(opened, target, due):
    """V06: lunch is no working time, and the evening neither."""
    lunch = week(BERLIN, range(5), (9, 12), (13, 17))
    assert lunch.add(utc(opened), minutes(target)) == utc(due)


@pytest.mark.parametrize(
    "answered, used", [("2027-05-10 08:20", 20), ("2027-05-09 10:00", 0)]
)
def test_keen_agents_answer_before_hours(answered, used):
    """V07: on Sunday no time is used at all, and the promise is kept."""
    day = week(BERLIN, range(5), (8, 18.5))
    found = clocks([("2027-05-08 14:00", "opened"), (answered, "agent")], day, first=60)
    first = found["first", 1]
    assert (first.state, first.used) == ("met", minutes(used))


def test_holiday_entered_later_moves_the_deadline():
    """V08: Thursday becomes a holiday, so the eight hours end on Friday."""
    opened = [("2027-05-05 15:00", "opened")]
    before = clocks(opened, now="2027-05-05 18:00", solution=480)
    assert before["solution", 1].due == utc("2027-05-06 15:00")
    free = ((utc("2027-05-06 00:00"), utc("2027-05-07 00:00")),)
    closed = week(BERLIN, range(5), (9, 17), closed=free)
    after = clocks(opened, closed, now="2027-05-05 18:00", solution=480)
    assert after["solution", 1].due == utc("2027-05-07 15:00")


def test_tehran_works_from_saturday_and_has_no_summer_time():
    """V09: Thursday and Friday count nothing."""
    team = week(TEHRAN, (5, 6, 0, 1, 2), (8, 16))
    due = team.add(utc("2027-07-07 15:00", TEHRAN), hours(4))
    assert due == datetime(2027, 7, 10, 7, 30) == utc("2027-07-10 11:00", TEHRAN)


@pytest.mark.parametrize(
    "calendar",
    [
        Hours(BERLIN, ()),
        week(
            BERLIN,
            range(5),
            (9, 17),
            closed=((datetime(2026, 1, 1), datetime(2028, 1, 1)),),
        ),
    ],
)
def test_without_hours_there_is_no_promise(calendar):
    """V10: no date, no miss: it says so."""
    found = clocks(
        [("2027-01-04 10:00", "opened")], calendar, "2027-02-01 00:00", first=60
    )
    assert (found["first", 1].state, found["first", 1].due) == ("no_calendar", None)


def test_waiting_for_the_customer_pauses():
    """V11: one hour was used, seven are left after his reply."""
    events = [
        ("2027-01-08 15:00", "opened"),
        ("2027-01-08 16:00", "agent"),
        ("2027-01-08 16:00", "waiting"),
    ]
    # V13: the old deadline passes meanwhile, and nothing is missed
    paused = clocks(events, now="2027-01-11 16:00", solution=480)["solution", 1]
    assert (paused.state, paused.due, paused.warn) == ("paused", None, None)
    assert paused.used == hours(1)
    events.append(("2027-01-11 11:00", "customer"))
    running = clocks(events, now="2027-01-11 12:00", solution=480)["solution", 1]
    assert (running.state, running.due) == ("running", utc("2027-01-12 10:00"))
    # three quarters of eight hours, one of them used on Friday
    assert running.warn == utc("2027-01-11 16:00")


def test_answer_and_wait_in_one_save():
    """V14: the first answer is given, then the solution waits."""
    found = clocks(
        [
            ("2027-01-11 10:00", "opened"),
            ("2027-01-11 10:30", "agent", 7),
            ("2027-01-11 10:30", "waiting"),
        ],
        now="2027-01-11 12:00",
        first=60,
        solution=480,
    )
    first = found["first", 1]
    assert (first.state, first.finished, first.who) == (
        "met",
        utc("2027-01-11 10:30"),
        7,
    )
    assert found["solution", 1].state == "paused"


def test_machines_and_notes_answer_nobody():
    """V15: the first answer took 90 minutes and is credited to who wrote it."""
    found = clocks(
        [
            ("2027-01-11 10:00", "opened"),
            ("2027-01-11 10:10", "note", 1),
            ("2027-01-11 11:30", "agent", 2),
        ],
        first=120,
    )
    first = found["first", 1]
    assert (first.used, first.who, first.state) == (minutes(90), 2, "met")


def test_next_answer_counts_from_the_first_unanswered_message():
    """V16: 9 h 11 min, neither 14 days nor 8 h 31."""
    found = clocks(
        [
            ("2026-12-12 16:20", "opened"),
            ("2026-12-12 16:30", "agent"),
            ("2026-12-26 22:25", "customer"),
            ("2026-12-26 22:35", "customer"),
            ("2026-12-26 23:05", "customer"),
            ("2026-12-27 07:36", "agent"),
        ],
        ALWAYS,
        first=60,
        next=600,
    )
    assert found["next", 1].used == minutes(9 * 60 + 11)
    assert found["next", 1].state == "met"
    assert ("next", 2) not in found


def test_each_episode_has_its_own_clocks():
    """V17: the closed days count in neither."""
    first = clocks(
        [("2027-01-11 10:00", "opened"), ("2027-01-11 10:05", "solved")], solution=60
    )["solution", 1]
    assert (first.state, first.used) == ("met", minutes(5))
    second = clocks(
        [("2027-01-13 14:00", "reopened"), ("2027-01-13 14:10", "agent")],
        now="2027-01-13 14:20",
        first=60,
        solution=60,
    )
    assert second["first", 1].used == minutes(10)
    assert second["solution", 1].due == utc("2027-01-13 15:00")


def test_thanks_after_the_end_starts_nothing():
    """Whatever comes after an episode's end, its clocks are what they were."""
    events = [
        ("2027-01-11 10:00", "opened"),
        ("2027-01-11 10:30", "agent"),
        ("2027-01-11 11:00", "customer"),
        ("2027-01-11 11:30", "solved"),
    ]
    promise = {"first": 60, "next": 60, "solution": 480}
    before = clocks(events, **promise)
    after = clocks([*events, ("2027-01-11 12:00", "customer")], **promise)
    assert before == after
    assert {one.state for one in after.values()} == {"met"}


def test_closing_ends_what_runs():
    """Neither kept nor broken."""
    found = clocks(
        [("2027-01-11 10:00", "opened"), ("2027-01-11 10:30", "closed")],
        first=60,
        solution=480,
    )
    assert {one.state for one in found.values()} == {"ended"}


def test_other_team_promises_otherwise():
    """V19: the next answer is no longer promised; the first one keeps its start."""
    support = {"first": minutes(60), "next": minutes(60)}
    sales = {"first": minutes(240)}
    at = utc("2027-01-11 10:00")
    moved = Event(at + minutes(45), "promised", promise=sales)
    opened = Event(at, "opened", promise=support)
    (first,) = read_clocks([opened, moved], OFFICE, at + minutes(50))
    assert (first.started, first.due) == (at, utc("2027-01-11 14:00"))
    talk = [
        opened,
        Event(at + minutes(5), "agent"),
        Event(at + minutes(10), "customer"),
        moved,
    ]
    states = {
        one.kind: one.state for one in read_clocks(talk, OFFICE, at + minutes(50))
    }
    assert states == {"first": "met", "next": "ended"}


def test_earlier_promise_survives_a_merge():
    at, since = utc("2027-01-12 10:00"), utc("2027-01-11 10:00")
    events = [
        Event(at, "opened", promise={"first": minutes(120), "solution": minutes(960)}),
        Event(
            at + minutes(10),
            "carried",
            carried={"solution": (since, utc("2027-01-12 15:00"))},
        ),
    ]
    found = {one.kind: one.due for one in read_clocks(events, OFFICE, at + minutes(20))}
    assert found == {
        "first": utc("2027-01-12 12:00"),
        "solution": utc("2027-01-12 15:00"),
    }


def test_second_level_waits_for_working_time():
    """V21: missed on Friday 16:58, two working hours later is Monday 10:58."""
    assert OFFICE.add(utc("2027-01-08 16:58"), hours(2)) == utc("2027-01-11 10:58")


def test_two_weeks_alternate():
    """Odoo counts weeks from the first of all, not from January."""
    even = Hours(BERLIN, (Span(0, 540, 600, week=0),))
    days = [
        even.add(utc("2027-01-04 00:00") + n * timedelta(7), minutes(30))
        for n in range(2)
    ]
    assert days[0] == days[1] or days[1] - days[0] == timedelta(14)


def test_deputies():
    """V22: the deputy's deputy; a circle ends at whoever leads; never nobody."""
    a, b, c, leader = 1, 2, 3, 9
    assert stand_in(a, {a: b, b: c}, {a, b}, leader) == c
    assert stand_in(a, {a: b, b: a}, {a, b}, leader) == leader
    assert stand_in(a, {a: b}, set(), leader) == a
    assert stand_in(a, {}, {a}, leader) == leader
    assert stand_in(a, {a: leader}, {a, leader}, leader) == leader


moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1))


@given(moments, st.integers(1, 20_000), st.integers(1, 20_000))
def test_work_adds_up(start, one, two):
    """First one stretch, then the other, ends when both together end."""
    middle = OFFICE.add(start, minutes(one))
    assert OFFICE.add(middle, minutes(two)) == OFFICE.add(start, minutes(one + two))
    assert OFFICE.between(start, middle) == minutes(one)


KINDS = ["customer", "agent", "waiting", "resumed", "note", "promised"]


@given(
    st.lists(st.tuples(st.integers(1, 3000), st.sampled_from(KINDS)), max_size=12),
    st.integers(0, 5000),
)
def test_settled_clocks_stay_whatever_comes(steps, later):
    """Time and further messages change no clock that was met, and no miss."""
    promise = {"first": minutes(60), "next": minutes(60), "solution": minutes(480)}
    at = datetime(2027, 1, 4, 8)
    events = [Event(at, "opened", promise=promise)]
    for wait, kind in steps:
        at += minutes(wait)
        events.append(Event(at, kind, promise=promise if kind == "promised" else None))
    settled: dict = {}
    for number in range(1, len(events) + 1):
        known = events[:number]
        for one in read_clocks(known, OFFICE, known[-1].at + minutes(later)):
            if one.state in ("met", "missed") and one.finished:
                before = settled.setdefault((one.kind, one.number), one)
                assert before == one


def test_next_moment_of_work():
    week = Hours(BERLIN, tuple(Span(day, 540, 1020) for day in range(5)))
    at_work = datetime(2027, 1, 11, 10)
    assert week.next(at_work) == at_work
    # Friday evening: Monday at nine, an hour before in UTC
    assert week.next(datetime(2027, 1, 8, 20)) == datetime(2027, 1, 11, 8)
    assert Hours(BERLIN, ()).next(at_work) is None

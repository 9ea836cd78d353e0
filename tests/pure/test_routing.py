"""Where leads go: the sequence of candidates, and that many at once change nothing."""

import json
import math
import random
from collections import Counter

import pytest
from channel.routing import (
    DOCUMENTED,
    KEPT,
    Criterion,
    Outcome,
    Reason,
    Request,
    Scope,
    Standing,
    distance,
    documents,
    known_place,
    mark,
    rivals,
    route,
)
from hypothesis import given, strategies as st

OWN = frozenset({1})


def request(lead, *partners, **values):
    scopes = tuple(
        one if isinstance(one, Scope) else Scope(100 + one, one) for one in partners
    )
    return Request(lead, scopes, OWN, **values)


def standing(name, **values):
    return Standing(mark(name), **values)


def one(asked, standings):
    [decision] = route([asked], standings)
    return decision


def reasons(decision):
    return {item.partner: item.reason for item in decision.candidates}


def test_three_areas_get_three_partners_in_any_sequence():
    """C020: three areas in one call, in any order."""
    standings = {partner: standing(str(partner)) for partner in (1, 2, 3)}
    leads = [request(partner, partner) for partner in (1, 2, 3)]
    for _turn in range(6):
        random.shuffle(leads)
        assert {item.lead: item.partner for item in route(leads, standings)} == {
            1: 1,
            2: 2,
            3: 3,
        }


def test_fewest_open_first_and_the_paused_leave_no_double_share():
    """C022: 20 and 20 among the active two, not 10 and 30."""
    standings = {partner: standing(str(partner)) for partner in (1, 2)}
    standings |= {partner: standing(str(partner), paused=True) for partner in (3, 4)}
    leads = [request(lead, 1, 2, 3, 4) for lead in range(40)]
    given_to = [decision.partner for decision in route(leads, standings)]
    assert (given_to.count(1), given_to.count(2)) == (20, 20)


def test_room_ends_and_the_rest_waits():
    """C023: three offers, and seven wait for room."""
    standings = {1: standing("a", capacity=3)}
    decisions = route([request(lead, 1) for lead in range(10)], standings)
    outcomes = [decision.outcome for decision in decisions]
    assert outcomes == [Outcome.OFFERED] * 3 + [Outcome.WAITING] * 7
    assert decisions[3].partner is None
    assert reasons(decisions[3]) == {1: Reason.FULL}


def test_the_full_one_is_passed_over():
    standings = {1: standing("a", capacity=1, open=1), 2: standing("b", open=9)}
    decision = one(request(1, 1, 2), standings)
    assert decision.partner == 2
    assert decision.decided_by is Criterion.ALONE
    assert reasons(decision) == {2: Reason.ELIGIBLE, 1: Reason.FULL}


def test_nobody_in_scope_is_a_gap():
    """C025: no candidate is a gap; one who is gone is none."""
    decision = one(request(1), {})
    assert decision.outcome is Outcome.GAP
    assert decision.candidates == ()
    archived = {1: standing("a", active=False)}
    assert one(request(1, 1), archived).outcome is Outcome.GAP


@pytest.mark.parametrize(
    ("values", "asked", "reason"),
    [
        ({"active": False}, {}, Reason.ARCHIVED),
        ({"company": 2}, {}, Reason.OTHER_COMPANY),
        ({"paused": True}, {}, Reason.PAUSED),
        ({"capacity": 2, "open": 2}, {}, Reason.FULL),
        ({}, {"declined": frozenset({1})}, Reason.DECLINED),
        ({}, {"lapses": {1: 2}}, Reason.SILENT),
    ],
)
def test_who_may_not_have_it_is_out_with_his_reason(values, asked, reason):
    standings = {1: standing("a", **values), 2: standing("b", open=50)}
    decision = one(request(1, 1, 2, **asked), standings)
    assert decision.partner == 2
    assert reasons(decision)[1] is reason
    # alone, nobody gets it
    assert one(request(1, 1, **asked), standings).partner is None


def test_own_company_and_its_parents_are_no_others():
    standings = {1: standing("a", company=1)}
    assert one(request(1, 1), standings).partner == 1


def test_all_declined_is_no_gap():
    decision = one(request(1, 1, declined=frozenset({1})), {1: standing("a")})
    assert decision.outcome is Outcome.REFUSED


def test_what_is_promised_to_one_alone_goes_to_no_other():
    held = Scope(101, 1, exclusive=True)
    standings = {1: standing("a", open=5), 2: standing("b")}
    decision = one(request(1, held, 2), standings)
    assert decision.partner == 1
    assert reasons(decision)[2] is Reason.RESERVED
    # full: it waits for him rather than going to another one
    full = {**standings, 1: standing("a", capacity=5, open=5)}
    assert one(request(1, held, 2), full).outcome is Outcome.WAITING
    # he is gone, or nobody holds it
    gone = {**standings, 1: standing("a", active=False)}
    assert one(request(1, held, 2), gone).partner == 2
    assert one(request(1, 1, 2), standings).partner == 2


def test_the_quota_of_an_agreement_is_apart_from_the_room_of_its_holder():
    narrow = Scope(101, 1, quota=2)
    leads = [request(lead, narrow) for lead in range(3)]
    decisions = route(leads, {1: standing("a")}, {101: 1})
    outcomes = [decision.outcome for decision in decisions]
    assert outcomes == [Outcome.OFFERED, Outcome.WAITING, Outcome.WAITING]
    assert reasons(decisions[1]) == {1: Reason.QUOTA}
    # another agreement of the same one has room
    assert one(request(1, 1), {1: standing("a", open=3)}).partner == 1


def test_the_silent_one_comes_after_those_not_asked():
    standings = {1: standing("a"), 2: standing("b", open=9)}
    decision = one(request(1, 1, 2, lapses={1: 1}), standings)
    assert (decision.partner, decision.decided_by) == (2, Criterion.LAPSES)
    again = one(
        request(1, 1, 2, lapses={1: 1}, declined=frozenset({2})),
        standings,
    )
    assert again.partner == 1


@pytest.mark.parametrize(
    ("first", "second", "criterion"),
    [
        ({}, {"open": 1}, Criterion.OPEN),
        ({}, {"recent": 1}, Criterion.RECENT),
        ({"accepted": 3, "answered": 4}, {}, Criterion.RECORD),
        ({"place": (35.7, 51.4)}, {"place": (29.6, 52.5)}, Criterion.DISTANCE),
        ({"place": (29.6, 52.5)}, {}, Criterion.DISTANCE),
        ({"grade": 1}, {"grade": 2}, Criterion.GRADE),
    ],
)
def test_each_criterion_decides_when_those_before_are_equal(first, second, criterion):
    for marks in (("a", "b"), ("b", "a")):
        standings = {
            1: standing(marks[0], **first),
            2: standing(marks[1], **second),
        }
        decision = one(request(1, 2, 1, place=(35.6, 51.3)), standings)
        assert (decision.partner, decision.decided_by) == (1, criterion)


def test_closer_scope_before_fewer_open():
    near = Scope(101, 1, territory_depth=3)
    wide = Scope(102, 2, territory_depth=1)
    standings = {1: standing("a", open=5), 2: standing("b")}
    decision = one(request(1, wide, near), standings)
    assert (decision.partner, decision.decided_by) == (1, Criterion.SCOPE)
    # who has both is judged by the closer one
    both = one(request(1, Scope(103, 1), near), standings)
    assert both.agreement == 101


def test_figures_decide_between_equally_close_ones_alone():
    near = [Scope(101, 1, territory_depth=3), Scope(102, 2, territory_depth=3)]
    wide, alone = Scope(103, 3), Scope(104, 4, exclusive=True)
    assert rivals([*near, wide, alone]) == {1, 2}
    assert rivals([near[0], wide, alone]) == set()
    # who has two is judged by the closer one
    assert rivals([near[0], Scope(105, 3, territory_depth=3), wide]) == {1, 3}
    assert rivals([]) == set()


def test_a_place_at_zero_is_none_and_does_not_weigh():
    """C026: 5 km or 800 km from the point 0/0 are the same."""
    assert known_place(0.0, 0.0) is None
    assert known_place(None, None) is None
    assert known_place(0.0, 5.0) == (0.0, 5.0)
    near, far = known_place(0.0, 0.045), known_place(0.0, 7.2)
    for marks in (("a", "b"), ("b", "a")):
        standings = {
            1: standing(marks[0], place=near),
            2: standing(marks[1], place=far),
        }
        decision = one(request(1, 1, 2), standings)
        assert decision.decided_by is Criterion.MARK
        assert decision.distances == (None, None)
        assert decision.partner == min((1, 2), key=lambda p: standings[p].mark)


def test_equal_ones_are_told_apart_by_what_they_are_called():
    """C027: a stated rule that hangs on no database."""
    one_base = {1: standing("Alborz"), 2: standing("Damavand")}
    other_base = {2: standing("Alborz"), 1: standing("Damavand")}
    first, second = (
        one(request(1, 1, 2), one_base),
        one(request(1, 1, 2), other_base),
    )
    assert first.decided_by is second.decided_by is Criterion.MARK
    winners = (one_base[first.partner].mark, other_base[second.partner].mark)
    assert winners[0] == winners[1]
    assert mark("Alborz  Ltd", None) == mark("alborz ltd", "")


def test_distance_is_that_of_the_globe():
    paris, london = (48.8566, 2.3522), (51.5074, -0.1278)
    assert distance(paris, london) == pytest.approx(343.6, abs=0.5)
    assert distance((0, 0), (0, 180)) == pytest.approx(math.pi * 6371)
    assert distance(paris, paris) == 0
    assert distance(None, paris) is None


def test_so_many_are_kept_with_the_lead_and_all_are_counted():
    standings = {partner: standing(str(partner)) for partner in range(1, 51)}
    decision = one(request(1, *standings), standings)
    assert len(decision.candidates) == KEPT
    assert decision.considered == 50


def test_the_document_of_the_candidates_says_what_was_found():
    standings = {
        1: standing("a", place=(35.7, 51.4), open=3),
        2: standing("b"),
        3: standing("c", place=(29.6, 52.5), paused=True),
    }
    decisions = route(
        [request(1, 1, 2, 3, place=(35.6, 51.3), lapses={2: 1}), request(2, 1, 2)],
        standings,
    )
    for decision, document in zip(decisions, documents(decisions), strict=True):
        rows = [dict(zip(DOCUMENTED, row, strict=True)) for row in json.loads(document)]
        assert rows == [
            {**line._asdict(), "distance": far}
            for line, far in zip(decision.candidates, decision.distances, strict=True)
        ]


PARTNERS = st.builds(
    Standing,
    mark=st.sampled_from("abcdef"),
    active=st.booleans(),
    paused=st.booleans(),
    company=st.sampled_from([None, 1, 2]),
    capacity=st.integers(0, 3),
    open=st.integers(0, 3),
    recent=st.integers(0, 3),
    accepted=st.just(1),
    answered=st.integers(1, 3),
    place=st.sampled_from([None, (35.7, 51.4), (29.6, 52.5)]),
    grade=st.sampled_from([1, 2, math.inf]),
)


@st.composite
def worlds(draw):
    standings = dict(enumerate(draw(st.lists(PARTNERS, max_size=6)), start=1))
    scopes = st.builds(
        lambda partner, exclusive, depth: Scope(
            partner * 10 + exclusive, partner, exclusive, depth, quota=2 * exclusive
        ),
        st.sampled_from(sorted(standings) or [0]),
        st.booleans(),
        st.integers(0, 2),
    )
    asked = [
        Request(
            lead,
            tuple(draw(st.lists(scopes, max_size=5))) if standings else (),
            OWN,
            place=draw(st.sampled_from([None, (35.6, 51.3)])),
            declined=draw(st.frozensets(st.integers(1, 6), max_size=2)),
            lapses=draw(st.dictionaries(st.integers(1, 6), st.integers(0, 2))),
        )
        for lead in range(draw(st.integers(0, 8)))
    ]
    return asked, standings


@given(worlds(), st.randoms())
def test_many_at_once_are_as_one_by_one(world, chance):
    """C020: whatever the leads and candidates are."""
    asked, standings = world
    together = route(asked, standings)
    state = dict(standings)
    used = Counter()
    for expected, lead in zip(together, asked, strict=True):
        scopes = list(lead.scopes)
        chance.shuffle(scopes)
        [alone] = route([lead._replace(scopes=tuple(scopes))], state, used)
        assert alone.partner == expected.partner
        assert alone.outcome == expected.outcome
        assert alone.candidates == expected.candidates
        if alone.partner is not None:
            before = state[alone.partner]
            state[alone.partner] = before._replace(
                open=before.open + 1, recent=before.recent + 1
            )
            used[alone.agreement] += 1


@given(worlds(), st.data())
def test_what_only_rivals_have_decides_about_no_other_lead(world, data):
    """Who takes turns are all whose figures could have changed where a lead goes."""
    asked, standings = world
    for lead in asked:
        taking_turns = rivals(lead.scopes) | {
            partner for partner, item in standings.items() if item.capacity
        }
        changed = {
            partner: item
            if partner in taking_turns
            else item._replace(
                open=data.draw(st.integers(0, 9)), recent=data.draw(st.integers(0, 9))
            )
            for partner, item in standings.items()
        }
        before, after = one(lead, standings), one(lead, changed)
        assert (before.partner, before.outcome) == (after.partner, after.outcome)


@given(worlds())
def test_candidates_stand_in_the_stated_sequence(world):
    asked, standings = world
    state = dict(standings)
    for lead, decision in zip(asked, route(asked, standings), strict=True):
        closest = {}
        for scope in sorted(lead.scopes, key=by_agreement_of_equals):
            closest.setdefault(scope.partner, scope)

        lines = decision.candidates
        assert {line.partner for line in lines} == closest.keys()
        ranks = [
            stated_rank(lead, line, closest[line.partner], state[line.partner])
            for line in lines
        ]
        assert ranks == sorted(ranks)
        for line, far in zip(lines, decision.distances, strict=True):
            assert line.agreement == closest[line.partner].agreement
            assert (line.open, line.recent) == (
                state[line.partner].open,
                state[line.partner].recent,
            )
            away = distance(lead.place, state[line.partner].place)
            assert far == (None if away is None else round(away))
        if decision.partner is not None:
            before = state[decision.partner]
            state[decision.partner] = before._replace(
                open=before.open + 1, recent=before.recent + 1
            )


def stated_rank(lead, line, scope, stands):
    away = distance(lead.place, stands.place)
    far = math.inf if away is None else round(away)
    return (
        line.reason is not Reason.ELIGIBLE,
        lead.lapses.get(line.partner, 0),
        closeness(scope),
        stands.open,
        stands.recent,
        -(stands.accepted + 1) / (stands.answered + 2),
        far if lead.place else 0,
        stands.grade,
        stands.mark,
        line.partner,
    )


def closeness(scope):
    return (not scope.exclusive, -scope.category_depth, -scope.territory_depth)


def by_agreement_of_equals(scope):
    return (closeness(scope), scope.agreement)


@given(worlds())
def test_who_is_out_gets_nothing(world):
    asked, standings = world
    open_now = {partner: item.open for partner, item in standings.items()}
    for lead, decision in zip(asked, route(asked, standings), strict=True):
        partner = decision.partner
        if partner is None:
            assert not any(c.reason is Reason.ELIGIBLE for c in decision.candidates)
            continue
        chosen = standings[partner]
        assert partner in {scope.partner for scope in lead.scopes}
        assert partner not in lead.declined
        assert chosen.active
        assert not chosen.paused
        assert chosen.company in (None, 1)
        open_now[partner] += 1
        assert not chosen.capacity or open_now[partner] <= chosen.capacity

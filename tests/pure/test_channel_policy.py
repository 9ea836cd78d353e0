"""Which policy decides, and when a promise to sell alone is one too many."""

import random
from datetime import date, timedelta
from itertools import product

import pytest
from channel.policy import (
    Claim,
    Reason,
    Rule,
    Rulebook,
    ahead_by,
    contradicts,
    find_changes,
    find_excess,
    lineage,
    related,
)

DAY = date(2027, 1, 1)
DAYS = [DAY + timedelta(number) for number in range(6)]
DRINKS, JUICE, BREAD = "1/", "1/2/", "3/"
COUNTRY, CITY, OTHER_CITY = "1/", "1/2/", "1/3/"
NODES = ["", "1/", "1/2/", "1/3/", "1/2/4/", "5/"]


def rule(id_, category="", territory="", start=DAY, end=None, **values):
    return Rule(id_, 1, category, territory, start, end, name=f"P{id_}", **values)


def decide(rules, category, territory, day=DAY):
    return Rulebook(rules).ranked(1, category, territory, day)


def test_the_closer_category_goes_before_the_closer_territory():
    """C008: juice in the country goes before drinks in the city."""
    city_drinks = rule(1, DRINKS, CITY, kind="exclusive")
    country_juice = rule(2, JUICE, COUNTRY)
    ranked = decide([city_drinks, country_juice], JUICE, CITY)
    assert ranked == [country_juice, city_drinks]
    assert ahead_by(*ranked) == Reason.CATEGORY


def test_the_closer_territory_goes_before_the_later_start():
    city, country = rule(1, DRINKS, CITY), rule(2, DRINKS, COUNTRY, DAYS[2])
    ranked = decide([country, city], JUICE, CITY, DAYS[3])
    assert ranked == [city, country]
    assert ahead_by(*ranked) == Reason.TERRITORY


def test_the_later_start_decides_then_the_newer_policy():
    old, later, newer = rule(1), rule(2, start=DAYS[1]), rule(3, start=DAYS[1])
    ranked = decide([old, newer, later], DRINKS, CITY, DAYS[1])
    assert ranked == [newer, later, old]
    assert ahead_by(newer, later) == Reason.NEWER
    assert ahead_by(later, old) == Reason.START


def test_both_days_of_a_policy_count():
    """C009: one day is a whole day."""
    one = rule(1, start=DAYS[1], end=DAYS[1])
    assert [len(decide([one], JUICE, CITY, day)) for day in DAYS[:3]] == [0, 1, 0]


def test_a_policy_says_nothing_of_what_lies_above_or_beside():
    one = rule(1, JUICE, CITY)
    for category, territory in [(DRINKS, CITY), (BREAD, CITY), ("", CITY)]:
        assert not decide([one], category, territory)
    for territory in [COUNTRY, OTHER_CITY, ""]:
        assert not decide([one], JUICE, territory)


def test_a_longer_number_is_no_child():
    assert list(lineage("1/12/")) == ["1/12/", "1/", ""]
    assert not decide([rule(1, "1/1/")], "1/12/", "")
    assert not related("1/1/", "1/12/")


def test_of_another_company_no_policy_decides():
    assert not Rulebook([rule(1)]).ranked(2, DRINKS, CITY, DAY)


def claim(id_, category="", territory="", start=DAY, end=None, holder=None):
    return Claim(id_, holder or id_, category, territory, start, end)


def excess(new, held, *rules):
    return find_excess(new, held, Rulebook(rules), 1)


def test_without_a_policy_alone_is_alone():
    held = claim(1, DRINKS, CITY, end=DAYS[2])
    found = excess(claim(2, JUICE, COUNTRY, DAYS[2]), [held])
    assert (found.category, found.territory, found.day) == (JUICE, CITY, DAYS[2])
    assert found.others == (held,)
    assert not excess(claim(2, JUICE, COUNTRY, DAYS[3]), [held])
    assert not excess(claim(2, BREAD, CITY), [held])
    assert not excess(claim(2, DRINKS, OTHER_CITY), [held])


def test_without_a_last_day_it_is_for_ever():
    """C011: no end is for ever."""
    assert excess(claim(2, start=DAY + timedelta(800)), [claim(1)])


def test_two_agreements_of_one_partner_are_one_holder():
    assert not excess(claim(2, holder=1), [claim(1)])


def test_room_is_what_the_closest_exclusive_policy_says():
    two = rule(1, DRINKS, COUNTRY, kind="exclusive", capacity=2)
    held = [claim(1, DRINKS, CITY)]
    assert not excess(claim(2, DRINKS, CITY), held, two)
    held.append(claim(2, JUICE, CITY))
    # two in Juice already, and one in the other drinks
    assert excess(claim(3, DRINKS, CITY), held, two).category == JUICE
    # a selective policy in between says nothing about numbers
    assert not excess(
        claim(2, DRINKS, CITY), held[:1], two, rule(2, JUICE, kind="selective")
    )


def test_a_part_may_have_less_room_than_the_whole():
    wide = rule(1, DRINKS, COUNTRY, kind="exclusive", capacity=2)
    narrow = rule(2, JUICE, CITY, DAYS[3], kind="exclusive", capacity=1)
    found = excess(claim(2, DRINKS, COUNTRY), [claim(1, DRINKS, CITY)], wide, narrow)
    assert (found.category, found.territory, found.day) == (JUICE, CITY, DAYS[3])


def draw_period(dice):
    start = dice.choice(DAYS)
    return start, dice.choice([None, *(day for day in DAYS if day >= start)])


@pytest.mark.parametrize("seed", range(300))
def test_excess_is_found_as_by_looking_everywhere_on_every_day(seed):
    dice = random.Random(seed)
    rules = [
        rule(
            id_,
            dice.choice(NODES),
            dice.choice(NODES),
            *draw_period(dice),
            kind=dice.choice(["exclusive", "exclusive", "selective"]),
            capacity=dice.choice([1, 2, 3]),
        )
        for id_ in range(dice.randint(0, 5))
    ]
    new, *held = (
        claim(
            id_,
            dice.choice(NODES[:4]),
            dice.choice(NODES[:4]),
            *draw_period(dice),
            holder=dice.randint(1, 4),
        )
        for id_ in range(dice.randint(2, 6))
    )
    book = Rulebook(rules)
    everywhere = []
    for place in product(NODES, NODES, [*DAYS, DAYS[-1] + timedelta(1)]):
        others = {one.holder for one in held if one.holds(*place)} - {new.holder}
        if new.holds(*place) and others and len(others) + 1 > book.room(1, *place):
            everywhere.append(place)
    found = find_excess(new, held, book, 1)
    assert bool(found) == bool(everywhere)
    if found:
        assert (found.category, found.territory, found.day) in everywhere


@pytest.mark.parametrize("seed", range(100))
def test_the_decision_does_not_hang_on_the_sequence(seed):
    dice = random.Random(seed)
    rules = [
        rule(id_, dice.choice(NODES), dice.choice(NODES), *draw_period(dice))
        for id_ in range(8)
    ]
    place = dice.choice(NODES), dice.choice(NODES), dice.choice(DAYS)
    ranked = decide(rules, *place)
    dice.shuffle(rules)
    assert decide(rules, *place) == ranked


def changes(claims, before, after, today=DAY, alone=(1,)):
    return find_changes(claims, alone, Rulebook(before), Rulebook(after), today)


def test_only_promises_in_the_changed_scope_change():
    old = rule(1, DRINKS, COUNTRY, kind="exclusive", capacity=2)
    new = old._replace(capacity=1)
    city, bread = claim(1, DRINKS, CITY), claim(2, BREAD, CITY)
    (found,) = changes([city, bread], [old], [new])
    assert (found.claim, found.category, found.territory) == (city, DRINKS, CITY)
    assert (found.before, found.after, found.holders) == (old, new, 1)
    assert not contradicts(found)


def test_a_closer_policy_keeps_deciding():
    old = rule(1, DRINKS, COUNTRY, kind="exclusive")
    closer = rule(2, DRINKS, CITY, kind="exclusive")
    new = old._replace(kind="intensive")
    held = [claim(1, DRINKS, CITY)]
    assert not changes(held, [old, closer], [new, closer])
    assert changes(held, [old], [new])


def test_a_wider_agreement_changes_in_part():
    narrow = rule(1, JUICE, CITY, DAYS[2], kind="selective")
    (found,) = changes([claim(1, DRINKS, COUNTRY)], [], [narrow])
    assert (found.category, found.territory, found.day) == (JUICE, CITY, DAYS[2])
    assert contradicts(found)


def test_more_holders_than_the_new_capacity_contradict():
    old = rule(1, kind="exclusive", capacity=2)
    held = [claim(1, JUICE), claim(2, DRINKS)]
    found = changes(held, [old], [old._replace(capacity=1)], alone=(1, 2))
    # on juice they are two
    assert [(one.category, one.holders) for one in found] == [(JUICE, 2), (DRINKS, 1)]
    assert [contradicts(one) for one in found] == [True, False]


def test_what_is_over_changes_no_more():
    old = rule(1, kind="exclusive", end=DAYS[2])
    new = old._replace(kind="selective")
    held = [claim(1, end=DAYS[1])]
    assert changes(held, [old], [new], DAYS[1])
    assert not changes(held, [old], [new], DAYS[2])
    assert not changes([claim(1)], [old], [new], DAYS[3])


def test_the_same_promise_by_another_name_is_none_to_tell():
    old = rule(1, kind="selective")
    assert not changes([claim(1)], [old], [old._replace(id=7, name="New")])

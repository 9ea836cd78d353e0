"""Whatever is bought, returned and promised, on whatever nights somebody looks."""

import random
from datetime import timedelta

import pytest
from test_tiers import DAY, LADDER, Customer
from tiers import Ending, Reason, Rules

RULES = [Rules(12, 30), Rules(12, 0), Rules(3, 10), Rules(0, 30), Rules(0, 0)]


def live(rules, seed, steps=120, *, nightly=True, invitations=True):
    """A customer's life by dice; without nights only at purchases, and at the end."""
    dice = random.Random(seed)
    customer, day = Customer(rules), DAY
    for _step in range(steps):
        day += timedelta(dice.choice([0, 1, 7, 30, 100]))
        what = dice.random()
        if nightly:
            customer.night(day)
        if what < 0.45:
            customer.buy(dice.choice([100, 400, 500, 999.99, 2_000]), day)
        elif what < 0.6 and customer.bought:
            purchase = dice.choice(customer.bought)
            purchase[1] = round(purchase[1] * dice.choice([0, 0.5]), 2)
            customer.night(day)
        elif what < 0.65 and invitations:
            customer.night(day)
            level = LADDER.level(customer.open and customer.open.tier)
            if level < 2:
                customer.invite("platinum", day, day + timedelta(dice.randint(1, 200)))
    customer.night(day)
    return customer, day


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize("seed", range(40))
def test_one_tier_a_day_and_one_level_at_a_time(rules, seed):
    customer, _day = live(rules, seed)
    history = customer.history
    for one in history:
        assert one.until >= one.since - timedelta(1)
        assert one.kept_until <= one.until or one.ref != history[-1].ref
        given = one.reason is Reason.INVITED
        assert given or one.figures
        if one.reason in (Reason.QUALIFIED, Reason.RENEWED):
            assert one.figures.amount >= one.figures.threshold > 0
    endings = iter(customer.endings)
    for before, after in zip(history, history[1:], strict=False):
        assert after.since > before.until
        ending = next(endings)
        if after.reason is Reason.LANDED and ending is Ending.EXPIRED:
            down = LADDER.level(before.tier) - LADDER.level(after.tier)
            assert down == 1 or before.reason is Reason.INVITED
        elif after.reason in (Reason.QUALIFIED, Reason.RENEWED, Reason.GRACE):
            fell = LADDER.level(before.tier) > LADDER.level(after.tier)
            gap = after.since > before.until + timedelta(1)
            lost = ending is Ending.WITHDRAWN or before.reason is Reason.INVITED
            assert not fell or gap or lost


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize("seed", range(40))
def test_what_comes_back_gives_no_higher_tier_and_lengthens_none(rules, seed):
    dice = random.Random(seed)
    customer, day = Customer(rules), DAY
    for _step in range(120):
        day += timedelta(dice.choice([1, 7, 30, 100]))
        customer.night(day)
        if dice.random() < 0.6:
            customer.buy(dice.choice([100, 400, 500, 999.99, 2_000]), day)
        elif customer.bought:
            before = customer.open
            purchase = dice.choice(customer.bought[-6:])
            purchase[1] = round(purchase[1] * dice.choice([0, 0.5]), 2)
            customer.night(day)
            after = customer.open
            levels = [LADDER.level(one and one.tier) for one in (before, after)]
            assert levels[1] <= levels[0]
            if after and levels[1] == levels[0]:
                assert after.until <= before.until


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize("seed", range(20))
def test_looking_again_changes_nothing(rules, seed):
    customer, day = live(rules, seed)
    before = list(customer.history)
    customer.night(day)
    assert customer.history == before


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize("seed", range(20))
def test_missed_nights_are_made_up_for(rules, seed):
    """Without returns it makes no difference on which nights somebody looked."""
    lives = []
    for nightly in (True, False):
        dice = random.Random(seed)
        customer, day = Customer(rules), DAY
        for _step in range(60):
            day += timedelta(dice.choice([1, 7, 30, 100]))
            if nightly:
                customer.night(day)
            if dice.random() < 0.3:
                customer.buy(dice.choice([100, 400, 500, 2_000]), day)
        customer.night(day)
        lives.append([(s.tier, s.reason, s.since, s.until) for s in customer.history])
    assert lives[0] == lives[1]


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize("seed", range(40))
def test_an_invitation_never_makes_worse_off(rules, seed):
    dice = random.Random(seed)
    invited, other, day = Customer(rules), Customer(rules), DAY
    for step in range(80):
        day += timedelta(dice.choice([1, 7, 30, 60]))
        amount = dice.choice([0, 0, 100, 400, 500, 2_000])
        for customer in invited, other:
            customer.night(day)
            if amount:
                customer.buy(amount, day)
        if step == 20 and LADDER.level(invited.open and invited.open.tier) < 2:
            invited.invite("platinum", day, day + timedelta(dice.randint(1, 300)))
        levels = [LADDER.level(one.tier(day)) for one in (invited, other)]
        assert levels[0] >= levels[1]

"""Tiers climb at once, fall one level after period and grace, and never by accident."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tiers import (
    Ending,
    Judge,
    Ladder,
    Reason,
    Rules,
    Standing,
    Tier,
    Window,
    add_months,
    invite,
)

DAY = date(2025, 6, 30)
LADDER = Ladder([Tier("gold", 1_000), Tier("silver", 500), Tier("platinum", 3_000)])
ROLLING = Rules(12, 30)
YEARS = Rules(0, 30)


class Customer:
    """Purchases by day, and the standings they lead to."""

    def __init__(self, rules=ROLLING, ladder=LADDER):
        self.rules, self.ladder = rules, ladder
        self.bought = []
        self.history, self.endings = [], []
        self.open, self.written = None, {}

    def buy(self, amount, day):
        self.bought.append([day, amount])
        self.night(day)

    def amount(self, window: Window) -> float:
        return sum(
            amount for day, amount in self.bought if window.start <= day <= window.end
        )

    def night(self, today):
        judge = Judge(self.rules, self.ladder, self.amount, self.history.__getitem__)
        for change in judge.changes(self.open, today):
            self.take(change.ending, change.last_day, change.after)

    def take(self, ending, last_day, after):
        if self.open:
            held = self.history[self.open.ref]
            until = min(held.until, last_day)
            self.history[held.ref] = replace(held, until=until)
            self.endings.append(ending)
        self.open = after
        if after:
            fallback = after.fallback
            while isinstance(fallback, Standing) and fallback not in self.written:
                fallback = fallback.fallback
            fallback = self.written.get(fallback, fallback)
            self.written[after] = len(self.history)
            self.open = replace(after, ref=len(self.history), fallback=fallback)
            self.history.append(self.open)

    def invite(self, tier, today, until):
        self.take(
            Ending.INVITED, today - timedelta(1), invite(tier, self.open, today, until)
        )

    def tier(self, day):
        found = [one for one in self.history if one.since <= day <= one.until]
        assert len(found) <= 1
        return found[0].tier if found else None


def later(days: int) -> date:
    return DAY + timedelta(days)


@pytest.mark.parametrize(
    ("amount", "tier"),
    [
        (0, None),
        (499.99, None),
        (500, "silver"),
        (999.99, "silver"),
        (1_000, "gold"),
        (2_999.99, "gold"),
        (3_000, "platinum"),
    ],
)
def test_thresholds_are_reached_to_the_unit(amount, tier):
    customer = Customer()
    customer.buy(amount, DAY)
    assert customer.tier(DAY) == tier


def test_a_threshold_of_zero_needs_some_purchase():
    ladder = Ladder([Tier("member", 0)])
    for amount, tier in ((0, None), (-5, None), (0.01, "member")):
        customer = Customer(ladder=ladder)
        customer.buy(amount, DAY)
        assert customer.tier(DAY) == tier


def test_purchases_count_for_as_long_as_the_period():
    customer = Customer()
    customer.buy(499, DAY)
    customer.buy(1, add_months(DAY, 12))
    assert customer.open is None
    customer = Customer()
    customer.buy(499, DAY)
    customer.buy(1, add_months(DAY, 12) - timedelta(1))
    assert customer.open.tier == "silver"


def test_falls_one_level_at_a_time_and_then_leaves():
    customer = Customer()
    customer.buy(9_000, DAY)
    customer.night(later(5_000))
    tiers = [one.tier for one in customer.history]
    assert tiers == ["platinum", "platinum", "gold", "gold", "silver", "silver"]
    reasons = [one.reason for one in customer.history[::2]]
    assert reasons == [Reason.QUALIFIED, Reason.LANDED, Reason.LANDED]
    assert {one.reason for one in customer.history[1::2]} == {Reason.GRACE}
    assert customer.open is None
    for one, after in zip(customer.history, customer.history[1:], strict=False):
        assert after.since == one.until + timedelta(1)


def test_grace_counts_what_was_bought_before_and_in_it():
    customer = Customer()
    customer.buy(1_000, DAY)
    customer.buy(600, later(40))
    customer.night(later(370))
    assert customer.open.reason is Reason.GRACE
    customer.buy(400, later(395))
    assert customer.open.reason is Reason.RENEWED
    assert customer.open.tier == "gold"


def test_no_grace_lands_the_day_after():
    customer = Customer(Rules(12, 0))
    customer.buy(1_000, DAY)
    customer.night(later(366))
    assert customer.tier(later(365)) == "gold"
    assert customer.tier(later(366)) == "silver"


def test_calendar_years_keep_for_the_next_one():
    customer = Customer(YEARS)
    customer.buy(1_000, DAY)
    customer.night(date(2026, 12, 31))
    assert customer.tier(date(2026, 12, 31)) == "gold"
    customer.buy(900, date(2026, 3, 1))
    customer.night(date(2027, 1, 1))
    assert customer.open.reason is Reason.GRACE
    customer.buy(100, date(2027, 1, 20))
    assert customer.open.reason is Reason.RENEWED
    assert customer.open.kept_until == date(2027, 12, 31)
    # what made up for last year does not count again
    customer.night(date(2028, 2, 15))
    assert customer.tier(date(2028, 2, 15)) == "silver"


def test_returns_take_back_only_what_they_earned():
    customer = Customer()
    customer.buy(600, DAY)
    customer.buy(600, later(10))
    assert customer.open.tier == "gold"
    customer.bought[1][1] = 400
    customer.night(later(20))
    assert customer.open.tier == "gold"
    customer.bought[1][1] = 399.99
    customer.night(later(21))
    assert customer.open.tier == "silver"
    assert customer.open.reason is Reason.RESUMED
    assert customer.open.kept_until == add_months(DAY, 12)
    customer.bought[0][1] = 0
    customer.night(later(22))
    assert customer.open is None
    assert customer.endings[-1] is Ending.WITHDRAWN


def test_returned_renewal_lands_as_if_it_had_not_been():
    customer = Customer()
    customer.buy(1_000, DAY)
    customer.buy(1_000, later(300))
    customer.night(later(366))
    assert customer.open.reason is Reason.RENEWED
    customer.bought[1][1] = 0
    customer.night(later(500))
    assert customer.open.tier == "silver"


def test_an_invitation_makes_nobody_worse_off():
    invited, other = Customer(), Customer()
    for customer in invited, other:
        customer.buy(600, DAY)
    invited.invite("platinum", later(300), later(450))
    for customer in invited, other:
        customer.buy(520, later(320))
        customer.night(later(500))
    assert invited.tier(later(400)) == "platinum"
    assert invited.tier(later(500)) == other.tier(later(500))
    assert invited.open.kept_until == other.open.kept_until


def test_months_end_where_the_month_does():
    assert add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert add_months(date(2025, 1, 31), 1) == date(2025, 2, 28)
    assert add_months(date(2025, 1, 31), -2) == date(2024, 11, 30)


def test_the_first_purchase_comes_back_and_the_second_was_enough():
    """Kept without a break, by the second one, and no longer than before."""
    customer = Customer(ladder=Ladder([Tier("silver", 500)]))
    customer.buy(500, DAY)
    customer.buy(600, later(10))
    customer.buy(300, later(50))
    customer.bought[0][1] = 0
    customer.night(later(100))
    silver = customer.open
    assert (silver.tier, silver.since) == ("silver", later(100))
    assert silver.kept_until == add_months(DAY, 12)
    # what was bought after the second one counts for keeping it
    assert silver.counts_from == later(11)


def test_a_tier_below_that_was_reached_long_ago_lasts_from_then():
    customer = Customer()
    customer.buy(3_000, DAY)
    customer.buy(700, later(20))
    customer.bought[0][1] = 0
    customer.night(later(200))
    silver = customer.open
    assert (silver.tier, silver.since) == ("silver", later(200))
    assert silver.kept_until == add_months(later(20), 12)

"""Any sequence of operations on an account, drawn by hypothesis."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from points import (
    Account,
    DebtPolicy,
    Kind,
    PointsMissingError,
    in_proportion,
    split,
    to_points,
    to_units,
)

POINTS = st.integers(1, 1_000)
ORIGINS = st.sampled_from("abc")


class AccountMachine(RuleBasedStateMachine):
    """Beside the account it keeps the plain sums that must come out."""

    @initialize(valid_days=st.sampled_from([0, 1, 20]))
    def open(self, valid_days):
        self.account = Account(date(2026, 1, 1), valid_days=valid_days)
        self.spent = {}
        self.earned = dict.fromkeys("abc", 0)

    @rule(
        points=POINTS,
        origin=ORIGINS,
        wait=st.none() | st.integers(0, 15),
    )
    def earn(self, points, origin, wait):
        day = self.account.day
        if wait:
            until = day + timedelta(wait)
            self.account.earn(points, origin=origin, pending=True, available_on=until)
        else:
            self.account.earn(points, origin=origin, pending=wait == 0)
        self.earned[origin] += points
        self.account.close_day()

    @rule(points=POINTS)
    def spend(self, points):
        usable = self.account.spendable()
        could = sum(lot.points for lot in usable)
        start, last = len(self.account.moves), self.account.available
        held = {id(lot): lot.points for lot in usable}
        try:
            self.account.spend(points)
        except PointsMissingError as refusal:
            assert refusal.missing == points - could > 0
            assert self.account.available == last
            return
        taken = self.account.moves[start:]
        assert sum(move.points for move in taken) == -points
        order = [usable.index(move.lot) for move in taken]
        assert order == sorted(order)
        for move in taken[:-1]:
            # no lot is touched before those that expire earlier are empty
            assert -move.points == held[id(move.lot)]
        for move in taken:
            self.spent[move.lot] = self.spent.get(move.lot, 0) - move.points

    @precondition(lambda self: any(self.spent.values()))
    @rule(share=st.floats(0, 1))
    def give_back(self, share):
        spent = [(lot, points) for lot, points in self.spent.items() if points]
        points = in_proportion(sum(points for _lot, points in spent), share)
        start = len(self.account.moves)
        self.account.give_back(points, spent)
        for move in self.account.moves[start:]:
            self.spent[move.lot] -= move.points
            assert self.spent[move.lot] >= 0
        self.account.close_day()

    @rule(
        share=st.floats(0, 1), origin=ORIGINS, policy=st.sampled_from(list(DebtPolicy))
    )
    def take_back(self, share, origin, policy):
        points = in_proportion(self.earned[origin], share)
        available = self.account.available
        before = available + self.account.pending
        start = len(self.account.moves)
        try:
            self.account.take_back(points, origin, policy)
        except PointsMissingError:
            assert policy is DebtPolicy.BLOCK
            assert len(self.account.moves) == start
            return
        self.earned[origin] -= points
        moves = self.account.moves[start:]
        clawed = sum(m.points for m in moves if m.kind is Kind.CLAW_BACK)
        forgiven = sum(m.points for m in moves if m.kind is Kind.WRITE_OFF)
        assert clawed == -points
        after = self.account.available + self.account.pending
        assert after == before - points + forgiven
        if policy is not DebtPolicy.OWE:
            assert self.account.available >= min(available, 0)

    @rule(points=POINTS)
    def overdraw(self, points):
        self.account.spend(points, Kind.ADJUST, overdraw=True)
        self.account.close_day()

    @rule(days=st.integers(1, 30))
    def wait(self, days):
        self.account.day += timedelta(days)
        self.account.close_day()

    @rule()
    def vest_an_event(self):
        for lot in list(self.account.lots):
            if lot.pending and lot.points and lot.available_on is None:
                self.account.vest(lot, self.account.day)
        self.account.close_day()

    @rule()
    def hand_over(self):
        other = Account(self.account.day, valid_days=self.account.valid_days)
        sums = self.account.available, self.account.pending
        self.account.hand_over(other)
        assert (self.account.available, self.account.pending) == (0, 0)
        assert (other.available, other.pending) == sums
        self.account.lots += other.lots
        self.account.moves += other.moves

    @invariant()
    def sums_hold(self):
        if not hasattr(self, "account"):
            return
        account = self.account
        by_lot = dict.fromkeys(account.lots, 0)
        for move in account.moves:
            assert move.points
            by_lot[move.lot] += move.points
        assert by_lot == {lot: lot.points for lot in account.lots}
        total = account.available + account.pending
        assert total == sum(move.points for move in account.moves)

    @invariant()
    def debt_and_spendable_never_stand_together(self):
        if hasattr(self, "account"):
            owes = any(lot.points < 0 for lot in self.account.lots)
            assert not (owes and self.account.spendable())

    @invariant()
    def nothing_pending_is_below_zero_or_used_early(self):
        if hasattr(self, "account"):
            pending = [lot for lot in self.account.lots if lot.pending]
            assert all(lot.points >= 0 for lot in pending)
            for move in self.account.moves:
                if move.kind in (Kind.SPEND, Kind.EXPIRE, Kind.SETTLE):
                    assert not move.lot.pending


TestAccounts = AccountMachine.TestCase
TestAccounts.settings = settings(stateful_step_count=30)


@given(st.integers(0, 10**9), st.lists(st.integers(1, 10**6), min_size=1, max_size=9))
def test_split_adds_up_and_is_fair(points, weights):
    shares = split(points, weights)
    assert sum(shares) == points
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - points * weight / sum(weights)) < 1 + 1e-6 * points


@given(st.integers(0, 10**9), st.lists(st.floats(0, 1), max_size=20))
def test_refunds_in_parts_take_exactly_all(points, shares):
    """However an order is refunded: the steps add up to what the last share says."""
    kept, clawed = points, 0
    for share in [*sorted(shares, reverse=True), 0.0]:
        now = in_proportion(points, share)
        clawed += kept - now
        kept = now
    assert clawed == points


@given(st.floats(-1e9, 1e9).map(lambda points: round(points, 4)))
def test_points_survive_the_way_to_units_and_back(points):
    assert to_points(to_units(points)) == pytest.approx(points, abs=5e-5)
    assert to_units(to_points(to_units(points))) == to_units(points)

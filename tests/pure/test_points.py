"""Points move between lots; whatever happens, none is lost, made or spent too early."""

from datetime import date, timedelta

import pytest
from points import (
    Account,
    DebtPolicy,
    Kind,
    Lot,
    PointsMissingError,
    in_proportion,
    split,
    to_points,
    to_units,
)

DAY = date(2026, 3, 1)


def later(days: int) -> date:
    return DAY + timedelta(days)


def test_earliest_expiry_is_spent_first():
    forever = Lot(50)
    june, april = Lot(50, expires_on=later(90)), Lot(50, expires_on=later(30))
    account = Account(DAY, [forever, june, april])
    account.spend(120)
    assert (april.points, june.points, forever.points) == (0, 0, 30)


def test_pending_and_expired_points_are_not_spent():
    account = Account(DAY, [Lot(50, pending=True), Lot(50, expires_on=later(-1))])
    with pytest.raises(PointsMissingError) as refusal:
        account.spend(1)
    assert refusal.value.missing == 1
    assert account.moves == []


def test_a_lot_may_be_spent_on_its_last_day():
    account = Account(DAY, [Lot(50, expires_on=DAY)])
    account.spend(50)
    assert account.available == 0


def test_points_vest_on_their_day_and_last_from_then():
    account = Account(DAY, valid_days=10)
    account.earn(100, pending=True, available_on=later(14), origin="order")
    account.close_day()
    assert (account.available, account.pending) == (0, 100)
    account.day = later(14)
    account.close_day()
    assert (account.available, account.pending) == (100, 0)
    (lot,) = account.spendable()
    assert (lot.expires_on, lot.origin) == (later(24), "order")


def test_event_may_start_the_days():
    account = Account(DAY)
    waiting = account.earn(100, pending=True)
    account.close_day()
    assert account.pending == 100
    account.vest(waiting, later(30))
    assert (account.available, account.pending) == (0, 100)
    account.day = later(30)
    account.close_day()
    assert (account.available, account.pending) == (100, 0)


def test_returned_points_keep_their_expiry():
    april, june = Lot(60, expires_on=later(30)), Lot(40, expires_on=later(90))
    account = Account(DAY, [april, june])
    account.spend(100)
    account.give_back(50, [(april, 60), (june, 40)])
    assert (april.points, june.points) == (30, 20)
    account.day = later(31)
    account.close_day()
    assert (april.points, june.points) == (0, 20)


def test_points_returned_to_an_expired_lot_expire_again():
    lot = Lot(60, expires_on=later(30))
    account = Account(DAY, [lot])
    account.spend(60)
    account = Account(later(31))
    account.give_back(60, [(lot, 60)])
    account.close_day()
    assert account.available == 0
    assert [move.kind for move in account.moves] == [Kind.RETURN, Kind.EXPIRE]


def test_a_return_that_is_withdrawn_goes_back_where_it_came_from():
    own = Lot(100, origin="a", expires_on=later(30), ref=1)
    other = Lot(50, origin="b", ref=2)
    account = Account(DAY, [own, other])
    account.spend(90)
    account.take_back(100, "a", DebtPolicy.OWE)
    debt = account.lots[-1]
    debt.ref = 3
    assert (own.points, other.points, debt.points) == (0, 0, -40)
    missing = account.restore(100, [(debt, 40), (other, 50), (own, 10)], {})
    assert (missing, own.points, other.points, debt.points) == (0, 10, 50, 0)


def test_a_debt_that_was_paid_meanwhile_takes_no_withdrawn_points():
    debt = Lot(-40, ref=1)
    account = Account(DAY, [debt])
    account.earn(100)
    account.close_day()
    assert (account.available, debt.points) == (60, 0)
    assert account.restore(40, [(debt, 40)], {}) == 40
    account.earn_as(40, Lot(0, expires_on=later(7), origin="a"))
    assert account.available == 100
    assert account.lots[-1].expires_on == later(7)


def test_what_was_written_off_or_has_expired_is_not_there_again():
    own = Lot(30, origin="a", expires_on=later(1), ref=1)
    account = Account(DAY, [own])
    account.take_back(100, "a", DebtPolicy.WRITE_OFF)
    debt = account.lots[-1]
    debt.ref = 2
    assert account.available == 0
    account.day = later(2)
    assert account.restore(100, [(debt, 70), (own, 30)], {2: 70}) == 0
    assert (account.available, own.points, debt.points) == (0, 0, 0)
    assert account.moves[-1][:3] == (Kind.EXPIRE, own, -30)


def test_claw_back_takes_the_own_lot_first():
    own, other = Lot(100, origin="a"), Lot(100, origin="b", expires_on=later(1))
    account = Account(DAY, [other, own])
    account.take_back(30, "a", DebtPolicy.BLOCK)
    assert (own.points, other.points) == (70, 100)
    account.take_back(90, "a", DebtPolicy.BLOCK)
    assert (own.points, other.points) == (0, 80)


def test_claw_back_of_spent_points_may_be_blocked():
    account = Account(DAY, [Lot(40, origin="a")])
    with pytest.raises(PointsMissingError) as refusal:
        account.take_back(100, "a", DebtPolicy.BLOCK)
    assert refusal.value.missing == 60
    assert account.moves == []


def test_owed_points_are_paid_by_the_next_earnings():
    account = Account(DAY, [Lot(40, origin="a")])
    account.take_back(100, "a", DebtPolicy.OWE)
    assert account.available == -60
    account.earn(50)
    account.close_day()
    assert account.available == -10
    account.earn(50)
    account.close_day()
    assert account.available == 40
    assert sum(lot.points for lot in account.spendable()) == 40


def test_written_off_points_leave_no_debt():
    account = Account(DAY, [Lot(40, origin="a")])
    account.take_back(100, "a", DebtPolicy.WRITE_OFF)
    assert account.available == 0
    clawed = sum(m.points for m in account.moves if m.kind is Kind.CLAW_BACK)
    assert clawed == -100


def test_merge_moves_lots_whole():
    mine, yours = Account(DAY, [Lot(10)]), Account(DAY, [Lot(5, expires_on=later(3))])
    yours.lots += [Lot(-2), Lot(7, pending=True, origin="a")]
    yours.hand_over(mine)
    assert (yours.available, yours.pending) == (0, 0)
    assert (mine.available, mine.pending) == (13, 7)
    assert [lot.expires_on for lot in mine.lots] == [None, later(3), None, None]
    assert [lot.origin for lot in mine.lots] == [None, None, None, "a"]


def test_shares_are_whole_and_add_up():
    assert split(100, [1, 1, 1]) == [34, 33, 33]
    assert split(1, [3, 5]) == [0, 1]
    assert in_proportion(7, 0.5) == 4
    assert in_proportion(7, 1.5) == 7


def test_units_are_exact():
    assert to_units(33.33) == 333_300
    assert to_points(to_units(0.1) + to_units(0.2)) == 0.3


def test_expired_points_of_returned_goods_are_gone_already():
    expired = Lot(0, expires_on=later(-1), origin="a")
    account = Account(DAY, [expired])
    account.take_back(100, "a", DebtPolicy.OWE, expired=[(expired, 60)])
    assert account.available == -40
    assert [(m.kind, m.points) for m in account.moves] == [
        (Kind.EXPIRE, 60),
        (Kind.CLAW_BACK, -60),
        (Kind.CLAW_BACK, -40),
    ]


def test_what_paid_an_old_debt_refuses_no_return():
    account = Account(DAY, [Lot(70, origin="a")])
    account.take_back(100, "a", DebtPolicy.BLOCK, settled=30)
    assert account.available == -30
    account = Account(DAY, [Lot(70, origin="a")])
    with pytest.raises(PointsMissingError) as refusal:
        account.take_back(100, "a", DebtPolicy.BLOCK, settled=20)
    assert refusal.value.missing == 10


def test_a_lot_lasts_as_long_as_it_was_promised():
    account = Account(DAY, valid_days=30)
    lot = account.earn(10, pending=True, event="delivery", wait_days=2)
    account.valid_days = 5
    waiting = account.vest(lot, later(2))
    assert (lot.points, waiting.pending, waiting.valid_days) == (0, True, 30)
    account.day = later(2)
    account.close_day()
    assert account.lots[-1].expires_on == later(32)

"""Price buckets, first in first out, and what is claimed from them."""

import random
import time
from datetime import date, timedelta

import pytest
from channel.claims import (
    Contract,
    PaidFall,
    Resale,
    less_what_was_paid,
    protect,
    ship_and_debit,
)
from channel.stock import Bucket, Event, gap, sell_through, walk, weeks_of_cover

DAY = date(2027, 3, 1)


def day(number):
    return DAY + timedelta(number)


def happen(*events):
    """Events one a day: kind, quantity, price and further names."""
    made = []
    for number, event in enumerate(events):
        kind, quantity, *rest = event
        price, more = (*rest, *(None, {})[len(rest) :])
        made.append(Event(day(number), kind, quantity, price, key=number + 1, **more))
    return walk(made)


def left(stock):
    return [(one.left, one.price) for one in stock.buckets if one.left]


TWO = (("receive", 100, 10), ("receive", 50, 9))


def test_the_oldest_are_sold_first():
    assert left(happen(*TWO, ("sale", 120))) == [(30, 9)]


def test_a_fall_of_the_list_price_is_protected_for_what_is_left():
    stock = happen(*TWO, ("sale", 120))
    (claimed,) = protect(stock.buckets, (), day(9), price=8, former=9)
    assert (claimed.quantity, claimed.amount) == (30, 30)


def test_protection_lowers_what_the_pieces_cost():
    stock = happen(*TWO, ("sale", 120), ("cut", 0, 8, {"former": 9}))
    assert left(stock) == [(30, 8)]
    assert [(one.quantity, one.fall) for one in stock.cuts] == [(30, 1)]


def test_a_piece_falls_by_no_more_than_the_list_price():
    stock = happen(("receive", 10, 12), ("cut", 0, 8, {"former": 9}))
    assert left(stock) == [(10, 11)]


def test_a_return_without_a_document_undoes_the_last_consumption():
    assert left(happen(*TWO, ("sale", 120), ("return", 10))) == [(40, 9)]


def test_a_return_that_names_its_sale_restores_what_that_sale_took():
    stock = happen(*TWO, ("sale", 90), ("sale", 30), ("return", 10, None, {"of": 3}))
    assert left(stock) == [(10, 10), (30, 9)]


def test_the_delivery_that_is_sent_back_leaves():
    both = (("receive", 1, 10), ("receive", 1, 20))
    assert left(happen(*both, ("give_back", 1, None, {"of": 2}))) == [(1, 10)]
    assert left(happen(*both, ("give_back", 1, None, {"of": 1}))) == [(1, 20)]
    assert left(happen(*both, ("give_back", 1))) == [(1, 10)]


def test_what_is_sold_beyond_the_stock_is_unexplained_until_a_delivery_covers_it():
    stock = happen(("receive", 50, 10), ("sale", 60))
    assert (stock.on_hand, stock.unexplained) == (0, 10)
    stock = happen(("receive", 50, 10), ("sale", 60), ("receive", 30, 8))
    assert (stock.on_hand, stock.unexplained) == (20, 0)
    assert left(stock) == [(20, 8)]
    # not silently: the later price is said to be late
    late = [(use.quantity, use.price) for use in stock.uses if use.late]
    assert late == [(10, 8)]


def test_a_return_beyond_all_sales_has_no_price():
    assert left(happen(("return", 3))) == [(3, None)]


def test_a_transfer_within_the_house_keeps_quantity_and_price():
    stock = happen(*TWO, ("transfer_out", 30), ("transfer_in", 30))
    assert left(stock) == [(100, 10), (50, 9)]
    assert not stock.moving
    stock = happen(*TWO, ("transfer_out", 120), ("transfer_in", 20))
    assert left(stock) == [(20, 10), (30, 9)]
    assert sum(one.left for one in stock.moving) == 100


def test_both_sides_of_a_transfer_on_one_day_in_any_sequence():
    moves = [
        Event(DAY, "receive", 40, 5.0, key=1),
        Event(DAY, "transfer_in", 30, key=2),
        Event(DAY, "transfer_out", 30, key=3),
    ]
    for some in (moves, moves[::-1]):
        assert left(walk(some)) == [(40, 5)]


def test_gap_is_a_share_of_what_was_calculated():
    difference, share = gap(7000, 9000 - 2500)
    assert difference == 500
    assert round(100 * share, 1) == 7.7
    assert gap(5, 0) == (5, None)


def test_weeks_of_cover():
    assert weeks_of_cover(16, [0, 0, 0, 0]) is None
    assert weeks_of_cover(16, [0, 0, 0, 8], weeks_stocked=1) == 2
    assert weeks_of_cover(16, [0, 0, 0, 8]) == 8


def test_sell_through_is_sold_by_opening_and_received():
    assert sell_through(50, 50, 60) == 0.6
    assert sell_through(50, 50, None) is None
    assert sell_through(0, 0, 5) is None


@pytest.mark.parametrize("covers, paid", [(True, 100), (False, 60)])
def test_goods_in_transit_are_protected_where_the_term_says_so(covers, paid):
    cut = date(2027, 3, 1)
    on_hand = [Bucket(1, date(2027, 2, 1), 10, 60, 60)]
    moving = [Bucket(2, date(2027, 2, 27), 10, 40, 40)]
    claimed = protect(on_hand, moving, cut, price=9, covers_transit=covers)
    assert sum(one.quantity for one in claimed if not one.reason) == paid
    # both parts are shown
    assert [(one.quantity, one.in_transit) for one in claimed] == [
        (60, False),
        (40, True),
    ]
    assert claimed[1].reason == ("" if covers else "in_transit")


def test_old_stock_is_not_protected():
    cut = date(2027, 6, 1)
    stock = walk(
        [
            Event(cut - timedelta(90), "receive", 40, 10, key=1),
            Event(cut - timedelta(30), "receive", 60, 10, key=2),
            Event(cut - timedelta(5), "sale", 10, key=3),
        ]
    )
    assert left(stock) == [(30, 10), (60, 10)]
    claimed = protect(stock.buckets, (), cut, price=8, days=60)
    assert [(one.quantity, one.amount, one.reason) for one in claimed] == [
        (30, 0, "too_old"),
        (60, 120, ""),
    ]


CONTRACT = Contract(80, 40, "K", date(2027, 6, 1), date(2027, 6, 30), window=30)


def resale(pieces, on=date(2027, 6, 15), reported=None, customer="K", **more):
    return Resale(1, on, reported or on, customer, tuple(pieces), **more)


def debited(*resales, contract=CONTRACT, used=0):
    return [
        (one.quantity, one.amount, one.reason)
        for one in ship_and_debit(contract, resales, used)
    ]


def test_no_more_than_the_authorised_quantity_is_paid():
    assert debited(resale([(40, 100), (10, 95)])) == [
        (40, 800, ""),
        (10, 0, "quantity"),
    ]
    assert debited(resale([(40, 100)]), used=30) == [(10, 200, ""), (30, 0, "quantity")]


def test_the_day_of_the_resale_decides_and_then_the_window():
    late = date(2027, 7, 4)
    assert debited(resale([(1, 100)], date(2027, 6, 30), late)) == [(1, 20, "")]
    assert debited(resale([(1, 100)], date(2027, 7, 1), late)) == [(1, 0, "expired")]
    assert debited(resale([(1, 100)], date(2027, 5, 31), late)) == [(1, 0, "early")]
    after = date(2027, 7, 31)
    assert debited(resale([(1, 100)], date(2027, 6, 30), after)) == [(1, 0, "late")]


def test_a_negative_difference_pays_nothing_and_others_resales_are_refused():
    assert debited(resale([(10, 75)])) == [(10, 0, "")]
    assert debited(resale([(10, 100)], customer="L")) == [(10, 0, "customer")]
    assert debited(resale([(10, 100)], claimed=True)) == [(10, 0, "claimed")]
    assert debited(resale([(10, None)])) == [(10, 0, "no_price")]


def test_what_was_paid_for_a_piece_lowers_what_it_cost_once():
    falls = [PaidFall(10, 6), PaidFall(5, 3)]
    pieces = [(4, 100), (4, 95), (1, None)]
    assert less_what_was_paid(pieces, falls) == [
        *((3, 85), (1, 90), (2, 85)),
        *((2, 95), (1, None)),
    ]
    assert less_what_was_paid([(4, 100)], falls) == [(4, 100)]


def test_protection_and_ship_and_debit_do_not_pay_one_fall_twice():
    stock = happen(("receive", 10, 100), ("cut", 0, 90, {"former": 100}), ("sale", 10))
    protected = sum(one.quantity * one.fall for one in stock.cuts)
    (use,) = stock.uses
    ((_quantity, amount, _reason),) = debited(resale([(use.quantity, use.price)]))
    assert protected + amount == 10 * (100 - 80)


class Pieces:
    """Each piece by itself: the whole model in a few lines."""

    def __init__(self):
        self.stock, self.owed, self.sold = [], 0, []

    def receive(self, quantity, price):
        self.sold += [price] * min(self.owed, quantity)
        kept = max(quantity - self.owed, 0)
        self.owed = max(self.owed - quantity, 0)
        self.stock += [price] * kept

    def sale(self, quantity):
        taken, self.stock = self.stock[:quantity], self.stock[quantity:]
        self.sold += taken
        self.owed += quantity - len(taken)

    def give_back(self, quantity):
        kept = max(len(self.stock) - quantity, 0)
        self.owed += quantity - (len(self.stock) - kept)
        self.stock = self.stock[:kept]


@pytest.mark.parametrize("seed", range(300))
def test_buckets_hold_what_single_pieces_hold(seed):
    chance = random.Random(seed)
    pieces, events = Pieces(), []
    for number in range(chance.randint(1, 40)):
        kind = chance.choice(["receive", "sale", "sale", "give_back"])
        quantity = chance.randint(1, 9)
        # of one price each, so that what came last is what was dearest
        price = float(number) if kind == "receive" else None
        events.append(Event(day(number), kind, quantity, price, key=number + 1))
        getattr(pieces, kind)(quantity, *([price] if price is not None else []))
    stock = walk(events)
    bought = [price for one in stock.buckets for price in [one.price] * round(one.left)]
    assert bought == pieces.stock
    assert round(stock.unexplained) == pieces.owed
    assert all(one.left >= 0 for one in stock.buckets)


@pytest.mark.parametrize("seed", range(300))
def test_nothing_is_lost_by_any_sequence(seed):
    chance = random.Random(seed)
    kinds = ["receive", "sale", "return", "transfer_out", "transfer_in", "give_back"]
    signs = {"receive": 1, "return": 1, "transfer_in": 1}
    events, balance = [], 0
    for number in range(chance.randint(1, 60)):
        kind = chance.choice(kinds)
        quantity = chance.randint(1, 9)
        balance += signs.get(kind, -1) * quantity
        price = chance.choice([1.0, 2.0, 3.0]) if kind == "receive" else None
        of = chance.randint(0, number)
        events.append(Event(day(number // 3), kind, quantity, price, number + 1, of))
    stock = walk(events)
    assert all(one.left >= 0 for one in stock.buckets)
    assert round(stock.on_hand - stock.unexplained, 6) == balance
    # the same events again give the same stock, in whatever sequence they are handed
    # over
    again = walk(chance.sample(events, len(events)))
    assert left(again) == left(stock)


def test_a_long_history_is_walked_in_time_linear_in_it():
    def seconds(count):
        """Seconds for a history of so many deliveries, each sold at once."""
        events = []
        for number in range(count):
            events.append(Event(day(number), "receive", 2, 1.0, key=2 * number + 1))
            events.append(Event(day(number), "sale", 2, key=2 * number + 2))
        start = time.process_time()
        stock = walk(events)
        assert not stock.on_hand
        return time.process_time() - start

    seconds(100)
    assert seconds(20_000) < 40 * seconds(2_000)

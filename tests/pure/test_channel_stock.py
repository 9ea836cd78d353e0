"""Price buckets, first in first out, and what is claimed from them."""

import random
import sys
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from channel.claims import (
    Contract,
    OnTheWay,
    PaidResale,
    Protection,
    Resale,
    deducted,
    protect,
    protected_too_much,
    resold_too_much,
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


def steps(function):
    """How many instructions of Python it takes."""
    count = 0

    def trace(frame, event, _argument):
        nonlocal count
        frame.f_trace_opcodes = True
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function()
    finally:
        sys.settrace(before)
    return count


def test_a_long_history_is_walked_in_steps_linear_in_it():
    def history(count):
        """So many deliveries, each sold at once."""
        events = []
        for number in range(count):
            events.append(Event(day(number), "receive", 2, 1.0, key=2 * number + 1))
            events.append(Event(day(number), "sale", 2, key=2 * number + 2))
        return events

    few, many = history(100), history(1_000)
    assert not walk(many).on_hand
    assert steps(lambda: walk(many)) < 11 * steps(lambda: walk(few))


def cents(amount):
    return round(amount, 2)


def paid(key, cut, quantity, amount, bucket=1, moving=()):
    buckets = {bucket, *(one.bucket for one in moving)}
    return Protection(key, day(cut), quantity, amount, frozenset(buckets), moving)


def too_much(claims, *events):
    found = protected_too_much(claims, events, cents)
    return {key: value for key, value in found.items() if value != (0, 0)}


BOUGHT = Event(day(0), "receive", 10, 10.0, key=1)
FALLS = Event(day(10), "cut", price=8.0, key=7, former=10.0)


def test_what_was_sold_before_the_fall_was_paid_for_in_vain():
    claims = [paid(7, 10, 10, 20.0)]
    assert not too_much(claims, BOUGHT, FALLS)
    sold = Event(day(5), "sale", 4, key=2)
    assert too_much(claims, BOUGHT, FALLS, sold) == {(7, "gone"): (4, 8)}
    # of a delivery that is not found any more nothing is known
    assert not too_much(claims, FALLS, sold)


def test_what_comes_back_for_more_than_it_cost_by_then_was_paid_twice():
    claims = [paid(7, 10, 10, 20.0)]
    for price, amount in ((10, 6), (9, 3), (8, 0), (12, 6)):
        back = Event(day(12), "give_back", 3, float(price), key=3, of=1)
        found = too_much(claims, BOUGHT, FALLS, back)
        assert found == ({(7, "returned"): (3, amount)} if amount else {})
    # nobody said what was credited
    assert not too_much(claims, BOUGHT, FALLS, Event(day(12), "give_back", 3, key=3))


def test_the_last_fall_is_the_first_that_was_credited_once_more():
    further = Event(day(20), "cut", price=7.0, key=8, former=8.0)
    claims = [paid(7, 10, 10, 20.0), paid(8, 20, 10, 10.0)]
    for price, found in ((8, {8: 1}), (9, {8: 1, 7: 1}), (10, {8: 1, 7: 2})):
        back = Event(day(22), "give_back", 1, float(price), key=3, of=1)
        assert too_much(claims, BOUGHT, FALLS, further, back) == {
            (key, "returned"): (1, amount) for key, amount in found.items()
        }


def test_goods_that_were_on_their_way_give_back_what_they_were_paid():
    claims = [paid(7, 10, 10, 20.0, moving=(OnTheWay(2, 5, 10.0),))]
    # their price is less what was paid
    arrives = Event(day(12), "receive", 5, 8.0, key=2)
    assert not too_much(claims, BOUGHT, FALLS, arrives)
    back = Event(day(13), "give_back", 2, 10.0, key=3, of=2)
    assert too_much(claims, BOUGHT, FALLS, arrives, back) == {(7, "returned"): (2, 4)}


def test_claims_of_one_day_are_judged_together():
    """As after two contacts were merged, each of which had been paid."""
    other = Event(day(1), "receive", 6, 10.0, key=2)
    claims = [paid(7, 10, 10, 20.0), paid(8, 10, 6, 12.0, bucket=2)]
    same = Event(day(10), "cut", price=8.0, key=8, former=10.0)
    assert not too_much(claims, BOUGHT, other, FALLS, same)
    sold = Event(day(5), "sale", 9, key=3)
    assert too_much(claims, BOUGHT, other, FALLS, same, sold) == {
        (8, "gone"): (9, 12),
        (7, "gone"): (0, 6),
    }


def test_a_resale_is_undone_by_a_correction_and_by_returns_that_name_it():
    resales = [PaidResale(9, -5, 4, 12.0), PaidResale(9, -5, 2, 4.0)]

    def undone(*events):
        return resold_too_much(resales, events, cents)[9, "undone"]

    sale = Event(day(1), "sale", 7, key=-5)
    assert undone(sale) == (0, 0)
    assert undone(sale, Event(day(2), "return", 3, key=-6)) == (0, 0)
    # one was never paid for
    assert undone(sale, Event(day(2), "return", 3, key=-6, of=-5)) == (2, 4)
    assert undone(sale, Event(day(2), "return", 4, key=-6, of=-5)) == (3, 7)
    assert undone() == (6, 16)


def test_no_claim_gives_more_than_it_has():
    assert [deducted(20, owed) for owed in (0, 15, 50, -7)] == [0, 15, 20, -7]


class Protected(Pieces):
    """Each piece with what it cost and what was paid for it, by claim."""

    def __init__(self, events):
        super().__init__()
        self.due, self.back = Counter(), Counter()
        places = ("cut", "receive", "give_back", "sale")
        for event in sorted(events, key=lambda e: (e.day, places.index(e.kind), e.key)):
            getattr(self, f"at_{event.kind}")(event)

    def at_receive(self, event):
        self.receive(round(event.quantity), None)
        kept = len([one for one in self.stock if one is None])
        self.stock[len(self.stock) - kept :] = [
            [event.price, {}] for _piece in range(kept)
        ]

    def at_sale(self, event):
        self.sale(event.quantity)

    def at_cut(self, event):
        for piece in self.stock:
            fall = min(max(piece[0] - event.price, 0), event.former - event.price)
            piece[0] -= fall
            piece[1][event.key] = fall
            self.due[event.key] += fall

    def at_give_back(self, event):
        before = self.stock
        self.give_back(event.quantity)
        for cost, falls in before[len(self.stock) :]:
            above = max(event.price - cost, 0)
            for key in reversed(falls):
                self.back[key] += min(above, falls[key])
                above -= min(above, falls[key])


@pytest.mark.parametrize("seed", range(300))
def test_what_was_paid_too_much_is_what_single_pieces_say_whenever_they_are_told(seed):
    """Events are told of in any sequence, some are taken back; claims come between."""
    chance = random.Random(seed)
    events, claims, spent = {}, {}, {}
    said, given, payable = Counter(), 0, []
    price = 30
    for number in range(1, chance.randint(8, 40)):
        kind = chance.choice(["receive", "receive", "sale", "sale", "give_back", "cut"])
        quantity = chance.randint(1, 9)
        if kind == "cut" and price > 6:
            # a later cut each time, from the price of the one before
            when, former = day(100 + number), price
            price -= chance.randint(1, 5)
            stock = walk(one for one in events.values() if one.day < when)
            lines = [
                one
                for one in protect(stock.buckets, (), when, price, former)
                if one.amount
            ]
            spent[number] = sum(one.amount for one in lines)
            claims[number] = Protection(
                number,
                when,
                sum(one.quantity for one in lines),
                spent[number],
                frozenset(one.bucket for one in lines),
            )
            events[number] = Event(when, "cut", price=price, key=number, former=former)
            less = deducted(spent[number], sum(said.values()) - given)
            given += less
            payable.append(spent[number] - less)
        elif kind != "cut":
            # told of late: it happened on any day
            when = day(chance.choice([chance.randint(0, 100), 100 + number]))
            dear = float(chance.randint(20, 30)) if kind != "sale" else None
            events[number] = Event(when, kind, quantity, dear, key=number)
        # a sale that was reported is corrected
        sales = [key for key, one in events.items() if one.kind == "sale"]
        if sales and chance.random() < 0.3:
            key = chance.choice(sales)
            fewer = chance.randint(0, round(events[key].quantity))
            events[key] = replace(events[key], quantity=fewer)
        found = protected_too_much(claims.values(), events.values(), cents)
        again = protected_too_much(claims.values(), [*events.values()][::-1], cents)
        assert again == found
        truth = Protected(events.values())
        for claim in claims:
            gone, returned = (found[claim, why][1] for why in ("gone", "returned"))
            above = spent[claim] - truth.due[claim]
            assert gone == pytest.approx(max(above, 0))
            all_of_it = min(max(above + truth.back[claim], 0), spent[claim])
            assert gone + returned == pytest.approx(all_of_it)
        said.update({key: amount - said[key] for key, (_q, amount) in found.items()})
    # nobody is paid less than nothing, and all is either paid or carried
    assert all(amount >= 0 for amount in payable)
    right = sum(spent.values()) - sum(said.values())
    assert sum(payable) - (sum(said.values()) - given) == pytest.approx(right)

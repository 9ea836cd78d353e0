"""What lines earn, lose and are paid for, by hand and against a tiny model."""

import math
import random
from datetime import date

import pytest
from channel.earning import (
    Choice,
    Earner,
    Goods,
    Paid,
    Scope,
    in_step,
    kept,
    released,
    share_amount,
    spread,
    taken_back,
)

DAY = date(2027, 5, 4)


def cents(amount):
    return math.copysign(math.floor(abs(amount) * 100 + 0.5 + 1e-7), amount) / 100


class TestChoice:
    goods = Goods(7, 70, "1/4/9/", "2/5/", DAY)
    who = Earner(3, grade=8)

    def chosen(self, *scopes):
        return Choice(scopes).of(self.goods, self.who)

    def test_the_closest_goods_come_first(self):
        everything = Scope(1, partner=3)
        branch = Scope(2, partner=3, category="1/4/")
        closest = Scope(3, partner=3, category="1/4/9/")
        template = Scope(4, partner=3, template=70)
        variant = Scope(5, partner=3, product=7)
        terms = [everything, branch, closest, template, variant]
        for last in range(1, 6):
            assert self.chosen(*terms[:last]) == last
            assert self.chosen(*terms[:last][::-1]) == last

    def test_goods_come_before_persons_and_persons_before_places(self):
        assert self.chosen(Scope(1, partner=3), Scope(2, grade=8, category="1/")) == 2
        agreed = Scope(3, partner=3, by_agreement=True)
        assert self.chosen(Scope(2, grade=8), agreed) == 3
        assert self.chosen(agreed, Scope(4, partner=3)) == 4
        near = Scope(5, partner=3, territory="2/5/")
        assert self.chosen(Scope(4, partner=3), near) == 5

    def test_another_day_place_or_person_has_none(self):
        assert not self.chosen(Scope(1, partner=4))
        assert not self.chosen(Scope(1, partner=3, territory="2/6/"))
        assert not self.chosen(Scope(1, partner=3, category="1/4/8/"))
        assert not self.chosen(Scope(1, partner=3, date_to=date(2027, 5, 3)))
        assert self.chosen(Scope(1, partner=3, date_to=DAY))
        assert self.chosen(Scope(1, partner=3, date_from=DAY))

    def test_of_two_that_hold_the_later_one_decides(self):
        old, new = Scope(1, partner=3), Scope(2, partner=3, date_from=date(2027, 1, 1))
        assert self.chosen(old, new) == self.chosen(new, old) == 2


class TestShares:
    def test_the_cent_goes_to_who_stands_first(self):
        shares = share_amount(100.0, {"a": 1, "b": 1, "c": 1}, cents, 0.01)
        assert shares == {"a": 33.34, "b": 33.33, "c": 33.33}

    @pytest.mark.parametrize("sign", [1, -1])
    def test_shares_always_add_up(self, sign):
        random_ = random.Random(5)
        for _ in range(300):
            weights = {i: random_.randint(1, 9) for i in range(random_.randint(1, 7))}
            total = sign * random_.randint(0, 9999) / 100
            shares = share_amount(total, weights, cents, 0.01)
            assert cents(sum(shares.values())) == total
            whole = sum(weights.values())
            for key, amount in shares.items():
                assert abs(amount - total * weights[key] / whole) < 0.01 + 1e-9

    def test_places_are_filled_one_after_the_other(self):
        assert spread(5, [2, 2, 4]) == [2, 2, 1]
        assert spread(9, [2, 2]) == [2, 2]


class TestReturns:
    def test_each_line_is_rounded_by_itself_and_its_return_leaves_nothing(self):
        lines = [cents(33.33 * 0.025) for _ in range(3)]
        assert cents(sum(lines)) == 2.49
        back = [taken_back(one, 33.33, 33.33, cents) for one in lines]
        assert cents(sum(lines) - sum(back)) == 0

    def test_parts_take_all_in_the_end(self):
        random_ = random.Random(11)
        for _ in range(300):
            earned, basis = cents(random_.uniform(-50, 50)), random_.uniform(1, 900)
            left, room = earned, basis
            for _step in range(random_.randint(0, 6)):
                back = random_.uniform(0, room)
                left = cents(left - taken_back(left, room, back, cents))
                room -= back
            left = cents(left - taken_back(left, room, room, cents))
            assert left == 0

    def test_a_loss_earned_nothing_and_its_return_takes_nothing(self):
        assert taken_back(0.0, 100, 100, cents) == 0

    def test_what_came_back_and_went_again_is_kept(self):
        assert kept(10, 10, 3) == 7
        assert kept(10, 13, 3) == 10
        assert kept(10, 0, 0) == 10
        assert kept(-10, -10, -3) == -7


class TestPayments:
    def test_a_part_of_the_gross_releases_that_part(self):
        assert released(100, 100, Paid(545 / 1090), cents) == (50, 0)

    def test_what_is_settled_without_money_is_closed(self):
        assert released(100, 0, Paid(0, True), cents) == (0, 0)
        assert released(100, 60, Paid(0.6, True), cents) == (60, 0)
        assert released(100, 100, Paid(0.98, True), cents) == (98, 2)
        assert released(100, 100, Paid(0, True), cents) == (0, 100)

    def test_only_when_fully_paid_waits_for_the_last_of_it(self):
        assert released(100, 100, Paid(0.6), cents, in_full=True) == (0, 0)
        assert released(100, 100, Paid(1, True), cents, in_full=True) == (100, 0)

    def test_goods_that_come_back_after_payment_take_back_what_was_released(self):
        assert released(40, 30, Paid(1, True), cents) == (30, 0)

    def test_more_money_than_was_owed_releases_no_more(self):
        assert released(100, 100, Paid(1.4), cents) == (100, 0)

    def test_catch_ups_follow_their_lines(self):
        assert in_step(30, 50, 100, cents) == 15
        assert in_step(30, 0, 0, cents) == 30
        assert in_step(-30, 100, 100, cents) == -30


def test_any_sequence_of_returns_and_payments_ends_as_its_sums_say():
    """Against the tiniest model: what is left of a line times what was paid of it."""
    random_ = random.Random(2027)
    for _ in range(400):
        amount = random_.randint(1, 5000) / 10
        rate = random_.choice([0.025, 0.05, 0.1, 1 / 3])
        stated = cents(amount * rate)
        left, room = stated, amount
        paid = payable = closed = 0.0
        entries = []
        for _step in range(random_.randint(1, 8)):
            if random_.random() < 0.4 and room > 0.01:
                back = min(room, round(random_.uniform(0.01, room), 2))
                if random_.random() < 0.2:
                    back = room
                left = cents(left - taken_back(left, room, back, cents))
                room = round(room - back, 2)
            else:
                paid = min(amount, paid + random_.uniform(0, amount))
                if random_.random() < 0.2:
                    # it bounced
                    paid = 0.0
            open_ = amount - paid - (amount - room)
            due, lost = released(stated, left, Paid(paid / amount, open_ <= 0), cents)
            entries.append((cents(due - payable), cents(lost - closed)))
            payable, closed = due, lost
            # the sums of the differences are what holds now
            assert cents(sum(more for more, _shut in entries)) == payable
            assert 0 <= payable <= left + 1e-9
            assert cents(payable + closed) <= left + 1e-9
            if room == 0:
                assert left == payable == closed == 0
            elif open_ <= 0:
                # nothing stays "coming" for ever
                assert cents(payable + closed) == left

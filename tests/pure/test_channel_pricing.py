"""Prices along the channel, by the cases that other systems get wrong."""

import random
from decimal import Decimal

import pytest
from channel.pricing import (
    MARKUP,
    Level,
    back,
    discounted,
    exact,
    forward,
    gross_of,
    net_of,
    over_ceiling,
    round_to,
)

CENT = Decimal("0.01")
# smallest amounts of currencies with 0, 2 and 3 decimals
UNITS = (Decimal(1), CENT, Decimal("0.001"))


def amounts(*numbers):
    return [exact(number) for number in numbers]


def level(*percents, **values):
    return Level(tuple(amounts(*percents)), **values)


THREE = [level(10), level(15), level(25)]


def test_c114_each_level_starts_from_the_published_price_below_it():
    chain = forward(exact(60), THREE)
    assert [step.price for step in chain.steps] == amounts("66.67", "78.44", "104.59")
    margins = [step.margin for step in chain.steps]
    assert margins == amounts("6.67", "11.77", "26.15")
    assert chain.start + sum(margins) == chain.consumer == exact("104.59")
    assert [step.purchase for step in chain.steps] == amounts("60", "66.67", "78.44")


def test_c115_a_margin_is_of_the_selling_price_and_a_mark_up_of_the_purchase_price():
    assert forward(exact(80), [level(20)]).consumer == 100
    assert forward(exact(80), [level(20, kind=MARKUP)]).consumer == 96


def test_c116_discounts_multiply_and_each_step_is_an_amount():
    steps = discounted(exact(1000), amounts(10, 5), CENT)
    assert steps.left == 855
    assert list(steps.steps) == [100, 45]
    # a level may state its margin so: who sells at 1,000 buys at 855
    chain = back(exact(1000), [level(10, 5)], CENT)
    assert chain.start == 855
    assert forward(exact(855), [level(10, 5)]).consumer == 1000


def test_c117_a_price_is_converted_from_the_price_below_it_once():
    euro_to_dollar, dollar_to_rupee = exact("1.1"), exact("83")
    chain = forward(
        exact(100), [level(0, rate=euro_to_dollar), level(0, rate=dollar_to_rupee)]
    )
    assert [step.price for step in chain.steps] == amounts(110, 9130)
    # and the rupee's purchase price is the dollar's price
    assert chain.steps[1].purchase == 9130


def test_c119_a_ceiling_says_who_would_lose_what():
    assert net_of(exact(110), exact(10), CENT) == 100
    chain = forward(exact(60), THREE)
    excess = over_ceiling(chain, THREE, exact(100), exact(60), CENT)
    assert list(excess.losses) == amounts(0, 0, "4.59")
    assert excess.missing == 0
    assert over_ceiling(chain, THREE, exact("104.59"), exact(60), CENT) is None


def test_c120_below_cost_it_says_what_is_missing_and_no_price_is_negative():
    levels = [level(10), level(25)]
    chain = forward(exact(60), levels)
    excess = over_ceiling(chain, levels, exact(55), exact(60), CENT)
    assert excess.missing == 5
    assert list(excess.losses) == [step.margin for step in chain.steps]
    assert sum(excess.losses) + excess.missing == chain.consumer - 55
    # from the ceiling back there is less room than the goods cost
    chain = back(exact(55), levels, CENT)
    assert 0 < chain.start < 60
    assert over_ceiling(chain, levels, exact(55), exact(60), CENT) is None
    chain = back(exact(3), [level(10, surcharge=exact(5)), level(25)], CENT)
    assert chain.start == 0
    assert min(step.price for step in chain.steps) >= 0


@pytest.mark.parametrize("percent", ["100", "150"])
def test_c120_a_margin_of_the_whole_price_is_refused(percent):
    with pytest.raises(ValueError, match="below 100"):
        level(percent)
    # a mark-up may be that high
    assert forward(exact(10), [level(percent, kind=MARKUP)]).consumer >= 20


@pytest.mark.parametrize(
    "values", [{"rate": Decimal(0)}, {"step": Decimal(0)}, {"kind": "other"}]
)
def test_a_level_that_cannot_be_worked_out_is_refused(values):
    with pytest.raises(ValueError, match="above 0|no way"):
        level(10, **values)


def test_rounding_comes_before_the_surcharge():
    """Convert, then the margin, round, surcharge."""
    pretty = level(20, rate=exact(2), step=exact(5), surcharge=exact("-0.01"))
    # 41 x 2 / 0.8 = 102.5, to five 105, and a cent less
    assert forward(exact(41), [pretty]).consumer == exact("104.99")


def test_halves_go_up():
    assert round_to(exact("0.125"), CENT) == exact("0.13")
    assert round_to(exact("2.5"), exact(1)) == 3


def test_where_rounding_keeps_it_a_cent_off_the_chain_shows_the_cent():
    chain = back(exact("99.99"), [level("33.3"), level("12.5")], CENT)
    again = forward(chain.start, [level("33.3"), level("12.5")])
    assert chain.off == again.consumer - exact("99.99")
    assert chain.consumer == exact("99.99")
    # somewhere within a euro there is one that is off, or this test proves nothing
    offs = {
        back(exact(cents) / 100, [level("33.3"), level("12.5")], CENT).off
        for cents in range(9900, 10000)
    }
    assert offs - {0}


def test_a_price_with_tax_never_exceeds_the_ceiling_and_leaves_no_cent_unused():
    draw = random.Random(7)
    for _turn in range(500):
        unit = draw.choice(UNITS)
        tax = exact(draw.choice([0, 5, "8.25", 10, 19, 27]))
        gross = draw.randint(1, 10**6) * unit
        net = net_of(gross, tax, unit)
        assert gross_of(net, tax, unit) <= gross
        assert gross_of(net + unit, tax, unit) > gross


def test_both_ways_add_up_to_the_smallest_unit_of_each_currency():
    """Random chains over currencies with 0, 2 and 3 decimals."""
    draw = random.Random(16)
    for _turn in range(400):
        levels = drawn_levels(draw, draw.choice([True, False]))
        unit = draw.choice(UNITS) if levels[0].rate != 1 else levels[0].unit
        cost = draw.randint(1, 10**6) * unit
        there = forward(cost, levels)
        consumer = (
            there.consumer
            if draw.random() < 0.5
            else round_to(exact(draw.randint(1, 10**6)), levels[-1].unit)
        )
        for chain in (there, back(consumer, levels, unit)):
            adds_up(chain, levels, unit)
        returned = back(consumer, levels, unit)
        assert returned.off == forward(returned.start, levels).consumer - consumer
        assert returned.consumer == consumer


def drawn_levels(draw, one_currency):
    unit = draw.choice(UNITS)
    levels = []
    for _number in range(draw.randint(1, 5)):
        if not one_currency:
            unit = draw.choice(UNITS)
        levels.append(
            level(
                *(draw.randint(0, 600) / 10 for _one in range(draw.randint(1, 2))),
                kind=draw.choice(["margin", MARKUP]),
                unit=unit,
                rate=exact(
                    1 if one_currency else draw.choice([1, "1.0837", 83, "0.012"])
                ),
                step=draw.choice([None, unit * 5]),
                surcharge=draw.choice([0, 0, 1, 3]) * unit,
            )
        )
    return levels


def adds_up(chain, levels, unit):
    assert chain.start % unit == 0
    below = chain.start
    for one, step in zip(levels, chain.steps, strict=True):
        assert step.price % one.unit == 0 and step.purchase % one.unit == 0
        assert step.purchase + step.margin == step.price
        assert step.purchase == round_to(below * one.rate, one.unit)
        below = step.price
    if all(one.rate == 1 and one.unit == unit for one in levels):
        margins = sum(step.margin for step in chain.steps)
        assert chain.start + margins == chain.consumer

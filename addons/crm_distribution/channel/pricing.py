"""Prices along the channel: from cost to the consumer, and back.

Every level starts from the rounded price that the level below has published: convert,
apply the margin, round, then the surcharge. A margin is a share of the selling price, a
mark-up one of the purchase price; several in a row multiply, as trade discounts do.
Purchase and margin of a level add up to its price in its own currency, to the smallest
unit of it, in whichever direction they were worked out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from functools import reduce

MARGIN, MARKUP = "margin", "markup"
ONE, HUNDRED = Decimal(1), Decimal(100)


def exact(number: float | int | str | Decimal) -> Decimal:
    """What a person wrote, not the nearest binary fraction of it."""
    return number if isinstance(number, Decimal) else Decimal(str(number))


def round_to(value: Decimal, step: Decimal, rounding: str = ROUND_HALF_UP) -> Decimal:
    """To a multiple of `step`; halves go up."""
    return (value / step).quantize(ONE, rounding=rounding) * step


@dataclass(frozen=True)
class Level:
    """What one level adds.

    :param percents: one after the other, in percent
    :param unit: the smallest amount of its currency
    :param rate: so many units of its currency for one of the level below
    :param step: prices are multiples of it before the surcharge; none: of `unit`
    """

    percents: tuple[Decimal, ...]
    kind: str = MARGIN
    unit: Decimal = Decimal("0.01")
    rate: Decimal = ONE
    step: Decimal | None = None
    surcharge: Decimal = Decimal(0)

    def __post_init__(self):
        if self.kind not in (MARGIN, MARKUP):
            raise ValueError(f"{self.kind} is no way to state a margin")
        if any(percent < 0 for percent in self.percents):
            raise ValueError("a margin is not below 0")
        if self.kind == MARGIN and any(percent >= HUNDRED for percent in self.percents):
            raise ValueError("a margin of the selling price is below 100 %")
        if (
            min(self.unit, self.rate, self.unit if self.step is None else self.step)
            <= 0
        ):
            raise ValueError("rates and rounding are above 0")

    @property
    def factor(self) -> Decimal:
        """Price before rounding for one unit of the purchase price."""
        if self.kind == MARKUP:
            return reduce(lambda f, p: f * (ONE + p / HUNDRED), self.percents, ONE)
        return ONE / reduce(lambda f, p: f * (ONE - p / HUNDRED), self.percents, ONE)

    def price_from(self, below: Decimal) -> Decimal:
        """Its price, from that of the level below in the currency of that one."""
        price = round_to(below * self.rate * self.factor, self.step or self.unit)
        return round_to(price + self.surcharge, self.unit)

    def purchase_of(self, below: Decimal) -> Decimal:
        """What it pays, in its own currency."""
        return round_to(below * self.rate, self.unit)


@dataclass(frozen=True)
class Step:
    """A level's part of a price, in the currency of the level."""

    purchase: Decimal
    price: Decimal

    @property
    def margin(self) -> Decimal:
        return self.price - self.purchase

    @property
    def percent(self) -> Decimal:
        """The margin that it comes to, of the selling price."""
        return HUNDRED * self.margin / self.price if self.price else Decimal(0)


@dataclass(frozen=True)
class Chain:
    """Prices from `start`, what the goods cost or may cost, to the consumer.

    :param wanted: the consumer price that was asked for; none when it was not
    :param reached: the consumer price that follows from `start` by the levels
    """

    start: Decimal
    steps: tuple[Step, ...]
    wanted: Decimal | None = None
    reached: Decimal | None = None

    @property
    def consumer(self) -> Decimal:
        return self.steps[-1].price if self.steps else self.start

    @property
    def off(self) -> Decimal:
        """By how much calculating forward misses the price that was wanted."""
        if self.wanted is None or self.reached is None:
            return Decimal(0)
        return self.reached - self.wanted


def forward(cost: Decimal, levels: Sequence[Level]) -> Chain:
    """From cost to consumer."""
    if cost < 0:
        raise ValueError("a cost is not below 0")
    steps, below = [], cost
    for level in levels:
        price = level.price_from(below)
        steps.append(Step(level.purchase_of(below), price))
        below = price
    return Chain(cost, tuple(steps))


def back(consumer: Decimal, levels: Sequence[Level], unit: Decimal) -> Chain:
    """From a consumer price to what the goods may cost, in the smallest `unit` there.

    Each level's price is as the level above it buys; no price falls below 0.
    """
    steps: list[Step] = []
    price = consumer
    for number in range(len(levels) - 1, -1, -1):
        level = levels[number]
        base = max(price - level.surcharge, Decimal(0))
        smallest = levels[number - 1].unit if number else unit
        below = round_to(base / level.factor / level.rate, smallest)
        steps.append(Step(level.purchase_of(below), price))
        price = below
    reached = forward(price, levels).consumer
    return Chain(price, tuple(reversed(steps)), consumer, reached)


def net_of(gross: Decimal, tax: Decimal, unit: Decimal) -> Decimal:
    """The highest price without tax that does not exceed `gross` with it."""
    net = round_to(gross / (ONE + tax / HUNDRED), unit, ROUND_FLOOR)
    return net + unit if gross_of(net + unit, tax, unit) <= gross else net


def gross_of(net: Decimal, tax: Decimal, unit: Decimal) -> Decimal:
    return round_to(net * (ONE + tax / HUNDRED), unit)


@dataclass(frozen=True)
class Excess:
    """What a ceiling takes.

    :param losses: by level, in its currency; the level next to the consumer first loses
    :param missing: what is wanting to the cost without any margin, in its currency
    """

    total: Decimal
    losses: tuple[Decimal, ...]
    missing: Decimal = Decimal(0)


def over_ceiling(
    chain: Chain,
    levels: Sequence[Level],
    ceiling: Decimal,
    cost: Decimal,
    unit: Decimal,
) -> Excess | None:
    """Who would lose how much, if the consumer paid the ceiling, without tax.

    No margin falls below 0: what one level cannot bear is left to the one below it,
    and what none can bear is missing to the cost.
    """
    total = chain.consumer - ceiling
    if total <= 0:
        return None
    left, losses = total, [Decimal(0)] * len(levels)
    for number in range(len(levels) - 1, -1, -1):
        lost = min(left, max(chain.steps[number].margin, Decimal(0)))
        losses[number] = lost
        below = levels[number - 1].unit if number else unit
        left = round_to((left - lost) / levels[number].rate, below)
        if not left:
            break
    return Excess(total, tuple(losses), max(left - (chain.start - cost), Decimal(0)))


@dataclass(frozen=True)
class Discounts:
    """Discounts one after the other: they multiply, and each step is an amount."""

    start: Decimal
    steps: tuple[Decimal, ...] = field(default=())

    @property
    def left(self) -> Decimal:
        return self.start - sum(self.steps)


def discounted(price: Decimal, percents: Sequence[Decimal], unit: Decimal) -> Discounts:
    left, steps = price, []
    for percent in percents:
        after = round_to(left * (ONE - percent / HUNDRED), unit)
        steps.append(left - after)
        left = after
    return Discounts(price, tuple(steps))

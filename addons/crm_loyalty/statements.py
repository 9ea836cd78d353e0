"""What each line of a document earned, stated once, and what its returns leave of it.

A rule is asked when goods are bought, and again only for what is new on the document.
What it gave is shared out over the lines that earned it; from then on each statement
tells by itself what goes when goods come back. Today's rules are never asked for it.

A line is a stretch of money and a stretch of pieces. A statement covers a part of both:
what was bought first lies at the bottom, what came later on top, and leaves first.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from enum import Enum
from fractions import Fraction
from typing import NamedTuple

# a share below this is the noise of adding amounts
NOTHING = 1e-6


class By(str, Enum):
    """By what a rule counts."""

    ORDER = "order"
    MONEY = "money"
    UNIT = "unit"


class Terms(NamedTuple):
    """A rule as it is on the day."""

    by: By
    rate: float
    least_amount: float = 0.0
    least_pieces: float = 0.0


class Seen(NamedTuple):
    """A line as one rule sees it: nothing where it does not count."""

    # with taxes, in the currency of the points
    money: float = 0.0
    pieces: float = 0.0
    # what it adds to reach the least amount
    amount: float = 0.0

    def part(self, money: float, pieces: float) -> Seen:
        """Only so much of its money, and of its pieces."""
        return Seen(self.money * money, self.pieces * pieces, self.amount * money)


class Size(NamedTuple):
    """What a line comes to, by money and by pieces."""

    money: float = 0.0
    pieces: float = 0.0

    def common(self, other: Size) -> Size:
        return Size(*map(_common, self, other))

    def most(self, other: Size) -> Size:
        """The farther one from nothing, of each."""
        return Size(*(max(pair, key=abs) for pair in zip(self, other, strict=True)))

    def share_of(self, whole: Size) -> Size:
        return Size(*map(_share, self, whole))

    def exceeds(self, other: Size) -> bool:
        return any(
            abs(mine) > abs(common) + NOTHING
            for mine, common in zip(self, self.common(other), strict=True)
        )


class Gain(NamedTuple):
    """What a rule gives for what is new, and to which lines by which weights."""

    points: float
    weights: dict[Hashable, float]
    # whether it gave something for the former goods already
    known: bool


class Stretch(NamedTuple):
    """Which part of a line a statement covers."""

    money_from: float = 0.0
    money_to: float = 0.0
    pieces_from: float = 0.0
    pieces_to: float = 0.0

    @classmethod
    def between(cls, former: Size, now: Size) -> Stretch:
        return cls(former.money, now.money, former.pieces, now.pieces)

    @classmethod
    def of_pieces(cls, size: Size) -> list[Stretch]:
        """Each whole piece of a line by itself."""
        return [
            cls(
                size.money * number / size.pieces,
                size.money * (number + 1) / size.pieces,
                number,
                number + 1,
            )
            for number in range(int(size.pieces))
        ]

    def kept(self, by: By, left: Size) -> float:
        """Which share of it is left when so much of the line is."""
        money = self.money_from, self.money_to, left.money
        pieces = self.pieces_from, self.pieces_to, left.pieces
        first, second = (pieces, money) if by is By.UNIT else (money, pieces)
        start, end, kept = first if first[0] != first[1] else second
        if start == end:
            # no part of the goods: it stays as long as the document does
            return 1.0
        return min(max((kept - start) / (end - start), 0.0), 1.0)


def is_met(terms: Terms, seen: Mapping[Hashable, Seen]) -> bool:
    """Whether a rule gives anything for these lines."""
    return bool(seen) and (
        sum(line.amount for line in seen.values()) >= terms.least_amount
        and sum(line.pieces for line in seen.values()) >= terms.least_pieces
        and any(line.pieces for line in seen.values())
    )


def gain(
    terms: Terms,
    now: Mapping[Hashable, Seen],
    before: Mapping[Hashable, Seen],
    rounded: Callable[[float], float],
    *,
    reached: bool = False,
) -> Gain | None:
    """What the rule gives for these lines beyond what it gives for the former ones.

    A minimum is asked when points are earned: who reached it once has reached it.

    :param reached: by the former lines together with others that are gone
    """
    known = reached or is_met(terms, before)
    if not (known or is_met(terms, now)):
        return None
    points, weights = _gives(terms, now, rounded)
    if not known:
        return Gain(points, weights, known=False)
    old_points, old_weights = _gives(terms, before, rounded)
    new = {line: weight - old_weights.get(line, 0) for line, weight in weights.items()}
    return Gain(points - old_points, new, known=True)


def _gives(terms, seen, rounded) -> tuple[float, dict]:
    money = {line: each.money for line, each in seen.items()}
    pieces = {line: each.pieces for line, each in seen.items()}
    if terms.by is By.UNIT:
        return terms.rate * sum(pieces.values()), pieces
    if terms.by is By.MONEY:
        return rounded(terms.rate * sum(money.values())), money
    return terms.rate, money if any(money.values()) else pieces


def whole_of(
    terms: Terms, seen: Mapping[Hashable, Seen], rounded: Callable[[float], float]
) -> float:
    """What a rule that is met gives for these lines."""
    return _gives(terms, seen, rounded)[0]


def share_out(points: int, weights: Sequence[float]) -> list[int]:
    """Whole shares in proportion to the weights that add up to the points.

    What lessens the sum has a weight below zero, and so a share below zero.
    """
    ratios = [weight.as_integer_ratio() for weight in weights]
    # as whole numbers, which a float is by some denominator: nothing is rounded
    scale = math.lcm(*(denominator for _numerator, denominator in ratios))
    exact = [numerator * (scale // denominator) for numerator, denominator in ratios]
    total = sum(exact)
    if abs(Fraction(total, scale)) <= NOTHING:
        # they cancel out, or weigh nothing: then each counts alike
        exact, total = [1] * len(exact), len(exact)
    if total < 0:
        exact, total = [-weight for weight in exact], -total
    parts = [divmod(points * weight, total) for weight in exact]
    shares = [share for share, _rest in parts]
    largest = sorted(range(len(parts)), key=lambda i: parts[i][1], reverse=True)
    for i in largest[: points - sum(shares)]:
        shares[i] += 1
    return shares


def share_gains(points: int, gains: Sequence[Gain]) -> list[dict[Hashable, int]]:
    """What each line has of the points by each rule: whole shares that add up."""
    shared = []
    for new, share in zip(
        gains, share_out(points, [new.points for new in gains]), strict=True
    ):
        lines = [line for line, weight in new.weights.items() if weight]
        lines = lines or list(new.weights)
        parts = share_out(share, [new.weights[line] for line in lines])
        shared.append(dict(zip(lines, parts, strict=True)))
    return shared


def share_left(whole: Mapping[Hashable, Size], left: Mapping[Hashable, Size]) -> float:
    """Which share of these lines is left: by their money, or else by their pieces."""
    for name in Size._fields:
        if total := sum(getattr(size, name) for size in whole.values()):
            return sum(getattr(left[line], name) for line in whole) / total
    return 1.0


def left_of(ordered: float, given: float, back: float) -> float:
    """How much of what was ordered the customer keeps, by what was invoiced.

    All that was given and all that came back count together, in whatever sequence:
    what came back and was given anew is kept. Not yet invoiced is kept, too.
    """
    if ordered < 0:
        return -left_of(-ordered, -given, -back)
    lost = back - max(given - ordered, 0.0)
    return min(max(ordered - lost, 0.0), ordered)


def _common(one: float, other: float) -> float:
    """What two amounts have in common, on the same side of nothing."""
    return min(one, other, key=abs) if one * other > 0 else 0.0


def _share(part: float, whole: float) -> float:
    return min(max(part / whole, 0.0), 1.0) if whole else 0.0

"""What points that are not spent yet are owed: IFRS 15, paragraphs B39 to B46.

A sale that gives points sells two things: the goods, and a right to goods at a lower
price later. Part of the price belongs to that right, and is revenue when the points are
spent. Points that nobody will spend (breakage) are not expected from anybody: what they
would have brought is spread over those that are.

KPMG's Revenue handbook (IFRS 15 and ASC 606), example 10A, is the test.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

# Fewer lots than these have met their end: too few to say how points end.
LOTS_NEEDED = 30


def allocate(
    price: float, worths: Sequence[float], share_digits: int | None = None
) -> list[float]:
    """A price shared out in proportion to stand-alone selling prices.

    :param share_digits: round each share, as published examples do
    """
    total = sum(worths)
    shares = [worth / total if total else 0.0 for worth in worths]
    if share_digits is not None:
        shares = [round(share, share_digits) for share in shares]
    return [price * share for share in shares]


def deferral(price: float, worth: float, share_digits: int | None = None) -> float:
    """The part of a price that belongs to the points sold with the goods.

    The goods' own selling price is what was paid. Taken back, both are negative.
    """
    if price * worth <= 0:
        return 0.0
    return allocate(price, [price, worth], share_digits)[1]


def recognised(deferred: float, redeemed: float, still_expected: float) -> float:
    """What of the deferred is revenue by now, cumulatively.

    A new expectation changes the past as well, so the difference to what was
    recognised before is the period's revenue, catch-up included.
    """
    expected = redeemed + still_expected
    if expected <= 0:
        return deferred
    return deferred * min(max(redeemed / expected, 0.0), 1.0)


@dataclass(frozen=True)
class Fates:
    """What became of points, by their age in whole periods.

    `open` points are still there: how old they will be when they end is not known.
    `removed` ones went for a reason that tells nothing, such as a returned purchase.
    """

    redeemed: Mapping[int, float] = field(default_factory=dict)
    expired: Mapping[int, float] = field(default_factory=dict)
    open: Mapping[int, float] = field(default_factory=dict)
    removed: Mapping[int, float] = field(default_factory=dict)

    @property
    def last_age(self) -> int:
        fates = (self.redeemed, self.expired, self.open, self.removed)
        return max((age for fate in fates for age in fate), default=0)


@dataclass(frozen=True)
class Redemption:
    """Which share of points of an age will be spent."""

    # by age; what is older than all evidence has no entry
    shares: tuple[float, ...]
    # for points older than all evidence
    beyond: float
    observed: bool

    def share(self, age: int = 0) -> float:
        return self.shares[age] if 0 <= age < len(self.shares) else self.beyond

    def expect(
        self, points: Mapping[int, float], issued: float, redeemed: float
    ) -> float:
        """How many of these points, by their age, will be spent.

        An assumed share is one of all points issued: what was spent already counts
        towards it.
        """
        if self.observed:
            return sum(amount * self.share(age) for age, amount in points.items())
        still = self.beyond * issued - redeemed
        return min(max(still, 0.0), sum(points.values()))


def assume(share: float) -> Redemption:
    """The same share at every age: where too little has been seen."""
    return Redemption((), share, observed=False)


def estimate(fates: Fates) -> Redemption:
    """Life table with two ends, spent and expired (Aalen-Johansen).

    Open and removed points are censored in the middle of their period (actuarial
    method). Points that outlive all evidence are expected to be spent: breakage is
    recognised only where it has been seen (B46).
    """
    ages = range(fates.last_age + 1)
    entering = sum(
        sum(fate.values())
        for fate in (fates.redeemed, fates.expired, fates.open, fates.removed)
    )
    alive, left, spent = [], 1.0, []
    for age in ages:
        redeemed = max(fates.redeemed.get(age, 0.0), 0.0)
        expired = max(fates.expired.get(age, 0.0), 0.0)
        censored = max(fates.open.get(age, 0.0), 0.0)
        censored += max(fates.removed.get(age, 0.0), 0.0)
        at_risk = max(entering - censored / 2, redeemed + expired)
        alive.append(left)
        spent.append(left * redeemed / at_risk if at_risk > 0 else 0.0)
        gone = (redeemed + expired) / at_risk if at_risk > 0 else 0.0
        left *= max(1.0 - gone, 0.0)
        entering = max(entering - redeemed - expired - censored, 0.0)
    to_come, shares = left, []
    for age in reversed(ages):
        to_come += spent[age]
        shares.append(min(to_come / alive[age], 1.0) if alive[age] > 0 else 1.0)
    return Redemption(tuple(reversed(shares)), 1.0, observed=True)


def expected_redemption(fates: Fates, ended_lots: int, assumed: float) -> Redemption:
    """From what was seen, or the assumption while too few lots have met their end."""
    return estimate(fates) if ended_lots >= LOTS_NEEDED else assume(assumed)

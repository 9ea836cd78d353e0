"""Points in lots: which are available, spent first, taken back, returned and owed.

An account is what one customer holds in one program: lots, each with its own dates.
Every operation changes lots and says so in moves, which the caller keeps; the sum of a
lot's moves is always what the lot holds. Points are whole numbers of the smallest unit
(`to_units`), so that nothing is lost or made by rounding.

What a document earns, and what its returns leave of it, stands in ``statements.py``.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import Enum
from typing import NamedTuple

UNITS_PER_POINT = 10_000
# more than anybody holds, and few enough to be counted to the unit
MOST_POINTS = 1e10


class Kind(str, Enum):
    """Why points moved."""

    EARN = "earn"
    SPEND = "spend"
    RETURN = "return"
    CLAW_BACK = "claw_back"
    VEST = "vest"
    EXPIRE = "expire"
    SETTLE = "settle"
    WRITE_OFF = "write_off"
    ADJUST = "adjust"
    MERGE = "merge"
    OPENING = "opening"


class DebtPolicy(str, Enum):
    """What happens when points to be taken back are spent already."""

    BLOCK = "block"
    OWE = "owe"
    WRITE_OFF = "write_off"


class PointsMissingError(ValueError):
    """More points are asked for than the account may give."""

    def __init__(self, missing: int):
        super().__init__(f"{to_points(missing)} points are missing")
        self.missing = missing


@dataclass(eq=False)
class Lot:
    """Points of one date; a lot below zero is a debt.

    A pending lot waits for `available_on`, or for `event` when it has no date, and then
    for as many days as were promised. `origin` is the purchase it rewards.
    """

    points: int
    pending: bool = False
    available_on: date | None = None
    expires_on: date | None = None
    origin: Hashable = None
    ref: Hashable = None
    event: str | None = None
    wait_days: int = 0
    # how long it was promised to last once available; None: as the account's others
    valid_days: int | None = None

    def expired(self, day: date) -> bool:
        return self.expires_on is not None and self.expires_on < day

    def is_debt(self) -> bool:
        """Nothing lies in it, and nothing says where it came from."""
        return (
            self.points <= 0
            and not self.pending
            and self.origin is None
            and self.expires_on is None
        )

    def usable(self, day: date) -> bool:
        return self.points > 0 and not self.pending and not self.expired(day)


class Move(NamedTuple):
    kind: Kind
    lot: Lot
    points: int
    # the caller's own: which document moved the points
    note: object


@dataclass
class Account:
    """A customer's lots on a day, and the moves made since it was opened."""

    day: date
    lots: list[Lot] = field(default_factory=list)
    # how long points last once available; 0 means for ever
    valid_days: int = 0
    moves: list[Move] = field(default_factory=list)
    note: object = None

    @property
    def available(self) -> int:
        return sum(lot.points for lot in self.lots if not lot.pending)

    @property
    def pending(self) -> int:
        return sum(lot.points for lot in self.lots if lot.pending)

    def spendable(self) -> list[Lot]:
        """What may be spent today, in the order in which it is spent."""
        usable = (lot for lot in self.lots if lot.usable(self.day))
        return sorted(usable, key=lambda lot: lot.expires_on or date.max)

    def earn(
        self,
        points: int,
        kind: Kind = Kind.EARN,
        *,
        origin: Hashable = None,
        pending: bool = False,
        available_on: date | None = None,
        event: str | None = None,
        wait_days: int = 0,
        valid_days: int | None = None,
    ) -> Lot:
        """A new lot; it lasts from the day on which it is available."""
        if valid_days is None:
            valid_days = self.valid_days
        if not pending:
            available_on = self.day
        lot = Lot(
            0,
            pending,
            available_on,
            None if pending else self._last_day(valid_days),
            origin,
            event=event,
            wait_days=wait_days,
            valid_days=valid_days,
        )
        self.lots.append(lot)
        self._move(kind, lot, points)
        return lot

    def spend(
        self, points: int, kind: Kind = Kind.SPEND, *, overdraw: bool = False
    ) -> None:
        """Take available points, those that expire first first.

        :param overdraw: what is missing becomes a debt
        :raise PointsMissingError: there are not enough, and nothing was spent
        """
        lots = self.spendable()
        missing = points - sum(lot.points for lot in lots)
        if missing > 0 and not overdraw:
            raise PointsMissingError(missing)
        missing = self._take(kind, lots, points)
        if missing:
            self._owe(kind, missing)

    def give_back(self, points: int, spent: Sequence[tuple[Lot, int]]) -> None:
        """Return spent points to the lots they came from, each its share.

        Their dates stay: what has expired meanwhile expires again at once.
        """
        shares = split(points, [taken for _lot, taken in spent])
        for (lot, _taken), share in zip(spent, shares, strict=True):
            if lot not in self.lots:
                self.lots.append(lot)
            self._move(Kind.RETURN, lot, share)

    def take_back(
        self,
        points: int,
        origin: Hashable,
        policy: DebtPolicy,
        *,
        expired: Sequence[tuple[Lot, int]] = (),
        settled: int = 0,
    ) -> None:
        """Claw back what a purchase earned: its own lots first, then any other.

        :param expired: what has expired of its lots is gone already: it counts first
        :param settled: what paid an old debt becomes a debt again, never a refusal
        :raise PointsMissingError: some are spent and the policy blocks
        """
        for lot, gone in expired:
            again = min(gone, points)
            self._move(Kind.EXPIRE, lot, again)
            self._move(Kind.CLAW_BACK, lot, -again)
            points -= again
        own = [lot for lot in self.lots if lot.origin == origin and lot.points > 0]
        own.sort(key=lambda lot: (not lot.pending, lot.expires_on or date.max))
        lots = own + [lot for lot in self.spendable() if lot not in own]
        missing = points - sum(lot.points for lot in lots)
        if missing > settled and policy is DebtPolicy.BLOCK:
            raise PointsMissingError(missing - settled)
        missing = self._take(Kind.CLAW_BACK, lots, points)
        if missing:
            debt = self._owe(Kind.CLAW_BACK, missing)
            if policy is DebtPolicy.WRITE_OFF:
                self._move(Kind.WRITE_OFF, debt, missing)

    def restore(
        self,
        points: int,
        taken: Sequence[tuple[Lot, int]],
        written_off: Mapping[Hashable, int],
    ) -> int:
        """A return is withdrawn: what it took goes back to the lots it came from.

        Their dates stay: what has expired meanwhile expires again at once, and what
        was written off is not there again. A debt that was paid meanwhile takes none.

        :param written_off: how much of what these lots owed was written off
        :param taken: lots with what they lost, those to fill first first
        :return: how many points find no lot any more
        """
        for lot, part in taken:
            spared = min(written_off.get(lot.ref, 0), part)
            most = min(part, spared - lot.points) if lot.is_debt() else part
            share = min(points, most)
            spared = min(spared, share)
            if lot not in self.lots:
                self.lots.append(lot)
            self._move(Kind.CLAW_BACK, lot, share)
            self._move(Kind.WRITE_OFF, lot, -spared)
            if not lot.pending and lot.expired(self.day):
                self._move(Kind.EXPIRE, lot, -max(min(share, lot.points), 0))
            points -= share
        return points

    def earn_as(self, points: int, lot: Lot) -> None:
        """Points on the terms of another lot of the account."""
        again = replace(lot, points=0, ref=None)
        self.lots.append(again)
        self._move(Kind.EARN, again, points)

    def undo(self, kind: Kind, lot: Lot, points: int) -> None:
        """What was spared when goods came back goes again, from what they earn anew."""
        self._move(kind, lot, -points)

    def vest(self, lot: Lot, available_on: date) -> Lot:
        """A pending lot's event has come: available, now or on a later day."""
        points, pending = lot.points, available_on > self.day
        self._move(Kind.VEST, lot, -points)
        return self.earn(
            points,
            Kind.VEST,
            origin=lot.origin,
            pending=pending,
            available_on=available_on,
            valid_days=lot.valid_days,
        )

    def drop(self, lot: Lot, kind: Kind = Kind.ADJUST) -> None:
        """A lot's points are gone, whatever they waited for."""
        self._move(kind, lot, -lot.points)

    def owe(self, points: int, kind: Kind) -> None:
        """A debt of its own, beside lots that the account holds."""
        self._owe(kind, points)

    def close_day(self) -> None:
        """Let vest and expire what is due, then pay debts."""
        for lot in list(self.lots):
            due = lot.available_on is not None and lot.available_on <= self.day
            if lot.pending and lot.points > 0 and due:
                self.vest(lot, self.day)
        for lot in self.lots:
            if lot.points > 0 and not lot.pending and lot.expired(self.day):
                self._move(Kind.EXPIRE, lot, -lot.points)
        self._settle()

    def hand_over(self, other: Account) -> None:
        """Move every lot, debts too, to another account; dates and origins stay."""
        for lot in self.lots:
            if lot.points:
                moved = replace(lot, points=0, ref=None)
                other.lots.append(moved)
                other._move(Kind.MERGE, moved, lot.points, self.note)
                self._move(Kind.MERGE, lot, -lot.points)

    def _settle(self) -> None:
        """Pay debts with what is available."""
        for debt in self.lots:
            owed = -debt.points
            if owed > 0:
                unpaid = self._take(Kind.SETTLE, self.spendable(), owed)
                self._move(Kind.SETTLE, debt, owed - unpaid)

    def _take(self, kind: Kind, lots: Sequence[Lot], points: int) -> int:
        """Take points from the lots in their order; say how many are missing."""
        for lot in lots:
            taken = min(lot.points, points)
            self._move(kind, lot, -taken)
            points -= taken
        return points

    def _owe(self, kind: Kind, points: int) -> Lot:
        debt = Lot(0, available_on=self.day)
        self.lots.append(debt)
        self._move(kind, debt, -points)
        return debt

    def _move(self, kind: Kind, lot: Lot, points: int, note: object = None) -> None:
        if points:
            lot.points += points
            self.moves.append(Move(kind, lot, points, note or self.note))

    def _last_day(self, valid_days: int) -> date | None:
        return self.day + timedelta(valid_days) if valid_days else None


def split(points: int, weights: Sequence[int]) -> list[int]:
    """Whole shares in proportion to the weights that add up to the points."""
    total = sum(weights)
    shares = [points * weight // total for weight in weights]
    remainders = [points * weight % total for weight in weights]
    largest = sorted(range(len(weights)), key=lambda i: remainders[i], reverse=True)
    for i in largest[: points - sum(shares)]:
        shares[i] += 1
    return shares


def in_proportion(points: int, share: float) -> int:
    """The share of the points that is kept, to the nearest unit.

    Steps of one document are taken between two of these totals, never rounded by
    themselves: so a whole refund in parts takes all, however it was cut.
    """
    return round(points * min(max(share, 0.0), 1.0))


def to_units(points: float) -> int:
    return round(points * UNITS_PER_POINT)


def to_points(units: int) -> float:
    return units / UNITS_PER_POINT

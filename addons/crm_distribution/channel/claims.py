"""What an intermediary may claim for stock and resales, each refusal with a reason."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from .stock import DUST, Bucket, fall_of


@dataclass(frozen=True, slots=True)
class Protected:
    """Pieces of one delivery whose price fell."""

    bucket: int
    quantity: float
    fall: float
    in_transit: bool = False
    reason: str = ""

    @property
    def amount(self) -> float:
        return 0.0 if self.reason else self.quantity * self.fall


def protect(
    on_hand: Iterable[Bucket],
    in_transit: Iterable[Bucket],
    day: datetime.date,
    price: float,
    former: float | None = None,
    days: int | None = None,
    covers_transit: bool = False,
) -> list[Protected]:
    """A fall of the price to `price` on a day, for what is in stock and on its way.

    Each piece is protected for what it cost above the new price, at most for the fall
    of the list price from `former`.

    :param days: deliveries older than so many days are not protected
    """
    claimed = []
    for buckets, moving in ((on_hand, False), (in_transit, True)):
        for bucket in buckets:
            if bucket.left <= DUST:
                continue
            cost = bucket.price
            fall = fall_of(cost, price, former)
            if cost is None:
                reason = "no_price"
            elif fall <= 0:
                reason = "no_fall"
            elif days is not None and (day - bucket.day).days > days:
                reason = "too_old"
            elif moving and not covers_transit:
                reason = "in_transit"
            else:
                reason = ""
            claimed.append(Protected(bucket.key, bucket.left, fall, moving, reason))
    return claimed


@dataclass(frozen=True, slots=True)
class Contract:
    """A price that was granted for resales to one customer."""

    price: float
    quantity: float
    customer: str
    first: datetime.date
    last: datetime.date
    # days after the resale in which it may be reported
    window: int | None = None


@dataclass(frozen=True, slots=True)
class Resale:
    key: int
    day: datetime.date
    reported: datetime.date
    customer: str
    # pieces and what each cost, in the sequence in which they were taken
    pieces: tuple[tuple[float, float | None], ...]
    claimed: bool = False


@dataclass(slots=True)
class PaidFall:
    """What protection paid for pieces of a bucket, which a sale had taken before."""

    fall: float
    left: float


def less_what_was_paid(
    pieces: Iterable[tuple[float, float | None]], falls: Iterable[PaidFall]
) -> list[tuple[float, float | None]]:
    """Pieces and costs without the falls that were paid for them already."""
    pieces = list(pieces)
    for one in falls:
        rest = []
        for quantity, cost in pieces:
            part = 0.0 if cost is None else min(quantity, one.left)
            if part > DUST:
                one.left -= part
                rest.append((part, cost - one.fall))
            if quantity - part > DUST:
                rest.append((quantity - part, cost))
        pieces = rest
    return pieces


@dataclass(frozen=True, slots=True)
class Debited:
    key: int
    quantity: float
    cost: float
    amount: float
    reason: str = ""


def ship_and_debit(
    contract: Contract, resales: Iterable[Resale], used: float = 0.0
) -> list[Debited]:
    """(Cost − contract price) × quantity, never below 0.

    The day of the resale decides first, then the window in which it was reported.

    :param used: what earlier claims took of the contract's quantity
    """
    left = max(contract.quantity - used, 0.0)
    result = []
    for resale in resales:
        whole = sum(quantity for quantity, _cost in resale.pieces)
        if reason := _refusal(contract, resale):
            result.append(Debited(resale.key, whole, 0.0, 0.0, reason))
            continue
        for quantity, cost in resale.pieces:
            taken = min(quantity, left)
            left -= taken
            if taken > DUST and cost is None:
                result.append(Debited(resale.key, taken, 0.0, 0.0, "no_price"))
            elif taken > DUST:
                amount = max(cost - contract.price, 0.0) * taken
                result.append(Debited(resale.key, taken, cost, amount))
            if quantity - taken > DUST:
                result.append(
                    Debited(resale.key, quantity - taken, cost or 0.0, 0.0, "quantity")
                )
    return result


def _refusal(contract: Contract, resale: Resale) -> str:
    if resale.claimed:
        return "claimed"
    if resale.customer != contract.customer:
        return "customer"
    if resale.day > contract.last:
        return "expired"
    if resale.day < contract.first:
        return "early"
    late = (resale.reported - resale.day).days
    if contract.window is not None and late > contract.window:
        return "late"
    return ""

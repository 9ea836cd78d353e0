"""What an intermediary may claim for stock and resales, each refusal with a reason."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .stock import DUST, Bucket, Event, Stock, fall_of, walk

# by claim and reason: of how many pieces, and what was paid too much for them
Overpaid = dict[tuple[int, str], tuple[float, float]]


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


@dataclass(frozen=True, slots=True)
class OnTheWay:
    """Pieces of a delivery that was on its way when the price fell."""

    bucket: int
    quantity: float
    amount: float


@dataclass(frozen=True, slots=True)
class Protection:
    """What a claim paid for pieces in stock on a day, and for some on their way."""

    key: int
    day: datetime.date
    quantity: float
    amount: float
    # the deliveries that it paid for
    buckets: frozenset[int]
    moving: tuple[OnTheWay, ...] = ()

    @property
    def paid(self) -> float:
        return self.amount + sum(one.amount for one in self.moving)


def protected_too_much(
    claims: Iterable[Protection],
    events: Iterable[Event],
    rounded: Callable[[float], float],
) -> Overpaid:
    """What protection paid too much, as is known by now; never more than it paid.

    Pieces turned out not to have been in stock when the price fell (`gone`), or came
    back to us since for more than they cost by then (`returned`). Claims of one day are
    judged together, since whichever of them paid for a piece, it was paid for once.
    Days with a delivery that the events do not know any more are left out.

    :param events: the history, with the cuts of these claims under their keys
    """
    stock = walk(events)
    known = {bucket.key for bucket in stock.buckets}
    in_turn = sorted(claims, key=lambda one: (one.day, one.key))
    came_back = _came_back(in_turn, stock)
    days = defaultdict(list)
    for one in in_turn:
        days[one.day].append(one)
    result = {}
    for of_day in days.values():
        if all(one.buckets <= known for one in of_day):
            result |= _of_one_day(of_day, stock, came_back, rounded)
    return result


def _of_one_day(of_day, stock: Stock, came_back, rounded) -> Overpaid:
    keys = {one.key for one in of_day}
    cuts = [cut for cut in stock.cuts if cut.key in keys]
    above = sum(one.amount for one in of_day) - sum(
        rounded(cut.quantity * cut.fall) for cut in cuts
    )
    pieces = sum(one.quantity for one in of_day) - sum(cut.quantity for cut in cuts)
    back = [came_back[key] for key in keys]
    gone = max(above, 0.0)
    # what was never paid for comes back first
    returned = max(above + sum(amount for _pieces, amount in back), 0.0) - gone
    result = {}
    # the latest claim first
    for one in reversed(of_day):
        own = min(gone, one.amount)
        gone -= own
        result[one.key, "gone"] = max(pieces, 0.0) if own else 0.0, rounded(own)
        more = min(returned, one.paid - own)
        returned -= more
        count = came_back[one.key][0] if more else 0.0
        result[one.key, "returned"] = count, rounded(more)
        pieces = pieces if not own else 0.0
    return result


def _came_back(claims: list[Protection], stock: Stock) -> dict[int, tuple]:
    """By claim: pieces that came back, and what of its falls was credited once more."""
    days = {one.key: one.day for one in claims}
    falls = defaultdict(list)
    for cut in stock.cuts:
        if cut.key in days:
            falls[cut.bucket].append([days[cut.key], cut.key, cut.fall, cut.quantity])
    for one in claims:
        for way in one.moving:
            fall = way.amount / way.quantity
            falls[way.bucket].append([one.day, one.key, fall, way.quantity])
    result = defaultdict(lambda: (0.0, 0.0))
    for back in stock.backs:
        owed = back.excess * back.quantity
        # the last fall first
        for fall in sorted(falls[back.bucket], key=lambda one: one[:2], reverse=True):
            day, key, amount, left = fall
            pieces = min(back.quantity, left)
            taken = min(owed, amount * pieces)
            if day > back.day or taken <= DUST:
                continue
            fall[3] -= pieces
            owed -= taken
            result[key] = result[key][0] + pieces, result[key][1] + taken
    return result


@dataclass(frozen=True, slots=True)
class PaidResale:
    """What a claim paid for pieces of a resale."""

    key: int
    sale: int
    quantity: float
    amount: float


def resold_too_much(
    paid: Iterable[PaidResale],
    events: Iterable[Event],
    rounded: Callable[[float], float],
) -> Overpaid:
    """What was paid for resales that are corrected by now or whose goods came back.

    :param paid: all that was paid for each of these resales
    """
    left = defaultdict(float)
    for event in events:
        if event.kind == "sale":
            left[event.key] += event.quantity
        elif event.kind == "return" and event.of:
            left[event.of] -= event.quantity
    result = {}
    for one in paid:
        kept = min(max(left[one.sale], 0.0), one.quantity)
        left[one.sale] -= kept
        pieces, amount = result.get((one.key, "undone"), (0.0, 0.0))
        gone = one.quantity - kept
        if gone > DUST:
            pieces += gone
            amount += rounded(one.amount * gone / one.quantity)
        result[one.key, "undone"] = pieces, amount
    return result


def deducted(amount: float, owed: float) -> float:
    """What a claim gives of what is owed to us: at most all that it would pay.

    Below zero, what was taken back too much is given back with it.
    """
    return min(amount, owed)

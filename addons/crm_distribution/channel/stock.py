"""What an intermediary has in stock, by the price it paid: buckets, first in first out.

Sell-in fills buckets, sell-out empties the oldest first. No bucket is ever below zero:
what is sold beyond them is unexplained until a later delivery covers it, which then is
said of that sale. What is smaller than `DUST` is none.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

DUST = 1e-6
# in which sequence events of one day happen
SEQUENCE = (
    "cut",
    "receive",
    "give_back",
    "transfer_out",
    "transfer_in",
    "sale",
    "return",
)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to the stock of one product at one intermediary.

    :param kind: one of `SEQUENCE`; quantities are above zero whatever the kind
    :param price: of a delivery: what a piece cost; of what is given back: what was
        credited for a piece; of a cut: the new price
    :param key: of whatever record it is; sales and deliveries are found by it
    :param of: the delivery that is given back, or the sale that is returned
    :param former: of a cut: the list price before; no bucket falls by more
    :param days: of a cut: buckets older than so many days keep their price
    """

    day: datetime.date
    kind: str
    quantity: float = 0.0
    price: float | None = None
    key: int = 0
    of: int = 0
    former: float | None = None
    days: int | None = None


@dataclass(slots=True)
class Bucket:
    """Pieces of one delivery; without a price where nobody knows what they cost."""

    key: int
    day: datetime.date
    price: float | None
    received: float
    left: float


@dataclass(frozen=True, slots=True)
class Use:
    """A sale took so many pieces of a bucket, at the price that it had then."""

    sale: int
    bucket: int
    price: float | None
    quantity: float
    # covered by a delivery after the sale
    late: bool = False


@dataclass(frozen=True, slots=True)
class Cut:
    """A bucket's price was lowered: so much is owed for each piece left."""

    key: int
    bucket: int
    quantity: float
    fall: float
    day: datetime.date


@dataclass(frozen=True, slots=True)
class Back:
    """Pieces of a bucket came back to us, for so much above what they cost by then."""

    day: datetime.date
    bucket: int
    quantity: float
    excess: float


@dataclass
class Stock:
    buckets: list[Bucket] = field(default_factory=list)
    # what was undone has no quantity any more
    uses: list[Use] = field(default_factory=list)
    cuts: list[Cut] = field(default_factory=list)
    backs: list[Back] = field(default_factory=list)
    # sold and not explained by any delivery yet: sale and quantity
    debts: list[list] = field(default_factory=list)
    # taken out by a transfer, not yet arrived
    moving: list[Bucket] = field(default_factory=list)
    # so that a long history is walked in time that is linear in it
    _first: int = 0
    _by_key: dict[int, Bucket] = field(default_factory=dict)
    _of_sale: dict[int, list[int]] = field(default_factory=dict)

    @property
    def on_hand(self) -> float:
        return sum(bucket.left for bucket in self.buckets)

    @property
    def unexplained(self) -> float:
        return sum(quantity for _sale, quantity in self.debts)

    def receive(self, event: Event) -> None:
        bucket = Bucket(event.key, event.day, event.price, event.quantity, 0.0)
        left = event.quantity
        while left > DUST and self.debts:
            sale, owed = self.debts[0]
            taken = min(owed, left)
            self._use(Use(sale, bucket.key, bucket.price, taken, late=True))
            left -= taken
            if owed - taken > DUST:
                self.debts[0][1] = owed - taken
            else:
                self.debts.pop(0)
        bucket.left = max(left, 0.0)
        self._put(bucket)

    def _put(self, bucket: Bucket) -> None:
        """Among the others by the day of its delivery."""
        at = len(self.buckets)
        while at and self.buckets[at - 1].day > bucket.day:
            at -= 1
        self.buckets.insert(at, bucket)
        self._by_key[bucket.key] = bucket
        self._first = min(self._first, at)

    def _use(self, use: Use) -> None:
        self._of_sale.setdefault(use.sale, []).append(len(self.uses))
        self.uses.append(use)

    def _full_ones(self) -> Iterator[Bucket]:
        """Buckets that hold something, the oldest first."""
        while self._first < len(self.buckets) and not self.buckets[self._first].left:
            self._first += 1
        for at in range(self._first, len(self.buckets)):
            yield self.buckets[at]

    def give_back(self, event: Event) -> None:
        """To us: of the delivery that is named, else what came last."""
        named = self._by_key.get(event.of)
        left = self._take([named] if named else [], event, event.quantity)
        left = self._take(reversed(self.buckets), event, left)
        if left > DUST:
            self.debts.append([event.key, left])

    def _take(self, buckets: Iterable[Bucket], event: Event, quantity: float) -> float:
        """
        :return: what they do not have
        """
        for bucket in buckets:
            if quantity <= DUST:
                break
            taken = min(bucket.left, quantity)
            if taken > DUST:
                excess = fall_of(event.price, bucket.price or 0.0)
                self.backs.append(Back(event.day, bucket.key, taken, excess))
            bucket.left = _clean(bucket.left - taken)
            quantity -= taken
        return quantity

    def sale(self, event: Event) -> None:
        left = event.quantity
        for bucket in self._full_ones():
            if left <= DUST:
                return
            taken = min(bucket.left, left)
            if taken > DUST:
                bucket.left = _clean(bucket.left - taken)
                self._use(Use(event.key, bucket.key, bucket.price, taken))
                left -= taken
        if left > DUST:
            self.debts.append([event.key, left])

    def return_(self, event: Event) -> None:
        """By a consumer: what the sale took is put back, else what was taken last."""
        left = event.quantity
        if event.of:
            left = self._undo(left, event.of)
        left = self._undo(left)
        if left > DUST:
            # sold before there was any record of it
            self._put(Bucket(event.key, event.day, None, left, left))

    def _undo(self, left: float, sale: int | None = None) -> float:
        for debt in reversed(self.debts):
            if left <= DUST:
                break
            if sale in (None, debt[0]):
                undone = min(debt[1], left)
                debt[1] -= undone
                left -= undone
        self.debts = [debt for debt in self.debts if debt[1] > DUST]
        if sale is None:
            while self.uses and left > DUST:
                left = self._undo_use(len(self.uses) - 1, left)
                if not self.uses[-1].quantity:
                    self._of_sale[self.uses.pop().sale].pop()
        else:
            for at in reversed(self._of_sale.get(sale, ())):
                left = self._undo_use(at, left)
        return left

    def _undo_use(self, at: int, left: float) -> float:
        use = self.uses[at]
        undone = min(use.quantity, left)
        if undone > DUST:
            self._by_key[use.bucket].left += undone
            self._first = 0
            rest = _clean(use.quantity - undone)
            self.uses[at] = Use(use.sale, use.bucket, use.price, rest, use.late)
        return left - undone

    def transfer_out(self, event: Event) -> None:
        """The oldest leave, and keep their price on the way."""
        left = event.quantity
        for bucket in self._full_ones():
            if left <= DUST:
                break
            taken = min(bucket.left, left)
            if taken > DUST:
                bucket.left = _clean(bucket.left - taken)
                self.moving.append(
                    Bucket(bucket.key, bucket.day, bucket.price, taken, taken)
                )
                left -= taken
        if left > DUST:
            self.debts.append([event.key, left])

    def transfer_in(self, event: Event) -> None:
        left = event.quantity
        while left > DUST and self.moving:
            moved = self.moving[0]
            taken = min(moved.left, left)
            moved.left = _clean(moved.left - taken)
            self._by_key[moved.key].left += taken
            self._first = 0
            left -= taken
            if not moved.left:
                self.moving.pop(0)
        for debt in self.debts:
            # the same transfer's other side
            covered = min(debt[1], left)
            debt[1] -= covered
            left -= covered
        self.debts = [debt for debt in self.debts if debt[1] > DUST]
        if left > DUST:
            # from somebody else, at a price that nobody stated
            self._put(Bucket(event.key, event.day, None, left, left))

    def cut(self, event: Event) -> None:
        """Price protection: buckets cost no more than the new price from now on."""
        for bucket in self.buckets:
            too_old = event.days is not None and (
                (event.day - bucket.day).days > event.days
            )
            fall = fall_of(bucket.price, event.price, event.former)
            if bucket.left > DUST and fall > 0 and not too_old:
                self.cuts.append(
                    Cut(event.key, bucket.key, bucket.left, fall, bucket.day)
                )
                bucket.price -= fall


def fall_of(cost: float | None, price: float, former: float | None = None) -> float:
    """What a piece costs above the new price, at most the fall of the list price."""
    if cost is None:
        return 0.0
    fall = max(cost - price, 0.0)
    return fall if former is None else min(fall, max(former - price, 0.0))


def _clean(quantity: float) -> float:
    return quantity if quantity > DUST else 0.0


def walk(events: Iterable[Event]) -> Stock:
    """The stock after all of these, in the sequence of their days."""
    stock = Stock()
    places = {kind: place for place, kind in enumerate(SEQUENCE)}
    for event in sorted(
        events, key=lambda one: (one.day, places[one.kind], abs(one.key))
    ):
        if event.quantity > DUST or event.kind == "cut":
            # "return" is a word of the language
            name = "return_" if event.kind == "return" else event.kind
            getattr(stock, name)(event)
    return stock


def gap(reported: float, calculated: float) -> tuple[float, float | None]:
    """Reported above calculated, and that as a share; no share of nothing."""
    difference = reported - calculated
    return difference, (difference / calculated if calculated > DUST else None)


def weeks_of_cover(
    stock: float, sold: Iterable[float], weeks_stocked: float = 4
) -> float | None:
    """For how many weeks the stock lasts, None where nothing was sold.

    :param sold: of the last weeks, the oldest first
    :param weeks_stocked: since the first delivery; weeks before it do not count
    """
    weeks = list(sold)
    counted = max(1, min(len(weeks), weeks_stocked))
    total = sum(weeks)
    return stock / (total / counted) if total > DUST else None


def sell_through(opening: float, received: float, sold: float | None) -> float | None:
    """Sold / (opening stock + received), None where no sales are reported."""
    available = opening + received
    if sold is None or available <= DUST:
        return None
    return sold / available

"""What a line earns, what its returns take back, and what payments release.

A line's amount is stated once. All that follows is a difference between what is due
now and what was written before, so that nothing is ever counted twice: the last return
takes what is left, the last payment releases what is left.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

Rounding = Callable[[float], float]
NOISE = 1e-9


class Goods(NamedTuple):
    """What was sold where: as the terms ask for it."""

    product: int
    template: int
    # from the top to the closest, as Odoo writes them: "1/4/"
    category: str
    territory: str
    day: date


class Earner(NamedTuple):
    """Who may earn: itself, by its agreements in force, by its partner level."""

    partner: int
    grade: int = 0


class Scope(NamedTuple):
    """What a term is about."""

    term: int
    product: int = 0
    template: int = 0
    category: str = ""
    territory: str = ""
    partner: int = 0
    # named through an agreement, which is less close than being named
    by_agreement: bool = False
    grade: int = 0
    date_from: date = date.min
    date_to: date = date.max

    def goods_key(self) -> tuple:
        if self.product:
            return ("product", self.product)
        if self.template:
            return ("template", self.template)
        return ("category", self.category)

    def who_key(self) -> tuple:
        if self.partner:
            return ("agreement" if self.by_agreement else "partner", self.partner)
        return ("grade", self.grade)

    def holds(self, goods: Goods) -> bool:
        return self.date_from <= goods.day <= self.date_to and (
            not self.territory or goods.territory.startswith(self.territory)
        )


class Choice:
    """One term a line: the closest by goods, then by whom it names, then by place.

    How long it takes does not depend on how many terms there are.
    """

    def __init__(self, scopes: Iterable[Scope]):
        self._held: dict[tuple, list[Scope]] = {}
        for scope in scopes:
            key = (scope.goods_key(), scope.who_key())
            self._held.setdefault(key, []).append(scope)
        for held in self._held.values():
            # the deepest place, then the latest start
            held.sort(
                key=lambda one: (
                    -one.territory.count("/"),
                    -one.date_from.toordinal(),
                    one.term,
                )
            )

    def of(self, goods: Goods, earner: Earner) -> int:
        """The term, or 0."""
        if not self._held:
            return 0
        for goods_key in _closest_first(goods):
            for who in (
                ("partner", earner.partner),
                ("agreement", earner.partner),
                ("grade", earner.grade),
            ):
                if who[1]:
                    for scope in self._held.get((goods_key, who), ()):
                        if scope.holds(goods):
                            return scope.term
        return 0


def _closest_first(goods: Goods) -> list[tuple]:
    keys: list[tuple] = [("product", goods.product), ("template", goods.template)]
    path = goods.category
    while path:
        keys.append(("category", path))
        path = path.rstrip("/").rpartition("/")[0]
        path = path and f"{path}/"
    keys.append(("category", ""))
    return keys


def share_amount(
    total: float, weights: Mapping[Hashable, float], rounded: Rounding, unit: float
) -> dict[Hashable, float]:
    """Rounded shares that add up to the total.

    What rounding leaves goes to the largest remainders, and among equal ones to who
    stands first.
    """
    whole = sum(weights.values())
    if not whole:
        return dict.fromkeys(weights, 0.0)
    exact = {key: total * weight / whole for key, weight in weights.items()}
    shares = {key: rounded(amount) for key, amount in exact.items()}
    missing = round((rounded(total) - sum(shares.values())) / unit)
    step = unit if missing > 0 else -unit
    order = sorted(exact, key=lambda key: -step * (exact[key] - shares[key]))
    if order:
        for place in range(abs(missing)):
            key = order[place % len(order)]
            shares[key] = rounded(shares[key] + step)
    return shares


def spread(total: float, room: Sequence[float]) -> list[float]:
    """Fill up one place after the other; what fits nowhere is left out."""
    parts, left = [], total
    for size in room:
        part = min(left, size)
        parts.append(part)
        left -= part
    return parts


def taken_back(earned: float, basis: float, back: float, rounded: Rounding) -> float:
    """How much of what is earned for a basis goes when a part of it comes back.

    What comes back last takes all that is left, so that rounding leaves nothing.
    """
    if abs(basis) <= NOISE or abs(back) >= abs(basis) - NOISE:
        return earned
    return rounded(earned * back / basis)


def kept(ordered: float, given: float, back: float) -> float:
    """How much of what was ordered is kept: what came back and went again is."""
    if ordered < 0:
        return -kept(-ordered, -given, -back)
    lost = back - max(given - ordered, 0.0)
    return min(max(ordered - lost, 0.0), ordered)


class Paid(NamedTuple):
    """How far a document is paid."""

    # money, as a share of its gross total
    share: float = 0.0
    # nothing is open, by whatever it was settled
    is_settled: bool = False


def released(
    stated: float, left: float, paid: Paid, rounded: Rounding, in_full: bool = False
) -> tuple[float, float]:
    """What may be paid out by now, and what never will be.

    :param stated: what the document's own line earned
    :param left: the same less its returns
    """
    share = min(max(paid.share, 0.0), 1.0)
    if in_full and not paid.is_settled:
        share = 0.0
    due = rounded(stated * share)
    payable = min(due, left) if stated >= 0 else max(due, left)
    return payable, (rounded(left - payable) if paid.is_settled else 0.0)


def in_step(amount: float, part: float, whole: float, rounded: Rounding) -> float:
    """What of a catch-up follows when that part of the lines' amounts does."""
    if abs(whole) <= NOISE:
        return amount
    return rounded(amount * min(max(part / whole, 0.0), 1.0))

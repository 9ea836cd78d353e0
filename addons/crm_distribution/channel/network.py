"""Who supplies whom, seen as a tree: one supplier above each buyer."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

Key = Hashable

# those who stand between a producer and a consumer
INTERMEDIARIES = ("importer", "wholesaler", "agent", "retailer")


def main_suppliers(links: Iterable[tuple[Key, Key]]) -> dict[Key, Key]:
    """One supplier for each buyer, the first of his links that closes no circle.

    Two may supply each other with different goods; a tree shows the better link alone.

    :param links: (supplier, buyer), the best first
    """
    above: dict[Key, Key] = {}
    for supplier, buyer in links:
        if buyer not in above and not _stands_above(buyer, supplier, above):
            above[buyer] = supplier
    return above


def _stands_above(one: Key, other: Key, above: dict[Key, Key]) -> bool:
    while other is not None:
        if other == one:
            return True
        other = above.get(other)
    return False

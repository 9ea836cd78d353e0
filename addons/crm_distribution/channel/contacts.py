"""What an intermediary saves in contacts, and what a contact costs.

With m suppliers and n buyers there are m·n contacts without anybody between them, and
k·(m + n) when k intermediaries are each used by all.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ContactEfficiency:
    """Contacts with and without intermediaries."""

    suppliers: int
    buyers: int
    intermediaries: int = 1

    def __post_init__(self):
        if min(self.suppliers, self.buyers, self.intermediaries) < 0:
            raise ValueError("counts are not negative")

    @property
    def direct(self) -> int:
        return self.suppliers * self.buyers

    @property
    def through(self) -> int:
        return self.intermediaries * (self.suppliers + self.buyers)

    @property
    def saved(self) -> int:
        return self.direct - self.through

    @property
    def break_even(self) -> float:
        """So many intermediaries save nothing any more; fewer do."""
        ends = self.suppliers + self.buyers
        return self.direct / ends if ends else 0.0

    def gain(self, cost_a_contact: float, margin_given: float = 0.0) -> float:
        """What the saved contacts would have cost, less the margin given away."""
        return self.saved * cost_a_contact - margin_given

    def paying(self, cost_a_contact: float, margin_each: float = 0.0) -> float:
        """From how many intermediaries on one more costs more than all save.

        Each costs its contacts and its margin: m·n·c = k·((m + n)·c + margin).
        """
        each = (self.suppliers + self.buyers) * cost_a_contact + margin_each
        return self.direct * cost_a_contact / each if each > 0 else 0.0

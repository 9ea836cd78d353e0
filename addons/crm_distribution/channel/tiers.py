"""What a term gives for a turnover that grows: tiers without gaps.

A tier is named by where it starts and holds up to the next one, so that no turnover
lies between two. Marginal: each part of the turnover has the rate of its own tier.
Retroactive: all of it has the rate of the tier that it reached.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple

# as amounts are added, a boundary that was met is met
NOISE = 1e-6


class Tiers(NamedTuple):
    starts: tuple[float, ...]
    rates: tuple[float, ...]
    retroactive: bool = False

    @classmethod
    def of(cls, steps: Iterable[tuple[float, float]], retroactive=False) -> Tiers:
        """
        :param steps: where each tier starts, and its rate
        """
        ordered = sorted(steps)
        starts = tuple(start for start, _rate in ordered)
        if len(set(starts)) < len(starts):
            raise ValueError("two tiers start at the same turnover")
        return cls(starts, tuple(rate for _start, rate in ordered), retroactive)

    def place(self, turnover: float) -> int:
        """Which tier was reached; -1: none yet."""
        return bisect_right(self.starts, max(turnover, 0.0) + NOISE) - 1

    def rate_at(self, turnover: float) -> float:
        place = self.place(turnover)
        return self.rates[place] if place >= 0 else 0.0

    def given(self, turnover: float) -> float:
        """What all the turnover earns, rate times turnover."""
        if self.retroactive or turnover <= 0:
            return self.rate_at(turnover) * turnover
        total = 0.0
        ends = (*self.starts[1:], float("inf"))
        for start, end, rate in zip(self.starts, ends, self.rates, strict=True):
            if turnover <= start:
                break
            total += (min(turnover, end) - start) * rate
        return total

    def rate_of_step(self, before: float, size: float) -> float:
        """The rate of what takes the turnover from one point to another."""
        if self.retroactive or not size:
            return self.rate_at(before + size)
        return (self.given(before + size) - self.given(before)) / size

    def owed(self, before: float, turnover: float, basis: float) -> float:
        """What a basis earns in sum that made this turnover on top of a former one.

        For shares of the turnover itself the basis is the turnover; for shares of the
        margin it is the margin.
        """
        if not turnover:
            return self.rate_at(before) * basis if self.retroactive else 0.0
        return self.rate_of_step(before, turnover) * basis

"""What lines and catch-ups made of one period of a term with tiers."""

from collections.abc import Mapping, Sequence
from typing import Any

NO_SUMS = (0.0,) * 8


class Sums:
    """Of a period: what lines made of it, and what catch-ups did."""

    def __init__(self, values: Sequence[float] = NO_SUMS):
        self.turnover, self.basis, *rest = values
        self.earned, self.payable, self.closed, *caught = rest
        self.caught, self.caught_payable, self.caught_closed = caught

    def add(self, row: Mapping[str, Any]) -> None:
        if row["reason"] == "catch_up":
            self.caught += row["earned"]
            self.caught_payable += row["payable"]
            self.caught_closed += row["closed"]
        else:
            self.turnover += row["turnover"]
            self.basis += row["basis"]
            self.earned += row["earned"]
            self.payable += row["payable"]
            self.closed += row["closed"]

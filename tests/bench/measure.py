"""What a case reports, and how it takes time and memory."""

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Measure:
    """A figure with the most it may be."""

    name: str
    value: float
    unit: str
    limit: float

    @property
    def met(self) -> bool:
        return self.value <= self.limit

    def line(self) -> str:
        return json.dumps(
            {
                "name": self.name,
                "value": float(f"{self.value:.4g}"),
                "unit": self.unit,
                "goal": f"<= {self.limit:g}",
                "met": self.met,
            }
        )


def seconds(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def alternate(rounds: int, *functions: Callable[[], float]) -> list[float]:
    """The median of each function's seconds, taken in turns.

    In turns, so that what else the machine does falls on all alike, and backwards in
    every other round, so that nobody always comes after the same. Each function times
    itself, so that it may prepare before.
    """
    taken = [[] for _function in functions]
    places = list(zip(functions, taken, strict=True))
    for turn in range(rounds):
        for function, times in places[:: -1 if turn % 2 else 1]:
            times.append(function())
    return [statistics.median(times) for times in taken]


class Memory:
    """This process's resident memory, in megabytes; Linux only."""

    @staticmethod
    def now() -> float:
        return Memory._status("VmRSS")

    @staticmethod
    def peak() -> float:
        """The most since ``forget_peak``."""
        return Memory._status("VmHWM")

    @staticmethod
    def forget_peak() -> None:
        Path("/proc/self/clear_refs").write_text("5")

    @staticmethod
    def _status(key: str) -> float:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith(key + ":"):
                return int(line.split()[1]) / 1024
        raise OSError(f"the kernel does not tell {key}")

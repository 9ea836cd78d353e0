"""What the refresh needs as the customers grow: memory and time.

Memory is the peak of a fresh process above what it holds with Odoo loaded and idle;
PostgreSQL keeps its own and is bounded by its settings. Time is that of the following
nights' refreshes, small and large base in turns.
"""

from collections.abc import Iterator
from functools import partial

import databases
from measure import Measure, Memory, alternate
from population import Truth
from session import environment, in_fresh_process, say

from cases.refresh import Nights

ROUNDS = 5


def run(truth: Truth) -> Iterator[Measure]:
    """Over a fifth, the whole, and twice the customers."""
    small, middle, large = (
        databases.installed(truth.sized(truth.customers * part // 5))
        for part in (1, 5, 10)
    )
    peaks = {name: in_fresh_process(_peak, name) for name in (small, middle, large)}
    few, many = in_fresh_process(_seconds, small, large)
    say(f"{few:.2f} s and {many:.2f} s; megabytes: {peaks}")
    yield Measure("refresh_memory", peaks[middle], "MB above idle", 400)
    yield Measure("refresh_time_at_10x_customers", many / few, "ratio", 12)
    yield Measure(
        "refresh_memory_at_10x_customers", peaks[large] / peaks[small], "ratio", 8
    )


def _peak(database: str) -> float:
    """Of the first refresh, which also makes a back-test."""
    nights = Nights(database, 0)
    with environment(database) as env:
        env["sale.report"].search([], limit=1)
    idle = Memory.now()
    Memory.forget_peak()
    nights.refresh()
    return Memory.peak() - idle


def _seconds(*names: str) -> list[float]:
    calendars = [Nights(name, ROUNDS) for name in names]
    for nights in calendars:
        nights.refresh()

    def night(nights: Nights) -> float:
        nights.pass_one()
        return nights.refresh()

    return alternate(ROUNDS, *(partial(night, nights) for nights in calendars))

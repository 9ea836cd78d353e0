"""What the refresh needs as the customers grow: memory and time.

Memory is the peak of a fresh process above what it holds with Odoo loaded and idle;
PostgreSQL keeps its own and is bounded by its settings. Time is the median of the
refreshes of the following nights in that process.
"""

import statistics
from collections.abc import Iterator
from typing import NamedTuple

import databases
from measure import Measure, Memory
from population import Truth
from session import environment, in_fresh_process, say

from cases.refresh import Nights

NIGHTS = 3


class Footprint(NamedTuple):
    seconds: float
    megabytes: float


def run(truth: Truth) -> Iterator[Measure]:
    """Over a fifth, the whole, and twice the customers."""
    small, middle, large = (
        _footprint(truth.sized(truth.customers * part // 5)) for part in (1, 5, 10)
    )
    yield Measure("refresh_memory", middle.megabytes, "MB above idle", 400)
    yield Measure(
        "refresh_time_at_10x_customers", large.seconds / small.seconds, "ratio", 12
    )
    yield Measure(
        "refresh_memory_at_10x_customers", large.megabytes / small.megabytes, "ratio", 8
    )


def _footprint(truth: Truth) -> Footprint:
    database = databases.installed(truth)
    found = in_fresh_process(_measure, database)
    say(f"{truth.customers} customers: {found.seconds:.2f} s, {found.megabytes:.0f} MB")
    return found


def _measure(database: str) -> Footprint:
    nights = Nights(database, NIGHTS)
    with environment(database) as env:
        env["sale.report"].search([], limit=1)
    idle = Memory.now()
    Memory.forget_peak()
    # with the back-test, which the nights after keep
    nights.refresh()
    megabytes = Memory.peak() - idle

    def night() -> float:
        nights.pass_one()
        return nights.refresh()

    return Footprint(statistics.median(night() for _ in range(NIGHTS)), megabytes)

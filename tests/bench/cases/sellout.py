"""Reports of sell-out, from the file to accepted lines and a stock that has fallen.

Each goes the users' way: created, checked, accepted; what the scheduler's job does with
a long file is done here in one go. Everything is rolled back.
"""

import base64
import time
from collections.abc import Iterator
from datetime import date, timedelta

import databases
from measure import Measure
from population import Truth
from session import environment, in_fresh_process, say

FEW, MANY = 10_000, 100_000
PRODUCTS = 500
# a line of a long report takes no more than this many times one of a short
GROWTH = 1.5
FIRST_DAY = date(2026, 1, 1)


def run(truth: Truth) -> Iterator[Measure]:
    database = databases.channel()
    few = in_fresh_process(_accept, database, FEW)
    many = in_fresh_process(_accept, database, MANY)
    say(f"sell-out: {FEW} lines in {few:.1f} s, {MANY} in {many:.1f} s")
    yield Measure("sellout_100000_lines", many, "seconds", 60)
    yield Measure(
        "sellout_growth", (many / MANY) / (few / FEW), "of the time a line", GROWTH
    )


def _accept(database: str, count: int) -> float:
    with environment(database) as env:
        codes = [f"BENCH-{number:05}" for number in range(PRODUCTS)]
        env["product.product"].create(
            [{"name": code, "default_code": code, "type": "consu"} for code in codes]
        )
        reporter = env["res.partner"].create(
            {
                "name": "Reporter",
                "is_company": True,
                "distribution_level_id": env.ref("crm_distribution.level_retailer").id,
            }
        )
        rows = ["product,quantity,date,price,document"] + [
            f"{codes[number % PRODUCTS]},{1 + number % 5},"
            f"{FIRST_DAY + timedelta(days=number % 28)},9.90,D{number // 3}"
            for number in range(count)
        ]
        content = base64.b64encode("\n".join(rows).encode())
        start = time.perf_counter()
        report = env["distribution.sellout"].create(
            {"partner_id": reporter.id, "file": content, "kind": "original"}
        )
        report.action_check()
        _work(report)
        report.action_accept()
        _work(report)
        env.flush_all()
        taken = time.perf_counter() - start
        if report.state != "accepted" or report.line_count != count:
            raise RuntimeError(f"{report.state}: {report.line_count} lines")
        env.cr.rollback()
    return taken


def _work(report) -> None:
    while report.state in ("reading", "loading"):
        report._go_on()

"""Purchases from files: of customers that Odoo knows, a real shop's whole log, and a
wholesaler's log of lines.

The log is CDNOW's (Fader & Hardie 2001), 23,570 customers who first bought in the first
quarter of 1997, as the package ``lifetimes`` brings it. Its customers are created by
the import, its purchases valued, and the result compared with the file itself.
The wholesaler's log has the columns of "Online Retail" (UCI Machine Learning
Repository) with drawn lines: 300,000 of 25,000 invoices, without a column of amounts.
Every file goes the users' way: uploaded, checked, imported by the scheduler's job.
"""

import base64
import csv
import io
import resource
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import databases
import numpy as np
from measure import Measure, seconds
from population import Truth
from session import environment, in_fresh_process, say

ROWS = 70_000
LINES = 300_000
LINES_PER_INVOICE = 12
CDNOW_END = date(1998, 6, 30)

Row = tuple[str, str, str]


def run(truth: Truth) -> Iterator[Measure]:
    database = databases.copy(databases.installed(truth), "import")
    taken = in_fresh_process(_import, database, _known_customers(truth), False)
    databases.drop(database)
    yield Measure("import_of_70000_known_rows", taken, "seconds", 60)

    rows = _cdnow()
    database = databases.copy(databases.bare(), "cdnow")
    taken = in_fresh_process(_import, database, rows, True)
    say(f"CDNOW: {len(rows)} purchases imported in {taken:.0f} s")
    valued = in_fresh_process(_value, database, CDNOW_END)
    databases.drop(database)
    say(f"CDNOW: {valued.customers} customers valued in {valued.seconds:.1f} s")
    yield Measure("cdnow_import_and_value", taken + valued.seconds, "seconds", 120)
    lost = abs(len(_buyers(rows)) - valued.customers)
    yield Measure("cdnow_customers_lost", lost, "customers", 0)
    lost = abs(sum(float(amount) for _customer, _day, amount in rows) - valued.revenue)
    yield Measure("cdnow_revenue_lost", lost, "dollars", 0.005)

    database = databases.copy(databases.bare(), "lines")
    taken, grown = in_fresh_process(_import_lines, database, truth.seed)
    databases.drop(database)
    say(f"{LINES} lines imported in {taken:.0f} s, with {grown:.0f} megabytes")
    yield Measure("import_of_300000_lines", taken, "seconds", 180)
    yield Measure("import_of_300000_lines_memory", grown, "megabytes", 300)


def _known_customers(truth: Truth) -> list[Row]:
    """Purchases of a year long before the drawn ones."""
    rng = np.random.default_rng(truth.seed)
    customers = rng.integers(0, truth.customers, ROWS)
    days = rng.integers(0, 365, ROWS)
    cents = rng.integers(100, 50_000, ROWS)
    start = date(2015, 1, 1)
    return [
        (f"C{customer:07}", str(start + timedelta(days=day)), f"{cent / 100:.2f}")
        for customer, day, cent in zip(
            customers.tolist(), days.tolist(), cents.tolist(), strict=True
        )
    ]


def _cdnow() -> list[Row]:
    import lifetimes

    path = Path(lifetimes.__file__).parent / "datasets" / "CDNOW_master.txt"
    lines = path.read_text().splitlines()[1:]
    rows = [(who, day, amount) for who, day, _count, amount in map(str.split, lines)]
    return [(who, f"{d[:4]}-{d[4:6]}-{d[6:]}", amount) for who, d, amount in rows]


def _buyers(rows: list[Row]) -> set[str]:
    """Who paid something on some day: CDNOW also gave records away."""
    paid = defaultdict(float)
    for customer, day, amount in rows:
        paid[customer, day] += float(amount)
    return {customer for (customer, _day), total in paid.items() if total > 0}


def _import_lines(database: str, seed: int) -> tuple[float, float]:
    """Seconds, and the megabytes that the process grew by, the file's own left out."""
    rows = _wholesaler(seed)
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    del rows
    file = text.getvalue().encode()
    del text
    with environment(database, "admin") as env:
        # loads the registry, which is no part of an import
        env["crm.purchase.import"].search_count([])
    before = _peak()
    taken = _import_file(database, file, True)
    return taken, _peak() - before


def _peak() -> float:
    """Megabytes that this process has had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _wholesaler(seed: int) -> Iterator[tuple]:
    rng = np.random.default_rng(seed)
    yield (
        *("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate"),
        *("UnitPrice", "CustomerID", "Country"),
    )
    start = date(2010, 12, 1)
    for number in range(LINES // LINES_PER_INVOICE):
        day = start + timedelta(days=number % 373)
        moment = f"{day.month}/{day.day}/{day.year} {8 + number % 10}:26"
        customer = 12_346 + int(rng.integers(0, 4_372))
        goods = rng.integers(0, 4_000, LINES_PER_INVOICE).tolist()
        pieces = rng.integers(1, 25, LINES_PER_INVOICE).tolist()
        cents = rng.integers(40, 1_500, LINES_PER_INVOICE).tolist()
        for good, quantity, price in zip(goods, pieces, cents, strict=True):
            yield (
                *(536_365 + number, 20_000 + good, f"ARTICLE {good}", quantity, moment),
                *(f"{price / 100:.2f}", customer, "United Kingdom"),
            )


def _import(database: str, rows: list[Row], create_missing: bool) -> float:
    text = io.StringIO()
    csv.writer(text).writerows([("Reference", "Date", "Amount"), *rows])
    taken = _import_file(database, text.getvalue().encode(), create_missing)
    say(f"{len(rows)} rows: checked and imported in {taken:.1f} s")
    return taken


def _import_file(database: str, file: bytes, create_missing: bool) -> float:
    with environment(database, "admin") as env:
        source = env["crm.purchase.import"].create(
            {
                "file": base64.b64encode(file),
                "filename": "purchases.csv",
                "create_missing": create_missing,
            }
        )
        env.cr.commit()
        number = source.id
    checked = _work(database, number, "action_check", "ready")
    loaded = _work(database, number, "action_import", "done")
    say(f"checked in {checked:.1f} s, loaded in {loaded:.1f} s")
    return checked + loaded


def _work(database: str, number: int, button: str, state: str) -> float:
    """Press a button and let the scheduler's job finish what it began."""
    with environment(database, "admin") as env:
        source = env["crm.purchase.import"].browse(number)
        cron = env.ref("crm_loyalty.cron_process_purchase_imports").sudo()

        def work() -> None:
            getattr(source, button)()
            env.cr.commit()
            before = None
            # the scheduler gives a job some seconds, and calls it again
            while _reached(source) != before:
                before = _reached(source)
                cron.method_direct_trigger()
                env.cr.commit()
                source.invalidate_recordset()
                if source.state == "asking":
                    # as likely: some bought the same twice on a day
                    for choice in source.question_ids.filtered("is_proposed"):
                        choice.action_choose()
                    source.action_check()
                    env.cr.commit()
                    before = None

        taken = seconds(work)
        if source.state != state:
            issues = source.issue_ids[:3].mapped("reason")
            raise AssertionError(f"the import is {source.state}: {issues}")
    return taken


def _reached(source) -> tuple:
    return source.state, source.progress, source.row_done


class Valued(NamedTuple):
    seconds: float
    customers: int
    revenue: float


def _value(database: str, cutoff: date) -> Valued:
    with environment(database) as env:
        company = env.company
        company.value_cutoff = cutoff

        def value() -> None:
            env["crm.value.run"]._refresh_now(company)
            env.cr.commit()

        taken = seconds(value)
        [[customers, revenue]] = env["crm.customer.value"]._read_group(
            [("company_id", "=", company.id)], [], ["__count", "revenue:sum"]
        )
    return Valued(taken, customers, revenue)

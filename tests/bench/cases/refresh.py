"""The refresh of all values, beside Odoo's own sales report over the same customers.

The peer reads: ``sale.report`` grouped by customer with sum, maximum and count. The
refresh reads, fits, scores, writes and commits, the night after (a day later, so that
every value has changed) and the first time (no values yet). Each in a transaction of
its own; registry, caches and PostgreSQL's buffers warm for both; the tables vacuumed in
between, as autovacuum would have by the next night. The back-test, which has a schedule
of its own, is what it adds to a refresh.
"""

from collections.abc import Iterator
from datetime import timedelta

import databases
from load import CUTOFF
from measure import Measure, alternate, seconds
from population import Truth
from session import environment, in_fresh_process, say

ROUNDS = 5
# Once in a company's life, every value is a new row whose references are checked.
FIRST_LIMIT = 1.0


def run(truth: Truth) -> Iterator[Measure]:
    database = databases.installed(truth)
    report, nightly, tested, first = in_fresh_process(_compare, database)
    backtest = tested - nightly
    say(
        f"sale.report {report:.2f} s, refresh {nightly:.2f} s, first refresh "
        f"{first:.2f} s, back-test {backtest:.2f} s"
    )
    yield Measure("refresh_to_sale_report", nightly / report, "ratio", 0.6)
    yield Measure("first_refresh_to_sale_report", first / report, "ratio", FIRST_LIMIT)
    yield Measure("backtest_to_sale_report", backtest / report, "ratio", 1.0)


def _compare(database: str) -> list[float]:
    nights = Nights(database, 2 * ROUNDS)
    nights.refresh()  # brings the back-test that the later ones keep

    def report() -> float:
        with environment(database) as env:
            return seconds(lambda: read_report(env))

    def nightly() -> float:
        nights.pass_one()
        return nights.refresh()

    def tested() -> float:
        nights.pass_one()
        nights.forget_runs()
        return nights.refresh()

    def first() -> float:
        with environment(database) as env:
            # with the rows of wizards that were opened on values
            env.cr.execute("TRUNCATE crm_customer_value CASCADE")
            env.cr.commit()
        # the planner then knows that it is empty, which has made a plan quadratic
        databases.vacuum(database, "crm_customer_value")
        return nights.refresh()

    return alternate(ROUNDS, report, nightly, tested, first)


def read_report(env) -> list:
    return env["sale.report"]._read_group(
        [("state", "=", "sale")],
        ["partner_id"],
        ["price_subtotal:sum", "date:max", "__count"],
    )


class Nights:
    """A company whose calendar the bench turns, ending on the day of the cut-off."""

    def __init__(self, database: str, count: int) -> None:
        self.database = database
        self.forget_runs()
        with environment(database) as env:
            env.company.value_cutoff = CUTOFF - timedelta(days=count)
            env.cr.commit()

    def forget_runs(self) -> None:
        """And with them the back-test, so that the next run makes one."""
        with environment(self.database) as env:
            env["crm.value.run"].search([]).unlink()
            env.cr.commit()

    def pass_one(self) -> None:
        with environment(self.database) as env:
            env.company.value_cutoff += timedelta(days=1)
            env.cr.commit()
        databases.vacuum(self.database, "crm_customer_value", "crm_value_batch")

    def refresh(self) -> float:
        with environment(self.database) as env:
            company = env.company

            def refresh() -> None:
                run = env["crm.value.run"]._refresh_now(company)
                env.cr.commit()
                if run.state != "done":
                    raise AssertionError(run.error)

            return seconds(refresh)

"""The tiers of all customers, night by night, and one customer's at an order.

The first night gives everybody who bought enough a tier; the next one finds nothing
new. Each batch is a transaction of its own, as the scheduler commits them: the longest
one counts.
"""

import statistics
import time
from collections.abc import Iterator

import databases
from measure import Measure, seconds
from population import Truth
from session import environment, in_fresh_process, say

LONGEST = 5.0
ROUNDS = 15
# of customers who bought, who reach each tier
SHARES = (0.5, 0.8, 0.95)


def run(truth: Truth) -> Iterator[Measure]:
    database = databases.installed(truth)
    yield from in_fresh_process(_measure, database)


def _measure(database: str) -> list[Measure]:
    program, order = publish(database)
    first, count = night(database, program)
    second, again = night(database, program)
    say(
        f"{count} memberships: first night {sum(first):.1f} s in {len(first)} "
        f"transactions, next {sum(second):.1f} s"
    )
    confirmed = _confirm(database, order)
    return [
        Measure("tiers_longest_transaction", max(first + second), "s", LONGEST),
        Measure("tiers_next_to_first_night", sum(second) / sum(first), "ratio", 1.0),
        Measure("tiers_changed_by_second_night", again - count, "memberships", 0),
        Measure("tiers_evaluated_at_an_order", confirmed, "s", 0.1),
    ]


def publish(database: str) -> tuple[int, int]:
    """A program over all purchases of the last five years, its thresholds drawn."""
    with environment(database) as env:
        env["loyalty.tier.program"].search([]).active = False
        env.cr.execute(
            "SELECT percentile_cont(%s) WITHIN GROUP (ORDER BY spent) FROM ("
            " SELECT sum(amount_untaxed) AS spent FROM sale_order"
            " WHERE state = 'sale' GROUP BY partner_id) customer",
            [list(SHARES)],
        )
        [[thresholds]] = env.cr.fetchall()
        program = env["loyalty.tier.program"].create(
            {
                "name": "Bench",
                "period_months": 60,
                "tier_ids": [
                    (0, 0, {"name": f"Tier {level}", "threshold": round(threshold, 2)})
                    for level, threshold in enumerate(thresholds)
                ],
            }
        )
        program.state = "published"
        order = env["sale.order"].search([("state", "=", "sale")], limit=1)
        env.cr.commit()
        return program.id, order.id


def night(database: str, program: int) -> tuple[list[float], int]:
    """Each transaction's seconds, and how many memberships there are after it."""
    taken = []
    with environment(database) as env:
        env["loyalty.tier.program"].browse(program).evaluated_on = False
        env.cr.commit()
    done = False
    while not done:
        with environment(database) as env:
            start = time.perf_counter()
            one = env["loyalty.tier.program"].browse(program)
            one._evaluate_batch(_batch_size())
            env.cr.commit()
            taken.append(time.perf_counter() - start)
            done = not one.last_partner
    with environment(database) as env:
        count = env["loyalty.tier.membership"].search_count(
            [("program_id", "=", program)]
        )
    return taken, count


def _batch_size() -> int:
    from odoo.addons.crm_loyalty.models.tier import loyalty_tier_program

    return loyalty_tier_program.BATCH_SIZE


def _confirm(database: str, order: int) -> float:
    """What an order's confirmation waits for its customer's tier."""
    with environment(database) as env:
        sale = env["sale.order"].browse(order)

        def evaluate() -> None:
            env.invalidate_all()
            sale._evaluate_tiers()
            env.flush_all()

        evaluate()
        taken = statistics.median(seconds(evaluate) for _round in range(ROUNDS))
        env.cr.rollback()
    return taken

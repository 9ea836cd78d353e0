"""Points: confirming an order with the ledger, and the day's closing of many cards.

An order of 30 lines with one points program, whose customer has a card, is confirmed in
turns on a database with the add-on and on one with ``sale_loyalty`` alone. The closing
lets half of the cards' points become available and the other half expire, as the job
does, in transactions of its own size; the first process that does it is killed after
some of them, and a second one goes on.
"""

import time
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from itertools import pairwise
from multiprocessing import get_context

import databases
from measure import Measure, alternate, seconds
from population import Truth
from session import environment, in_fresh_process, say

LINES = 30
ROUNDS = 25
# The share of the work after which the first process is killed.
KILLED_AFTER = 0.2
DONE = "SELECT count(DISTINCT card_id) FROM loyalty_point_entry WHERE kind <> 'earn'"


def run(truth: Truth) -> Iterator[Measure]:
    yield from in_fresh_process(_confirm, databases.bare(), databases.base())
    yield from _close(databases.copy(databases.bare(), "points"), truth.customers)


def _confirm(ours: str, peer: str) -> list[Measure]:
    shops = [Shop(ours), Shop(peer)]
    for shop in shops:
        shop.confirm()
    with_ledger, without = alternate(ROUNDS, *(shop.confirm for shop in shops))
    more = shops[0].queries - shops[1].queries
    say(
        f"{LINES} lines confirmed in {1000 * with_ledger:.1f} ms with "
        f"{shops[0].queries} queries, by sale_loyalty alone in {1000 * without:.1f} ms "
        f"with {shops[1].queries}"
    )
    return [
        Measure("points_confirm_time", with_ledger / without, "ratio", 1.15),
        Measure("points_confirm_queries", more, "more queries", 8),
    ]


class Shop:
    """A database in which the same order is confirmed over and over."""

    def __init__(self, database: str) -> None:
        self.database = database
        self.queries = 0

    def confirm(self) -> float:
        """Seconds of a confirmation; nothing of it is kept."""
        with environment(self.database) as env:
            order = self._quote(env)
            env.flush_all()
            env.invalidate_all()
            before = env.cr.sql_log_count
            taken = seconds(partial(self._sell, order))
            self.queries = env.cr.sql_log_count - before
            env.cr.rollback()
        return taken

    @staticmethod
    def _sell(order) -> None:
        order.action_confirm()
        order.env.flush_all()

    def _quote(self, env):
        """A second order, so that the customer has a card as most do."""
        env["loyalty.program"].search([]).active = False
        make_program(env)
        customer = env["res.partner"].create({"name": "Customer"})
        products = env["product.product"].create(
            [{"name": f"Product {n}", "list_price": 10 + n} for n in range(LINES)]
        )
        orders = env["sale.order"].create(
            [
                {
                    "partner_id": customer.id,
                    "order_line": [
                        (0, 0, {"product_id": product.id}) for product in products
                    ],
                }
                for _order in range(2)
            ]
        )
        for order in orders:
            order._update_programs_and_rewards()
            if order == orders[0]:
                order.action_confirm()
        return orders[1]


def make_program(env):
    """A point for each unit of money, one program, its ledger on where there is one."""
    Programs = env["loyalty.program"]
    ledger = {"keep_ledger": True} if "keep_ledger" in Programs._fields else {}
    return Programs.create(
        {
            **ledger,
            "name": "Points",
            "program_type": "loyalty",
            "trigger": "auto",
            "applies_on": "both",
            "rule_ids": [
                (0, 0, {"reward_point_mode": "money", "reward_point_amount": 1})
            ],
            "reward_ids": [(0, 0, {"required_points": 10_000})],
        }
    )


def _close(database: str, cards: int) -> Iterator[Measure]:
    in_fresh_process(_open_cards, database, cards)
    databases.vacuum(database, "loyalty_card", "loyalty_point_lot")
    killed = get_context("spawn").Process(target=_close_days, args=(database,))
    killed.start()
    while killed.is_alive() and databases.count(database, DONE) < KILLED_AFTER * cards:
        time.sleep(0.1)
    killed.kill()
    killed.join()
    left = in_fresh_process(_count_due, database)
    start = time.perf_counter()
    slowest, transactions = in_fresh_process(_close_days, database)
    say(
        f"killed with {left} of {cards} cards to do; the rest took "
        f"{time.perf_counter() - start:.0f} s in {transactions} transactions, the "
        f"longest {slowest:.2f} s"
    )
    wrong = in_fresh_process(_count_wrong, database)
    databases.drop(database)
    yield Measure("points_close_longest_transaction", slowest, "s", 5)
    yield Measure("points_close_wrong_cards_after_kill", wrong, "cards", 0)


def _open_cards(database: str, count: int) -> None:
    """Cards with a lot that is due today, half of them pending, and its entry."""
    with environment(database) as env:
        program = make_program(env)
        yesterday = date.today() - timedelta(1)
        env.flush_all()
        env.cr.execute(
            """
            WITH partner AS (
                INSERT INTO res_partner (name, active, type, autopost_bills)
                SELECT 'Customer ' || n, true, 'contact', 'ask'
                  FROM generate_series(1, %(count)s) n RETURNING id
            ), card AS (
                INSERT INTO loyalty_card
                       (program_id, partner_id, company_id, code, active, points,
                        pending_points, account_key)
                SELECT %(program)s, id, %(company)s, 'bench' || id, true,
                       CASE WHEN id %% 2 = 0 THEN 100 ELSE 0 END,
                       CASE WHEN id %% 2 = 0 THEN 0 ELSE 100 END,
                       %(program)s || ',' || id
                  FROM partner RETURNING id, company_id, pending_points > 0 AS pending
            ), lot AS (
                INSERT INTO loyalty_point_lot
                       (card_id, program_id, company_id, points, pending,
                        available_on, expires_on)
                SELECT id, %(program)s, company_id, 100, pending, %(day)s,
                       CASE WHEN pending THEN NULL ELSE %(day)s END
                  FROM card RETURNING id, card_id, pending
            )
            INSERT INTO loyalty_point_entry
                   (card_id, lot_id, program_id, kind, points, pending, create_date)
            SELECT card_id, id, %(program)s, 'earn', 100, pending, now() FROM lot
            """,
            {
                "count": count,
                "program": program.id,
                "company": program.company_id.id or None,
                "day": yesterday,
            },
        )
        env.cr.execute(
            "UPDATE res_partner SET commercial_partner_id = id, complete_name = name "
            "WHERE commercial_partner_id IS NULL"
        )
        env.cr.commit()


def _close_days(database: str) -> tuple[float, int]:
    """As the scheduler does it: the longest transaction in seconds, and how many."""
    with environment(database) as env:
        commit, ends = env.cr.commit, [time.perf_counter()]

        def timed_commit() -> None:
            commit()
            ends.append(time.perf_counter())

        env.cr.commit = timed_commit
        env["loyalty.point.lot"]._cron_close_day()
    return max(end - begun for begun, end in pairwise(ends)), len(ends) - 1


def _count_due(database: str) -> int:
    with environment(database) as env:
        lots = env["loyalty.point.lot"]
        return lots.search_count(lots._due_domain())


def _count_wrong(database: str) -> int:
    """Cards that were closed not at all, or twice, or do not add up."""
    with environment(database) as env:
        env.cr.execute(
            """
            SELECT count(*) FROM loyalty_card card
             WHERE code LIKE 'bench%%'
               AND (SELECT array_agg(kind || points::int ORDER BY entry.id)
                      FROM loyalty_point_entry entry WHERE card_id = card.id)
                   IS DISTINCT FROM
                   CASE WHEN points > 0 THEN ARRAY['earn100', 'vest-100', 'vest100']
                        ELSE ARRAY['earn100', 'expire-100'] END
                OR pending_points <> 0
            """
        )
        return env.cr.fetchone()[0]

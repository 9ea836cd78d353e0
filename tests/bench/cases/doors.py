"""What a shop pays at each door for having us: queries and CPU, with and without.

The same shop on two databases, one without us: a sale order opened in its form, a new
one whose customer is chosen, saved, confirmed, its programs updated, cancelled, and a
sale that a till sends. By a salesperson and a cashier, first while no program is
managed, then with its ledger on. In turns, each in a transaction of its own that is
rolled back. The till's, the stock's and the text messages' parts are installed, too.
"""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from uuid import uuid4

import databases
from client import Views
from measure import Measure, alternate
from population import Truth
from session import environment, in_fresh_process, say

QUERIES, CPU = 1.1, 1.15
ROUNDS = 40
# enough to see that it works
FEW_ROUNDS = 3
LINES = 10
SELLER, CASHIER = "doors_seller", "doors_cashier"


def run(truth: Truth) -> Iterator[Measure]:
    pair = databases.doors(), databases.doors_plain()
    for state in ("unused", "in_use"):
        shops = [databases.copy(name, "open") for name in pair]
        for shop in shops:
            in_fresh_process(_open, shop, state == "in_use")
        rounds = ROUNDS if truth.customers == Truth.customers else FEW_ROUNDS
        yield from in_fresh_process(_measure, shops, state, rounds)
        for shop in shops:
            databases.drop(shop)


def _open(database: str, managed: bool) -> None:
    """A program, whose ledger is on if that is wanted and there is one."""
    with environment(database) as env:
        env["loyalty.program"].search([]).active = False
        program = env["loyalty.program"].create(
            {
                "name": "Points",
                "program_type": "loyalty",
                "trigger": "auto",
                "applies_on": "both",
                "pos_ok": True,
                "rule_ids": [
                    (0, 0, {"reward_point_mode": "money", "reward_point_amount": 1})
                ],
                "reward_ids": [(0, 0, {"required_points": 10_000})],
            }
        )
        if managed and "keep_ledger" in program._fields:
            program._switch_on()
        for login, group in (
            (SELLER, "sales_team.group_sale_manager"),
            (CASHIER, "point_of_sale.group_pos_user"),
        ):
            env["res.users"].create(
                {
                    "name": login,
                    "login": login,
                    "group_ids": [
                        (6, 0, (env.ref(group) | env.ref("base.group_user")).ids)
                    ],
                }
            )
        till = env["pos.config"].create({"name": "Till"})
        till.with_user(env.ref("base.user_admin")).open_ui()
        shop = Shop(env)
        shop.customer = env["res.partner"].create({"name": "Customer of Doors"})
        shop.products = env["product.product"].create(
            [
                {
                    "name": f"Ware {n}",
                    "type": "service",
                    "list_price": 10 + n,
                    "taxes_id": False,
                    "available_in_pos": True,
                }
                for n in range(LINES)
            ]
        )
        # the customer has a card, as most do
        for name in ("Sold", "Quoted"):
            order = shop.quote()
            order.client_order_ref = name
            order._update_programs_and_rewards()
            if name == "Sold":
                order.action_confirm()
        env.cr.commit()


class Shop:
    """What is there, in one environment."""

    def __init__(self, env) -> None:
        self.env = env
        self.customer = env["res.partner"].search([("name", "=", "Customer of Doors")])
        self.products = env["product.product"].search([("name", "=like", "Ware %")])

    def order(self, name: str):
        return self.env["sale.order"].search([("client_order_ref", "=", name)])

    def quote(self):
        return self.env["sale.order"].create(self.values())

    def values(self) -> dict:
        return {
            "partner_id": self.customer.id,
            "order_line": [
                (0, 0, {"product_id": product.id, "product_uom_qty": 1})
                for product in self.products
            ],
        }

    def sale(self) -> dict:
        """As the till's screen sends it."""
        till = self.env["pos.config"].search([("name", "=", "Till")])
        lines = [
            {
                "product_id": product.id,
                "qty": 1,
                "price_unit": product.list_price,
                "price_subtotal": product.list_price,
                "price_subtotal_incl": product.list_price,
                "discount": 0,
                "tax_ids": [(6, False, [])],
                "pack_lot_ids": [],
                "uuid": str(uuid4()),
            }
            for product in self.products
        ]
        total = sum(line["price_subtotal_incl"] for line in lines)
        paid = {"amount": total, "payment_method_id": till.payment_method_ids[:1].id}
        return {
            "session_id": till.current_session_id.id,
            "partner_id": self.customer.id,
            "company_id": till.company_id.id,
            "user_id": self.env.uid,
            "state": "paid",
            "uuid": str(uuid4()),
            "name": "Order of Doors",
            "amount_total": total,
            "amount_paid": total,
            "amount_tax": 0,
            "amount_return": 0,
            "fiscal_position_id": False,
            "lines": [(0, 0, line) for line in lines],
            "payment_ids": [(0, 0, paid)],
        }

    def claim(self, sale: dict) -> dict:
        """What the sale earned, as the screen tells it afterwards."""
        # superuser: looked up before, as the till's screen has it loaded
        env = self.env(su=True)
        program = env["loyalty.program"].search([("name", "=", "Points")])
        card = env["loyalty.card"].search(
            [
                ("program_id", "=", program.id),
                ("partner_id", "=", self.customer.id),
            ]
        )
        return {
            str(card.id): {
                "points": sale["amount_total"],
                "program_id": program.id,
                "partner_id": self.customer.id,
                "coupon_id": card.id,
                "code": card.code,
                "line_codes": [],
            }
        }


# Each prepares, and returns what is then measured.


def _form(shop: Shop, views: Views) -> Callable:
    order = shop.order("Sold")
    return partial(order.web_read, views.specification("form"))


def _new(shop: Shop, views: Views) -> Callable:
    orders, fields = shop.env["sale.order"], views.specification("form")

    def work() -> None:
        orders.onchange({}, [], fields)
        orders.onchange({"partner_id": shop.customer.id}, ["partner_id"], fields)

    return work


def _create(shop: Shop, views: Views) -> Callable:
    values, fields = shop.values(), views.specification("form")
    return partial(shop.env["sale.order"].web_save, values, fields)


def _confirm(shop: Shop, views: Views) -> Callable:
    return shop.order("Quoted").action_confirm


def _programs(shop: Shop, views: Views) -> Callable:
    return shop.order("Quoted")._update_programs_and_rewards


def _cancel(shop: Shop, views: Views) -> Callable:
    return shop.order("Sold")._action_cancel


def _till(shop: Shop, views: Views) -> Callable:
    sale = shop.sale()
    claim, orders = shop.claim(sale), shop.env["pos.order"]

    def work() -> None:
        orders.sync_from_ui([sale])
        order = orders.search([("uuid", "=", sale["uuid"])])
        order.confirm_coupon_programs(claim)

    return work


DOORS = {
    "form": (_form, SELLER),
    "new": (_new, SELLER),
    "create": (_create, SELLER),
    "confirm": (_confirm, SELLER),
    "programs": (_programs, SELLER),
    "cancel": (_cancel, SELLER),
    "till": (_till, CASHIER),
}


class Visitor:
    """Who goes through the doors of one of the shops."""

    def __init__(self, database: str) -> None:
        self.database = database
        self.queries = 0
        with environment(database, SELLER) as env:
            self.views = Views(env["sale.order"])

    @contextmanager
    def _ready(self, door: str) -> Iterator[tuple]:
        prepare, login = DOORS[door]
        with environment(self.database, login) as env:
            env = env(context={**env["res.users"].context_get()})
            work = prepare(Shop(env), self.views)
            env.flush_all()
            env.invalidate_all()
            yield env, work
            env.cr.rollback()

    def seconds(self, door: str) -> float:
        """CPU of this process, which is most of what an order takes."""
        with self._ready(door) as (env, work):
            gc.collect()
            gc.disable()
            queries, start = env.cr.sql_log_count, time.process_time()
            work()
            env.flush_all()
            taken = time.process_time() - start
            self.queries = env.cr.sql_log_count - queries
            gc.enable()
        return taken


def _measure(shops: list[str], state: str, rounds: int) -> list[Measure]:
    visitors = [Visitor(shop) for shop in shops]
    measures = []
    for door in DOORS:
        visits = [partial(visitor.seconds, door) for visitor in visitors]
        for visit in visits:
            visit()  # the registry's caches are warm on a server
        ours, peer = alternate(rounds, *visits)
        counts = [visitor.queries for visitor in visitors]
        say(
            f"{door}, {state}: {1000 * ours:.1f} ms of CPU and {counts[0]} queries, "
            f"without us {1000 * peer:.1f} ms and {counts[1]}"
        )
        measures += [
            Measure(
                f"door_{door}_{state}_queries", counts[0] / counts[1], "ratio", QUERIES
            ),
            Measure(f"door_{door}_{state}_cpu", ours / peer, "ratio", CPU),
        ]
    return measures

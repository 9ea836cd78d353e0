"""Who bought X, as a segment, beside Odoo's plain grouping of the same order lines.

The peer answers less: it neither takes returns off nor leaves out archived contacts,
employees or other companies' customers. Both are asked in turns on the same database,
as the same user: the customers of one product, of one product since a day, and of all
products, which reads every order line there is.
"""

from collections.abc import Iterator
from functools import partial

import databases
from measure import Measure, alternate, seconds
from population import Truth
from session import environment, in_fresh_process, say

ROUNDS = 15
LIMIT = 1.3
CONTACT = "order_partner_id"
CUSTOMER = "order_partner_id.commercial_partner_id"
SINCE = "2025-01-01"
FEW, MANY = 2, 20


def run(truth: Truth) -> Iterator[Measure]:
    yield from in_fresh_process(_compare, databases.installed(truth))


def _compare(database: str) -> list[Measure]:
    with environment(database) as env:
        [[total]] = env["sale.order.line"]._read_group([], [], ["__count"])
        say(f"{total} order lines")
        measures = [_beside_peer(env, *question) for question in _questions(env)]
        growth = _queries(env, MANY) - _queries(env, FEW)
        env.cr.rollback()
    return [
        *measures,
        Measure("segment_queries_at_10x_segments", growth, "more queries", 0),
    ]


def _questions(env) -> Iterator[tuple[str, dict, list]]:
    """A name, the segment's condition, and the peer's."""
    lines = env["sale.order.line"]
    [[product, _count]] = lines._read_group(
        [("product_id", "!=", False)], ["product_id"], ["__count"], limit=1
    )
    products = env["product.product"].search([])
    yield "product", {"product_ids": product.ids}, [("product_id", "=", product.id)]
    yield (
        "product_since",
        {"product_ids": product.ids, "since": SINCE},
        [("product_id", "=", product.id), ("order_id.date_order", ">=", SINCE)],
    )
    yield (
        "all_products",
        {"product_ids": products.ids},
        [("product_id", "in", products.ids)],
    )


def _beside_peer(env, name: str, condition: dict, domain: list) -> Measure:
    segment = env["crm.customer.segment"].create(
        {"name": name, "purchase_ids": [(0, 0, condition)]}
    )
    env.flush_all()
    lines, partners = env["sale.order.line"], env["res.partner"]
    confirmed = [("state", "=", "sale"), *domain]

    def count() -> None:
        partners.search_count(segment._customers_domain())

    def group(by: str) -> None:
        lines._read_group(confirmed, [by], ["product_uom_qty:sum"])

    count()
    ours, customers, contacts = alternate(
        ROUNDS,
        partial(seconds, count),
        partial(seconds, partial(group, CUSTOMER)),
        partial(seconds, partial(group, CONTACT)),
    )
    say(
        f"{name}: {segment.member_count} customers in {1000 * ours:.1f} ms; grouped by "
        f"customer {1000 * customers:.1f} ms, by contact {1000 * contacts:.1f} ms"
    )
    return Measure(f"segment_{name}_time", ours / customers, "ratio", LIMIT)


def _queries(env, count: int) -> int:
    """Queries of a page with so many segments, counts and all."""
    product = env["product.product"].search([], limit=1)
    segments = env["crm.customer.segment"].create(
        [
            {
                "name": str(number),
                "class_a": True,
                "purchase_ids": [
                    (0, 0, {"product_ids": product.ids, "last_days": 1 + number})
                ],
            }
            for number in range(count)
        ]
    )
    env.flush_all()
    env.invalidate_all()
    before = env.cr.sql_log_count
    segments.web_read({"name": {}, "member_count": {}})
    return env.cr.sql_log_count - before

"""Where the price of a million sold lines went, beside a bare grouping of them.

The bare query does what anybody would write for it: list, discount, invoice price, cost
and margin by product, with what was credited taken off, each line joined once.
Everything is rolled back.
"""

from collections.abc import Iterator
from functools import partial

import databases
from measure import Measure, alternate, seconds
from population import Truth
from session import environment, in_fresh_process, say

from odoo.tools import SQL

LINES_A_CUSTOMER, LINES_AN_ORDER, PRODUCTS, BUYERS = 10, 5, 200, 500
# one order of so many was credited in part
CREDITED = 50
ROUNDS = 5
SLOWER = 2


def run(truth: Truth) -> Iterator[Measure]:
    lines = truth.customers * LINES_A_CUSTOMER
    yield from in_fresh_process(_fall, databases.channel(), lines)


def _fall(database: str, lines: int) -> list[Measure]:
    with environment(database) as env:
        fill(env, lines)
        report = env["distribution.waterfall"]
        ours = SQL(
            """
            SELECT product_id, sum(quantity), sum(list_amount), sum(invoice_amount),
                   sum(pocket_amount), sum(cost_step), sum(margin_amount)
              FROM (%s) waterfall GROUP BY product_id
            """,
            report._table_query,
        )
        peer = SQL(_BARE)
        _check(*(env.execute_query(query) for query in (ours, peer)))
        own, bare = alternate(
            ROUNDS,
            partial(seconds, partial(env.execute_query, ours)),
            partial(seconds, partial(env.execute_query, peer)),
        )
        env.cr.rollback()
    say(f"{lines} lines: {1e3 * own:.0f} ms, bare grouping {1e3 * bare:.0f} ms")
    return [Measure("waterfall_of_lines", own / bare, "ratio", SLOWER)]


_BARE = """
    SELECT line.product_id,
           sum(kept.quantity),
           sum(kept.quantity * coalesce(nullif(line.distribution_list_price, 0),
                                        line.price_unit)::float8),
           sum(kept.quantity * line.price_unit::float8 * (1 - line.discount / 100.0)),
           sum(kept.quantity * line.price_unit::float8 * (1 - line.discount / 100.0)),
           sum(-kept.quantity * line.purchase_price::float8),
           sum(kept.quantity * (line.price_unit::float8 * (1 - line.discount / 100.0)
                                - line.purchase_price::float8))
      FROM sale_order_line line
      JOIN sale_order sale ON sale.id = line.order_id AND sale.state = 'sale'
      JOIN res_partner buyer ON buyer.id = sale.partner_id
      JOIN product_product product ON product.id = line.product_id
      JOIN product_template template ON template.id = product.product_tmpl_id
      LEFT JOIN (
          SELECT link.order_line_id, sum(item.quantity) AS quantity
            FROM account_move move
            JOIN account_move_line item ON item.move_id = move.id
            JOIN sale_order_line_invoice_rel link ON link.invoice_line_id = item.id
           WHERE move.move_type = 'out_refund' AND move.state = 'posted'
           GROUP BY link.order_line_id
      ) credited ON credited.order_line_id = line.id
     CROSS JOIN LATERAL (
          SELECT (line.product_uom_qty - coalesce(credited.quantity, 0))::float8
                 AS quantity
     ) kept
     WHERE line.display_type IS NULL AND line.product_id IS NOT NULL
     GROUP BY line.product_id
"""


def _check(found, expected) -> None:
    """Both say the same, or there is nothing to compare."""
    ours, bare = ({row[0]: row[1:] for row in rows} for rows in (found, expected))
    if ours.keys() != bare.keys() or not ours:
        raise AssertionError(f"{len(ours)} products, not {len(bare)}")
    for product, amounts in bare.items():
        for one, other in zip(ours[product], amounts, strict=True):
            if abs(float(one) - float(other)) > 1e-6 * max(1, abs(float(other))):
                raise AssertionError(f"{one} is not {other}")


def fill(env, lines: int) -> None:
    """Confirmed orders of intermediaries, some of them credited in part."""
    buyers = env["res.partner"].create(
        [{"name": f"Buyer {n}", "is_company": True} for n in range(BUYERS)]
    )
    products = env["product.product"].create(
        [{"name": f"Sold {n}", "type": "service"} for n in range(PRODUCTS)]
    )
    credit = env["account.move"].create(
        {"move_type": "out_refund", "partner_id": buyers[0].id}
    )
    # what other add-ons ask of an order stands in the first one
    first = env["sale.order"].create({"partner_id": buyers[0].id})
    env.flush_all()
    names = {
        "first": first.id,
        "company": env.company.id,
        "currency": env.company.currency_id.id,
        "buyers": buyers.ids,
        "products": products.ids,
        "orders": lines // LINES_AN_ORDER,
        "each": LINES_AN_ORDER,
        "credit": credit.id,
        "credited": CREDITED,
    }
    for statement in (
        """
        INSERT INTO sale_order
        SELECT made.*
          FROM sale_order first, generate_series(1, %(orders)s) n,
               LATERAL (SELECT (%(buyers)s::int[])[
                   1 + n %% array_length(%(buyers)s::int[], 1)] AS buyer) one,
               LATERAL jsonb_populate_record(first, jsonb_build_object(
                   'id', nextval('sale_order_id_seq'), 'name', 'Fall ' || n,
                   'state', 'sale', 'date_order', now() - n %% 700 * interval '1 day',
                   'currency_rate', 1, 'partner_id', buyer,
                   'partner_invoice_id', buyer, 'partner_shipping_id', buyer)) made
         WHERE first.id = %(first)s
        """,
        """
        INSERT INTO sale_order_line (order_id, company_id, currency_id, name, state,
                                     product_id, product_uom_qty, price_unit, discount,
                                     price_subtotal, purchase_price,
                                     distribution_list_price, customer_lead)
        SELECT sale.id, %(company)s, %(currency)s, 'x', 'sale',
               (%(products)s::int[])[
                   1 + (sale.id * 7 + n) %% array_length(%(products)s::int[], 1)],
               4, 90, 10, 324, 60, 100, 0
          FROM sale_order sale, generate_series(1, %(each)s) n
         WHERE sale.name LIKE 'Fall %%'
        """,
        """
        INSERT INTO account_move_line (move_id, company_id, currency_id, account_id,
                                       company_currency_id, name, display_type,
                                       quantity, price_unit, price_subtotal, balance,
                                       amount_currency, parent_state)
        SELECT %(credit)s, %(company)s, %(currency)s,
               (SELECT min(id) FROM account_account), %(currency)s,
               line.id::text, 'product', 1, 81, 81, 81, 81, 'posted'
          FROM sale_order_line line WHERE line.id %% %(credited)s = 0
        """,
        """
        INSERT INTO sale_order_line_invoice_rel (order_line_id, invoice_line_id)
        SELECT item.name::int, item.id FROM account_move_line item
         WHERE item.move_id = %(credit)s AND item.name ~ '^[0-9]+$'
        """,
        "UPDATE account_move SET state = 'posted' WHERE id = %(credit)s",
    ):
        env.cr.execute(SQL(statement, **names))
    for table in ("sale_order", "sale_order_line", "account_move_line"):
        env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
    env.invalidate_all()

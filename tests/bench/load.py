"""Put a drawn customer base into an Odoo database, as COPY and a few INSERTs.

COPY brings what was drawn; ``load.sql`` adds the columns that Odoo would have computed.
Through the ORM the same rows would take hours.
"""

import io
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from population import Purchases, Truth, draw

CUTOFF = date(2026, 6, 30)
PRODUCTS = 200
SELLERS = 10
TABLES = [
    "res_partner",
    "sale_order",
    "sale_order_line",
    "account_move",
    "account_move_line",
]


def load(env, truth: Truth) -> None:
    """Draw the base, write it, and leave the database as a running one would be."""
    names = _prepare(env, truth)
    purchases = draw(truth)
    lines = _split_into_lines(purchases, np.random.default_rng(truth.seed + 1))
    _copy(env.cr, purchases, lines)

    constraints, indexes = _secondary_structures(env.cr)
    for name, table, _definition in constraints:
        env.cr.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')
    for name, _definition in indexes:
        env.cr.execute(f'DROP INDEX "{name}"')
    env.cr.execute(Path(__file__).with_suffix(".sql").read_text(), names)
    for _name, definition in indexes:
        env.cr.execute(definition)
    for name, table, definition in constraints:
        env.cr.execute(f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {definition}')
    for table in TABLES:
        env.cr.execute(
            f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))"
        )
    env.cr.commit()
    env.cr.execute("ANALYZE")
    env.cr.commit()


def _prepare(env, truth: Truth) -> dict:
    """What orders refer to, made by Odoo itself; returns load.sql's parameters."""
    company = env.ref("base.main_company")
    products = env["product.product"].create(
        [
            {"name": f"Product {n}", "list_price": 20 + n, "taxes_id": False}
            for n in range(PRODUCTS)
        ]
    )
    sellers = env["res.users"].create(
        [
            {
                "name": f"Seller {n}",
                "login": f"seller{n}",
                "group_ids": [env.ref("sales_team.group_sale_salesman").id],
            }
            for n in range(SELLERS)
        ]
    )
    countries = env["res.country"].search([("code", "in", ["BE", "DE", "IR", "US"])])
    accounts = env["account.account"]
    journal = env["account.journal"].search([("type", "=", "sale")], limit=1)
    env.flush_all()
    names = {
        "customers": truth.customers,
        "products": products.ids,
        "sellers": sellers.ids,
        "countries": countries.ids,
        "company": company.id,
        "currency": company.currency_id.id,
        "team": env.ref("sales_team.team_sales_department").id,
        "journal": journal.id,
        "income": journal.default_account_id.id,
        "receivable": accounts.search(
            [("account_type", "=", "asset_receivable")], limit=1
        ).id,
        "uid": env.uid,
        "start": CUTOFF + timedelta(days=1) - timedelta(weeks=truth.weeks),
    }
    keys = ["partner", "order", "line", "move", "item"]
    for key, table in zip(keys, TABLES, strict=True):
        env.cr.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}")
        [names[key]] = env.cr.fetchone()
    return names


def _split_into_lines(purchases: Purchases, rng) -> dict[str, np.ndarray]:
    """One to four lines per order that add up to its amount, to the cent."""
    cents = np.maximum(np.rint(purchases.amount * 100), 1).astype(np.int64)
    count = rng.integers(1, 5, len(cents))
    order = np.repeat(np.arange(len(cents)), count)
    weight = rng.uniform(0.5, 1.5, len(order))
    running = np.cumsum(weight)
    total = np.add.reduceat(weight, np.cumsum(count) - count)
    before = np.repeat(np.cumsum(total) - total, count)
    share = (running - before) / total[order]
    # round the running sums, so that the last line takes what the others left
    upto = np.rint(share * cents[order]).astype(np.int64)
    first = np.append(True, np.diff(order) > 0)
    line_cents = np.where(first, upto, np.diff(upto, prepend=0))
    cost = np.rint(line_cents * rng.uniform(0.5, 0.8, len(order))).astype(np.int64)
    return {
        "id": np.arange(len(order)),
        "order": order,
        "product": rng.integers(0, PRODUCTS, len(order)),
        "cents": line_cents,
        "cost": cost,
    }


def _copy(cr, purchases: Purchases, lines: dict[str, np.ndarray]) -> None:
    orders = {
        "id": np.arange(len(purchases.customer)),
        "customer": purchases.customer,
        "second": np.floor(purchases.week * 7 * 86400),
    }
    for table, columns in [("drawn_order", orders), ("drawn_line", lines)]:
        layout = ", ".join(f'"{name}" int' for name in columns)
        cr.execute(f"CREATE TEMP TABLE {table} ({layout}) ON COMMIT DROP")
        cr.copy_expert(f"COPY {table} FROM STDIN (FORMAT binary)", _binary(columns))
        cr.execute(f"ANALYZE {table}")


def _binary(columns: dict[str, np.ndarray]) -> io.BytesIO:
    """Integer columns in COPY's binary format: per row a field count, then sizes and
    values."""
    layout = [("fields", ">i2")]
    for name in columns:
        layout += [("size of " + name, ">i4"), (name, ">i4")]
    rows = np.empty(len(columns["id"]), layout)
    rows["fields"] = len(columns)
    for name, values in columns.items():
        rows["size of " + name] = 4
        rows[name] = values
    header = b"PGCOPY\n\xff\r\n\0" + bytes(8)
    return io.BytesIO(header + rows.tobytes() + b"\xff\xff")


def _secondary_structures(cr) -> tuple[list, list]:
    """Foreign keys and plain indexes of the big tables, with how to make them again.

    Checked and filled row by row they would take most of the time.
    """
    cr.execute(
        """
        SELECT conname, conrelid::regclass::text, pg_get_constraintdef(oid)
          FROM pg_constraint
         WHERE contype = 'f' AND conrelid = ANY(%s::regclass[])
        """,
        [TABLES],
    )
    constraints = cr.fetchall()
    cr.execute(
        """
        SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
          FROM pg_index
         WHERE NOT indisunique AND indrelid = ANY(%s::regclass[])
        """,
        [TABLES],
    )
    return constraints, cr.fetchall()

"""Commissions and rebates at scale: what invoice lines earn over many terms.

The lines of 1,000 invoices are stated over 500 terms, each with the closest one, beside
one statement of SQL that joins the same lines with the same terms and writes the same
rows. Ten times fewer lines tell whether the time grows with them. Everything is rolled
back.
"""

from collections.abc import Iterator
from datetime import date

import databases
from measure import Measure, alternate, seconds
from population import Truth
from session import environment, in_fresh_process, say

from odoo.tools import SQL

BUYERS, CATEGORIES, TERMS = 50, 10, 500
LINES_AN_INVOICE, ROUNDS = 100, 3
MOST_TIMES, GROWTH = 3, 12
DAY = date(2027, 3, 1)


def run(truth: Truth) -> Iterator[Measure]:
    yield from in_fresh_process(_state, databases.channel(), truth.customers)


def _state(database: str, lines: int) -> list[Measure]:
    with environment(database) as env:
        measures = measure(env, max(lines, 10 * LINES_AN_INVOICE))
        env.cr.rollback()
    return measures


def measure(env, lines: int) -> list[Measure]:
    ledger = _Ledger(env)
    ledger.agree()
    moves = ledger.invoices(lines // LINES_AN_INVOICE)
    few = moves[: len(moves) // 10]
    ours, bare = alternate(
        ROUNDS, lambda: ledger.by_us(moves), lambda: ledger.by_sql(moves)
    )
    (small,) = alternate(ROUNDS, lambda: ledger.by_us(few))
    say(
        f"{lines} lines over {TERMS} terms: {ours:.2f} s, by bare SQL {bare:.2f} s, "
        f"a tenth of them {small:.2f} s"
    )
    return [
        Measure("accrual_over_bare_sql", ours / bare, "ratio", MOST_TIMES),
        Measure("accrual_10x_lines", ours / small, "ratio", GROWTH),
    ]


class _Ledger:
    """Buyers with a term for each category, and goods in each of them."""

    def __init__(self, env) -> None:
        self.env = env
        self.company = env.company
        if not self.company.chart_template:
            env["account.chart.template"].try_loading("generic_coa", self.company)
        self.buyers = env["res.partner"].create(
            [{"name": f"Buyer {n}", "is_company": True} for n in range(BUYERS)]
        )
        self.categories = env["product.category"].create(
            [{"name": f"Goods {n}"} for n in range(CATEGORIES)]
        )
        self.products = env["product.product"].create(
            [
                {"name": f"P {n}", "categ_id": self.categories[n % CATEGORIES].id}
                for n in range(LINES_AN_INVOICE)
            ]
        )

    def agree(self) -> None:
        terms = self.env["distribution.term"].create(
            [
                {
                    "name": f"{buyer.name} {category.name}",
                    "kind": "rebate",
                    "partner_id": buyer.id,
                    "category_id": category.id,
                    "rate": 1 + (buyer.id + category.id) % 9,
                    "date_from": "2027-01-01",
                }
                for buyer in self.buyers
                for category in self.categories
            ]
        )
        if len(terms) != TERMS:
            raise AssertionError(f"{len(terms)} terms")
        terms._as_system().write({"state": "active", "is_walked": True})

    def invoices(self, count: int) -> list[int]:
        """One is made by Odoo; the others are its copies, by one statement each."""
        first = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.buyers[0].id,
                "invoice_date": DAY,
                "invoice_line_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": product.id,
                            "price_unit": 10 + n / 7,
                            "tax_ids": [(5,)],
                        },
                    )
                    for n, product in enumerate(self.products)
                ],
            }
        )
        first.action_post()
        self.env.flush_all()
        buyers = self.buyers.ids
        moves = self._copy(
            "account_move",
            SQL("source.id = %s", first.id),
            count - 1,
            {
                "name": SQL("'BENCH/' || n"),
                "sequence_number": SQL("100000 + n"),
                "partner_id": SQL("(%s::int[])[1 + n %% %s]", buyers, BUYERS),
                "commercial_partner_id": SQL(
                    "(%s::int[])[1 + n %% %s]", buyers, BUYERS
                ),
                "access_token": SQL("NULL"),
            },
        )
        self._copy(
            "account_move_line",
            SQL("source.move_id = %s AND source.display_type = 'product'", first.id),
            count - 1,
            {"move_id": SQL("(%s::int[])[n]", moves)},
        )
        self.env.invalidate_all()
        self.env.cr.execute("ANALYZE account_move, account_move_line")
        return [first.id, *moves]

    def _copy(self, table: str, which: SQL, times: int, changed: dict) -> list[int]:
        columns = [
            name
            for (name,) in self.env.execute_query(
                SQL(
                    "SELECT column_name FROM information_schema.columns"
                    " WHERE table_name = %s AND column_name <> 'id'"
                    "   AND is_generated = 'NEVER'",
                    table,
                )
            )
        ]
        rows = self.env.execute_query(
            SQL(
                "INSERT INTO %s (%s) SELECT %s FROM %s source,"
                " generate_series(1, %s) n WHERE %s RETURNING id",
                SQL.identifier(table),
                SQL(", ").join(map(SQL.identifier, columns)),
                SQL(", ").join(
                    changed.get(name, SQL.identifier("source", name))
                    for name in columns
                ),
                SQL.identifier(table),
                times,
                which,
            )
        )
        return [id_ for (id_,) in rows]

    def by_us(self, moves: list[int]) -> float:
        entries = self.env["distribution.accrual"].sudo()
        return self._kept_nothing(
            len(moves), lambda: entries._follow(self.company, moves)
        )

    def by_sql(self, moves: list[int]) -> float:
        return self._kept_nothing(len(moves), lambda: self._bare(moves))

    def _kept_nothing(self, count: int, act) -> float:
        with self.env.cr.savepoint() as savepoint:
            self.env.invalidate_all()
            before = self._entries()
            taken = seconds(act)
            written = self._entries() - before
            if written < 0.9 * count * LINES_AN_INVOICE:
                raise AssertionError(f"{written} entries of {count} invoices")
            savepoint.rollback()
        return taken

    def _entries(self) -> int:
        self.env.cr.execute("SELECT count(*) FROM distribution_accrual")
        return self.env.cr.fetchone()[0]

    def _bare(self, moves: list[int]) -> None:
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO distribution_accrual (
                    company_id, term_id, partner_id, kind, currency_id, reason, date,
                    period_from, move_line_id, move_id, product_id, source_amount,
                    source_currency_id, share, quantity, turnover, basis, rate,
                    projected, earned, payable, closed, state)
                SELECT move.company_id, term.id, term.partner_id, term.kind,
                       term.currency_id, 'sale', move.invoice_date,
                       date_trunc('year', move.invoice_date), line.id, move.id,
                       line.product_id, line.price_subtotal, line.currency_id, 100,
                       line.quantity, line.price_subtotal, line.price_subtotal,
                       term.rate, 0, round(line.price_subtotal * term.rate::numeric
                                           / 100, 2),
                       round(line.price_subtotal * term.rate::numeric / 100, 2), 0,
                       'payable'
                  FROM account_move move
                  JOIN account_move_line line ON line.move_id = move.id
                  JOIN product_product product ON product.id = line.product_id
                  JOIN product_template template
                    ON template.id = product.product_tmpl_id
                  JOIN product_category category ON category.id = template.categ_id
                  JOIN LATERAL (
                      SELECT term.* FROM distribution_term term
                        JOIN product_category wide ON wide.id = term.category_id
                       WHERE term.partner_id = move.commercial_partner_id
                         AND term.state = 'active'
                         AND term.date_from <= move.invoice_date
                         AND starts_with(category.parent_path, wide.parent_path)
                       ORDER BY length(wide.parent_path) DESC, term.id LIMIT 1
                  ) term ON TRUE
                 WHERE move.id = ANY(%s) AND line.display_type = 'product'
                """,
                moves,
            )
        )

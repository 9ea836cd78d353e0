from collections import defaultdict
from datetime import date

from odoo import models
from odoo.tools import SQL

from ...channel.earning import Paid
from .earning_batch import Batch


class DistributionAccrual(models.Model):
    """What the money of customers releases."""

    _inherit = "distribution.accrual"

    def _release(self, batch: Batch, moves: list[int]) -> None:
        """
        :param moves: whose payments changed, beside those that the batch touched
        """
        waiting = [term.id for term in batch.terms.values() if term.base == "paid"]
        if not waiting:
            return
        roots = {
            row["move_line_id"] for row in batch.rows if row["term_id"] in waiting
        } - {None}
        sums: dict[tuple, list] = defaultdict(lambda: [None, None, *[0.0] * 4])
        for root, term, partner, *held in self.env.execute_query(
            SQL(
                """
                SELECT entry.move_line_id, entry.term_id, entry.partner_id,
                       min(entry.period_from), min(entry.order_line_id),
                       coalesce(sum(entry.earned)
                                FILTER (WHERE entry.cause_line_id IS NULL), 0),
                       sum(entry.earned), sum(entry.payable), sum(entry.closed)
                  FROM distribution_accrual entry
                  JOIN account_move_line line ON line.id = entry.move_line_id
                 WHERE entry.term_id = ANY(%(terms)s) AND entry.reason <> 'dispute'
                   AND (line.move_id = ANY(%(moves)s) OR line.id = ANY(%(roots)s))
                 GROUP BY 1, 2, 3
                """,
                terms=waiting,
                moves=moves,
                roots=list(roots),
            )
        ):
            sums[root, term, partner] = held
        for row in batch.rows:
            key = (row["move_line_id"], row["term_id"], row["partner_id"])
            if row["move_line_id"] and row["term_id"] in waiting:
                held = sums[key]
                held[0] = held[0] or row["period_from"]
                held[1] = held[1] or row["order_line_id"]
                held[2] += row["earned"] if not row["cause_line_id"] else 0.0
                held[3] += row["earned"]
        documents = dict(
            self.env.execute_query(
                SQL(
                    "SELECT id, move_id FROM account_move_line WHERE id = ANY(%s)",
                    [root for root, _term, _partner in sums],
                )
            )
        )
        paid = self._paid(batch, sorted({*documents.values()}))
        batch.release(
            [
                (key[0], documents[key[0]], *key[1:], *held)
                for key, held in sums.items()
            ],
            paid,
        )

    def _paid(self, batch: Batch, moves: list[int]) -> dict[int, tuple[Paid, date]]:
        """How far each of these documents is paid in money, and the day of it.

        Money is what a payment or a line of the bank brought, less what it wrote off.
        A credit note is none; only one of another invoice carries on what was paid
        there.
        """
        rows = self.env.execute_query(
            SQL(
                """
                WITH receivable AS (
                    SELECT line.id, line.move_id, abs(line.amount_currency) AS gross,
                           line.amount_residual_currency AS residual
                      FROM account_move_line line
                      JOIN account_account account ON account.id = line.account_id
                     WHERE line.move_id = ANY(%(moves)s)
                       AND account.account_type = 'asset_receivable'
                       AND line.parent_state = 'posted'
                ), matched AS (
                    SELECT receivable.move_id, part.debit_amount_currency AS amount,
                           part.max_date, other.move_id AS other_id
                      FROM receivable
                      JOIN account_partial_reconcile part
                        ON part.debit_move_id = receivable.id
                      JOIN account_move_line other ON other.id = part.credit_move_id
                     UNION ALL
                    SELECT receivable.move_id, part.credit_amount_currency,
                           part.max_date, other.move_id
                      FROM receivable
                      JOIN account_partial_reconcile part
                        ON part.credit_move_id = receivable.id
                      JOIN account_move_line other ON other.id = part.debit_move_id
                ), money AS (
                    SELECT other.id, other.move_type, other.reversed_entry_id,
                           least(1, coalesce(
                               abs(payment.amount_company_currency_signed),
                               abs(sum(line.balance) FILTER (
                                   WHERE account.account_type = 'asset_cash'
                                      OR account.id IN (journal.default_account_id,
                                                        journal.suspense_account_id))),
                               0)
                           / nullif(abs(sum(line.balance) FILTER (
                                 WHERE account.account_type IN (
                                     'asset_receivable', 'liability_payable'))), 0)
                           ) AS part
                      FROM account_move other
                      JOIN account_move_line line ON line.move_id = other.id
                      JOIN account_account account ON account.id = line.account_id
                      JOIN account_journal journal ON journal.id = other.journal_id
                      LEFT JOIN account_payment payment
                        ON payment.id = other.origin_payment_id
                     WHERE other.id IN (SELECT other_id FROM matched)
                     GROUP BY other.id, payment.id
                ), received AS (
                    SELECT matched.move_id, max(matched.max_date) AS day,
                           sum(matched.amount * CASE
                               WHEN money.move_type IN ('out_invoice', 'out_refund')
                               THEN (coalesce(money.reversed_entry_id, matched.move_id)
                                     <> matched.move_id)::int
                               ELSE coalesce(money.part, 0) END) AS amount
                      FROM matched JOIN money ON money.id = matched.other_id
                     GROUP BY matched.move_id
                )
                SELECT move.id, coalesce(sum(receivable.gross), 0),
                       coalesce(max(received.amount), 0), max(received.day),
                       bool_and(coalesce(receivable.residual, 0) = 0)
                  FROM account_move move
                  LEFT JOIN receivable ON receivable.move_id = move.id
                  LEFT JOIN received ON received.move_id = move.id
                 WHERE move.id = ANY(%(moves)s) AND move.state = 'posted'
                 GROUP BY move.id
                """,
                moves=moves,
            )
        )
        paid = {}
        for move, gross, amount, day, is_settled in rows:
            # what costs nothing is paid for
            share = float(amount) / float(gross) if gross else 1.0
            paid[move] = (Paid(share, is_settled), day or batch.today)
        return paid

    def _write_off(self, amount: float, line) -> None:
        """What a dispute took away is neither due nor coming.

        :param self: in superuser mode
        """
        self.ensure_one()
        batch = self._batch(self.company_id)
        row = batch.written_off(self, amount)
        self._append([row | {"settlement_line_id": line.id}])

    def _catch_up_partner(self, partner) -> None:
        """After a merge: what both turned over counts together.

        :param self: in superuser mode
        """
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT company_id, term_id, partner_id, period_from
                  FROM distribution_accrual
                 WHERE partner_id = %s AND period_from IS NOT NULL
                """,
                partner.id,
            )
        )
        periods = defaultdict(set)
        for company, *period in rows:
            periods[company].add(tuple(period))
        for company in self.env["res.company"].browse(periods):
            batch = self._batch(company)
            batch.catch_up(self._period_sums(batch.open_periods(periods[company.id])))
            batch.release_catch_ups(self._period_sums(periods[company.id]))
            self._append(batch.rows)

from contextlib import ExitStack
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from ...models.points import loyalty_card, sale_order
from ...models.points.loyalty_point_document_mixin import (
    LoyaltyPointDocumentMixin as PointDocument,
)
from .point_common import PointCommon

BUDGET = 6
CANCEL_BUDGET = 0


@tagged("post_install", "-at_install")
class TestPointQueries(PointCommon):
    """Confirming costs the ledger a few queries, however long the order."""

    def _queries(self, partner, lines, claim=False):
        order = self._quote(partner)
        order.order_line = [
            Command.create({"product_id": self.product.id}) for _n in range(lines - 1)
        ]
        order._update_programs_and_rewards()
        if claim:
            self._claim(order)
        self.env.flush_all()
        self.env.invalidate_all()
        start = self.cr.sql_log_count
        order.action_confirm()
        self.env.flush_all()
        return self.cr.sql_log_count - start

    def _queries_without_ledger(self, *args):
        """What Odoo's own way costs: it adds to the card and knows no entries."""
        Card, Order = loyalty_card.LoyaltyCard, sale_order.SaleOrder

        def write(cards, vals):
            return super(Card, cards.sudo()).write(vals)

        def changes(orders):
            return super(Order, orders)._get_point_changes()

        def post(orders, document=None, **_how):
            """Odoo posts nothing."""

        with ExitStack() as without:
            for owner, name, instead in (
                (Card, "write", write),
                (Order, "_get_point_changes", changes),
                (PointDocument, "_post_points", post),
            ):
                without.enter_context(patch.object(owner, name, instead))
            return self._queries(*args)

    def _check(self, partner):
        for claim in (False, True):
            for lines in (2, 30):
                self._queries(partner, lines, claim)  # fills Odoo's caches
            # Odoo's own part may grow with the lines, as it does with stock installed
            extra = {
                lines: self._queries(partner, lines, claim)
                - self._queries_without_ledger(partner, lines, claim)
                for lines in (2, 30)
            }
            self.assertLessEqual(extra[30], extra[2])
            self.assertLessEqual(extra[30], BUDGET)
            # had the way without it not been in force, this would find it out
            self.assertGreater(extra[30], 0)

    def test_long_order_costs_what_a_short_one_costs(self):
        self._order()
        self._check(self.customer)

    def test_a_companys_contact_costs_no_more(self):
        self.program.point_holder = "company"
        company = self.env["res.partner"].create(
            {"name": "Dana", "child_ids": [Command.create({"name": "Eli"})]}
        )
        self._order(company.child_ids, quantity=9)
        self._check(company.child_ids)

    def _cancelling(self, lines):
        order = self._quote(self.customer)
        order.order_line = [
            Command.create({"product_id": self.product.id}) for _n in range(lines - 1)
        ]
        order._update_programs_and_rewards()
        order.action_confirm()
        self.env.flush_all()
        self.env.invalidate_all()
        start = self.cr.sql_log_count
        order._action_cancel()
        self.env.flush_all()
        return self.cr.sql_log_count - start

    def test_cancelling_costs_a_few_queries_more_than_without_a_ledger(self):
        self._order()
        with_ledger = [self._cancelling(lines) for lines in (2, 2, 30)][1:]
        self.program._switch_off()
        without = [self._cancelling(lines) for lines in (2, 2, 30)][1:]
        self.assertEqual(*with_ledger)
        self.assertLessEqual(with_ledger[0] - without[0], CANCEL_BUDGET)

    def test_a_days_closing_costs_the_same_for_many_cards(self):
        """And writes no message on each of them, which would."""
        self.program.point_valid_days = 1
        lots = self.env["loyalty.point.lot"].sudo()
        counts = []
        for number in (3, 12):
            cards = self.env["loyalty.card"].create(
                [
                    {"program_id": self.program.id, "partner_id": p.id, "points": 50}
                    for p in self.env["res.partner"].create([{"name": "C"}] * number)
                ]
            )
            messages = len(cards.message_ids)
            self.env.flush_all()
            with freeze_time(fields.Date.today() + timedelta(3)):
                due = lots.search([*lots._due_domain(), ("card_id", "in", cards.ids)])
                self.env.invalidate_all()
                start = self.cr.sql_log_count
                lots._close_day(due)
                self.env.flush_all()
                counts.append(self.cr.sql_log_count - start)
            self.assertEqual(cards.mapped("points"), [0] * number)
            self.assertEqual(len(cards.message_ids), messages)
        self.assertLessEqual(counts[1], counts[0])

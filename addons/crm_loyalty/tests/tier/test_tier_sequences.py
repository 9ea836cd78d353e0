import os
import random
from collections import defaultdict
from contextlib import contextmanager, suppress
from datetime import date, timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from .tier_common import TierCommon

OPERATIONS = int(os.environ.get("STEPS", 1_000 if os.environ.get("DEEP") else 150))
SEED = int(os.environ.get("SEED", 7))
CUSTOMERS = 5


@tagged("post_install", "-at_install")
class TestTierSequences(TierCommon):
    """Orders, returns, invitations and nights in whatever sequence."""

    def setUp(self):
        super().setUp()
        self.dice = random.Random(SEED)
        self.day = 0
        self.partners = self.env["res.partner"].create(
            [{"name": f"P{number}"} for number in range(CUSTOMERS)]
        )
        self.oil = self._make_product("Oil", 900, 500)
        self.orders, self.merged = self.env["sale.order"], self.partners.browse()
        # the tiny model: which days an order counts for
        self.bought_on = {}

    def _pick(self, *states):
        orders = self.orders.filtered(lambda order: order.state in states)
        return self.dice.choice(orders) if orders else orders

    def _today(self):
        return self.program._today()

    def buy(self):
        amount = self.dice.choice([100, 499.99, 500, 1_000, 2_500])
        order = self._spend(amount, self.dice.choice(self.partners))
        self.orders |= order
        self.bought_on[order] = self._today()

    def write_down(self):
        """A purchase of before becomes known today."""
        order = self._spend(
            self.dice.choice([100, 600]), self.dice.choice(self.partners)
        )
        order.date_order -= timedelta(self.dice.choice([1, 60, 300, 400]))
        self.orders |= order
        self.bought_on[order] = self.program.company_id._day_of(order.date_order)
        self.night()

    def edit(self):
        if order := self._pick("sale"):
            order.order_line[0].price_unit = self.dice.choice([0, 300, 700])
            self.night()

    def cancel(self):
        if order := self._pick("sale"):
            with self._nobody_gains(order):
                order._action_cancel()

    def confirm_again(self):
        if order := self._pick("cancel"):
            order.action_draft()
            order.action_confirm()
            self.bought_on[order] = self._today()

    def refund(self):
        """All of it, a part, or some money for a scratch."""
        if (order := self._pick("sale")) and order.amount_total:
            with self._nobody_gains(order):
                invoices = order.invoice_ids.filtered(
                    lambda move: (
                        move.move_type == "out_invoice" and move.state == "posted"
                    )
                )
                if not invoices:
                    invoices = order._create_invoices(final=True)
                    invoices.action_post()
                refund = invoices[0]._reverse_moves()
                share = self.dice.choice([1, 1, 0.5, 0.1])
                refund.invoice_line_ids.price_unit *= share
                refund.action_post()

    def net(self):
        lines = self.orders.order_line.filtered(
            lambda line: line.state == "sale" and line.qty_invoiced > 0
        )
        if lines:
            line = self.dice.choice(lines)
            with self._nobody_gains(line.order_id):
                self._net(line, self.oil, quantity=-1).action_post()
                self.night()

    def withdraw_entries(self):
        moves = self.orders.invoice_ids.filtered(lambda move: move.state == "posted")
        if moves:
            self.dice.choice(moves).button_draft()

    def invite(self):
        until = self._today() + timedelta(self.dice.randint(1, 200))
        tier = self.dice.choice(self.program.tier_ids)
        tier._invite(self.dice.choice(self.partners), until, "Come and see")

    def merge(self):
        if len(self.partners) > 3:
            source, target = self.dice.sample(list(self.partners), 2)
            self.env["base.partner.merge.automatic.wizard"].create({})._merge(
                (source | target).ids, target
            )
            self.partners -= source
            self.merged |= target

    def night(self):
        self.program._evaluate(self.partners.ids, self._today())
        self._check_reached()

    @contextmanager
    def _nobody_gains(self, order):
        """What comes back gives no higher tier, and lengthens none."""
        self.night()
        before, story = self._held(order.partner_id), self._story(order.partner_id)
        yield
        after = self._held(order.partner_id)
        self.assertLessEqual(after[0], before[0], (SEED, order))
        if after[0] == before[0]:
            now = self._story(order.partner_id)
            self.assertLessEqual(after[1], before[1], (SEED, self._today(), story, now))

    def _held(self, partner):
        held = self.memberships.search(
            [
                *self.memberships._current_domain(self._today()),
                ("program_id", "=", self.program.id),
                ("partner_id", "=", partner.id),
            ]
        )
        self.assertLessEqual(len(held), 1)
        level = self.program._ladder().level(held.tier_id.id) if held else -1
        return level, held.date_to or date.min

    def _check_reached(self):
        """Nobody has less than what the purchases of the period give."""
        window = self.program._rules().window(self._today())
        amounts = defaultdict(float)
        for order in self.orders.filtered(lambda order: order.state == "sale"):
            if window.start <= self.bought_on[order] <= window.end:
                amounts[order.partner_id] += self._kept(order)
        for partner in self.partners:
            amount = round(amounts[partner], 2)
            reached = self.program._ladder().reached(amount)
            self.assertGreaterEqual(self._held(partner)[0], reached, (SEED, amount))

    def _kept(self, order):
        kept = 0.0
        for line in order.order_line:
            given = back = 0.0
            for item in line.invoice_lines:
                if item.parent_state == "posted":
                    way = -1 if item.move_type == "out_refund" else 1
                    given += max(way * item.price_subtotal, 0)
                    back -= min(way * item.price_subtotal, 0)
            bought = line.price_subtotal
            kept += min(max(max(bought, given) - back, 0), bought)
        return kept

    def test_a_long_life_of_some_customers(self):
        weights = {
            self.buy: 10,
            self.write_down: 2,
            self.edit: 2,
            self.cancel: 3,
            self.confirm_again: 2,
            self.refund: 3,
            self.net: 1,
            self.withdraw_entries: 1,
            self.invite: 2,
            self.merge: 0.2,
            self.night: 6,
        }
        for _number in range(OPERATIONS):
            self.day += self.dice.choice([0, 1, 10, 40])
            self._go(self.day)
            (operation,) = self.dice.choices(list(weights), list(weights.values()))
            with suppress(UserError), self.env.cr.savepoint():
                operation()
        self.night()
        before = self.memberships.search([("partner_id", "in", self.partners.ids)])
        self.night()
        found = self.memberships.search([("partner_id", "in", self.partners.ids)])
        self.assertEqual(found, before)
        self.assertGreater(len(found), 30)
        self.assertEqual(
            set(found.mapped("reason")),
            {"qualified", "renewed", "grace", "landed", "invited", "resumed"},
        )
        for history in found.grouped("partner_id").values():
            if history.partner_id in self.merged:
                # the other's stay as a record, without a day
                history = history.filtered(lambda one: one.date_from <= one.date_to)
            self._check_history(history.sorted("id"))

    def _check_history(self, history):
        today = self.program._today()
        last = date.min
        for before, one in zip([None, *history], history, strict=False):
            self.assertTrue(one.explanation)
            self.assertTrue(one.period_start or one.reason == "invited")
            if one.reason in ("qualified", "renewed"):
                self.assertGreaterEqual(one.amount, one.threshold)
            # no day twice, and no gap where one follows from another
            self.assertGreater(one.date_from, last)
            last = max(last, one.date_to)
            if before and one.reason in ("grace", "renewed", "landed", "resumed"):
                self.assertEqual(one.date_from, before.date_to + timedelta(1))
            if before and one.reason == "landed" and before.reason != "invited":
                ladder = self.program._ladder()
                down = ladder.level(before.tier_id.id) - ladder.level(one.tier_id.id)
                self.assertTrue(down == 1 or before.ending == "withdrawn")
            self.assertEqual(bool(one.ending), one != history[-1] or last < today)

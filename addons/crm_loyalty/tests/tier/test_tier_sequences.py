import os
import random
from datetime import date, timedelta

from odoo.tests import tagged

from .tier_common import TierCommon

OPERATIONS = int(os.environ.get("STEPS", 1_000 if os.environ.get("DEEP") else 200))
SEED = int(os.environ.get("SEED", 7))
CUSTOMERS = 5


@tagged("post_install", "-at_install")
class TestTierSequences(TierCommon):
    """Orders, returns, invitations and nights in whatever sequence."""

    def test_a_long_life_of_some_customers(self):
        dice = random.Random(SEED)
        partners = self.env["res.partner"].create(
            [{"name": f"P{number}"} for number in range(CUSTOMERS)]
        )
        orders, day = self.env["sale.order"], 0

        def buy():
            nonlocal orders
            amount = dice.choice([100, 499.99, 500, 1_000, 2_500])
            orders |= self._spend(amount, dice.choice(partners))

        def cancel():
            if sold := orders.filtered(lambda order: order.state == "sale"):
                dice.choice(sold)._action_cancel()

        def refund():
            fresh = orders.filtered(
                lambda order: order.state == "sale" and not order.invoice_ids
            )
            if fresh:
                self._refund(dice.choice(fresh))

        def invite():
            until = self.program._today() + timedelta(dice.randint(1, 200))
            tier = dice.choice(self.program.tier_ids)
            tier._invite(dice.choice(partners), until, "Come and see")

        def night():
            self.program._evaluate(partners.ids, self.program._today())

        weights = {buy: 10, cancel: 3, refund: 2, invite: 2, night: 8}
        for _number in range(OPERATIONS):
            day += dice.choice([0, 1, 10, 40])
            self._go(day)
            (operation,) = dice.choices(list(weights), list(weights.values()))
            operation()
        night()
        before = self.memberships.search([("partner_id", "in", partners.ids)])
        night()
        found = self.memberships.search([("partner_id", "in", partners.ids)])
        self.assertEqual(found, before)
        self.assertGreater(len(found), 30)
        self.assertEqual(
            set(found.mapped("reason")),
            {"qualified", "renewed", "grace", "landed", "invited", "resumed"},
        )
        for history in found.grouped("partner_id").values():
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

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .tier_common import TierCommon


@tagged("post_install", "-at_install")
class TestTierRefunds(TierCommon):
    """What comes back takes a tier along at once, to the unit; new goods bring it."""

    def test_refund_withdraws_what_it_earned_at_once(self):
        self._spend(600)
        self._go(5)
        order = self._spend(2_500)
        self.assertEqual(self._tier(), self.platinum)
        self._go(9)
        self._refund(order)
        self.assertEqual(self._tier(), self.silver)
        self.assertEqual(
            self._story(),
            [
                ("Silver", "qualified", "2025-06-30", "2025-07-04", "promoted"),
                ("Platinum", "qualified", "2025-07-05", "2025-07-08", "withdrawn"),
                ("Silver", "resumed", "2025-07-09", "2026-07-30", False),
            ],
        )
        withdrawn = self.memberships.search([("ending", "=", "withdrawn")])
        self.assertEqual(withdrawn.end_amount, 600)
        self._go(12)
        self._spend(2_400)
        self.assertEqual(self._tier(), self.platinum)

    def test_refund_to_the_unit(self):
        order = self._spend(1_000)
        self._go(3)
        other = self._spend(500)
        self._refund(other)
        self.assertEqual(self._tier(), self.gold)
        self._refund(order)
        self.assertFalse(self._tier())

    def test_refund_of_a_part_around_each_threshold(self):
        for threshold, below, tier in (
            (500, self.silver.browse(), self.silver),
            (1_000, self.silver, self.gold),
            (3_000, self.gold, self.platinum),
        ):
            for left, expected in (
                (threshold + 0.01, tier),
                (threshold, tier),
                (threshold - 0.01, below),
            ):
                with self.subTest(left=left):
                    partner = self.customer.create({"name": str(left)})
                    order = self._spend(threshold + 100, partner)
                    self.assertEqual(self._tier(partner), tier)
                    invoice = order._create_invoices()
                    invoice.action_post()
                    refund = invoice._reverse_moves()
                    refund.invoice_line_ids.price_unit = threshold + 100 - left
                    refund.action_post()
                    self._night()
                    self.assertEqual(self._tier(partner), expected)
                    # and what is missing brings it back
                    self._spend(0.01, partner)
                    self.assertEqual(self._tier(partner), tier)

    def test_a_return_lengthens_no_tier(self):
        """Nor does it shorten one that is kept without it."""
        self._spend(1_000)
        self._go(100)
        more = self._spend(300)
        self.assertEqual(self._tier(), self.gold)
        story = self._story()
        self._go(200)
        self._refund(more)
        self._night()
        self.assertEqual(self._story(), story)

    def test_a_return_lengthens_no_tier_that_later_purchases_keep(self):
        order = self._spend(600)
        self._go(10)
        self._spend(600)
        self.assertEqual(self._tier(), self.gold)
        self._go(20)
        self._spend(500)
        self._go(100)
        self._refund(order)
        self._night()
        tier, reason, since, until, ending = self._story()[-1]
        self.assertEqual((tier, reason, ending), ("Gold", "qualified", False))
        # a year from the tenth day, with the grace
        self.assertEqual((since, until), ("2025-10-08", "2026-08-09"))

    def test_a_purchase_that_becomes_known_late_counts_for_its_period(self):
        self._spend(600)
        self.assertEqual(self._tier(), self.silver)
        self._go(40)
        for days_ago, tier in ((400, self.silver), (30, self.gold)):
            # written down today
            self.env["sale.order"].create(
                {
                    "partner_id": self.customer.id,
                    "state": "sale",
                    "date_order": fields.Datetime.subtract(
                        fields.Datetime.now(), days=days_ago
                    ),
                    "order_line": [
                        Command.create(
                            {"product_id": self.product.id, "price_unit": 400}
                        )
                    ],
                }
            )
            self._night()
            self.assertEqual(self._tier(), tier, days_ago)

    def test_cancelled_order_withdraws_too(self):
        order = self._spend(1_000)
        order._action_cancel()
        self.assertFalse(self._tier())
        order.action_draft()
        order.action_confirm()
        self.assertEqual(self._tier(), self.gold)

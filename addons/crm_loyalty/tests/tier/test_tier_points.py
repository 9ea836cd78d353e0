from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import TODAY
from .tier_common import TierCommon


@tagged("post_install", "-at_install")
class TestTierPoints(TierCommon):
    """A tier's factor is that of the order's confirmation, whatever comes after."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["loyalty.program"].search([]).active = False
        cls.points = cls.env["loyalty.program"].create(
            {
                "name": "Points",
                "program_type": "loyalty",
                "keep_ledger": True,
                "trigger": "auto",
                "applies_on": "both",
                "rule_ids": [Command.create({"reward_point_mode": "money"})],
                "reward_ids": [Command.create({"required_points": 10_000})],
            }
        )
        cls._benefit(
            cls.silver,
            "point_factor",
            point_factor=1.5,
            cost_by="points",
            unit_cost=0.1,
        )

    def _order(self, amount):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "order_line": [
                    Command.create(
                        {"product_id": self.product.id, "price_unit": amount}
                    )
                ],
            }
        )
        order._update_programs_and_rewards()
        order.action_confirm()
        return order

    def _points(self):
        self.env.flush_all()
        card = self.env["loyalty.card"].search(
            [("partner_id", "=", self.customer.id), ("program_id", "=", self.points.id)]
        )
        entries = self.env["loyalty.point.entry"].search([("card_id", "=", card.id)])
        self.assertAlmostEqual(sum(entries.mapped("points")), card.points, 4)
        return card.points

    def test_factor_counts_from_the_next_order(self):
        """L097 threshold: an order earns by the tier it found"""
        self._order(600)
        self.assertEqual(self._points(), 600)
        second = self._order(100)
        self.assertEqual(self._points(), 750)
        self.assertEqual(second.tier_point_factor, 1.5)

    def test_factor_is_kept_when_the_tier_is_gone(self):
        self._order(600)
        second = self._order(100)
        self._go(365 + 31)
        second.order_line[0].product_uom_qty = 2
        second._update_programs_and_rewards()
        self.assertEqual(self._points(), 600 + 300)
        second.order_line[0].product_uom_qty = 1
        second._update_programs_and_rewards()
        self.assertEqual(self._points(), 600 + 150)
        self._refund(second)
        self.assertEqual(self._points(), 600)

    def test_confirmed_again_takes_the_factor_of_that_day(self):
        self._order(600)
        second = self._order(100)
        second._action_cancel()
        self.assertEqual(self._points(), 600)
        self._go(365 + 31)
        second.action_draft()
        second._update_programs_and_rewards()
        second.action_confirm()
        self.assertEqual(second.tier_point_factor, 1)
        self.assertEqual(self._points(), 700)

    def test_nobody_sets_the_factor(self):
        order = self._order(10)
        orders = self.env["sale.order"].with_user(self.env.user)
        values = {"partner_id": self.customer.id}
        for attempt in (
            lambda: order.with_env(orders.env).write({"tier_point_factor": 9}),
            lambda: orders.create({**values, "tier_point_factor": 9}),
        ):
            with self.assertRaises(AccessError):
                attempt()
        sent = orders.with_context(default_tier_point_factor=9)
        self.assertEqual(sent.create(values).tier_point_factor, 1)
        self.assertEqual(sent.sudo().create(values).tier_point_factor, 1)
        self.assertEqual(order.tier_point_factor, 1)

    def test_points_qualify_without_the_factor_and_net_of_refunds(self):
        program = self._make_program(measure="points", thresholds=(700, 900))
        self._order(600)
        second = self._order(100)
        self.assertEqual(self._tier(program=program), program.tier_ids[0])
        self.assertEqual(self.customer.tier_membership_ids[0].amount, 700)
        self._go(3)
        self._refund(second)
        self.assertFalse(self._tier(program=program))

    def test_points_of_calendar_years(self):
        program = self._make_program(
            measure="points", period="year", grace_days=0, thresholds=(500, 700)
        )
        self._order(700)
        self.assertEqual(self._tier(program=program), program.tier_ids[1])
        self._go(TODAY.replace(year=2026, month=2, day=1))
        self._order(500)
        self._go(TODAY.replace(year=2027, month=1, day=1))
        self._night(program)
        self.assertEqual(self._tier(program=program), program.tier_ids[0])

    def test_redeeming_takes_nothing_from_what_qualifies(self):
        """L098 points measure: what was spent counts"""
        program = self._make_program(measure="points", thresholds=(600,))
        self.points.reward_ids.write(
            {"required_points": 100, "discount": 5, "discount_mode": "per_order"}
        )
        self._order(600)
        before = self._points()
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "order_line": [
                    Command.create({"product_id": self.product.id, "price_unit": 50})
                ],
            }
        )
        order._update_programs_and_rewards()
        card = self.env["loyalty.card"].search([("program_id", "=", self.points.id)])
        self.assertFalse(order._apply_program_reward(self.points.reward_ids, card))
        order.action_confirm()
        earned = order.coupon_point_ids.points
        self.assertEqual(self._points(), before + earned - 100)
        self._night(program)
        self.assertEqual(self._tier(program=program), program.tier_ids)
        question = self.customer.id, TODAY.replace(month=1, day=1), program._today()
        found = self.env["loyalty.tier.amount"]._read_amounts(program, [question])
        factor = order.tier_point_factor
        self.assertAlmostEqual(found[question].amount, 600 + earned / factor, 2)

    def test_extra_points_are_a_cost_of_the_tier(self):
        self._order(600)
        self._order(100)
        self.env.flush_all()
        self.assertRecordValues(
            self.silver, [{"member_count": 1, "yearly_revenue": 700, "yearly_cost": 5}]
        )

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.crm_loyalty.tests.points.liability_common import (
    JANUARY,
    LiabilityCommon,
)

from .till_points_common import TillPointsCommon


@tagged("post_install", "-at_install")
class TestPosPoints(TillPointsCommon):
    """What the till does to cards is in the ledger, with its sale."""

    def test_points_earned_at_the_till_name_their_sale(self):
        answer = self._tell(self.program, 100)
        card = self._card()
        self.assertEqual(self._kinds(card), [("earn", 100)])
        self.assertEqual(card.entry_ids.pos_order_id, self.sale)
        self.assertEqual(card.lot_ids.pos_order_id, self.sale)
        self.assertEqual(card.entry_ids.key, f"pos.order,{self.sale.id}/{card.id}/0")
        self.assertEqual(card.entry_ids.sales_amount, 100)
        self.assertEqual(answer["coupon_updates"][0]["points"], 100)
        self.assertWhole()

    def test_points_spent_at_the_till_leave_the_earliest_lot(self):
        self.program.point_valid_days = 30
        self._order()
        later = self._order()
        card = self._card()
        first, second = card.lot_ids.sorted("id")
        self.assertEqual(second.order_id, later)
        first.sudo().expires_on = fields.Date.subtract(second.expires_on, days=3)
        reward = self.program.reward_ids
        for _sale in range(2):
            sale = self._ring_up(reward=reward, cost=60)
            self._tell(self.program, -60, card, sale)
            if second.points == 100:
                self.assertEqual(first.points, 40)
        self.assertEqual(first.points, 0)
        self.assertEqual(second.points, 80)
        self.assertWhole()

    def test_one_sale_earns_and_spends(self):
        self._order()
        card = self._card()
        sale = self._ring_up(3, reward=self.program.reward_ids)
        # 290 earned and 100 spent reach the server as one sum
        self._tell(self.program, 190, card, sale)
        entries = card.entry_ids.filtered("pos_order_id").sorted("id")
        self.assertEqual(
            [(entry.kind, entry.points) for entry in entries],
            [("earn", 290), ("spend", -100)],
        )
        self.assertEqual(card.points, 290)
        self.assertWhole()

    def test_the_same_order_counts_once(self):
        """L079 till, replay"""
        for _again in range(2):
            self._tell(self.program, 100)
        card = self._card()
        self.assertEqual(card.points, 100)
        # even where nobody remembers in Odoo's own history
        card.history_ids.sudo().unlink()
        self._tell(self.program, 100, card)
        self.assertEqual(card.points, 100)
        self.assertWhole()

    def test_points_wait_for_their_days(self):
        self.program.write({"point_vesting": "payment", "point_vesting_days": 14})
        answer = self._tell(self.program, 100)
        card = self._card()
        self.assertEqual((card.points, card.pending_points), (0, 100))
        self.assertEqual(
            card.lot_ids.available_on, fields.Date.add(fields.Date.today(), days=14)
        )
        self.assertEqual(answer["coupon_updates"][0]["points"], 0)
        self.assertWhole()

    def test_an_event_has_come_at_the_till(self):
        self.program.point_vesting = "delivery"
        self._tell(self.program, 100)
        self.assertEqual(self._card().points, 100)

    def test_cashier_takes_a_gift_card(self):
        program = self.env["loyalty.program"].create(
            {
                "name": "Gifts",
                "program_type": "gift_card",
                "keep_ledger": True,
                "reward_ids": [
                    Command.create(
                        {"reward_type": "discount", "discount_mode": "per_point"}
                    )
                ],
            }
        )
        card = self.env["loyalty.card"].create(
            {"program_id": program.id, "points": 50, "code": "GIFT"}
        )
        sale = self._ring_up(reward=program.reward_ids, cost=20)
        self._tell(program, -20, card, sale)
        self.assertEqual(card.points, 30)
        self.assertEqual(self._kinds(card), [("adjust", 50), ("spend", -20)])
        self.assertWhole()

    def test_what_the_till_spent_too_much_is_owed(self):
        self._order()
        card = self._card()
        sale = self._ring_up(reward=self.program.reward_ids, cost=130)
        self._tell(self.program, -130, card, sale)
        self.assertEqual(card.points, -30)
        self.assertWhole()

    def test_tier_counts_points_of_the_till_on_the_day_of_the_sale(self):
        self._tell(self.program, 100)
        self.sale.date_order = fields.Datetime.subtract(fields.Datetime.now(), days=9)
        day = self.sale.date_order.date()
        tiers = self.env["loyalty.tier.program"].create(
            {"name": "Ladder", "measure": "points", "company_id": self.company.id}
        )
        amounts = self.env["loyalty.tier.amount"]
        question = self.customer.id, day, day
        found = amounts._read_amounts(tiers, [question])
        self.assertEqual(found[question].amount, 100)


@tagged("post_install", "-at_install")
class TestPosLiability(TillPointsCommon, LiabilityCommon):
    """Points of the till are owed with the sale that earned them."""

    def test_sale_decides_whose_liability_it_is(self):
        self.program.company_id = False
        with self._on("2024-01-10"):
            self._tell(self.program, 10)
        value = self._value(JANUARY)
        self.assertEqual(
            (value.sales, value.sold_points, value.given_points), (100, 10, 0)
        )
        other = self.env["res.company"].create({"name": "Elsewhere"})
        elsewhere = self.liabilities.create(
            {
                "program_id": self.program.id,
                "company_id": other.id,
                "date": JANUARY,
            }
        )
        self.assertEqual(elsewhere.outstanding, 0)

    def test_refund_at_the_till_leaves_no_liability(self):
        with self._on("2024-01-10"):
            self._tell(self.program, 10)
            self._bring_back(self.sale)
        value = self._value(JANUARY)
        self.assertEqual((value.sales, value.outstanding, value.liability), (0, 0, 0))

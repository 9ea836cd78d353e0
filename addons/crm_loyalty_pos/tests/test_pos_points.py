from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.crm_loyalty.tests.liability_common import JANUARY, LiabilityCommon

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
        self._tell(self.program, -60, card)
        self.assertEqual(first.points, 40)
        self.assertEqual(second.points, 100)
        self._tell(self.program, -60, card, sale=self._ring_up())
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
            {"name": "Gifts", "program_type": "gift_card"}
        )
        card = (
            self.env["loyalty.card"]
            .sudo()
            .create({"program_id": program.id, "points": 50, "code": "GIFT"})
        )
        self._tell(program, -20, card)
        self.assertEqual(card.points, 30)
        self.assertEqual(self._kinds(card), [("adjust", 50), ("spend", -20)])
        self.assertWhole()

    def test_what_the_till_spent_too_much_is_owed(self):
        self._order()
        card = self._card()
        self._tell(self.program, -130, card)
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


@tagged("post_install", "-at_install")
class TestPosRefunds(TillPointsCommon):
    """A refund at the till takes its share back, as a credit note does."""

    def test_whole_refund_leaves_nothing(self):
        self._tell(self.program, 100)
        refund = self._bring_back(self.sale)
        card = self._card()
        self.assertEqual(card.points, 0)
        taken = card.entry_ids.filtered(lambda entry: entry.kind == "claw_back")
        self.assertEqual(taken.points, -100)
        self.assertEqual(taken.sales_amount, -100)
        self.assertEqual(taken.pos_order_id, self.sale)
        self.assertIn(refund.name, taken.reason)
        self.assertWhole()

    def test_refund_in_parts_takes_all_in_the_end(self):
        sale = self._ring_up(3)
        self._tell(self.program, 100, sale=sale)
        card = self._card()
        for left in (66.6667, 33.3333, 0):
            self._bring_back(sale)
            self.assertAlmostEqual(card.points, left, 4)
        self.assertWhole()

    def test_refund_gives_back_what_was_spent(self):
        self._order()
        card = self._card()
        sale = self._ring_up(2, reward=self.program.reward_ids)
        self._tell(self.program, 90, card, sale)
        self.assertEqual(card.points, 190)
        self._bring_back(sale)
        # half of the 190 earned goes, half of the 100 spent returns
        self.assertEqual(card.points, 145)
        self._bring_back(sale)
        self.assertEqual(card.points, 100)
        self.assertWhole()

    def test_pending_points_are_taken_first(self):
        self.program.point_vesting_days = 14
        self._tell(self.program, 100)
        self._bring_back(self.sale)
        self.assertEqual(self._card().pending_points, 0)
        self.assertWhole()

    def test_the_same_refund_twice_takes_once(self):
        sale = self._ring_up(2)
        self._tell(self.program, 200, sale=sale)
        refund = self._bring_back(sale)
        refund.sudo().write({"state": "paid"})
        self.assertEqual(self._card().points, 100)
        self._tell(self.program, 200, self._card(), sale)
        self.assertEqual(self._card().points, 100)
        self.assertWhole()

    def test_draft_refund_takes_nothing(self):
        self._tell(self.program, 100)
        self._ring_up(-1, refunds=self.sale.lines)
        self.assertEqual(self._card().points, 100)

    def test_policy_for_points_spent_already(self):
        for policy, left in (("owe", -40), ("write_off", 0)):
            with self.subTest(policy):
                program = self._make_program(point_debt_policy=policy)
                sale = self._ring_up()
                self._tell(program, 100, sale=sale)
                card = self._card(program=program)
                self._tell(program, -40, card, self._ring_up())
                self.assertEqual(card.points, 60)
                self._bring_back(sale)
                self.assertEqual(card.points, left)
                self.assertWhole()

    def test_policy_may_refuse_the_refund(self):
        self.program.point_debt_policy = "block"
        self._tell(self.program, 100)
        card = self._card()
        self._tell(self.program, -40, card, self._ring_up())
        refund = self._ring_up(-1, refunds=self.sale.lines)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            refund.with_user(self.cashier).action_pos_order_paid()
        self.assertEqual(refund.state, "draft")
        self.assertEqual(card.points, 60)
        self.assertWhole()

    def test_reconciliation_finds_no_difference(self):
        self._tell(self.program, 100)
        self._bring_back(self.sale)
        self.env.flush_all()
        found = self.env.execute_query(
            SQL(
                """
                SELECT card.id FROM loyalty_card card
                  JOIN loyalty_point_entry entry ON entry.card_id = card.id
                 WHERE NOT entry.pending
                 GROUP BY card.id HAVING sum(entry.points) <> card.points
                """
            )
        )
        self.assertEqual(found, [])


@tagged("post_install", "-at_install")
class TestPosPointRights(TillPointsCommon):
    """Only a sale of the till moves points, and only who may ring it up."""

    def test_cashier_cannot_set_points(self):
        self._order()
        with self.assertRaises(AccessError):
            self._card().with_user(self.cashier).points = 5_000

    def test_no_sale_no_points(self):
        self._order()
        data = {
            str(self._card().id): {
                "points": 5_000,
                "program_id": self.program.id,
                "partner_id": self.customer.id,
            }
        }
        nothing = self.env["pos.order"].with_user(self.cashier)
        with self.assertRaises(ValueError):
            nothing.confirm_coupon_programs(data)
        seller = new_test_user(
            self.env,
            "seller",
            "sales_team.group_sale_salesman_all_leads",
            company_id=self.company.id,
        )
        with self.assertRaises(AccessError), mute_logger("odoo.models"):
            self.sale.with_user(seller).confirm_coupon_programs(data)
        self.assertEqual(self._card().points, 100)

    def test_more_than_the_rules_give_stands_as_given_by_hand(self):
        self._tell(self.program, 5_000)
        card = self._card()
        self.assertEqual(card.points, 5_000)
        self.assertEqual(self._kinds(card), [("earn", 100), ("adjust", 4_900)])
        reason = card.entry_ids.filtered(lambda entry: entry.kind == "adjust").reason
        self.assertIn(self.cashier.name, reason)
        self.assertIn(self.sale.display_name, reason)
        self._tell(self.program, 5_000, card)
        self.assertEqual(card.points, 5_000)
        self.assertWhole()

    def test_rules_of_every_mode_may_give(self):
        for mode, amount, points in (
            ("order", 7, 7),
            ("unit", 3, 6),
            ("money", 2, 400),
        ):
            program = self._make_program()
            program.rule_ids.write(
                {"reward_point_mode": mode, "reward_point_amount": amount}
            )
            self._tell(program, points, sale=self._ring_up(2))
            card = self._card(program=program)
            self.assertEqual(self._kinds(card), [("earn", points)], mode)

    def test_till_manager_may_update_a_balance(self):
        self._order()
        values = {
            "card_id": self._card().id,
            "new_balance": 130,
            "description": "A gift",
        }
        Wizard = self.env["loyalty.card.update.balance"]
        with self.assertRaises(AccessError):
            Wizard.with_user(self.cashier).create(values).action_update_card_point()
        manager = new_test_user(
            self.env,
            "till_boss",
            "point_of_sale.group_pos_manager",
            company_id=self.company.id,
        )
        Wizard.with_user(manager).create(values).action_update_card_point()
        self.assertEqual(self._card().points, 130)

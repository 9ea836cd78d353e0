from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import SQL

from .till_points_common import TillPointsCommon


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

    def test_points_spent_come_back_with_their_reward_only(self):
        """L026 payment as discount, till"""
        self._order()
        card = self._card()
        sale = self._ring_up(2, reward=self.program.reward_ids)
        self._tell(self.program, 90, card, sale)
        self.assertEqual(card.points, 190)
        self._bring_back(sale)
        # half of the 190 earned goes; the reward was not brought back
        self.assertEqual(card.points, 95)
        self._bring_back(sale, reward=True)
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

    def test_a_line_brought_back_at_two_tills_is_listed(self):
        """L082 till, replay"""
        sale, other = self._ring_up(2), self._ring_up(2)
        for sold in (sale, other):
            self._tell(self.program, 200, self._card() or None, sold)
        refunds = self._bring_back(sale, 2) | self._bring_back(sale, 2)
        whole = self._bring_back(other) | self._bring_back(other)
        self.assertEqual(self._card().points, 0)
        twice = self.env["pos.order"].search([("brought_back_twice", "=", True)])
        self.assertEqual(twice & (refunds | whole | sale), refunds)
        self.assertFalse(whole[0].brought_back_twice)
        self.assertWhole()

    def test_other_rules_take_back_what_was_given(self):
        sale = self._ring_up(2)
        self._tell(self.program, 200, sale=sale)
        self.program.rule_ids.write(
            {"reward_point_amount": 3, "product_ids": self._make_product("Oil", 5).ids}
        )
        self.program.active = False
        self._bring_back(sale)
        self.assertEqual(self._card().points, 100)
        self._bring_back(sale)
        self.assertEqual(self._card().points, 0)
        self.assertWhole()

    def test_a_sale_from_before_statements_keeps_its_balance(self):
        sale = self._ring_up(4)
        self._tell(self.program, 400, sale=sale)
        self._bring_back(sale)
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM loyalty_point_statement")
        self.env.invalidate_all()
        sale._post_points()
        self.assertEqual(self._card().points, 300)
        self._bring_back(sale)
        self.assertEqual(self._card().points, 200)
        self.assertWhole()

    def test_a_line_says_what_earned_its_points(self):
        self._tell(self.program, 100)
        statement = self.sale.sudo().point_statement_ids
        self.assertRecordValues(
            statement,
            [
                {
                    "pos_line_id": self.sale.lines.id,
                    "rule_id": self.program.rule_ids.id,
                    "by": "money",
                    "rate": 1,
                    "quantity": 1,
                    "amount": 100,
                    "points": 100,
                }
            ],
        )

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
                spending = self._ring_up(reward=program.reward_ids, cost=40)
                self._tell(program, -40, card, spending)
                self.assertEqual(card.points, 60)
                self._bring_back(sale)
                self.assertEqual(card.points, left)
                self.assertWhole()

    def test_policy_may_refuse_the_refund(self):
        self.program.point_debt_policy = "block"
        self._tell(self.program, 100)
        card = self._card()
        spending = self._ring_up(reward=self.program.reward_ids, cost=40)
        self._tell(self.program, -40, card, spending)
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

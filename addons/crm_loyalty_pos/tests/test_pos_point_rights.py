from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .till_points_common import TillPointsCommon


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
        with self.assertRaises(AccessError):
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

    def test_salesperson_reads_the_entry_of_a_sale_he_may_not_open(self):
        self._tell(self.program, 100)
        seller = new_test_user(
            self.env,
            "reader",
            "sales_team.group_sale_salesman_all_leads",
            company_id=self.company.id,
        )
        self.assertFalse(self.sale.with_user(seller).has_access("read"))
        entries = self.entries.with_user(seller)
        shown = entries.web_search_read(
            [("card_id", "=", self._card().id)],
            {"points": {}, "pos_order_id": {"fields": {"display_name": {}}}},
        )
        (record,) = shown["records"]
        self.assertEqual(record["pos_order_id"]["display_name"], self.sale.display_name)

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

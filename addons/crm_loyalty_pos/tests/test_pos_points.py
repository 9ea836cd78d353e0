from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.crm_loyalty.tests.point_common import PointCommon


@tagged("post_install", "-at_install")
class TestPosPoints(PointCommon):
    """What the till does to cards is in the ledger."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref("point_of_sale.group_pos_manager")
        cls.cashier = new_test_user(
            cls.env,
            "cashier",
            "point_of_sale.group_pos_user",
            company_id=cls.company.id,
        )
        till = cls.env["pos.config"].create({"name": "Till"})
        till.open_ui()
        cls.sale = cls.env["pos.order"].create(
            {
                "session_id": till.current_session_id.id,
                "partner_id": cls.customer.id,
                "amount_total": 100,
                "amount_paid": 100,
                "amount_tax": 0,
                "amount_return": 0,
                "lines": [
                    Command.create(
                        {
                            "product_id": cls.product.id,
                            "qty": 1,
                            "price_unit": 100,
                            "price_subtotal": 100,
                            "price_subtotal_incl": 100,
                        }
                    )
                ],
            }
        )

    def _sell(self, program, points, card=None):
        """As the till's screen reports what an order earned and spent."""
        return self.sale.with_user(self.cashier).confirm_coupon_programs(
            {
                str(card.id if card else -1): {
                    "points": points,
                    "program_id": program.id,
                    "partner_id": self.customer.id,
                    "coupon_id": card.id if card else -1,
                    "code": card.code if card else "",
                }
            }
        )

    def test_points_earned_at_the_till_have_an_entry(self):
        answer = self._sell(self.program, 100)
        card = self._card()
        self.assertEqual(self._kinds(card), [("adjust", 100)])
        self.assertEqual(answer["coupon_updates"][0]["points"], 100)
        self.assertWhole()

    def test_points_spent_at_the_till_leave_the_earliest_lot(self):
        self._order()
        self._sell(self.program, -60, self._card())
        self.assertEqual(self._kinds(self._card()), [("earn", 100), ("adjust", -60)])
        self.assertWhole()

    def test_the_same_order_counts_once(self):
        self._sell(self.program, 100)
        self._sell(self.program, 100)
        self.assertEqual(self._card().points, 100)
        self.assertWhole()

    def test_cashier_takes_a_gift_card(self):
        program = self.env["loyalty.program"].create(
            {"name": "Gifts", "program_type": "gift_card"}
        )
        card = (
            self.env["loyalty.card"]
            .sudo()
            .create({"program_id": program.id, "points": 50, "code": "GIFT"})
        )
        self._sell(program, -20, card)
        self.assertEqual(card.points, 30)
        self.assertWhole()

    def test_cashier_cannot_set_points(self):
        self._order()
        with self.assertRaises(AccessError):
            self._card().with_user(self.cashier).points = 5_000

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

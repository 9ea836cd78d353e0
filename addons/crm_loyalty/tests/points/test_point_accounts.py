from odoo.fields import Command
from odoo.tests import tagged

from .point_common import PointCommon


@tagged("post_install", "-at_install")
class TestPointAccounts(PointCommon):
    """One account for a customer or a company, whatever cards there are."""

    def test_company_and_contacts_share_one_account(self):
        self.program.point_holder = "company"
        company = self.env["res.partner"].create(
            {
                "name": "Dana Works",
                "is_company": True,
                "child_ids": [
                    Command.create({"name": "Eli"}),
                    Command.create({"name": "Fen"}),
                ],
            }
        )
        eli, fen = company.child_ids
        for partner in (eli, company, fen):
            self._order(partner)
        self.assertEqual(self._card(company).points, 300)
        self.assertEqual((self._card(eli) | self._card(fen)).mapped("points"), [0, 0])
        order = self._order(fen, quantity=0.2, claim=True)
        self.assertEqual(self._card(company).points, 200)
        order._action_cancel()
        self.assertEqual(self._card(company).points, 300)
        self.assertWhole()

    def test_a_second_card_shares_the_first_ones_account(self):
        self._order()
        first = self._card()
        second = (
            self.env["loyalty.card"]
            .sudo()
            .create(
                {
                    "program_id": self.program.id,
                    "partner_id": self.customer.id,
                    "points": 50,
                }
            )
        )
        self.assertEqual(second.account_card_id, first)
        self.assertEqual((first.points, second.points), (150, 0))
        self.assertEqual(second.points_display, first.points_display)
        self._order()
        self.assertEqual(first.points, 250)
        second.points += 10
        self.assertEqual((first.points, second.points), (260, 0))
        self.assertWhole()
        # put away, the first one keeps its points, and the second takes its place
        first.sudo().active = False
        self.assertFalse(second.account_card_id)
        self._order()
        self.assertEqual((first.points, second.points), (260, 100))
        first.sudo().active = True
        self.assertEqual(first.account_card_id, second)
        self.assertEqual((first.points, second.points), (0, 360))
        self.assertWhole()

    def test_a_card_that_changes_hands_brings_its_points(self):
        self._order()
        self._order(self.other_customer)
        mine, other = self._card(), self._card(self.other_customer)
        mine.sudo().partner_id = self.other_customer
        self.assertEqual(mine.account_card_id, other)
        self.assertEqual((mine.points, other.points), (0, 200))
        self.assertWhole()

    def test_order_edited_after_a_merge_leaves_other_points_alone(self):
        """Odoo drops surplus promises of an order, and would drop their card too."""
        self._order(self.other_customer, quantity=2)
        self._order(quantity=2)
        order = self._order(quantity=0.2)
        self.assertEqual(order.coupon_point_ids.points, 0)
        self.env["base.partner.merge.automatic.wizard"].create({})._merge(
            (self.customer | self.other_customer).ids, self.other_customer
        )
        card = self._card(self.other_customer)
        self.assertEqual(card.points, 400)
        for quantity, points in ((3, 700), (0, 400), (2, 600)):
            order.order_line[0].product_uom_qty = quantity
            order._update_programs_and_rewards()
            self.assertEqual(order.coupon_point_ids.coupon_id, card)
            self.assertEqual(card.points, points)
            self.assertTrue(card.active)
        self.assertWhole()

    def test_surplus_promise_takes_no_account_along(self):
        order = self._order(quantity=2)
        self._order()
        card = self._card()
        second = card.sudo().create(
            {"program_id": self.program.id, "partner_id": self.customer.id}
        )
        order.sudo().coupon_point_ids.coupon_id = second
        self.env.flush_all()
        self.env["sale.order.coupon.points"].sudo().create(
            {"order_id": order.id, "coupon_id": card.id, "points": 0}
        )
        for _time in range(2):
            order._update_programs_and_rewards()
            self.assertEqual(card.points, 300)
            self.assertTrue(card.active)
        self.assertWhole()

    def test_contact_who_never_bought_spends_the_companys_points(self):
        self.program.point_holder = "company"
        company = self.env["res.partner"].create(
            {"name": "Dana", "child_ids": [Command.create({"name": "Eli"})]}
        )
        self._order(company, quantity=2)
        self._order(company.child_ids, quantity=0.2, claim=True)
        self.assertEqual(self._card(company).points, 100)

    def test_contacts_stay_apart_when_the_program_says_so(self):
        company = self.env["res.partner"].create(
            {"name": "Dana", "child_ids": [Command.create({"name": "Eli"})]}
        )
        self._order(company)
        self._order(company.child_ids, quantity=2)
        self.assertEqual(self._card(company).points, 100)
        self.assertEqual(self._card(company.child_ids).points, 200)

    def test_cards_move_to_the_company_when_the_program_changes(self):
        company = self.env["res.partner"].create(
            {"name": "Dana", "child_ids": [Command.create({"name": "Eli"})]}
        )
        order = self._order(company.child_ids)
        self.program.point_holder = "company"
        self.assertEqual(self._card(company).points, 100)
        order._action_cancel()
        self.assertEqual(self._card(company).points, 0)
        self.assertWhole()

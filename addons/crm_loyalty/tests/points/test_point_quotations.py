from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .point_common import PointCommon


@tagged("post_install", "-at_install")
class TestPointQuotations(PointCommon):
    """A quotation opens no card that anybody could find or count."""

    def _rows(self):
        """Every row of the program, whoever may see it."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT count(*) FROM loyalty_card WHERE program_id = %s",
            [self.program.id],
        )
        return self.env.cr.fetchone()[0]

    def test_a_quotation_has_no_card_to_be_found(self):
        order = self._quote()
        promised = order.coupon_point_ids
        self.assertEqual(promised.points, 100)
        seller = new_test_user(
            self.env, "point_seller", "sales_team.group_sale_manager"
        )
        outside = {"provisional_cards": True, "active_test": False}
        for user in (self.env.user, seller):
            Card = self.env["loyalty.card"].with_user(user)
            mine = [("program_id", "=", self.program.id)]
            for cards in (Card, Card.with_context(**outside)):
                self.assertFalse(cards.search(mine))
                self.assertFalse(cards.search_count(mine))
                self.assertFalse(cards.name_search(promised.coupon_id.code))
                self.assertFalse(
                    cards.formatted_read_group(mine, ["program_id"], ["__count"])
                )
        self.assertFalse(
            self.env["loyalty.card"]
            .with_user(seller)
            .with_context(active_test=False)
            .search([("provisional", "=", True)])
        )
        self.program.invalidate_recordset()
        self.assertFalse(self.program.coupon_ids)
        self.assertEqual(self.program.coupon_count, 0)
        self.assertEqual(self.customer.loyalty_card_count, 0)
        # nor does its code open anything
        self.assertIn(
            "not_found", self._quote()._try_apply_code(promised.coupon_id.code)
        )

    def test_confirming_opens_the_card(self):
        order = self._quote()
        card = order.coupon_point_ids.coupon_id
        order.action_confirm()
        self.assertEqual(self._card(), card)
        self.assertRecordValues(
            card, [{"active": True, "provisional": False, "points": 100}]
        )
        self.assertTrue(card.account_key)
        self.assertTrue(card.history_ids)
        self.assertWhole()

    def test_quotations_of_one_customer_share_one(self):
        orders = self._quote() | self._quote(quantity=2)
        self.assertEqual(len(orders.coupon_point_ids.coupon_id), 1)
        self.assertEqual(self._rows(), 1)
        orders.action_confirm()
        self.assertEqual(self._card().points, 300)
        self.assertWhole()

    def test_editing_a_quotation_counts_on_the_same_one(self):
        order = self._quote()
        for quantity in (0, 3, 0.2, 2):
            order.order_line.filtered(
                lambda line: not line.reward_id
            ).product_uom_qty = quantity
            order._update_programs_and_rewards()
            self.assertLessEqual(len(order.coupon_point_ids), 1)
        self.assertEqual(order.coupon_point_ids.points, 200)
        self.assertEqual(self._rows(), 1)

    def test_what_earns_nothing_leaves_nothing(self):
        order = self._quote()
        order.order_line.product_uom_qty = 0
        order._update_programs_and_rewards()
        self.assertFalse(order.coupon_point_ids)
        self.assertEqual(self._rows(), 0)

    def test_another_customer_leaves_nothing_of_the_first(self):
        """L084 doors: B earns"""
        order = self._quote()
        order.partner_id = self.other_customer
        order._update_programs_and_rewards()
        order._update_programs_and_rewards()
        self.assertEqual(order.coupon_point_ids.coupon_id.partner_id, order.partner_id)
        self.assertEqual(self._rows(), 1)

    def test_the_last_quotation_takes_it_along(self):
        for leave in ("_action_cancel", "unlink"):
            first, second = self._quote(), self._quote()
            getattr(first, leave)()
            self.assertEqual(self._rows(), 1)
            getattr(second, leave)()
            self.assertEqual(self._rows(), 0)

    def test_an_offer_that_ran_out_keeps_none(self):
        order = self._quote()
        order.validity_date = fields.Date.today() + timedelta(1)
        self.env["loyalty.card"].sudo()._gc_provisional()
        self.assertEqual(self._rows(), 1)
        order.validity_date = fields.Date.today() - timedelta(1)
        self.env["loyalty.card"].sudo()._gc_provisional()
        self.assertEqual(self._rows(), 0)
        order.action_confirm()
        self.assertEqual(self._card().points, 100)

    def test_a_card_that_comes_meanwhile_takes_its_place(self):
        order = self._quote(claim=True)
        card = self.env["loyalty.card"].create(
            {"program_id": self.program.id, "partner_id": self.customer.id}
        )
        self.assertTrue(card.active)
        self.assertEqual(self._rows(), 1)
        self.assertEqual(order.coupon_point_ids.coupon_id, card)
        order.action_confirm()
        self.assertEqual(self._card(), card)
        self.assertEqual(self._kinds(card), [("earn", 100), ("spend", -100)])
        self.assertWhole()

    def test_a_contact_spends_the_companys_points_on_a_quotation(self):
        self.program.point_holder = "company"
        company = self.env["res.partner"].create({"name": "Co", "is_company": True})
        contact = self.env["res.partner"].create(
            {"name": "Contact", "parent_id": company.id}
        )
        order = self._quote(contact)
        self.assertFalse(self._card(contact) | self._card(company))
        self.assertEqual(self._rows(), 2)
        order.unlink()
        self.assertEqual(self._rows(), 0)
        self._order(company, quantity=2)
        self.assertEqual(self._card(company).points, 200)
        order = self._quote(contact, quantity=0.2)
        self.assertEqual(self._claim(order).partner_id, contact)
        self.assertFalse(self._card(contact))
        order.action_confirm()
        self.assertEqual(self._card(contact)._account(), self._card(company))
        self.assertEqual(self._card(company).points, 100)
        idle = self._quote(
            self.env["res.partner"].create({"name": "B", "parent_id": company.id}),
            quantity=0.2,
        )
        idle.action_confirm()
        self.assertFalse(self._card(idle.partner_id))
        self.assertWhole()

    def test_coupons_for_later_come_with_the_order(self):
        coupons = self.env["loyalty.program"].create(
            {
                "name": "Next Time",
                "keep_ledger": True,
                "program_type": "next_order_coupons",
                "trigger": "auto",
                "applies_on": "future",
                "rule_ids": [Command.create({"minimum_qty": 1})],
                "reward_ids": [Command.create({"discount": 10})],
            }
        )
        order = self._quote()
        mine = [("program_id", "=", coupons.id)]
        self.assertFalse(self.env["loyalty.card"].search(mine))
        order.action_confirm()
        coupon = self.env["loyalty.card"].search(mine)
        self.assertEqual((coupon.points, coupon.partner_id), (1, self.customer))
        order._action_cancel()
        self.assertFalse(self.env["loyalty.card"].search(mine).filtered("points"))
        self.assertWhole()

    def test_nobody_makes_a_card_provisional(self):
        self._order()
        manager = new_test_user(
            self.env, "point_manager", "sales_team.group_sale_manager"
        )
        with self.assertRaises(AccessError):
            self._card().with_user(manager).write({"provisional": True})

from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .point_common import PointCommon


@tagged("post_install", "-at_install")
class TestPointEntries(PointCommon):
    """The ledger itself: what it keeps, when points come and go, and who may what."""

    def test_entries_are_neither_changed_nor_deleted(self):
        self._order()
        entry = self._last_entry()
        for env in (
            self.env,
            self.env(su=True),
            self.env(user=self.env.ref("base.user_admin")),
        ):
            with self.assertRaises(AccessError):
                entry.with_env(env).write({"points": 5})
            with self.assertRaises(AccessError):
                entry.with_env(env).points = 5
            with self.assertRaises(AccessError):
                entry.with_env(env).unlink()
        self.assertEqual(entry.points, 100)

    def test_nobody_but_the_ledger_posts(self):
        self._order()
        entry = self._last_entry()
        manager = new_test_user(
            self.env, "point_manager", "sales_team.group_sale_manager,base.group_system"
        )
        self.assertEqual(entry.with_user(manager).points, 100)
        for record in (entry, entry.lot_id):
            with self.assertRaises(AccessError):
                record.with_user(manager).copy()
            with self.assertRaises(AccessError):
                record.with_user(manager).write({"points": 1})

    def test_no_movement_is_posted_twice(self):
        self._order()
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            self._last_entry().sudo().copy({"points": 1})

    def test_posting_twice_changes_nothing(self):
        order = self._order(claim=True)
        entries = self.entries.search_count([])
        order._post_points()
        order._update_programs_and_rewards()
        self.assertEqual(self.entries.search_count([]), entries)
        self.assertEqual(self._card().points, 0)

    def test_entry_names_its_document(self):
        order = self._order()
        entry = self._last_entry()
        self.assertRecordValues(
            entry,
            [
                {
                    "kind": "earn",
                    "points": 100,
                    "order_id": order.id,
                    "reason": order.name,
                    "partner_id": self.customer.id,
                    "available_on": fields.Date.today(),
                    "pending": False,
                }
            ],
        )

    def test_direct_change_is_an_adjustment_with_a_name(self):
        self._order()
        card = self._card().sudo()
        card.points += 50
        card.points -= 120
        self.assertEqual(card.points, 30)
        self.assertEqual(
            self._kinds(card),
            [("earn", 100), ("adjust", 50), ("adjust", -100), ("adjust", -20)],
        )
        self.assertIn(self.env.user.name, self._last_entry().reason)
        self.assertWhole()

    def test_several_cards_are_written_at_once(self):
        self._order()
        self._order(self.other_customer, quantity=2)
        cards = self._card() | self._card(self.other_customer)
        cards.sudo().write({"points": 70})
        self.assertEqual(cards.mapped("points"), [70, 70])
        self.assertWhole()

    def test_cards_made_with_points_have_entries(self):
        wizard = self.env["loyalty.generate.wizard"].create(
            {
                "program_id": self.program.id,
                "mode": "selected",
                "customer_ids": self.customer.ids,
                "points_granted": 40,
            }
        )
        card = wizard.generate_coupons()
        self.assertEqual(self._kinds(card), [("adjust", 40)])
        self.assertWhole()

    def test_deleted_card_with_entries_is_put_away(self):
        self._order()
        card = self._card()
        card.sudo().unlink()
        self.assertTrue(card.exists())
        self.assertFalse(card.active)
        self.assertEqual(card.points, 0)
        self.assertWhole()
        self._order()
        self.assertEqual(self._card().points, 100)
        self.assertNotEqual(self._card(), card)

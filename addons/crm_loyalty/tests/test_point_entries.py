from datetime import timedelta

from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .point_common import PointCommon


@tagged("post_install", "-at_install")
class TestPointEntries(PointCommon):
    """The ledger itself: what it keeps, when points come and go, and who may what."""

    def _close_day(self):
        lots = self.env["loyalty.point.lot"].sudo()
        lots._vest_on_event(lots.search(lots._event_domain()))
        lots._close_day(lots.search(lots._due_domain()))

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
        card.unlink()
        self.assertTrue(card.exists())
        self.assertFalse(card.active)
        self.assertEqual(card.points, 0)
        self.assertWhole()
        self._order()
        self.assertEqual(self._card().points, 100)
        self.assertNotEqual(self._card(), card)

    def test_balances_from_before_are_opened_once(self):
        card = self.env["loyalty.card"].create(
            {"program_id": self.program.id, "partner_id": self.customer.id}
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE loyalty_card SET points = 75, account_key = NULL WHERE id = %s",
            [card.id],
        )
        card.invalidate_recordset()
        for _time in range(2):
            self.env["loyalty.program"]._open_ledger()
            self.assertEqual(self._kinds(card), [("opening", 75)])
            self.assertEqual(card.points, 75)
        self.assertTrue(card.account_key)
        self.assertWhole()

    def test_points_of_a_waiting_program_are_pending(self):
        self.program.point_vesting_days = 14
        self._order()
        card = self._card()
        self.assertEqual((card.points, card.pending_points), (0, 100))
        order = self._quote(quantity=2)
        self.assertFalse(order._get_claimable_rewards())
        with freeze_time(fields.Date.today() + timedelta(13)):
            self._close_day()
            self.assertEqual(card.points, 0)
        with freeze_time(fields.Date.today() + timedelta(14)):
            self._close_day()
            self.assertEqual((card.points, card.pending_points), (100, 0))
        self.assertWhole()

    def test_points_wait_for_the_invoice(self):
        self.program.point_vesting = "invoice"
        order = self._order()
        self._close_day()
        self.assertEqual(self._card().points, 0)
        order._create_invoices().action_post()
        self._close_day()
        self.assertEqual(self._card().points, 100)

    def test_points_wait_for_the_payment_and_then_some_days(self):
        self.program.write({"point_vesting": "payment", "point_vesting_days": 3})
        order = self._order()
        invoice = order._create_invoices()
        invoice.action_post()
        self._close_day()
        self.assertFalse(self._card().lot_ids.available_on)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({})._create_payments()
        self._close_day()
        self.assertEqual(self._card().points, 0)
        with freeze_time(fields.Date.today() + timedelta(3)):
            self._close_day()
            self.assertEqual(self._card().points, 100)
        self.assertWhole()

    def test_points_wait_for_the_delivery(self):
        self.program.point_vesting = "delivery"
        order = self._order(quantity=2)
        goods = order.order_line[0]
        goods.qty_delivered = 1
        self._close_day()
        self.assertEqual(self._card().points, 0)
        goods.qty_delivered = 2
        self.env.flush_all()
        self.assertTrue(order.is_fully_delivered)
        self._close_day()
        self.assertEqual(self._card().points, 200)

    def test_pending_points_are_taken_back_first(self):
        self.program.point_vesting = "payment"
        order = self._order(quantity=2)
        self._refund(order, quantity=1)
        card = self._card()
        self.assertEqual((card.points, card.pending_points), (0, 100))
        order._action_cancel()
        self.assertEqual((card.points, card.pending_points), (0, 0))
        self.assertWhole()

    def test_points_expire_by_lot_and_the_earliest_is_spent_first(self):
        self.program.point_valid_days = 30
        today = fields.Date.today()
        first = self._order()
        with freeze_time(today + timedelta(20)):
            self._order(quantity=2)
            self._order(quantity=0.2, claim=True)
            lots = self._card().lot_ids.sorted("expires_on")
            self.assertEqual(lots.mapped("points"), [0, 200])
            self.assertEqual(lots[0].order_id, first)
        with freeze_time(today + timedelta(51)):
            self._close_day()
            self.assertEqual(self._card().points, 0)
            self.assertEqual(self._last_entry().kind, "expire")
        self.assertWhole()

    def test_expired_points_cannot_be_spent_before_the_nightly_job(self):
        self.program.point_valid_days = 30
        self._order()
        order = self._quote(quantity=0.2, claim=True)
        with (
            freeze_time(fields.Date.today() + timedelta(31)),
            self.assertRaises(ValidationError),
        ):
            order.action_confirm()

    def test_cancelled_redemption_returns_points_with_their_expiry(self):
        self.program.point_valid_days = 30
        self._order()
        order = self._order(quantity=0.2, claim=True)
        with freeze_time(fields.Date.today() + timedelta(5)):
            order._action_cancel()
            (lot,) = self._card().lot_ids
            self.assertEqual(lot.points, 100)
        with freeze_time(fields.Date.today() + timedelta(31)):
            self._close_day()
            self.assertEqual(self._card().points, 0)
        self.assertWhole()

    def test_points_returned_too_late_are_gone(self):
        self.program.point_valid_days = 30
        self._order()
        order = self._order(quantity=0.2, claim=True)
        with freeze_time(fields.Date.today() + timedelta(31)):
            order._action_cancel()
            self.assertEqual(self._card().points, 0)
            self.assertEqual(self._last_entry().kind, "expire")
        self.assertWhole()

    def _refund_of_spent_points(self, policy):
        self.program.point_debt_policy = policy
        order = self._order()
        self._order(quantity=0.2, claim=True)
        self._refund(order)

    def test_spent_points_are_owed_and_paid_by_the_next(self):
        self._refund_of_spent_points("owe")
        self.assertEqual(self._card().points, -100)
        self._order(quantity=3)
        self.assertEqual(self._card().points, 200)
        self.assertEqual(sum(self._card().lot_ids.mapped("points")), 200)
        self.assertFalse(self._card().lot_ids.filtered(lambda lot: lot.points < 0))
        self.assertWhole()

    def test_spent_points_are_written_off(self):
        self._refund_of_spent_points("write_off")
        self.assertEqual(self._card().points, 0)
        self.assertWhole()

    def test_refund_of_spent_points_is_blocked(self):
        with self.assertRaisesRegex(ValidationError, "spent already"):
            self._refund_of_spent_points("block")

    def test_owing_customer_cannot_spend_what_pays_the_debt(self):
        self._refund_of_spent_points("owe")
        order = self._quote(quantity=1)
        self.assertFalse(order._get_claimable_rewards())

    def test_notice_comes_once_before_points_expire(self):
        self.program.write({"point_valid_days": 30, "point_notice_days": 7})
        self.customer.email = "alba@example.com"
        self._order()
        lots = self.env["loyalty.point.lot"].sudo()
        self.assertFalse(lots.search(lots._notice_domain()))
        with freeze_time(fields.Date.today() + timedelta(24)):
            found = lots.search(lots._notice_domain())
            self.assertEqual(found.card_id, self._card())
            found._send_notices()
            self.assertFalse(lots.search(lots._notice_domain()))
        mail = self.env["mail.mail"].search([("model", "=", "loyalty.card")], limit=1)
        self.assertEqual(mail.recipient_ids, self.customer)

    def test_crons_do_it_all(self):
        self.program.write({"point_vesting_days": 2, "point_valid_days": 3})
        self._order()
        card = self._card()
        with self.enter_registry_test_mode():
            for days, points in ((1, 0), (2, 100), (5, 100), (6, 0)):
                with freeze_time(fields.Date.today() + timedelta(days)):
                    self.env.ref(
                        "crm_loyalty.cron_close_points_day"
                    ).method_direct_trigger()
                    self.assertEqual(card.points, points)
        self.assertWhole()

    def test_negative_days_are_refused(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(Exception) as error:
            self.program.point_valid_days = -1
            self.env.flush_all()
        self.assertIn("range", str(error.exception))

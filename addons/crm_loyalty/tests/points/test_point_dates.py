from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from odoo.addons.crm_suite.tools.dates import written_day

from .point_common import PointCommon


@tagged("post_install", "-at_install")
class TestPointDates(PointCommon):
    """When points become available, when they expire, and what is owed."""

    def _close_day(self):
        lots = self.env["loyalty.point.lot"].sudo()
        lots._vest_on_event(lots.search(lots._event_domain()))
        lots._close_day(lots.search(lots._due_domain()))

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
        goods = self._order(quantity=2).order_line[0]
        goods.qty_delivered = 1
        self._close_day()
        self.assertEqual(self._card().points, 0)
        goods.qty_delivered = 2
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

    def test_notice_says_how_many_points_expire_on_which_day(self):
        self.program.write({"point_valid_days": 30, "point_notice_days": 7})
        self.customer.email = "alba@example.com"
        self._order(quantity=2)
        today = fields.Date.today()
        with freeze_time(today + timedelta(20)):
            self._order(quantity=5)
        with freeze_time(today + timedelta(24)):
            lots = self.env["loyalty.point.lot"].sudo()
            lots.search(lots._notice_domain())._send_notices()
        mail = self.env["mail.mail"].search([("model", "=", "loyalty.card")], limit=1)
        day = written_day(self.env, today + timedelta(30))
        self.assertIn(f"200 Points on {day}", mail.body_html)
        self.assertNotIn("500 Points", mail.body_html)
        self.assertIn("700 Points", mail.body_html)

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

    def test_crons_have_nothing_to_do_where_no_program_asks(self):
        self._order()
        entries = self.entries.search_count([])
        with self.enter_registry_test_mode():
            for name in ("close_points_day", "send_points_notices"):
                self.env.ref(f"crm_loyalty.cron_{name}").method_direct_trigger()
        self.assertEqual(self.entries.search_count([]), entries)
        self.assertFalse(self._card().lot_ids.notice_sent)

    def test_cron_goes_on_where_a_batch_ended(self):
        self.program.point_vesting_days = 1
        for partner in (self.customer, self.other_customer):
            self._order(partner)
        lots = self.env["loyalty.point.lot"].sudo()
        cards = self._card() | self._card(self.other_customer)
        # nothing has happened, one lot is due and taken, the job's time is up
        times = [1, 1, 1, 0, 0]
        with (
            freeze_time(fields.Date.today() + timedelta(1)),
            # tests may not commit
            patch.object(
                type(self.env["ir.cron"]), "_commit_progress", side_effect=times
            ) as progress,
        ):
            lots._cron_close_day(batch_size=1)
            progress.assert_called_with(0, remaining=1)
            self.assertEqual(sorted(cards.mapped("points")), [0, 100])
            progress.side_effect, progress.return_value = None, 1
            lots._cron_close_day(batch_size=1)
            progress.assert_called_with(0, remaining=0)
        self.assertEqual(cards.mapped("points"), [100, 100])

    def test_negative_days_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "Expires After"):
            self.program.point_valid_days = -1

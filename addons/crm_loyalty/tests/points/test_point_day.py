from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from .liability_common import LiabilityCommon
from .statement_common import StatementCommon

# 23:30 and 00:30 of the same night where the company is, in UTC
NIGHTS = {
    "Pacific/Auckland": ("2026-06-30 11:30:00", "2026-06-30 12:30:00"),
    "America/Los_Angeles": ("2026-07-01 06:30:00", "2026-07-01 07:30:00"),
    "Asia/Tehran": ("2026-06-30 20:00:00", "2026-06-30 21:00:00"),
}
LAST, FIRST = date(2026, 6, 30), date(2026, 7, 1)


def later(moment, days):
    return datetime.fromisoformat(moment) + timedelta(days)


class DayCommon(StatementCommon):
    def _live_in(self, zone):
        self.company.partner_id.tz = zone
        # who works there may be anywhere
        self.env.user.tz = "Asia/Tokyo"
        return self.env["res.partner"].create({"name": zone})


@tagged("post_install", "-at_install")
class TestPointDay(DayCommon):
    """Every day that a customer or a rule sees is the company's (the day)."""

    def test_points_are_earned_on_the_companys_day(self):
        """The day: earning, availability and expiry at 23:30 and 00:30"""
        self.program.write({"point_vesting_days": 1, "point_valid_days": 2})
        for zone, (before, after) in NIGHTS.items():
            with self.subTest(zone):
                customer = self._live_in(zone)
                with freeze_time(before):
                    order = self._sell(100, partner=customer)
                    card = self._card(customer)
                    self.assertEqual(card.lot_ids.available_on, FIRST)
                    stated = self.statements.search([("order_id", "=", order.id)])
                    self.assertEqual(stated.day, LAST)
                    self._night()
                    self.assertEqual((card.points, card.pending_points), (0, 100))
                with freeze_time(after):
                    self._night()
                    self.assertEqual((card.points, card.pending_points), (100, 0))
                    lot = card.lot_ids.filtered("points")
                    self.assertEqual(lot.expires_on, date(2026, 7, 3))
                with freeze_time(later(before, 3)):
                    self._night()
                    self.assertEqual(card.points, 100)
                    self.assertTrue(card._portal_expiring()[card])
                with freeze_time(later(after, 3)):
                    self.assertFalse(card._portal_expiring()[card])
                    self._night()
                    self.assertEqual(card.points, 0)
        self.assertWhole()

    def test_notices_count_the_companys_days(self):
        """The day: notices at 23:30 and 00:30"""
        self.program.write({"point_valid_days": 2, "point_notice_days": 1})
        lots = self.env["loyalty.point.lot"].sudo()
        for zone, (before, after) in NIGHTS.items():
            with self.subTest(zone):
                customer = self._live_in(zone)
                with freeze_time(after):
                    self._sell(100, partner=customer)
                mine = [("card_id", "=", self._card(customer).id)]
                # the last day is 3 July, and it is told on the second
                with freeze_time(later(before, 1)):
                    self.assertFalse(lots.search([*lots._notice_domain(), *mine]))
                with freeze_time(later(after, 1)):
                    self.assertTrue(lots.search([*lots._notice_domain(), *mine]))

    def test_the_clocks_go_forward_while_points_wait(self):
        """L039 vesting, the day"""
        self._live_in("America/Los_Angeles")
        self.program.write({"point_vesting": "delivery", "point_vesting_days": 14})
        with freeze_time("2027-03-01 20:00:00"):
            order = self._sell(100)
            card = self._card()
        with freeze_time("2027-03-02 07:30:00"):
            order.order_line.qty_delivered = 1
            self._night()
        for moment, points in (
            ("2027-03-15 06:59:59", 0),
            ("2027-03-15 07:00:00", 100),
        ):
            with freeze_time(moment):
                self._night()
                self.assertEqual(card.points, points, moment)

    def test_a_delivery_wakes_the_job(self):
        """L039: or a delivery before midnight would count for the next day"""
        self.program.point_vesting = "delivery"
        order = self._sell(100)
        triggers = self.env["ir.cron.trigger"].sudo()
        mine = [("cron_id", "=", self.env.ref("crm_loyalty.cron_close_points_day").id)]
        triggers.search(mine).unlink()
        order.order_line.qty_delivered = 1
        self.assertTrue(triggers.search(mine))

    def test_the_clocks_go_back_on_the_last_day(self):
        """L071 the day"""
        self._live_in("Europe/Berlin")
        self.program.point_valid_days = 25
        with freeze_time("2026-09-30 10:00:00"):
            self._sell(100)
            card = self._card()
            self.assertEqual(card.lot_ids.expires_on, date(2026, 10, 25))
        for moment, points in (
            ("2026-10-25 22:59:59", 100),
            ("2026-10-25 23:00:00", 0),
        ):
            with freeze_time(moment):
                self._night()
                self.assertEqual(card.points, points, moment)

    def test_a_promotion_ends_where_the_company_is(self):
        """L069 the day"""
        self._live_in("America/Los_Angeles")
        self.program.date_to = LAST
        with freeze_time("2026-07-01 00:00:00"):
            order = self._offer(100)
            self.assertEqual(order.coupon_point_ids.points, 100)
            order._update_programs_and_rewards()
            order.action_confirm()
            self.assertEqual(self._points(), 100)
        with freeze_time("2026-07-01 07:00:00"):
            self.assertFalse(self._offer(100).coupon_point_ids.points)

    def test_a_card_earns_through_its_last_day(self):
        """The day: the last day of a card at 23:30 and 00:30"""
        for zone, (before, after) in NIGHTS.items():
            with self.subTest(zone):
                customer = self._live_in(zone)
                card = self.env["loyalty.card"].create(
                    {
                        "program_id": self.program.id,
                        "partner_id": customer.id,
                        "expiration_date": LAST,
                    }
                )
                with freeze_time(after):
                    self.assertFalse(customer._point_accounts())
                with freeze_time(before):
                    self.assertEqual(customer._point_accounts(), card)
                    self._sell(10, partner=customer)
                    self.assertEqual(card.points, 10)

    def test_two_companies_live_in_two_days_at_once(self):
        """The day: one job, each company by its own day"""
        far = self.env["res.company"].create({"name": "Far"})
        self.company.partner_id.tz = "America/Los_Angeles"
        far.partner_id.tz = "Pacific/Auckland"
        far_program = self._make_program(company_id=far.id)
        cards = (
            self.env["loyalty.card"]
            .sudo()
            .create(
                [
                    {
                        "program_id": program.id,
                        "partner_id": self.customer.id,
                        "points": 5,
                    }
                    for program in (self.program, far_program)
                ]
            )
        )
        cards.lot_ids.sudo().expires_on = LAST
        with freeze_time("2026-06-30 13:00:00"):
            self._night()
            self.assertEqual(cards.mapped("points"), [5, 0])
        with freeze_time("2026-07-01 06:59:00"):
            self._night()
            self.assertEqual(cards.mapped("points"), [5, 0])
        with freeze_time("2026-07-01 07:00:00"):
            self._night()
            self.assertEqual(cards.mapped("points"), [0, 0])


@tagged("post_install", "-at_install")
class TestLiabilityDay(LiabilityCommon):
    """What is owed at a month's end is what was there at the company's midnight."""

    def test_a_sale_of_the_new_month_is_not_of_the_old(self):
        """L072 the day, reports: what is owed at the month's end"""
        self.company.partner_id.tz = "Pacific/Auckland"
        for moment, quantity in (
            ("2027-06-30 11:30:00", 1),
            ("2027-06-30 12:30:00", 2),
            ("2027-06-30 20:00:00", 4),
        ):
            with self._on(moment):
                self._order(quantity=quantity)
        with freeze_time("2027-06-30 13:00:00"):
            # June is over there, and July is not
            value = self._value(date(2027, 6, 30))
            self.assertEqual((value.sales, value.sold_points), (100, 10))
            self.assertEqual(
                self.liabilities._last_month_end(self.company), date(2027, 6, 30)
            )
        with freeze_time("2027-07-31 13:00:00"):
            value = self._value(date(2027, 7, 31))
            self.assertEqual((value.sales, value.sold_points), (600, 60))

from datetime import date, datetime, timedelta

from odoo.fields import Command
from odoo.tests import tagged

from .tier_common import TierCommon


@tagged("post_install", "-at_install")
class TestTierCases(TierCommon):
    """Cases that go wrong elsewhere, told anew with small figures."""

    def _at(self, *moment):
        """To a moment in UTC."""
        self.frozen.move_to(datetime(*moment))

    def _nights(self, first, last):
        day = first
        while day <= last:
            self._go(day)
            customers = self.customer | self.other_customer
            self.program._evaluate(customers.ids, self.program._today())
            day += timedelta(days=1)

    def _last(self, partner=None):
        found = self.memberships.search(
            [("partner_id", "=", (partner or self.customer).id)], order="id desc"
        )
        return found[:1]

    def test_ten_small_orders_reach_the_threshold(self):
        """L095 threshold"""
        self.program.active = False
        program = self._make_program(thresholds=(101,))
        for count in range(1, 11):
            self._spend(10.10)
            reached = self._tier(program=program)
            self.assertEqual(bool(reached), count == 10)
        self._spend(100.99, self.other_customer)
        self.assertFalse(self._tier(self.other_customer, program))

    def test_a_tier_from_nothing_asks_for_a_purchase(self):
        """L096 threshold"""
        self.program.active = False
        program = self._make_program(thresholds=(0,))
        self._night(program)
        self.assertFalse(self._tier(program=program))
        order = self._spend(0.01)
        self.assertEqual(self._tier(program=program), program.tier_ids)
        self._refund(order)
        self.assertFalse(self._tier(program=program))

    def test_a_rate_of_later_takes_no_tier(self):
        """L099 currency"""
        self.program.active = False
        program = self._make_program(thresholds=(990,))
        money = self.env["res.currency"].create({"name": "XEE", "symbol": "E"})
        rates = self.env["res.currency.rate"]
        rates.create(
            {"currency_id": money.id, "name": "2025-06-01", "inverse_company_rate": 1.1}
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "E", "currency_id": money.id}
        )
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "pricelist_id": pricelist.id,
                "order_line": [
                    Command.create({"product_id": self.product.id, "price_unit": 900})
                ],
            }
        )
        order.action_confirm()
        self.assertEqual(order.currency_id, money)
        self.assertEqual(self._tier(program=program), program.tier_ids)
        self.assertEqual(self._last().amount, 990)
        self._go(31)
        rates.create(
            {"currency_id": money.id, "name": "2025-07-30", "inverse_company_rate": 1}
        )
        self._night(program)
        self.assertEqual(self._tier(program=program), program.tier_ids)

    def test_the_year_ends_where_the_company_is(self):
        """L100 year end"""
        self.program.active = False
        self.company.partner_id.tz = "America/Los_Angeles"
        self._at(2027, 6, 1, 12)
        program = self._make_program(period="year", thresholds=(1000,))
        self._at(2028, 1, 1, 7, 30)
        self._spend(1_000)
        self._at(2028, 1, 1, 8, 30)
        self._spend(1_000, self.other_customer)
        self.assertEqual(self._last().kept_until, date(2028, 12, 31))
        self.assertEqual(self._last(self.other_customer).kept_until, date(2029, 12, 31))
        self.assertEqual(self._tier(program=program), program.tier_ids)

    def test_a_return_leaves_the_tier_below_with_its_own_period(self):
        """L103 downgrade"""
        self._go(date(2027, 1, 10))
        self._spend(600)
        self._go(date(2027, 3, 1))
        order = self._spend(400)
        self._go(date(2027, 6, 1))
        self._refund(order)
        story = self._story()
        self.assertEqual(
            [(name, first, ending) for name, _why, first, _last, ending in story],
            [
                ("Silver", "2027-01-10", "promoted"),
                ("Gold", "2027-03-01", "withdrawn"),
                ("Silver", "2027-06-01", False),
            ],
        )
        self.assertEqual(story[1][3], "2027-05-31")
        self.assertEqual(self._last().kept_until, date(2028, 1, 10))
        self.assertEqual(self._last().date_to, date(2028, 1, 10) + timedelta(days=30))

    def test_a_leap_day_ends_with_february(self):
        """L105 leap day"""
        self._go(date(2028, 2, 29))
        self._spend(1_000)
        self._nights(date(2029, 2, 25), date(2029, 4, 2))
        self.assertEqual(
            self._story(),
            [
                ("Gold", "qualified", "2028-02-29", "2029-02-28", "expired"),
                ("Gold", "grace", "2029-03-01", "2029-03-30", "expired"),
                ("Silver", "landed", "2029-03-31", "2030-04-29", False),
            ],
        )

    def _two_golds_of_2027(self):
        self.program.active = False
        program = self._make_program(period="year", thresholds=(500, 1_000))
        for partner in (self.customer, self.other_customer):
            self._go(date(2027, 5, 1))
            self._spend(1_000, partner)
            self._go(date(2028, 5, 1))
            self._spend(800, partner)
        for day in (date(2029, 1, 1), date(2029, 1, 2), date(2029, 1, 29)):
            self._go(day)
            self._night(program)
        return program

    def test_the_last_day_of_the_grace_counts_and_the_next_does_not(self):
        """L106 re-qualification"""
        program = self._two_golds_of_2027()
        self._go(date(2029, 1, 30))
        self._spend(200)
        self._night(program)
        self._go(date(2029, 1, 31))
        self._spend(200, self.other_customer)
        self._night(program)
        self.assertEqual(self._tier(program=program).name, "Gold")
        self.assertEqual(self._last().kept_until, date(2029, 12, 31))
        self.assertEqual(self._tier(self.other_customer, program).name, "Silver")
        self.assertEqual(str(self._last(self.other_customer).date_from), "2029-01-31")

    def test_money_used_in_the_grace_counts_once(self):
        """L107 re-qualification, and docs/tiers.md says so"""
        program = self._two_golds_of_2027()
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        self._go(date(2029, 1, 30))
        self._spend(200)
        self._spend(200, stranger)
        self._night(program)
        self._go(date(2029, 7, 1))
        self._spend(800)
        self._spend(800, stranger)
        self._night(program)
        [progress] = self.customer._tier_progress()
        self.assertEqual(progress.missing_to_keep, 200)
        for day in (date(2030, 1, 1), date(2030, 1, 30), date(2030, 1, 31)):
            self._go(day)
            self._night(program)
        self.assertEqual(self._tier(program=program).name, "Silver")
        self.assertEqual(str(self._last().date_from), "2030-01-31")
        self.assertEqual(self._tier(stranger, program).name, "Gold")
        self.assertEqual(self._last(stranger).kept_until, date(2030, 12, 31))

    def test_one_step_down_at_a_time(self):
        """L108 soft landing"""
        self._spend(3_000)
        names = []
        for day in range(0, 3 * 366 + 400, 30):
            self._go(day)
            self._night()
            names.append(self._tier().name or "None")
        steps = [name for n, name in enumerate(names) if not n or name != names[n - 1]]
        self.assertEqual(steps, ["Platinum", "Gold", "Silver", "None"])
        landed = self.memberships.search([("reason", "=", "landed")], order="id")
        for one in landed:
            self.assertGreaterEqual((one.date_to - one.date_from).days, 364)

    def test_nights_that_were_missed_change_no_day(self):
        """L109 missed nights"""
        self._spend(1_000)
        self._spend(1_000, self.other_customer)
        until = self.program._today() + timedelta(days=368)
        self._go(300)
        self.platinum._invite(self.customer | self.other_customer, until, "Spring")
        for day in range(360, 440):
            self._go(day)
            self.program._evaluate(self.other_customer.ids, self.program._today())
            if not 362 <= day < 372:
                self.program._evaluate(self.customer.ids, self.program._today())
        self.assertEqual(self._story(), self._story(self.other_customer))
        self.assertGreaterEqual(len(self._story()), 3)

    def test_other_thresholds_take_nobody_down_before_his_time(self):
        """L110 today's rules"""
        self._spend(600)
        self._spend(400, self.other_customer)
        self._go(30)
        self.silver.threshold = 900
        self._night()
        self.assertEqual(self._tier(), self.silver)
        self.assertEqual(self._last().date_from, date(2025, 6, 30))
        self._go(60)
        self.silver.threshold = 300
        self.assertFalse(self._tier(self.other_customer))
        self._go(61)
        self._night()
        self.assertEqual(self._tier(self.other_customer), self.silver)
        self.assertEqual(
            self._last(self.other_customer).date_from, self.program._today()
        )

    def test_merged_customers_have_one_membership_a_day(self):
        """L111 merge"""
        self._go(date(2026, 6, 30))
        self._spend(1_000)
        self._go(date(2026, 12, 31))
        self._spend(500, self.other_customer)
        self._go(date(2027, 5, 1))
        self._night()
        wizard = self.env["base.partner.merge.automatic.wizard"].sudo()
        both = self.customer | self.other_customer
        wizard._merge(both.ids, self.customer, extra_checks=False)
        self.env.invalidate_all()
        self._night()
        self.assertEqual(self._tier(), self.gold)
        days = [
            (one.date_from, one.date_to)
            for one in self.memberships.search(
                [("partner_id", "=", self.customer.id)], order="date_from, id"
            )
            if one.date_to >= one.date_from
        ]
        for (_start, end), (start, _end) in zip(days, days[1:], strict=False):
            self.assertGreater(start, end)
        self.assertEqual(
            [one for one in self._story() if one[2] <= "2027-05-01" <= one[3]],
            [("Gold", "qualified", "2026-06-30", "2027-07-30", False)],
        )
        # judged by what both bought in that time
        self._nights(date(2027, 6, 29), date(2027, 8, 2))
        landed = self._last()
        self.assertEqual((landed.tier_id, landed.amount), (self.silver, 500))

    def test_an_earned_tier_waits_for_the_end_of_an_invitation(self):
        """L112 invitation"""
        self._go(date(2027, 1, 15))
        self.gold._invite(self.customer, date(2027, 3, 31), "Spring")
        self._go(date(2027, 3, 1))
        self._spend(500)
        self._nights(date(2027, 3, 30), date(2027, 4, 2))
        story = self._story()
        self.assertEqual((story[-2][0], story[-2][3]), ("Gold", "2027-03-31"))
        self.assertEqual((story[-1][0], story[-1][2]), ("Silver", "2027-04-01"))
        self.assertEqual(self._last().kept_until, date(2028, 3, 1))

    def test_born_on_a_leap_day(self):
        """L114 occasions"""
        self._go(date(2026, 12, 1))
        self._spend(500)
        self._go(date(2027, 1, 20))
        self._spend(500)
        cake = self._benefit(self.silver, "birthday", name="Cake", days_before=5)
        self.customer.customer_birthday = "1980-02-29"
        gestures = self.env["loyalty.tier.gesture"].sudo()

        def made():
            with self._scheduled():
                gestures._cron_prepare()
            return gestures.search([("benefit_id", "=", cake.id)]).mapped("date")

        self._go(date(2027, 2, 22))
        self.assertEqual(made(), [])
        # late, and twice
        for day in (25, 25, 28):
            self._go(date(2027, 2, day))
            self.assertEqual(made(), [date(2027, 2, 28)])
        self._go(date(2027, 12, 20))
        self._spend(1_000)
        self._nights(date(2028, 1, 20), date(2028, 1, 22))
        self._go(date(2028, 2, 24))
        self.assertIn(date(2028, 2, 29), made())
        self._go(date(2028, 2, 29))
        self.assertEqual(len(made()), 2)

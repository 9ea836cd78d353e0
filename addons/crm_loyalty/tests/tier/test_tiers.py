from datetime import timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import TODAY
from .tier_common import TierCommon


@tagged("post_install", "-at_install")
class TestTiers(TierCommon):
    """Who reaches a tier and when, who keeps it, and how it is lost."""

    def test_each_threshold_to_the_unit(self):
        for threshold, tier in (
            (500, self.silver),
            (1_000, self.gold),
            (3_000, self.platinum),
        ):
            below = self.program.tier_ids.filtered(
                lambda t, x=threshold: t.threshold < x
            )
            for amount, expected in (
                (threshold - 0.01, below[-1:]),
                (threshold, tier),
                (threshold + 0.01, tier),
            ):
                with self.subTest(amount=amount):
                    partner = self.customer.create({"name": str(amount)})
                    self._spend(amount, partner)
                    self.assertEqual(self._tier(partner), expected)

    def test_figures_are_on_the_membership(self):
        self._spend(400)
        self._go(10)
        self._spend(700)
        membership = self.customer.tier_membership_ids
        self.assertRecordValues(
            membership,
            [
                {
                    "tier_id": self.gold.id,
                    "reason": "qualified",
                    "amount": 1_100,
                    "threshold": 1_000,
                    "period_start": TODAY.replace(year=2024, month=7, day=11),
                    "period_end": TODAY + timedelta(10),
                    "kept_until": TODAY.replace(year=2026, month=7, day=10),
                    "date_to": TODAY.replace(year=2026, month=8, day=9),
                    "partner_id": self.customer.id,
                }
            ],
        )
        self.assertIn("1,100.00", membership.explanation)

    def test_soft_landing_one_level_after_grace(self):
        self._spend(5_000)
        self._go(365)
        self._night()
        self.assertEqual(self._tier(), self.platinum)
        self._go(366)
        self._night()
        self.assertEqual(self._tier(), self.platinum)
        self.assertEqual(self._story()[-1][1], "grace")
        self._go(365 + 30)
        self._night()
        self.assertEqual(self._tier(), self.platinum)
        self._go(365 + 31)
        self._night()
        self.assertEqual(self._tier(), self.gold)
        self.assertEqual(
            self._story(),
            [
                ("Platinum", "qualified", "2025-06-30", "2026-06-30", "expired"),
                ("Platinum", "grace", "2026-07-01", "2026-07-30", "expired"),
                ("Gold", "landed", "2026-07-31", "2027-08-29", False),
            ],
        )

    def test_withdrawn_by_date_without_any_night(self):
        self._spend(500)
        self._go(365 + 30)
        self.assertEqual(self._tier(), self.silver)
        self._go(365 + 31)
        self.assertFalse(self._tier())
        self.assertFalse(self.customer.customer_tier_id)

    def test_late_night_decides_as_each_night_would_have(self):
        self._spend(5_000)
        self._spend(5_000, self.other_customer)
        for day in range(0, 1_300, 30):
            self._go(day)
            self.program._evaluate(self.customer.ids, self.program._today())
        self.program._evaluate(self.other_customer.ids, self.program._today())
        self.assertEqual(self._story(), self._story(self.other_customer))
        self.assertGreater(len(self._story()), 5)

    def test_kept_by_what_is_bought_in_the_period(self):
        self._spend(1_000)
        self._go(100)
        self._spend(1_000)
        self._go(366)
        self._night()
        self.assertEqual(
            self._story()[-1],
            ("Gold", "renewed", "2026-07-01", "2027-07-30", False),
        )

    def test_made_up_for_in_grace(self):
        self._spend(1_000)
        self._go(200)
        self._spend(999)
        self._go(370)
        self._night()
        self.assertEqual(self._story()[-1][1], "grace")
        self._spend(1)
        self.assertEqual(self._story()[-1][1], "renewed")
        self.assertEqual(self._tier(), self.gold)

    def test_a_contact_counts_for_its_company(self):
        company = self.customer.create({"name": "Dana", "is_company": True})
        contacts = self.customer.create(
            [{"name": name, "parent_id": company.id} for name in ("Eli", "Fen")]
        )
        for contact in contacts:
            self._spend(500, contact)
        self.assertEqual(self._tier(company), self.gold)
        self.assertEqual(contacts[0].customer_tier_id, self.gold)

    def test_day_is_that_of_the_companys_place(self):
        self.assertEqual(self.company._today(), TODAY)
        self.company.partner_id.tz = "Pacific/Kiritimati"
        self.assertEqual(self.company._today(), TODAY + timedelta(days=1))
        elsewhere = self.customer.create({"name": "Here", "tz": "UTC"})
        self.company.sudo().partner_id = elsewhere
        self.assertEqual(self.company._today(), TODAY)

    def test_calendar_years(self):
        self.program.active = False
        program = self._make_program(period="year", grace_days=0)
        self._spend(1_000)
        membership = self.customer.tier_membership_ids
        self.assertEqual(str(membership.kept_until), "2026-12-31")
        self.assertEqual(str(membership.counts_from), "2026-01-01")
        self._go(TODAY.replace(year=2027, month=1, day=1))
        self._night(program)
        self.assertEqual(self._tier(program=program).name, "Silver")

    def test_margin_of_calendar_years(self):
        self.program.active = False
        program = self._make_program(
            measure="margin", period="year", grace_days=0, thresholds=(40, 80)
        )
        self.product.standard_price = 60
        self._spend(140)
        membership = self.customer.tier_membership_ids
        self.assertEqual(self._tier(program=program).name, "Gold")
        self.assertEqual(
            (membership.amount, str(membership.kept_until)), (80, "2026-12-31")
        )
        # the next year counts by itself
        self._go(TODAY.replace(year=2026, month=2, day=1))
        self._spend(100)
        self._go(TODAY.replace(year=2027, month=1, day=1))
        self._night(program)
        self.assertEqual(self._tier(program=program).name, "Silver")
        last = self.customer.tier_membership_ids.filtered(lambda one: not one.ending)
        self.assertEqual(last.amount, 40)

    def test_margin_and_points_qualify(self):
        self.program.active = False
        by_margin = self._make_program(measure="margin", thresholds=(40,))
        self.product.standard_price = 60
        self._orders(self.customer, 3)
        self._night(by_margin)
        self.assertEqual(self._tier(program=by_margin).name, "Silver")
        self.assertEqual(self.customer.tier_membership_ids.amount, 40)

    def test_invitation_lowers_nobody_and_changes_nothing_twice(self):
        until = TODAY + timedelta(60)
        self._spend(600)
        self._spend(3_000, self.other_customer)
        both = self.customer | self.other_customer
        begun = self.gold._invite(both, until, "Spring action")
        self.assertEqual(begun.partner_id, self.customer)
        self.assertFalse(self.gold._invite(both, until, "Spring action"))
        self.assertEqual(self._tier(), self.gold)
        self.assertEqual(self._tier(self.other_customer), self.platinum)
        self._go(61)
        self._night()
        self.assertEqual(self._tier(), self.silver)
        self.assertEqual(self._story()[-1][1], "resumed")

    def test_invited_who_buys_enough_stays(self):
        self.gold._invite(self.customer, TODAY + timedelta(60), "Spring action")
        self._go(20)
        self._spend(1_000)
        self.assertEqual(self._story()[-1][1], "qualified")

    def test_invited_who_buys_nothing_leaves(self):
        self.gold._invite(self.customer, TODAY + timedelta(60), "Spring action")
        self._go(61)
        self._night()
        self.assertFalse(self._tier())
        self.assertEqual(self._story()[-1][4], "expired")

    def test_bad_ladders_are_refused(self):
        for error, values in (
            (IntegrityError, {"name": "Same", "threshold": 500}),
            (ValidationError, {"name": "Below nothing", "threshold": -1}),
        ):
            with (
                self.subTest(values["name"]),
                self.assertRaises(error),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.silver.create({**values, "program_id": self.program.id})
                self.env.flush_all()
        with self.assertRaises(ValidationError):
            self._make_program(thresholds=())
        self._spend(600)
        with self.assertRaises(UserError):
            self.silver.unlink()
        with self.assertRaises(UserError):
            self.program.measure = "margin"
        with self.assertRaises(UserError):
            self.gold._invite(self.customer, TODAY - timedelta(1), "Too late")

    def test_database_refuses_two_tiers_at_once(self):
        self._spend(600)
        first = self.customer.tier_membership_ids.sudo()
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            first.ending = "expired"
            first.copy({"tier_id": self.gold.id, "ending": False})
            self.env.flush_all()

    def test_nobody_writes_memberships_by_hand(self):
        self._spend(600)
        membership = self.customer.tier_membership_ids
        manager = self.env.ref("base.user_admin")
        with self.assertRaises(AccessError):
            membership.with_user(manager).write({"date_to": "2099-01-01"})
        with self.assertRaises(AccessError):
            membership.with_user(manager).copy()

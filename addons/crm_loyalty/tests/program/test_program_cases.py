from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command, Domain
from odoo.tests import tagged

from .program_common import ProgramCommon

MARGIN = 40  # of one piece


@tagged("post_install", "-at_install")
class TestProgramCases(ProgramCommon):
    """Cases that go wrong elsewhere, told anew with small figures."""

    def _arms(self, program):
        return {m.partner_id: m.arm for m in program.member_ids}

    def _of_arm(self, program, arm):
        return program.member_ids.filtered(lambda m: m.arm == arm).sorted("id")

    def _coupons(self):
        return self.env["loyalty.program"].create(
            {
                "name": "Ten Off",
                "program_type": "coupons",
                "reward_ids": [
                    Command.create(
                        {
                            "reward_type": "discount",
                            "discount": 10,
                            "discount_mode": "percent",
                            "discount_applicability": "order",
                            "required_points": 1,
                        }
                    )
                ],
                "rule_ids": [Command.create({})],
            }
        )

    def _use(self, partner, offer, card=None):
        """An order of 100 with the offer's coupon, its own or another one."""
        card = card or self.env["loyalty.card"].create(
            {"program_id": offer.id, "partner_id": partner.id, "points": 1}
        )
        order = self.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "order_line": [Command.create({"product_id": self.product.id})],
            }
        )
        order._try_apply_code(card.code)
        order._apply_program_reward(offer.reward_ids, card)
        order.action_confirm()
        self.assertEqual(order.amount_untaxed, 90)
        return order

    def test_no_arm_is_drawn_anew(self):
        """L126 arm redrawn"""
        customers = self._customers(50)
        program = self._running(control_share=0.2)
        before = self._arms(program)
        with self.assertRaises(AccessError):
            program.control_share = 0.1
        self.assertEqual(program.control_share, 0.2)
        customers[:3].category_id = False
        self._customers(50)
        program._enrol()
        customers[:3].category_id = self.tag
        program._enrol()
        after = self._arms(program)
        self.assertEqual(len(program.member_ids), 100)
        self.assertEqual({p: after[p] for p in before}, before)

    def test_who_comes_back_is_not_touched_again(self):
        """L127 touched twice"""
        customers = self._customers(3)
        program = self._running()
        self._touch(program)
        customers[0].category_id = False
        program._enrol()
        with self._later(30):
            customers[0].category_id = self.tag
            program._enrol()
            self._touch(program)
        self.assertEqual(program.member_ids.mapped("touch_count"), [1, 1, 1])
        self.assertEqual(len(self._mails(program)), 3)

    def test_who_is_held_back_and_gets_the_offer_another_way_stays_held_back(self):
        """L129 control contaminated"""
        self._customers(40)
        offer = self._coupons()
        program = self._running(
            control_share=0.5, offer="discount", loyalty_program_id=offer.id
        )
        control = self._of_arm(program, "control")
        for member in control[:3]:
            self._use(member.partner_id, offer)
        before = self._arms(program)
        self._measure_at_end(program)
        self.assertEqual(self._arms(program), before)
        self.assertEqual(program.control_leak_count, 3)
        self.assertIn(
            f"3 of {len(control)} in the control group got the offer another way",
            program.leak_words,
        )
        self.assertEqual(program.counted_control, len(control))

    def test_the_draw_is_among_those_who_can_be_reached(self):
        """L130 control not eligible"""
        customers = self._customers(40)
        customers[:12].email = False
        program = self._running(control_share=0.5)
        self.assertEqual(program.member_ids.partner_id, customers[12:])
        self.assertTrue(program.control_count)

    def test_no_verdict_before_the_windows_have_ended(self):
        """L132 peeking, L133 windows: the earlier ones alone are compared"""
        self._customers(60)
        now = fields.Datetime.now()
        with freeze_time(now - timedelta(days=60)):
            program = self._running(control_share=0.5, window_days=30)
        early = program.member_ids
        treated = self._of_arm(program, "treated")
        for member in treated[: len(treated) // 2]:
            self._buy(member.partner_id, 3, when=member.enrolled_at + timedelta(days=2))
        self._customers(60)
        with freeze_time(now - timedelta(days=1)):
            program._enrol()
        self.assertGreater(len(program.member_ids), len(early))
        program.action_measure()
        self.assertAlmostEqual(
            program.treated_rate, (len(treated) // 2) / len(treated), 5
        )
        self.assertEqual(
            (program.counted_treated + program.counted_control), len(early)
        )
        self.assertTrue(program.many_looks)
        self.assertIn("60 more are still observed", program.basis_words)
        self.assertIn("each over 30 days", program.basis_words)
        wide = program.margin_high - program.margin_low
        # the same purchases, had all come in on one day and the last window ended
        (program.member_ids - early).sudo().unlink()
        program.action_measure()
        self.assertFalse(program.many_looks)
        self.assertGreater(wide, 1.3 * (program.margin_high - program.margin_low))

    def test_it_is_too_early_until_the_window_has_ended(self):
        """L132 peeking: with one window there is one look"""
        self._customers(60)
        program = self._running(control_share=0.5)
        self._touch(program)
        treated = self._of_arm(program, "treated")
        self._buy_all({m.partner_id: 2 + n % 2 for n, m in enumerate(treated)})
        for days in (0, 28, 80):
            with self._later(days):
                program.action_measure()
                for words in (program.margin_words, program.rate_words):
                    self.assertIn("Too early to tell", words)
                self.assertFalse(program.enough)
                self.assertFalse(program.interval_known)
                self.assertIn("Nobody yet", program.basis_words)
        self._measure_at_end(program)
        self.assertTrue(program.enough)
        self.assertIn("95 % sure", program.margin_words)
        self.assertIn("each over 90 days", program.basis_words)

    def test_a_late_return_is_taken_off(self):
        """L135 late returns"""
        self._customers(40)
        now = fields.Datetime.now()
        with freeze_time(now - timedelta(days=110)):
            program = self._running(control_share=0.5, window_days=30)
            self._touch(program)
        member = self._of_arm(program, "treated")[0]
        order = self._buy(
            member.partner_id, 1, when=member.enrolled_at + timedelta(days=15)
        )
        program.action_measure()
        self.assertEqual((member.margin, member.success), (MARGIN, 1))
        self.assertGreater(max(program.margin_by_week["treated"]), 0)
        # 80 days after his window
        self._refund(order)
        with self._later(1):
            self._cron("measure_programs")
        self.assertEqual((member.margin, member.success), (0, 0))
        self.assertFalse(member.responded_at)
        self.assertEqual(program.treated_rate, 0)
        self.assertEqual(max(program.margin_by_week["treated"]), 0)

    def test_who_objects_before_the_touch_stays_in_his_arm(self):
        """L137 objects"""
        customers = self._customers(20)
        program = self._running(control_share=0.3)
        treated = self._of_arm(program, "treated")
        self.env["mail.blacklist"].sudo()._add(treated[0].partner_id.email)
        self._touch(program)
        self.assertEqual((treated[0].touch_count, treated[0].arm), (0, "treated"))
        self.assertNotIn(
            treated[0].partner_id.email, self._mails(program).mapped("email_to")
        )
        self._measure_at_end(program)
        self.assertEqual(program.counted_treated, len(treated))
        self.assertEqual(
            program.counted_treated + program.counted_control, len(customers)
        )

    def test_a_coupon_used_outside_counts_as_cost_and_in_no_arm(self):
        """L138 leak"""
        self._customers(30)
        offer = self._coupons()
        program = self._running(
            control_share=0.4,
            offer="discount",
            loyalty_program_id=offer.id,
            touch_cost=1,
        )
        self._touch(program)
        treated = self._of_arm(program, "treated")
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        self._use(stranger, offer, treated[0].card_id)
        self._use(treated[1].partner_id, offer, treated[1].card_id)
        self._measure_at_end(program)
        self.assertEqual((program.outside_count, program.outside_cost), (1, 10))
        self.assertIn("Used outside 1 times", program.leak_words)
        self.assertEqual(program.control_leak_count, 0)
        self.assertEqual(treated[0].success, 0)
        self.assertFalse(self._member(program, stranger))
        cost = len(treated) + 10
        self.assertEqual(program.counted_cost + program.outside_cost, cost)
        self.assertAlmostEqual(
            program.return_on_cost, (program.extra_margin - cost) / cost, 3
        )

    def test_coupons_of_another_program_with_the_same_offer_are_its_own(self):
        """L138 leak"""
        offer = self._coupons()
        one, other = self._customers(2)
        values = {"offer": "discount", "loyalty_program_id": offer.id}
        programs = self.programs.browse()
        for partner in (one, other):
            (one | other).category_id = False
            partner.category_id = self.tag
            programs |= self._running(**values)
        for program in programs:
            self._touch(program)
            self._use(program.member_ids.partner_id, offer, program.member_ids.card_id)
        for program in programs:
            self._measure_at_end(program)
            self.assertEqual(program.outside_count, 0)


@tagged("post_install", "-at_install")
class TestProgramDay(ProgramCommon):
    """A campaign's days are those of its company (the day)."""

    # 23:30 and 00:30 of the night before 1 July
    NIGHTS = {
        "Pacific/Auckland": ("2027-06-30 11:30:00", "2027-06-30 12:30:00"),
        "America/Los_Angeles": ("2027-07-01 06:30:00", "2027-07-01 07:30:00"),
        "Asia/Tehran": ("2027-06-30 20:00:00", "2027-06-30 21:00:00"),
    }

    def test_it_begins_reminds_and_ends_by_the_companys_day(self):
        """L072 the day, reports: campaigns"""
        for zone, (before, after) in self.NIGHTS.items():
            with self.subTest(zone), self.cr.savepoint() as savepoint:
                self.company.partner_id.tz = zone
                self._customers(2)
                with freeze_time(before):
                    program = self._running(
                        medium="call", date_start="2027-07-01", reminder_days=1
                    )
                    mine = Domain("id", "=", program.id)
                    self.assertFalse(self.programs.search(mine & self._to_enrol()))
                with freeze_time(after):
                    self.assertTrue(self.programs.search(mine & self._to_enrol()))
                    program.write(
                        {"date_start": "2027-06-30", "date_end": "2027-06-30"}
                    )
                with freeze_time(before):
                    program._end_overdue()
                    self.assertEqual(program.state, "running")
                with freeze_time(after):
                    program._end_overdue()
                    self.assertEqual(program.state, "done")
                savepoint.rollback()
            self.env.invalidate_all()

    def _to_enrol(self):
        return self.programs._to_enrol_domain()

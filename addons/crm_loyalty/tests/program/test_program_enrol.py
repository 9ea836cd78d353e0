from psycopg2.errors import CheckViolation, UniqueViolation

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ...models.program.crm_customer_program_enrolment import draw
from .program_common import ProgramCommon


@tagged("post_install", "-at_install")
class TestProgramEnrol(ProgramCommon):
    """Who comes in, and how the arms are drawn."""

    def _arms(self, program):
        self.env.invalidate_all()
        return {m.partner_id.id: (m.draw, m.arm) for m in program.member_ids}

    def test_draw_is_the_same_in_python_and_in_the_database(self):
        customers = self._customers(60)
        program = self._running(control_share=0.3)
        arms = self._arms(program)
        self.assertEqual(set(arms), set(customers.ids))
        for customer, (number, arm) in arms.items():
            self.assertEqual(number, draw(program.draw_key, "res.partner", customer))
            self.assertEqual(arm, "control" if number < 0.3 else "treated")
        self.assertEqual({arm for _n, arm in arms.values()}, {"control", "treated"})

    def test_batches_of_any_size_and_order_draw_alike(self):
        customers = self._customers(30)
        whole = self._running(control_share=0.4)
        one_by_one = self._program(
            control_share=0.4, draw_key=whole.draw_key, leave_out_running=False
        )
        one_by_one.state = "running"
        # the last customers first
        customers[:20].category_id = False
        self.env.flush_all()
        while one_by_one._enrol(batch_size=1):
            pass
        customers[:20].category_id = self.tag
        one_by_one._enrol(batch_size=7)
        one_by_one._enrol(batch_size=100)
        self.assertEqual(self._arms(one_by_one), self._arms(whole))

    def test_share_held_back_is_about_what_was_asked_for(self):
        key = self._program().draw_key
        held_back = sum(
            draw(key, "res.partner", number) < 0.1 for number in range(9000)
        )
        # four standard errors of a tenth
        self.assertAlmostEqual(held_back / 9000, 0.1, delta=0.013)

    def test_enrolling_again_changes_nothing(self):
        self._customers(10)
        program = self._running(control_share=0.5)
        before = self._arms(program)
        program._enrol()
        self.assertEqual(self._arms(program), before)

    def test_arm_is_kept_by_the_database(self):
        self._customers(24)
        program = self._running(control_share=0.5)
        control = program.member_ids.filtered(lambda m: m.arm == "control")[0]
        for values in (
            {"touch_count": 1},
            {"touched_at": fields.Datetime.now()},
            {"next_touch_on": fields.Date.today()},
            {"cost": 1},
        ):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(CheckViolation),
                self.env.cr.savepoint(),
            ):
                control.write(values)
                self.env.flush_all()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(UniqueViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO crm_customer_program_member (program_id, company_id,
                           partner_id, arm, draw, state, enrolled_at, observed_until,
                           touch_count)
                    SELECT program_id, company_id, partner_id, 'treated', draw, state,
                           enrolled_at, observed_until, 0
                      FROM crm_customer_program_member WHERE id = %s
                    """,
                    control.id,
                )
            )

    def test_who_may_not_be_contacted_is_left_out_of_both_arms(self):
        customers = self._customers(3)
        customers[0].email = False
        self.env["mail.blacklist"].sudo()._add(customers[1].email)
        self.assertEqual(self._running().member_ids.partner_id, customers[2])

    def test_left_out_segments_and_members_of_other_programs(self):
        customers = self._customers(4)
        vip = self.env["res.partner.category"].create({"name": "VIP"})
        customers[0].category_id += vip
        kept_out = self.env["crm.customer.segment"].create(
            {"name": "VIP", "tag_ids": vip.ids}
        )
        first = self._running(exclude_segment_ids=kept_out.ids)
        self.assertEqual(first.member_ids.partner_id, customers[1:])
        self.assertEqual(self._running().member_ids.partner_id, customers[0])
        first.action_finish()
        self.assertIn(customers[1], self._running().member_ids.partner_id)

    def test_newcomers_are_enrolled_by_night(self):
        first = self._customers(2)
        recurring = self._running()
        once = self._running(recurring=False, leave_out_running=False)
        new = self._customers(1)
        for program in recurring | once:
            program.enrolled_on = fields.Date.subtract(program.enrolled_on, days=1)
        self.env.flush_all()
        self._cron("enrol_members")
        self.assertEqual(recurring.member_ids.partner_id, first | new)
        self.assertEqual(once.member_ids.partner_id, first)

    def test_empty_segment_enrols_nobody_and_goes_on(self):
        customers = self._customers(2)
        program = self._running()
        customers.category_id = False
        program.enrolled_on = False
        self._cron("enrol_members")
        self.assertEqual(program.state, "running")
        self.assertEqual(program.member_ids.partner_id, customers)
        self.assertEqual(program.enrolled_on, fields.Date.today())

    def test_says_why_nobody_is_in(self):
        program = self._program()
        self.assertFalse(program.nobody_words)
        program.action_start()
        self.assertIn("Nobody is in the segment", program.nobody_words)
        customers = self._customers(2, email=False)
        later = self._running()
        self.segment.invalidate_recordset()
        self.assertIn("customers: 2", later.nobody_words)
        self.assertIn("“E-mail”", later.nobody_words)
        customers[0].email = "one@example.com"
        first = self._running()
        self.assertFalse(first.nobody_words)
        self.assertIn("another campaign", self._running().nobody_words)

    def test_what_the_comparison_rests_on_is_fixed_once_somebody_is_in(self):
        self._customers(1)
        program = self._running()
        for values in (
            {"control_share": 0.2},
            {"window_days": 30},
            {"kind": "win_back"},
            {"target_product_ids": self.product.ids},
        ):
            with self.assertRaises(UserError):
                program.write(values)
        program.write({"control_share": 0, "kind": "retention", "name": "Same"})

    def test_impossible_programs_do_not_start(self):
        for values in (
            {"segment_id": False},
            {"subject": False},
            {"message": "<p><br></p>"},
            {"kind": "cross_sell"},
            {"offer": "discount"},
            {"offer": "payment_term"},
            {"medium": "call", "user_id": False},
        ):
            with self.subTest(values), self.assertRaises(UserError):
                self._running(**values)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(CheckViolation),
            self.env.cr.savepoint(),
        ):
            self._program(window_days=0)

    def test_numbers_keep_within_what_can_be_computed(self):
        for values in (
            {"window_days": 3_000_000},
            {"offer_days": 10**400},
            {"reminder_days": -1},
            {"control_share": float("nan")},
            {"control_share": 0.9},
            {"budget": 1e308},
            {"budget": -1},
            {"touch_cost": float("inf")},
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                self._program(**values)
            wizard = self.env["crm.customer.program.create"]
            if values.keys() <= wizard._fields.keys():
                with self.subTest(values), self.assertRaises(ValidationError):
                    wizard.create(values)

    def test_subject_is_no_template(self):
        """Odoo would evaluate it, as superuser."""
        with self.assertRaises(ValidationError):
            self._program(subject="{{ object.env.cr.dbname }}")

    def test_unevaluable_segment_stops_the_program_with_its_reason(self):
        customers = self._customers(2)
        program = self._running()
        self.env.cr.execute(
            SQL(
                "UPDATE crm_customer_segment SET domain = %s WHERE id = %s",
                "[('nothing', '=', 1)]",
                self.segment.id,
            )
        )
        program.enrolled_on = False
        self.env.flush_all()
        self.env.invalidate_all()
        self._cron("enrol_members")
        self.assertEqual(program.state, "paused")
        self.assertIn("Tagged", program.halt_reason)
        self.assertEqual(program.member_ids.partner_id, customers)

    def test_queries_do_not_grow_with_customers(self):
        self._customers(5)
        few = self._program(leave_out_running=False)
        many = self._program(leave_out_running=False)
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        few._enrol()
        cost = self.env.cr.sql_log_count - before
        self._customers(60)
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        many._enrol()
        self.assertLessEqual(self.env.cr.sql_log_count - before, cost)
        self.assertEqual((few.enrolled_count, many.enrolled_count), (5, 65))

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .program_common import ProgramCommon


@tagged("post_install", "-at_install")
class TestProgramTouch(ProgramCommon):
    """Who is touched, how often, and what stops it."""

    def _coupons(self, **values):
        return self.env["loyalty.program"].create(
            {"name": "Ten off", "program_type": "coupons", **values}
        )

    def test_each_member_is_mailed_once_and_no_control_ever(self):
        self._customers(40)
        program = self._running(control_share=0.3)
        treated = program.member_ids.filtered(lambda m: m.arm == "treated")
        self.assertLess(len(treated), 40)
        for _round in range(2):
            self._cron("touch_members")
        mails = self._mails(program)
        self.assertEqual(len(mails), len(treated))
        self.assertEqual(mails.recipient_ids, treated.partner_id)
        self.assertEqual(set(mails.mapped("state")), {"outgoing"})
        self.assertEqual(program.touched_count, len(treated))
        control = program.member_ids - treated
        self.assertFalse(any(control.mapped("touched_at")))

    def test_mail_has_text_coupon_and_a_way_out(self):
        [customer] = self._customers(1)
        program = self._running(offer="discount", loyalty_program_id=self._coupons().id)
        self._touch(program)
        card = program.member_ids.card_id
        self.assertEqual(card.partner_id, customer)
        self.assertEqual(card.points, 1)
        self.assertEqual(
            card.expiration_date, fields.Date.add(fields.Date.today(), days=30)
        )
        body = self._mails(program).body_html
        for part in ("How are you?", card.code, "/unsubscribe_from_list"):
            self.assertIn(part, body)

    def test_message_cannot_carry_a_template(self):
        """It would be rendered as superuser."""
        self._customers(1)
        program = self._running(
            message="<p>A<t t-out='6*7007'/><b t-out='6*7007'>B</b>{{ 6*7007 }}</p>"
        )
        self._touch(program)
        self.assertNotIn("42042", self._mails(program).body_html)

    def test_mailing_of_a_program_cannot_be_sent_to_all(self):
        self._customers(3)
        program = self._running(control_share=0.5)
        program.mailing_id.mailing_domain = "[]"
        self.assertEqual(program.mailing_id._get_remaining_recipients(), [])

    def test_call_goes_to_the_customers_salesperson_with_script(self):
        seller = self._make_user("prog_seller", "sales_team.group_sale_salesman")
        [own] = self._customers(1, user_id=seller.id)
        [nobodys] = self._customers(1)
        program = self._running(medium="call", script="<p>Listen.</p>")
        self._touch(program)
        for customer, owner in ((own, seller), (nobodys, program.user_id)):
            activity = self.env["mail.activity"].search(
                [("res_model", "=", "res.partner"), ("res_id", "=", customer.id)]
            )
            self.assertEqual(activity.user_id, owner)
            self.assertIn("Listen.", activity.note)
            self.assertEqual(activity.summary, "Hello")

    def test_response_stops_the_reminder(self):
        customers = self._customers(2)
        program = self._running(reminder_days=7)
        self._touch(program)
        self._buy(customers[0])
        with self._later(6):
            self._touch(program)
        self.assertEqual(len(self._mails(program)), 2)
        with self._later(7):
            self._touch(program)
            self._touch(program)
        responded, reminded = (self._member(program, c) for c in customers)
        self.assertRecordValues(
            responded | reminded,
            [
                {"state": "responded", "touch_count": 1},
                {"state": "touched", "touch_count": 2},
            ],
        )
        self.assertEqual(len(self._mails(program)), 3)
        with self._later(30):
            self._touch(program)
        self.assertEqual(len(self._mails(program)), 3)

    def test_who_buys_before_is_not_touched(self):
        customers = self._customers(2)
        program = self._running()
        self._buy(customers[0])
        self._touch(program)
        self.assertEqual(self._mails(program).recipient_ids, customers[1])
        early = self._member(program, customers[0])
        self.assertEqual((early.state, early.stop_reason), ("stopped", "bought"))

    def test_budget_is_never_exceeded(self):
        self._customers(10)
        program = self._running(
            touch_cost=2,
            budget=25,
            offer="discount",
            offer_cost=3,
            loyalty_program_id=self._coupons().id,
        )
        self._touch(program)
        self.assertEqual(program.touched_count, 5)
        self.assertEqual(program.spent, 25)
        self.assertEqual(sum(program.member_ids.mapped("cost")), 25)
        self.assertEqual(program.state, "paused")
        self.assertIn("budget", program.halt_reason)
        self.assertEqual(len(program.member_ids.card_id), 5)
        program.budget = 30
        program.action_resume()
        self._touch(program)
        self.assertEqual(program.touched_count, 6)

    def test_paused_and_ended_programs_touch_nobody(self):
        self._customers(3)
        program = self._running(date_end=fields.Date.add(fields.Date.today(), days=3))
        program.action_pause()
        self._cron("touch_members")
        self.assertFalse(self._mails(program))
        with self._later(5):
            self._cron("touch_members")
            self._cron("enrol_members")
        self.assertEqual(program.state, "done")
        self.assertFalse(self._mails(program))

    def test_paused_program_goes_on(self):
        self._customers(3)
        program = self._running()
        program.action_pause()
        program.action_resume()
        self._cron("touch_members")
        self.assertEqual(len(self._mails(program)), 3)

    def test_offer_archived_in_the_middle_stops_the_program(self):
        self._customers(4)
        coupons = self._coupons()
        program = self._running(offer="discount", loyalty_program_id=coupons.id)
        program._touch_step(2)
        coupons.action_archive()
        self._cron("touch_members")
        self.assertEqual(program.state, "paused")
        self.assertIn("Ten off", program.halt_reason)
        self.assertEqual(len(self._mails(program)), 2)
        coupons.action_unarchive()
        program.action_resume()
        self._cron("touch_members")
        self.assertEqual(len(self._mails(program)), 4)

    def test_offer_in_a_currency_without_rate_does_not_start(self):
        money = self.env["res.currency"].create({"name": "XTT", "symbol": "X"})
        coupons = self._coupons()
        coupons.currency_id = money
        self._customers(1)
        program = self._program(offer="discount", loyalty_program_id=coupons.id)
        with self.assertRaisesRegex(Exception, "XTT"):
            program.action_start()
        self.env["res.currency.rate"].create(
            {"currency_id": money.id, "name": "2020-01-01", "rate": 2}
        )
        program.action_start()
        self.assertEqual(program.state, "running")

    def test_payment_terms_hold_by_date_and_leave_nothing_behind(self):
        [customer] = self._customers(1)
        [contact] = self.env["res.partner"].create(
            [{"name": "Buyer", "parent_id": customer.id}]
        )
        customer.is_company = True
        terms = self.env["account.payment.term"].create({"name": "60 days"})
        own = self.env["account.payment.term"].create({"name": "Own"})
        for partner in customer | contact:
            partner.property_payment_term_id = own
        program = self._running(
            offer="payment_term", payment_term_id=terms.id, offer_days=10
        )

        def offered():
            orders = self.env["sale.order"]
            return orders.create({"partner_id": contact.id}).payment_term_id

        self.assertEqual(offered(), own)
        self._touch(program)
        self.assertEqual(offered(), terms)
        self.assertEqual(customer.property_payment_term_id, own)
        with self._later(11):
            self.assertEqual(offered(), own)

    def test_invitation_to_a_tier_is_for_those_touched_and_ends(self):
        tiers = self.env["loyalty.tier.program"].create(
            {
                "name": "Club",
                "tier_ids": [Command.create({"name": "Gold", "threshold": 1_000_000})],
            }
        )
        customers = self._customers(20)
        program = self._program(
            offer="tier", tier_id=tiers.tier_ids.id, control_share=0.5
        )
        with self.assertRaisesRegex(UserError, "Publish"):
            program.action_start()
        tiers.action_publish()
        program.action_start()
        self._touch(program)
        memberships = self.env["loyalty.tier.membership"].search(
            [("partner_id", "in", customers.ids), ("tier_id", "in", tiers.tier_ids.ids)]
        )
        touched = program.member_ids.filtered("touched_at")
        self.assertEqual(memberships.partner_id, touched.partner_id)
        self.assertEqual(
            set(memberships.mapped("date_to")), set(touched.mapped("offer_until"))
        )
        self.assertIn("Gold", self._mails(program)[0].body_html)

    def test_two_steps_at_once_are_refused(self):
        self._customers(1)
        program = self._running()
        for step in ("action_start", "action_resume"):
            with self.assertRaisesRegex(Exception, "moved on"):
                getattr(program, step)()

    def test_queries_of_a_touch_are_constant_for_calls(self):
        counts = []
        for size in (3, 30):
            self._customers(size)
            program = self._running(medium="call")
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._touch(program)
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(program.touched_count, size)
        self.assertLessEqual(counts[1] - counts[0], 10, counts)

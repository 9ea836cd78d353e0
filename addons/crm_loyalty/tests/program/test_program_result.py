from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from ...clv import margin_uplift, rate_uplift
from .program_common import ProgramCommon

MARGIN = 40  # of one piece


@tagged("post_install", "-at_install")
class TestProgramResult(ProgramCommon):
    """What a program is said to have brought equals what was bought."""

    def _half(self, count, **values):
        """A running program with its two arms, of customers in a fixed order."""
        self._customers(count)
        program = self._running(control_share=0.5, **values)
        members = program.member_ids.sorted("id")
        return (
            program,
            members.filtered(lambda m: m.arm == "treated"),
            members.filtered(lambda m: m.arm == "control"),
        )

    def _ago(self, **parts):
        return fields.Datetime.now() - timedelta(**parts)

    def test_outcome_equals_a_count_by_hand(self):
        now = fields.Datetime.now()
        [customer] = self._customers(1, is_company=True)
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": customer.id}
        )
        self._buy(customer, 2, when=now - timedelta(days=10))
        self._buy(customer, 5, when=now - timedelta(days=40))
        self._buy(customer, 9, when=now - timedelta(days=140))
        with freeze_time(now - timedelta(days=30)):
            program = self._running(window_days=60)
        self._buy(contact, 3, when=now - timedelta(days=5))
        self._buy(customer, 1, when=now + timedelta(days=31))
        quotation = self._buy(customer, 7, when=now - timedelta(days=3))
        quotation._action_cancel()
        program.action_measure()
        self.assertRecordValues(
            program.member_ids,
            [
                {
                    "revenue": 500,
                    "margin": 5 * MARGIN,
                    "margin_before": 5 * MARGIN,
                    "success": 1,
                    "succeeded_at": now - timedelta(days=10),
                }
            ],
        )

    def test_a_contact_who_moves_takes_no_response_along(self):
        """L089 company accounts"""
        for values in ({}, {"kind": "cross_sell"}):
            with self.subTest(**values), self.cr.savepoint():
                self._check_a_move(values)

    def _check_a_move(self, values):
        now = fields.Datetime.now()
        left, joined = self._customers(2, is_company=True)
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": left.id}
        )
        if values:
            values = {**values, "target_product_ids": self.product.ids}
        with freeze_time(now - timedelta(days=30)):
            program = self._running(window_days=60, **values)
        order = self._buy(contact, 2, when=now - timedelta(days=10))
        contact.parent_id = joined
        self._buy(contact, 3, when=now - timedelta(days=5))
        self._refund(order, 1)
        program.action_measure()
        found = {m.partner_id: (m.margin, m.success) for m in program.member_ids}
        expected = {left: (MARGIN, 1), joined: (3 * MARGIN, 1)}
        self.assertEqual({who: found.get(who) for who in expected}, expected)

    def test_refund_takes_success_and_margin_back(self):
        [customer] = self._customers(1)
        program = self._running()
        self._touch(program)
        order = self._buy(customer, 2)
        program.action_measure()
        self.assertEqual(program.member_ids.state, "responded")
        self._refund(order, 1)
        program.action_measure()
        self.assertEqual(program.member_ids.margin, MARGIN)
        # the rest of the same invoice: what is invoiced anew would be kept
        rest = order.invoice_ids.filtered(
            lambda move: move.move_type == "out_invoice"
        )._reverse_moves()
        rest.invoice_line_ids.quantity = 1
        rest.action_post()
        program.action_measure()
        self.assertRecordValues(
            program.member_ids,
            [{"margin": 0, "success": 0, "responded_at": False, "state": "touched"}],
        )

    def test_everybody_counts_touched_or_not(self):
        program, treated, control = self._half(40)
        program._touch_step(3)
        self._buy_all(
            {m.partner_id: 1 + n % 3 for n, m in enumerate(treated) if n % 2}
            | {m.partner_id: 1 for n, m in enumerate(control) if n % 4 == 0}
        )
        self._measure_at_end(program)
        self.env.invalidate_all()
        margins = margin_uplift(treated.mapped("margin"), control.mapped("margin"))
        rates = rate_uplift(
            len(treated.filtered("succeeded_at")),
            len(treated),
            len(control.filtered("succeeded_at")),
            len(control),
        )
        for name, figure in (
            ("margin_difference", margins.difference),
            ("margin_low", margins.low),
            ("margin_high", margins.high),
            ("extra_margin", margins.difference * len(treated)),
        ):
            self.assertAlmostEqual(program[name], figure, 1, name)
        self.assertAlmostEqual(program.treated_rate, rates.treated_mean)
        self.assertAlmostEqual(program.control_rate, rates.control_mean)
        self.assertEqual(program.control_count, len(control))
        self.assertEqual(len(treated) // 2, program.success_count)

    def test_little_evidence_is_called_so(self):
        program, treated, control = self._half(20)
        self._buy(treated[0].partner_id)
        self._buy(control[0].partner_id)
        self._measure_at_end(program)
        self.assertFalse(program.enough)
        self.assertIn("Not enough evidence yet", program.margin_words)
        self.assertIn("Not enough evidence yet", program.rate_words)

    def test_about_how_many_more_are_needed_is_said(self):
        program, treated, _control = self._half(40)
        self._buy(treated[0].partner_id)
        self._measure_at_end(program)
        self.assertGreater(program.more_needed, 40)
        self.assertIn(
            f"about {program.more_needed:,} more customers needed", program.margin_words
        )

    def test_a_clear_effect_is_proved_and_paid_for(self):
        program, treated, _control = self._half(60, touch_cost=2)
        self._touch(program)
        self._buy_all({m.partner_id: 2 + n % 2 for n, m in enumerate(treated)})
        self._measure_at_end(program)
        self.assertTrue(program.enough)
        self.assertGreater(program.margin_low, MARGIN)
        self.assertEqual(program.spent, 2 * len(treated))
        self.assertAlmostEqual(
            program.return_on_cost,
            (program.extra_margin - program.spent) / program.spent,
            3,
        )
        self.assertIn("95 % sure", program.margin_words)
        self.assertIn("net", program.cost_words)
        self.assertTrue(program.interval_chart)

    def test_nobody_held_back_proves_nothing(self):
        self._customers(3)
        program = self._running()
        program.action_measure()
        self.assertIn("There is no control group", program.margin_words)
        self.assertFalse(program.enough)

    def test_cross_selling_succeeds_by_its_product_alone(self):
        target = self._make_product("Grinder", price=200, cost=100)
        customers = self._customers(3)
        program = self._running(kind="cross_sell", target_product_ids=target.ids)
        self._touch(program)
        self._buy(customers[0], product=target)
        self._buy(customers[1])
        returned = self._buy(customers[2], product=target)
        self._refund(returned)
        self._measure_at_end(program)
        self.assertEqual(
            [self._member(program, c).margin for c in customers], [100, MARGIN, 0]
        )
        self.assertEqual(program.measure_name, "Attach Rate")

    def test_categories_below_count_for_cross_selling(self):
        above, below = self.env["product.category"].create(
            [{"name": "Machines"}, {"name": "Grinders"}]
        )
        below.parent_id = above
        target = self._make_product("Grinder", price=200, cost=100)
        target.categ_id = below
        [customer] = self._customers(1)
        program = self._running(kind="cross_sell", target_categ_ids=above.ids)
        self._buy(customer, product=target)
        program.action_measure()
        self.assertEqual(program.member_ids.success, 1)

    def test_weekly_margin_is_of_those_observed_so_long(self):
        now = fields.Datetime.now()
        early = self._customers(2)
        with freeze_time(now - timedelta(days=16)):
            program = self._running(window_days=60)
        late = self._customers(2)
        with freeze_time(now - timedelta(days=8)):
            program._enrol()
        self._buy(early[0], 1, when=now - timedelta(days=15))
        self._buy(late[0], 2, when=now - timedelta(days=7))
        self._buy(early[1], 3, when=now - timedelta(days=6))
        program.action_measure()
        first = (1 + 2) * MARGIN / 4
        self.assertEqual(
            program.margin_by_week["treated"],
            [0, first, first + 3 * MARGIN / 2],
        )
        self.assertEqual(program.margin_chart["labels"], ["0", "1", "2"])

    def test_night_measures_once_and_the_same(self):
        program, treated, _control = self._half(20)
        self._buy(treated[0].partner_id)
        self._cron("measure_programs")
        self.assertEqual(program.measured_on, fields.Date.today())
        before = program.member_ids.read(["margin", "success", "state"])
        with freeze_time(fields.Datetime.now() + timedelta(days=1)):
            self._cron("measure_programs")
        self.assertEqual(
            program.member_ids.read(["margin", "success", "state"]), before
        )

    def test_order_in_another_currency_counts_in_the_companys(self):
        money = self.env["res.currency"].create({"name": "XTT", "symbol": "X"})
        self.env["res.currency.rate"].create(
            {"currency_id": money.id, "name": "2020-01-01", "rate": 4}
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "X", "currency_id": money.id}
        )
        [customer] = self._customers(1)
        customer.property_product_pricelist = pricelist
        program = self._running()
        order = self._buy(customer, 2)
        self.assertEqual(order.currency_id, money)
        program.action_measure()
        self.assertAlmostEqual(program.member_ids.revenue, 200, 1)

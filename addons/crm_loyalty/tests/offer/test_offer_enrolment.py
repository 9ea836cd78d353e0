from datetime import timedelta

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from ..common import TODAY
from .offer_common import OfferCommon


@tagged("post_install", "-at_install")
class TestOfferEnrolment(OfferCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        customers = cls.regular | cls.late | cls.gone | cls.prospect
        for partner in customers:
            partner.phone = "+1 555 0100"
        cls.segment = cls.env["crm.customer.segment"].create(
            {"name": "Four", "domain": f"[('id', 'in', {customers.ids})]"}
        )

    def _program(self, **values):
        return self.env["crm.customer.program"].create(
            {
                "name": "Back",
                "kind": "win_back",
                "segment_id": self.segment.id,
                "offer": "discount",
                "loyalty_program_id": self.offer.id,
                "medium": "call",
                "control_share": 0.5,
                **values,
            }
        )

    def test_advised_against_are_not_enrolled_when_the_program_follows(self):
        self._advise()
        program = self._program(follow_advice=True)
        self.assertEqual(program.left_out_count, 2)
        against = self.advices.search(program.action_open_left_out()["domain"])
        self.assertEqual(against.partner_id, self.regular | self.gone)
        program.action_start()
        members = program.sudo().member_ids
        self.assertEqual(members.partner_id, self.late | self.prospect)

    def test_they_are_enrolled_when_it_does_not(self):
        self._advise()
        program = self._program()
        program.action_start()
        self.assertEqual(program.left_out_count, 0)
        self.assertEqual(len(program.sudo().member_ids), 4)

    def test_arms_are_drawn_as_without_advice(self):
        """Who is left out is left out of both arms; nobody else's draw changes."""
        self._advise()
        free, bound = (
            self._program(),
            self._program(follow_advice=True, leave_out_running=False),
        )
        bound.sudo().draw_key = free.draw_key
        (free | bound).action_start()
        draws = {m.partner_id: (m.draw, m.arm) for m in free.sudo().member_ids}
        for member in bound.sudo().member_ids:
            self.assertEqual((member.draw, member.arm), draws[member.partner_id])

    def test_what_was_known_at_the_draw_is_kept(self):
        program = self._program()
        program.action_start()
        member = program.sudo().member_ids.filtered(
            lambda member: member.partner_id == self.late
        )
        known = {
            "alive_before": 0.4,
            "silent_before": 70,
            "interval_before": 30,
            "purchases_before": 10,
            "usual_margin_before": 40,
        }
        self.assertRecordValues(member, [known])
        self._value(self.late).write({"alive": 0.99, "purchase_count": 11})
        program.sudo()._enrol()
        self.assertRecordValues(member, [known])

    def test_what_is_kept_is_of_those_who_came_in(self):
        """Not of who came in at the same moment by another batch."""
        known = self.late | self.prospect
        self.segment.domain = f"[('id', 'in', {self.prospect.ids})]"
        with freeze_time("2025-06-30 12:00:00"):
            program = self._program()
            program.action_start()
            # bought since the draw
            self._value(self.prospect).write(
                self._value_of(self.prospect, alive=0.9, silent=0)
            )
            self.segment.domain = f"[('id', 'in', {known.ids})]"
            program.sudo()._enrol()
        members = program.sudo().member_ids
        self.assertEqual(members.partner_id, known)
        kept = {member.partner_id: member.purchases_before for member in members}
        self.assertEqual(kept, {self.late: 10, self.prospect: 0})

    def test_arms_are_judged_by_what_was_known_then(self):
        """All have bought since and look alive: the late ones' stratum has them."""
        program = self._past_program()
        self.values.create(
            [
                self._value_of(partner, alive=0.99, silent=1)
                for partner in program.sudo().member_ids.partner_id
            ]
        )
        self._advise()
        self.assertTrue(self._advice(self.late).from_arms)
        self.assertFalse(self._advice(self.regular).from_arms)


@tagged("post_install", "-at_install")
class TestOfferOverruleEvaluation(OfferCommon):
    @freeze_time("2025-06-30 12:00:00")
    def test_overruled_advice_is_compared_with_what_followed(self):
        self._advise()
        quotation = self.env["sale.order"].create(
            {
                "partner_id": self.late.id,
                "order_line": [Command.create({"product_id": self.product.id})],
            }
        )
        wizard = self.env["crm.offer.overrule.wizard"].create(
            {"order_id": quotation.id, "reason": "Will buy for sure"}
        )
        wizard.action_overrule()
        overrule = self.env["crm.offer.overrule"].search([])
        self.assertEqual(overrule.evaluate_on, TODAY + timedelta(days=90))
        # 38 % of a usual order anyway, and what the offer was to add: 4 - 2.40
        self.assertAlmostEqual(overrule.expected_margin, 15.2 + 1.6, delta=0.1)
        job = self.env.ref("crm_loyalty.cron_evaluate_overruled")
        self._order(self.late, -20)
        self._order(self.late, -95)
        self._order(self.other_customer, -20)
        with self.enter_registry_test_mode(), freeze_time("2025-09-27"):
            job.method_direct_trigger()
        self.assertFalse(overrule.evaluated_on)
        with self.enter_registry_test_mode(), freeze_time("2025-09-29"):
            job.method_direct_trigger()
        overrule.invalidate_recordset()
        self.assertTrue(overrule.evaluated_on)
        self.assertFalse(overrule.offer_used)
        self.assertAlmostEqual(overrule.outcome_margin, 40)
        self.assertAlmostEqual(
            overrule.margin_difference, 40 - overrule.expected_margin
        )

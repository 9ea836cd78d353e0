from odoo.tests import tagged

from ...models.program.crm_customer_program_enrolment import draw
from .program_common import ProgramCommon


@tagged("post_install", "-at_install")
class TestProgramLeads(ProgramCommon):
    """Acquisition: leads and contacts who never bought."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.leads = cls.env["crm.lead"]

    def _leads(self, count, **values):
        return self.leads.create(
            [
                {
                    "name": f"Lead {number}",
                    "contact_name": f"Person {number}",
                    "email_from": f"lead{number}@example.com",
                    "referred": "program test",
                    **values,
                }
                for number in range(count)
            ]
        )

    def _acquisition(self, **values):
        return self._running(
            kind="acquisition",
            lead_domain="[('referred', '=', 'program test')]",
            **values,
        )

    def test_open_leads_and_contacts_without_purchase_come_in(self):
        leads = self._leads(4)
        new, buyer = self._customers(2)
        self._buy(buyer)
        leads[0].action_set_lost()
        leads[1].partner_id = buyer
        self.env["mail.blacklist"].sudo()._add(leads[2].email_from)
        program = self._acquisition()
        self.assertEqual(program.member_ids.lead_id, leads[3])
        self.assertEqual(program.member_ids.partner_id, new)
        self.assertEqual(program.enrolled_count, 2)

    def test_leads_are_drawn_by_the_same_rule(self):
        self._leads(30)
        program = self._acquisition(segment_id=False, control_share=0.5)
        self.assertEqual(program.enrolled_count, 30)
        for member in program.member_ids:
            number = draw(program.draw_key, "crm.lead", member.lead_id.id)
            self.assertEqual(member.draw, number)
            self.assertEqual(member.arm, "control" if number < 0.5 else "treated")
        program._enrol()
        self.assertEqual(program.enrolled_count, 30)

    def test_lead_is_mailed_and_its_first_order_is_the_success(self):
        [lead] = self._leads(1)
        program = self._acquisition(segment_id=False, touch_cost=5)
        self._touch(program)
        [mail] = self._mails(program)
        recipients = f"{mail.email_to} {mail.recipient_ids.email}"
        self.assertIn("lead0@example.com", recipients)
        self.assertIn("Person 0", mail.body_html)
        partner = self.env["res.partner"].create({"name": "New customer"})
        lead.partner_id = partner
        self._buy(partner, 2)
        self._measure_at_end(program)
        member = program.member_ids
        self.assertEqual((member.success, member.margin), (1, 80))
        self.assertEqual(member.state, "responded")
        self.assertEqual(program.success_cost, 5)
        self.assertIn("each of 1 new customers", program.cost_words)

    def test_lost_lead_is_not_touched(self):
        leads = self._leads(2)
        program = self._acquisition(segment_id=False)
        leads[0].action_set_lost()
        self._touch(program)
        self.assertEqual(program.touched_count, 1)
        stopped = program.member_ids.filtered(lambda m: m.state == "stopped")
        self.assertEqual(stopped.lead_id, leads[0])

    def test_merged_leads_stay_one_member_the_touched_one(self):
        leads = self._leads(3)
        program = self._acquisition(segment_id=False)
        program._touch_step(1)
        touched = program.member_ids.filtered("touched_at")
        head = leads.merge_opportunity()
        self.env.invalidate_all()
        self.assertEqual(program.member_ids, touched)
        self.assertEqual(touched.lead_id, head)

    def test_call_on_a_lead_is_the_owners(self):
        seller = self._make_user("lead_seller", "sales_team.group_sale_salesman")
        [lead] = self._leads(1, user_id=seller.id, phone="+1 212 555 7777")
        program = self._acquisition(segment_id=False, medium="call")
        self._touch(program)
        self.assertEqual(lead.activity_ids.user_id, seller)

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .program_common import ProgramCommon


@tagged("post_install", "-at_install")
class TestCampaignTemplates(ProgramCommon):
    """What each ready template asks for, and a touch by meeting."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tool = cls._make_product("Mixer", 200, 120)

    def _wizard(self, kind, **values):
        return self.env["crm.customer.program.create"].create(
            {"kind": kind, "control_share": 0, **values}
        )

    def _started(self, wizard):
        action = wizard.action_create_and_start()
        return self.programs.browse(action["res_id"])

    def _with_value(self, value_class, lifecycle):
        partner = self._customers(1)
        self.values.create(
            {
                "partner_id": partner.id,
                "company_id": self.company.id,
                "value_class": value_class,
                "lifecycle": lifecycle,
                "purchase_count": 3,
            }
        )
        return partner

    def test_win_back_asks_for_lost_customers_of_class_a_to_c(self):
        lost = [self._with_value(name, "lost") for name in "abc"]
        others = [
            self._with_value("d", "lost"),
            *(self._with_value("a", stage) for stage in ("loyal", "at_risk", "new")),
        ]
        wizard = self._wizard("win_back")
        self.assertEqual(wizard.customer_count, 3)
        program = self._started(wizard)
        members = program.member_ids.partner_id
        self.assertEqual(members, self.env["res.partner"].union(*lost))
        self.assertFalse(members & self.env["res.partner"].union(*others))
        self.assertRecordValues(program, [{"kind": "win_back", "medium": "call"}])

    def test_retention_asks_for_customers_of_class_a_due_this_week(self):
        today = fields.Date.today()
        due, later, of_class_b = (
            self._with_value(name, "loyal") for name in ("a", "a", "b")
        )
        for partner, days in ((due, 3), (later, 20), (of_class_b, 3)):
            value = self.values.search([("partner_id", "=", partner.id)])
            value.contact_before = fields.Date.add(today, days=days)
        program = self._started(self._wizard("retention"))
        self.assertEqual(program.member_ids.partner_id, due)

    def test_acquisition_asks_for_leads_of_the_last_90_days(self):
        leads = self.env["crm.lead"].create(
            [
                {
                    "name": f"Lead {days}",
                    "type": "lead",
                    "email_from": f"lead{days}@example.com",
                    "company_id": self.company.id,
                }
                for days in (10, 100)
            ]
        )
        for lead, days in zip(leads, (10, 100), strict=True):
            self.env.cr.execute(
                "UPDATE crm_lead SET create_date = now() - %s * interval '1 day'"
                " WHERE id = %s",
                [days, lead.id],
            )
        self.env["crm.lead"].invalidate_model()
        wizard = self._wizard("acquisition")
        before = wizard.customer_count
        program = self._started(wizard)
        self.assertEqual(program.enrolled_count, before)
        self.assertIn(leads[0], program.member_ids.lead_id)
        self.assertNotIn(leads[1], program.member_ids.lead_id)
        self.assertFalse(program.segment_id)
        self.assertRecordValues(program, [{"kind": "acquisition", "medium": "email"}])

    def test_cross_selling_asks_for_who_bought_one_and_not_the_other(self):
        one, both, neither = self._customers(3)
        for partner in (one, both):
            self._buy(partner)
        self._buy(both, product=self.tool)
        wizard = self._wizard(
            "cross_sell",
            bought_product_ids=[Command.set(self.product.ids)],
            target_product_ids=[Command.set(self.tool.ids)],
        )
        program = self._started(wizard)
        self.assertEqual(program.member_ids.partner_id, one)
        self.assertNotIn(neither, program.member_ids.partner_id)
        self.assertEqual(program.target_product_ids, self.tool)
        self._touch(program)
        self._buy(one, product=self.tool)
        program.action_measure()
        self.assertEqual(self._member(program, one).success, 1)

    def test_cross_selling_says_what_it_still_needs(self):
        with self.assertRaisesRegex(UserError, "products to sell"):
            self._wizard("cross_sell").action_create_draft()
        wizard = self._wizard(
            "cross_sell", target_product_ids=[Command.set(self.tool.ids)]
        )
        with self.assertRaisesRegex(UserError, "what the customers bought"):
            wizard.action_create_draft()

    def test_touch_by_meeting_is_a_meeting_of_the_salesperson_with_the_script(self):
        seller = self._make_user("meets", "sales_team.group_sale_salesman")
        hers, nobodys = self._customers(1, user_id=seller.id), self._customers(1)
        program = self._running(medium="meeting", script="<p>Bring the sample</p>")
        self._touch(program)
        activities = self.env["mail.activity"].search(
            [
                ("res_model", "=", "res.partner"),
                ("res_id", "in", (hers | nobodys).ids),
            ]
        )
        self.assertEqual(len(activities), 2)
        self.assertEqual(
            activities.activity_type_id, self.env.ref("mail.mail_activity_data_meeting")
        )
        owners = {activity.res_id: activity.user_id for activity in activities}
        self.assertEqual(owners, {hers.id: seller, nobodys.id: program.user_id})
        for activity in activities:
            self.assertIn("Bring the sample", activity.note)
        self.assertEqual(program.touched_count, 2)
        self.assertFalse(self._mails(program))

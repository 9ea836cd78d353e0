from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import convert_file

from .program_common import ProgramCommon

DEMO = ("res.partner.csv", "demo_shop.xml", "demo_program.xml")


@tagged("post_install", "-at_install")
class TestProgramTour(HttpCase):
    """From a fresh demo database to a running program, by clicking."""

    def _load_demo(self):
        if self.env.ref("crm_loyalty.partner_demo_anar", raise_if_not_found=False):
            return
        for file in DEMO:
            convert_file(self.env, "crm_loyalty", f"demo/{file}", {}, "init", True)

    def test_program_for_a_customers_due_this_week(self):
        self._load_demo()
        company = self.env.ref("base.main_company")
        self.env["crm.value.run"].sudo()._refresh_now(company)
        new_test_user(
            self.env,
            "program_keeper",
            "crm_loyalty.group_loyalty_manager",
            company_id=company.id,
        )
        self.start_tour("/odoo", "crm_loyalty_program", login="program_keeper")
        program = self.env["crm.customer.program"].search([], limit=1, order="id desc")
        self.assertRecordValues(
            program, [{"state": "running", "kind": "retention", "control_share": 0.1}]
        )
        self.assertGreaterEqual(program.enrolled_count, 3)
        values = self.env["crm.customer.value"].search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", program.member_ids.partner_id.ids),
            ]
        )
        self.assertEqual(set(values.mapped("value_class")), {"a"})
        self.assertEqual(len(values), program.enrolled_count)
        program.sudo()._touch_step(100)
        treated = program.member_ids.filtered(lambda m: m.arm == "treated")
        self.assertEqual(
            self.env["mail.mail"].search_count(
                [("mailing_id", "=", program.mailing_id.id)]
            ),
            len(treated),
        )


@tagged("post_install", "-at_install")
class TestProgramOfSegmentTour(ProgramCommon, HttpCase):
    def test_program_from_a_segment(self):
        self._customers(4)
        self._make_user("segment_keeper", "crm_loyalty.group_loyalty_manager")
        self.start_tour(
            f"/odoo/customer-segments/{self.segment.id}",
            "crm_loyalty_program_of_segment",
            login="segment_keeper",
        )
        program = self.programs.search([("segment_id", "=", self.segment.id)])
        self.assertEqual(program.enrolled_count, 4)
        self.assertEqual(program.medium, "call")

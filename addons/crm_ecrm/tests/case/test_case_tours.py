import re
from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from .case_common import CaseCommon


@tagged("post_install", "-at_install")
class TestCaseTours(CaseCommon, HttpCase):
    """The main paths, in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("crm_ecrm.form_seconds", "0")
        # whatever the hour of the test, the team is at work
        cls.team.calendar_id = cls._hours((0, 24), days="0123456")
        for user in (cls.agent, cls.leader):
            user.password = user.login * 3

    def test_customer_without_account_is_helped(self):
        self.start_tour("/voice/complain", "crm_ecrm_complain")
        case = self.env["ecrm.case"].search(
            [("email_from", "=", "tour@customer.example")]
        )
        self.assertEqual(case.name, "Kettle leaks")
        mail = self._mails("tour@customer.example")
        link = re.search(r'href="[^"]*(/voice/case/[^"]+)"', mail.body_html)[1]
        self.start_tour("/odoo/cases", "crm_ecrm_answer", login="agent")
        self.assertEqual(case.state, "solved")
        self.start_tour(link, "crm_ecrm_confirm")
        self.assertEqual(case.confirmed, "customer")

    def test_late_agent_is_escalated(self):
        now = fields.Datetime.now()
        case = self._receive(name="Forgotten", opened_on=now - timedelta(hours=12))
        case.user_id = self.agent
        for _minute in range(3):
            self._watch()
        self.start_tour("/odoo/customer-voice", "crm_ecrm_late", login="leader")
        self.assertEqual(case.activity_ids.user_id, self.agent | self.leader)

    def test_a_common_cause_is_answered_for_all(self):
        fault = self.env["ecrm.case"].create(
            {"name": "Chairs of spring", "team_id": self.team.id}
        )
        cases = self._receive(name="Loose") | self._receive(self.stranger, name="Fell")
        cases.parent_id = fault
        self.start_tour(
            f"/odoo/cases/{fault.id}", "crm_ecrm_common_cause", login="agent"
        )
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("crm_ecrm.cron_share_answers").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(cases.mapped("state"), ["solved", "solved"])
        self.assertEqual(fault.state, "new", "its own customer was told nothing")
        for case in cases:
            mail = self._mails(case.partner_id.email).sorted("id")[-1]
            self.assertIn("Longer screws", mail.body_html)
        link = re.search(r'href="[^"]*(/voice/case/[^"]+)"', mail.body_html)[1]
        self.start_tour(link, "crm_ecrm_common_answer")
        self.assertEqual(cases.mapped("confirmed"), [False, "customer"])


@tagged("post_install", "-at_install")
class TestKeyboardTour(CaseCommon, HttpCase):
    browser_size = "390x844"

    def test_the_form_is_filled_in_by_keyboard_alone(self):
        self.env["ir.config_parameter"].set_param("crm_ecrm.form_seconds", "0")
        self.start_tour("/voice/complain", "crm_ecrm_complain_keyboard")
        self.assertRecordValues(
            self.env["ecrm.case"].search(
                [("email_from", "=", "keys@customer.example")]
            ),
            [{"name": "Kettle leaks", "contact_name": "Ada", "medium": "form"}],
        )

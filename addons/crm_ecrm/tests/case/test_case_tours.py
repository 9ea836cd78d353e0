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

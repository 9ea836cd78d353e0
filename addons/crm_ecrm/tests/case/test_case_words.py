from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged

from .case_common import CaseCommon


@tagged("post_install", "-at_install")
class TestCaseWords(CaseCommon):
    """What a customer said is his; what we make of it is ours."""

    def test_the_customers_words_stay_whoever_would_rewrite_them(self):
        """By RPC as in the form; a summary of ours stands beside them."""
        case = self._receive(description="It leaks since Monday.")
        manager = new_test_user(self.env, "boss", "crm_ecrm.group_voice_manager")
        for user in (self.agent, self.leader, manager):
            mine = case.with_user(user)
            for values in (
                {"description": "It is fine."},
                {"description": False},
                {"summary": "x", "description": "It leaks since Monday. Not."},
            ):
                with self.subTest(user.login, **values), self.assertRaises(AccessError):
                    call_kw(mine, "write", [mine.ids, values], {})
                with self.subTest(user.login, **values), self.assertRaises(AccessError):
                    call_kw(mine, "web_save", [mine.ids, values], {"specification": {}})
        sent = mine.load([".id", "description"], [[str(case.id), "It is fine."]])
        self.assertFalse(sent["ids"])
        self.assertEqual(case.description, "It leaks since Monday.")
        # what a form sends back unchanged is no change
        mine = case.with_user(self.agent)
        same = {"description": case.description, "summary": "Seal of pump 3 is worn"}
        call_kw(mine, "write", [mine.ids, same], {})
        self.assertRecordValues(case, [same])
        self.assertNotIn("Seal of pump", str(case._portal_values(self.customer)))

    def test_nobody_makes_up_what_a_customer_sent(self):
        cases = self.env["ecrm.case"].with_user(self.agent)
        values = {"name": "x", "partner_id": self.customer.id, "team_id": self.team.id}
        for medium in ("portal", "mail", "form"):
            for sent, context in (
                ({**values, "medium": medium}, {}),
                (values, {"default_medium": medium}),
            ):
                with self.subTest(medium), self.assertRaises(AccessError):
                    call_kw(cases, "create", [[sent]], {"context": context})
        called = cases.create({**values, "medium": "phone", "description": "He says"})
        called.medium = "staff"
        for case in (called, self._receive().with_user(self.agent)):
            other = "mail" if case == called else "staff"
            with self.assertRaises(AccessError):
                call_kw(case, "write", [case.ids, {"medium": other}], {})
        with self.assertRaises(AccessError):
            called.description = "He says nothing"

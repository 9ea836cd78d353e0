import re
from unittest.mock import patch

from freezegun import freeze_time
from markupsafe import Markup

from odoo import http
from odoo.exceptions import ConcurrencyError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.crm_suite.tools.links import sign_link

from ...models.case import suite_attempt
from .case_common import CaseCommon


@tagged("post_install", "-at_install")
class TestCasePages(CaseCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("crm_ecrm.form_seconds", "0")
        for partner, login in (
            (cls.customer, "ada"),
            (cls.colleague, "bob"),
            (cls.stranger, "eve"),
        ):
            new_test_user(
                cls.env,
                login,
                "base.group_portal",
                password=login * 3,
                partner_id=partner.id,
                name=partner.name,
                email=partner.email,
            )

    def _form(self, url="/voice/complain"):
        """The hidden values of a form as it is shown."""
        page = self.url_open(url).text
        token = re.search(r'name="token" value="([^"]+)"', page)
        return {
            "csrf_token": http.Request.csrf_token(self),
            "token": token[1] if token else "",
        }

    def _complain(self, form=None, **more):
        data = {
            **(form or self._form()),
            "kind": "complaint",
            "name": "Broken",
            "description": "It does not work.",
            "email_from": "new@customer.example",
            "contact_name": "New One",
            **more,
        }
        return self.url_open("/voice/complain", data=data)

    def _cases(self, address="new@customer.example"):
        return self.env["ecrm.case"].search([("email_from", "ilike", address)])

    def _link(self, case, holder=None):
        holder = self.env["res.partner"] if holder is None else holder
        return f"/voice/case/{sign_link(case, holder, 'case', 24)}"

    def test_what_is_refused_late_leaves_nothing(self):
        """The form that shows the refusal keeps no case behind it."""
        self.authenticate(None, None)
        with patch.object(
            self.registry["ecrm.case"],
            "_acknowledge",
            side_effect=UserError("Too late"),
        ):
            page = self._complain().text
        self.assertIn("Too late", page)
        self.assertIn("It does not work.", page)
        self.assertFalse(self._cases())

    def test_customer_without_account(self):
        """The main path: complains, gets an answer, says that it is solved."""
        self.authenticate(None, None)
        answer = self._complain()
        self.assertIn("We have received your message", answer.text)
        case = self._cases()
        self.assertRecordValues(
            case, [{"medium": "form", "sender": "typed", "partner_id": False}]
        )
        mail = self._mails("new@customer.example")
        case._say("We send you a new one.", user=self.agent, then="solved")
        link = re.search(r'href="[^"]*(/voice/case/[^"]+)"', mail.body_html)[1]
        page = self.url_open(link)
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        self.assertIn("We send you a new one.", page.text)
        self.assertFalse(case.partner_id, "GET changes nothing")
        self.url_open(f"{link}/solved", data=self._form(link))
        self.assertRecordValues(case, [{"state": "closed", "confirmed": "customer"}])
        self.assertEqual(case.partner_id.email, "new@customer.example")
        self.assertEqual(case.sender, "known")

    def test_same_form_counts_once(self):
        """V35: two clicks and a retry are one case; another tab's form is a second."""
        self.authenticate(None, None)
        form, other = self._form(), self._form()
        for _click in range(3):
            self._complain(form)
        self.assertEqual(len(self._cases()), 1)
        self._complain(other)
        cases = self._cases()
        self.assertEqual(len(cases), 2)
        self.assertEqual(cases.sorted("id")[1].similar_id, cases.sorted("id")[0])
        self.assertEqual(len(self._mails("new@customer.example")), 1)

    def test_form_tells_nobody_who_is_a_customer(self):
        """The same page for a known address as for one that nobody has."""
        self.authenticate(None, None)
        pages = [
            self._complain(email_from=address).text
            for address in ("ada@steel.example", "nobody@nowhere.example")
        ]
        clean = [re.sub(r'csrf_token: "[^"]+"', "", page) for page in pages]
        self.assertEqual(*[re.sub(r"\s+", " ", page) for page in clean])
        self.assertFalse(self._cases("ada@steel").partner_id)

    def test_machines_are_not_heard(self):
        self.authenticate(None, None)
        self.assertIn("Thank you", self._complain(website="http://x").text)
        self.env["ir.config_parameter"].set_param("crm_ecrm.form_seconds", "60")
        self.assertIn("That was fast", self._complain().text)
        form = self._form()
        self.assertIn("expired", self._complain(form | {"token": "x"}).text)
        self.assertFalse(self._cases())

    def test_without_token_of_the_session_nothing_is_taken(self):
        self.authenticate(None, None)
        answer = self._complain(self._form() | {"csrf_token": "wrong"})
        self.assertEqual(answer.status_code, 400)
        self.assertFalse(self._cases())

    def test_so_many_an_hour(self):
        self.authenticate(None, None)
        for number in range(6):
            page = self._complain(name=f"Broken {number}")
        self.assertIn("try again in an hour", page.text)
        self.assertEqual(len(self._cases()), 5)

    def test_so_many_an_hour_by_a_login(self):
        """Neither cases nor messages without end, and nothing half done."""
        case = self._receive()
        case._say("Done", user=self.agent, then="solved")
        url = case._portal_url()
        self.authenticate("ada", "ada" * 3)
        with patch.object(suite_attempt, "OF_ONE_PERSON", 2):
            for number in range(2):
                data = {**self._form(url), "text": f"Message {number}"}
                self.url_open(f"{url}/say", data=data)
            said = len(case.event_ids)
            for deed in ("say", "unsolved"):
                data = {**self._form(url), "text": "More"}
                page = self.url_open(f"{url}/{deed}", data=data)
                self.assertIn("write again in an hour", page.text)
            data = {"kind": "request", "name": "A", "description": "B"}
            form = self._form("/my/voice/case/new")
            page = self.url_open("/my/voice/case/new", data={**form, **data})
            self.assertIn("write again in an hour", page.text)
        self.assertEqual(len(case.event_ids), said)
        self.assertEqual(case.state, "solved")
        found = self.env["ecrm.case"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual(found, case)

    def test_only_fields_of_the_form_are_taken(self):
        self.authenticate(None, None)
        self._complain(
            state="closed",
            partner_id=str(self.customer.id),
            team_id="1",
            severity="serious",
            user_id=str(self.agent.id),
            visibility="company",
            order="1",
            sender="known",
        )
        self.assertFalse(self._cases(), "an order is chosen by its customer alone")
        self._complain(severity="serious", partner_id=str(self.customer.id))
        self.assertRecordValues(
            self._cases(),
            [
                {
                    "partner_id": False,
                    "severity": "normal",
                    "state": "new",
                    "user_id": False,
                    "visibility": "mine",
                    "sender": "typed",
                }
            ],
        )

    def test_texts_have_their_limits(self):
        self.authenticate(None, None)
        page = self._complain(description="x" * 10_001)
        self.assertIn("at most 10000 characters", page.text)
        page = self._complain(name="<script>alert(1)</script>")
        case = self._cases()
        case.sudo().sender = "known"
        self.assertNotIn("<script>alert(1)", self.url_open(self._link(case)).text)

    def test_files_are_limited_and_downloaded(self):
        self.authenticate(None, None)
        data = {
            **self._form(),
            "kind": "complaint",
            "name": "Broken",
            "description": "See the picture.",
            "email_from": "new@customer.example",
        }
        svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
        many = [("files", (f"{n}.svg", svg)) for n in range(6)]
        self.assertIn(
            "At most 5 files",
            self.url_open("/voice/complain", data=data, files=many).text,
        )
        self.url_open(
            "/voice/complain", data=data, files=[("files", ("../../a.svg", svg))]
        )
        link = self._link(self._cases())
        answer = self.url_open(f"{link}/file/1")
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.assertNotIn("..", answer.headers["Content-Disposition"])
        self.assertEqual(self.url_open(f"{link}/file/2").status_code, 404)
        self.assertEqual(self.url_open(f"{link}/file/0").status_code, 404)

    def test_links_open_what_they_were_made_for(self):
        case, other = self._receive(), self._receive(by=self.stranger)
        self.authenticate(None, None)
        good = self._link(case, self.customer)
        self.assertEqual(self.url_open(good).status_code, 200)
        token = sign_link(case, self.customer, "feedback", 24)
        expired = sign_link(case, self.customer, "case", -1)
        for wrong in (token, expired, "x", good.rpartition("/")[2][:-2] + "AA"):
            self.assertEqual(self.url_open(f"/voice/case/{wrong}").status_code, 404)
        case.with_user(self.agent).email_from = "elsewhere@steel.example"
        self.assertEqual(
            self.url_open(good).status_code, 404, "sent to another address"
        )
        self.assertEqual(
            self.url_open(self._link(other, self.stranger)).status_code, 200
        )

    def test_employees_do_not_answer_for_customers(self):
        """V33: in the browser of the agent the link shows, and does nothing."""
        case = self._receive()
        case._say("Done", user=self.agent, then="solved")
        link = self._link(case, self.customer)
        new_test_user(
            self.env, "clerk", "crm_ecrm.group_voice_agent", password="clerk" * 2
        )
        self.authenticate("clerk", "clerk" * 2)
        page = self.url_open(f"{link}/solved", data=self._form(link))
        self.assertIn("logged in as an employee", page.text)
        self.assertEqual(case.state, "solved")
        self.authenticate(None, None)
        self.url_open(f"{link}/solved", data=self._form(link))
        self.assertEqual(case.confirmed, "customer")

    def test_portal_shows_own_and_shared_cases(self):
        """V40: others' cases are not there; followers of others hurt nobody."""
        case = self._receive()
        case.message_subscribe(self.stranger.ids)
        case._say("Hello Ada", user=self.agent)
        url = case._portal_url()
        self.authenticate("ada", "ada" * 3)
        page = self.url_open(url)
        self.assertIn("Hello Ada", page.text)
        self.assertNotIn("Eve", page.text)
        for login in ("bob", "eve"):
            self.authenticate(login, login * 3)
            self.assertEqual(self.url_open(url).status_code, 404)
            data = {**self._form(), "text": "Hi"}
            self.assertEqual(self.url_open(f"{url}/say", data=data).status_code, 404)
        self.authenticate("ada", "ada" * 3)
        self.url_open(f"{url}/share", data={**self._form(url), "visibility": "company"})
        self.assertEqual(case.visibility, "company")
        self.authenticate("bob", "bob" * 3)
        self.assertIn("Hello Ada", self.url_open(url).text)
        self.url_open(f"{url}/share", data={**self._form(url), "visibility": "mine"})
        self.assertEqual(case.visibility, "company", "who said it decides")
        self.authenticate("eve", "eve" * 3)
        self.assertEqual(self.url_open(url).status_code, 404)

    def test_notes_of_ours_are_not_shown(self):
        case = self._receive()
        case.with_user(self.agent).message_post(body=Markup("He is difficult"))
        case._acknowledge()
        page_of = case._portal_values(self.customer)
        said = "".join(str(message["body"]) for message in page_of["messages"])
        self.assertIn("leaks", said)
        self.assertNotIn("difficult", said)

    def test_customer_writes_and_reopens_in_the_portal(self):
        self.authenticate("ada", "ada" * 3)
        form = self._form("/my/voice/case/new")
        data = {"kind": "request", "name": "A", "description": "B", **form}
        for _click in range(2):
            answer = self.url_open("/my/voice/case/new", data=data)
        case = self.env["ecrm.case"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual(len(case), 1)
        self.assertIn(case.number, answer.text)
        self.assertEqual(case.medium, "portal")
        case._say("Done", user=self.agent, then="solved")
        url = case._portal_url()
        empty = self.url_open(f"{url}/unsolved", data=self._form(url))
        self.assertIn("what is still missing", empty.text)
        form = self._form(url)
        for _click in range(2):
            self.url_open(f"{url}/unsolved", data={**form, "text": "No"})
        self.assertEqual(case.state, "open")
        self.assertEqual(len(case.episode_ids), 2)
        self.assertEqual(len(case.event_ids.filtered(lambda event: event.token)), 1)

    def test_serious_complaint_stops_what_is_not_urgent(self):
        case = self._receive()
        everybody = self.customer | self.colleague | self.stranger

        def may(purpose):
            return everybody._may_contact("email", purpose)

        self.assertEqual(may("marketing"), everybody)
        case.severity = "serious"
        for purpose in ("marketing", "survey"):
            self.assertEqual(may(purpose), self.stranger)
        self.assertEqual(may("service"), everybody)
        case._say("Done", user=self.agent, then="solved")
        self.assertEqual(may("marketing"), everybody)

    def test_page_asks_as_much_for_many_messages_as_for_few(self):
        case = self._receive()
        case._portal_values(self.customer)

        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            case._portal_values(self.customer)
            return self.env.cr.sql_log_count - before

        few = queries()
        for number in range(20):
            case._hear(f"Message {number}", by=self.customer, medium="portal")
        self.assertLessEqual(queries(), few + 1)

    def test_conflict_while_a_form_is_sent_is_tried_again(self):
        """V31: the second transaction fails, is repeated, and nothing is half there."""
        model = type(self.env["ecrm.case"])
        real, calls = model._receive, []

        def conflict(cases, *args, **more):
            calls.append(1)
            case = real(cases, *args, **more)
            if len(calls) == 1:
                raise ConcurrencyError
            return case

        self.authenticate(None, None)
        form = self._form()
        with patch.object(model, "_receive", conflict), patch("time.sleep"):
            answer = self._complain(form)
        self.assertIn("Thank you", answer.text)
        self.assertEqual(len(calls), 2)
        self.assertEqual(len(self._cases()), 1)

    def test_page_says_what_is_promised_and_what_is_late(self):
        with freeze_time("2027-01-11 09:00:00"):
            case = self._receive()
            shown = case._portal_values(self.customer)
            self.assertTrue(shown["promised"])
            self.assertEqual(
                (shown["promises_answer"], shown["is_late"]), (True, False)
            )
            case._say("Hello", user=self.agent)
            self.assertFalse(case._portal_values(self.customer)["promises_answer"])
        with freeze_time("2027-01-13 09:00:00"):
            self.assertTrue(case._portal_values(self.customer)["is_late"])
            case._say("Done", user=self.agent, then="solved")
            self.assertFalse(case._portal_values(self.customer)["promised"])

    def test_page_shows_the_way_of_the_case(self):
        """Each status with its moment, and no word of what is our own."""
        with freeze_time("2027-01-11 08:00"):
            case = self._receive()
        for hour, deed in enumerate(
            (
                lambda: case._say("Which?", user=self.agent, then="waiting"),
                lambda: case._hear("The old one", by=self.customer, medium="mail"),
                lambda: case._say("Done", user=self.agent, then="solved"),
                lambda: case._customer_reopens("No", by=self.customer, medium="form"),
                lambda: case._say("Now", user=self.agent, then="solved"),
                lambda: case._customer_confirms(by=self.customer),
            ),
            9,
        ):
            with freeze_time(f"2027-01-11 {hour:02}:00"):
                deed()
        steps = case._portal_values(self.customer)["steps"]
        self.assertEqual(
            [(label, moment[-5:]) for label, moment in steps],
            [
                ("Received", "09:00"),
                ("In Progress", "10:00"),
                ("Waiting for You", "10:00"),
                ("In Progress", "11:00"),
                ("Answered", "12:00"),
                ("In Progress", "13:00"),
                ("Answered", "14:00"),
                ("Closed", "15:00"),
            ],
        )
        self.authenticate("ada", "ada" * 3)
        page = self.url_open(case._portal_url()).text
        self.assertEqual(page.count('aria-current="step"'), 1)
        self.assertRegex(page, r'(?s)aria-current="step".*?Closed')

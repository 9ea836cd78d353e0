"""What customers write and send along, tried as what it must not become."""

import io
import re
from email.message import EmailMessage

from odoo.http import Request

from odoo.addons.crm_suite.tools.links import sign_link

# a picture that runs what it holds, wherever it is not shown as text
EVIL = "<svg onload=evil()><script>evil()</script><img src=x onerror=evil()>"
TOKEN = re.compile(r'name="token" value="([^"]*)"')


class AttackVoiceWords:
    """Mixed into the test case that has the records of `test_attack_voice`."""

    def test_whatever_is_sent_again_counts_once(self):
        """Each form as a browser repeats it, or who recorded it: nothing is added."""
        self._login("portal customer")
        csrf = {"csrf_token": Request.csrf_token(self)}
        case, feedback = self.owned["ecrm.case"], self.owned["ecrm.feedback"]
        idea = self.owned["ecrm.idea"]
        linked = f"/voice/case/{self._link('case')}"
        forms = [
            ("/my/voice/case/new", "/my/voice/case/new", {"kind": "request"}),
            ("/voice/complain", "/voice/complain", {"email_from": "a@else.test"}),
            (case._portal_url(), f"{case._portal_url()}/say", {}),
            (linked, f"{linked}/say", {}),
            (linked, f"{linked}/unsolved", {}),
            ("", "/my/voice/idea/new", {}),
            ("", f"{idea._portal_url()}/comment", {}),
            ("", f"{idea._portal_url()}/vote", {"vote": "1"}),
            ("", f"/voice/idea/{self._link('idea')}/vote", {"vote": "0"}),
            ("", f"{feedback._portal_url()}/answer", {"score": "2"}),
            ("", "/my/voice/preferences", {"marketing_email": "1"}),
            ("", f"/voice/preferences/{self._link('preferences')}", {}),
            ("", f"/voice/consent/{self._link('consent')}", {}),
            ("", f"{linked}/account", {}),
            ("", f"{linked}/agree", {"agree_news": "1"}),
        ]
        for page, address, more in forms:
            said = {"name": f"By {address[-40:]}", "description": "x", "text": address}
            form = {**csrf, "kind": "question", **said, **more}
            if page:
                form["token"] = TOKEN.search(self.url_open(page).text)[1]
            if "score" in form:
                form["gesture"] = feedback._new_gesture()
            first = self.url_open(address, form)
            self.assertEqual(first.status_code, 200, address)
            after = self._counted()
            for _time in range(2):
                with self.subTest(address=address):
                    self.assertEqual(self.url_open(address, form).status_code, 200)
                    self.assertEqual(self._counted(), after)

    def _counted(self):
        """How much there is of all that customers can add."""
        self.env.invalidate_all()
        kinds = ("case.event", "idea", "idea.vote", "idea.comment", "feedback.answer")
        kinds += ("case", "consent", "consent.request")
        counts = {kind: self.env[f"ecrm.{kind}"].search_count([]) for kind in kinds}
        mails = self.env["mail.mail"].search_count([])
        messages = self.env["mail.message"].search_count([("model", "=like", "ecrm.%")])
        return {**counts, "mails": mails, "messages": messages}

    def test_what_customers_write_is_text_wherever_it_is_read(self):
        self._login("portal customer")
        csrf = {"csrf_token": Request.csrf_token(self)}
        token = re.search(
            r'name="token" value="([^"]*)"', self.url_open("/my/voice/case/new").text
        )[1]
        self.url_open(
            "/my/voice/case/new",
            {
                **csrf,
                "kind": "complaint",
                "name": EVIL,
                "description": EVIL,
                "token": token,
            },
            files=[("files", (f"{EVIL}.svg", EVIL.encode()))],
        )
        self.url_open("/my/voice/idea/new", {**csrf, "name": EVIL, "description": EVIL})
        self.env.invalidate_all()
        case = self.env["ecrm.case"].search([("name", "=", EVIL)])
        idea = self.env["ecrm.idea"].search([("name", "=", EVIL)])
        self.assertEqual((len(case), len(idea)), (1, 1))
        idea.action_publish()
        idea.sudo()._comment(self.partner, EVIL)
        idea.comment_ids.action_show()
        feedback = self.owned["ecrm.feedback"]
        feedback.touchpoint_id.name = EVIL
        said = {"comment": EVIL, "answer_1": EVIL, "medium": "link"}
        feedback._accept({"score": 1, **said})
        feedback._send("crm_ecrm.mail_template_ask")
        case._say(EVIL, user=self.env.ref("base.user_admin"), then="solved")
        idea._answer("planned", EVIL)
        idea.news_ids._tell()
        # by the form for everybody, of somebody who calls himself so
        form = {**csrf, "kind": "complaint", "name": EVIL, "description": EVIL}
        form |= {"contact_name": EVIL, "phone": EVIL, "email_from": "evil@else.test"}
        page = self.url_open("/voice/complain").text
        form["token"] = re.search(r'name="token" value="([^"]*)"', page)[1]
        self.url_open("/voice/complain", form)
        self.env.invalidate_all()
        typed = self.env["ecrm.case"].search([("email_from", "=", "evil@else.test")])
        self.assertEqual(len(typed), 1)
        typed._say(EVIL, user=self.env.ref("base.user_admin"), then="solved")
        nobody = self.env["res.partner"]
        self.env.flush_all()
        pages = [
            f"/voice/case/{sign_link(typed, nobody, 'case', 1)}",
            *(feedback._portal_url(), feedback.case_ids[:1]._portal_url()),
            f"/voice/feedback/{sign_link(feedback, self.partner, 'feedback', 1)}",
            *("/my", "/my/voice", "/my/voice/ideas", case._portal_url()),
            idea._portal_url(),
            f"/voice/case/{sign_link(case, self.partner, 'case', 1)}",
            f"/voice/idea/{sign_link(idea, self.partner, 'idea', 1)}",
            f"/my/voice/idea/new?name={EVIL}",
            f"/my/voice?search={EVIL}&kind={EVIL}&sortby={EVIL}&filterby={EVIL}",
            f"/my/voice/ideas?search={EVIL}&status={EVIL}&sortby={EVIL}",
        ]
        shown = {page: self.url_open(page).text for page in pages}
        mails = self.env["mail.mail"].search([("body_html", "ilike", "evil()")])
        self.assertTrue(mails)
        shown |= {f"mail {mail.id}": str(mail.body_html) for mail in mails}
        messages = (case | typed | feedback.case_ids).message_ids | idea.message_ids
        shown |= {f"message {one.id}": str(one.body) for one in messages}
        for place, text in shown.items():
            with self.subTest(place):
                for part in ("<svg onload", "<script>evil", "<img src=x", "<img src="):
                    if part != "<img src=" or place.startswith(("mail", "message")):
                        self.assertNotIn(part, text)

    def test_files_are_handed_over_as_files(self):
        """Whatever they hold and are called, by a form and by a mail."""
        content = b"<svg xmlns='http://www.w3.org/2000/svg' onload='evil()'/>"
        page = b"<html><script>evil()</script></html>"
        names = {
            "../../etc/passwd.svg": content,
            "C:\\windows\\a.html": page,
            "a\r\nSet-Cookie: b=c.svg": content,
            "\u202egnp.exe.svg": content,
        }
        message = EmailMessage()
        message["From"], message["To"] = self.partner.email, "service@us.test"
        message["Subject"], message["Message-Id"] = "Files", "<files@attack>"
        message.set_content("See the files.")
        for name, held in names.items():
            kind = ("image", "svg+xml") if held == content else ("text", "html")
            message.add_attachment(
                held,
                maintype=kind[0],
                subtype=kind[1],
                filename=name.replace("\r\n", " "),
            )
        mail = self.env["ecrm.mail"]._keep(message.as_bytes(), team=self.team)
        mail._deliver()
        mailed = mail.case_id
        sent = self.env["ecrm.case"]._receive(
            {"name": "Files", "description": "See", "team_id": self.team.id},
            by=self.partner,
            medium="portal",
        )
        self.env.flush_all()
        self._login("portal customer")
        url = sent._portal_url()
        token = re.search(r'name="token" value="([^"]*)"', self.url_open(url).text)[1]
        self.url_open(
            f"{url}/say",
            {"csrf_token": Request.csrf_token(self), "text": "Here", "token": token},
            files=[("files", (name, io.BytesIO(held))) for name, held in names.items()],
        )
        self.env.invalidate_all()
        for case in (mailed, sent):
            files = case._portal_public().attachment_ids
            self.assertEqual(len(files), len(names), case.name)
            self.assertEqual({*files.mapped("mimetype")}, {"text/plain"})
            for place, file in enumerate(files.sorted("id"), 1):
                with self.subTest(case=case.medium, name=file.name):
                    self.assertNotRegex(file.name, "[/\\\\\r\n\u202e]")
                    answer = self.url_open(f"{case._portal_url()}/file/{place}")
                    self.assertEqual(answer.status_code, 200)
                    headers = answer.headers
                    told = headers["Content-Disposition"]
                    self.assertTrue(told.startswith("attachment"), told)
                    self.assertNotIn("..", told)
                    self.assertNotIn("b=c", headers.get("Set-Cookie", ""))
                    self.assertEqual(headers["X-Content-Type-Options"], "nosniff")

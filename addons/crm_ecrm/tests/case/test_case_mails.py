import base64
from email.message import EmailMessage
from unittest.mock import patch

from markupsafe import Markup

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .case_common import CaseCommon


@tagged("post_install", "-at_install")
class TestCaseMails(CaseCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.domain = cls._open_mailbox()
        cls.threads = cls.env["mail.thread"]

    def _text(
        self, sender, to="service@us.test", subject="Help", body="Help me", **more
    ):
        message = EmailMessage()
        message["From"] = sender
        message["To"] = to
        message["Subject"] = subject
        message["Message-Id"] = more.pop(
            "id", f"<{len(self.env['ecrm.mail'].search([]))}.{sender}>"
        )
        for name, value in more.items():
            message[name.replace("_", "-")] = value
        message.set_content(body)
        return message.as_bytes()

    def _send(self, *args, **more):
        """One mail comes in, and all that wait are delivered."""
        self.threads.message_process(None, self._text(*args, **more))
        return self._deliver()

    def _deliver(self):
        mails = self.env["ecrm.mail"].search([("state", "=", "waiting")], order="id")
        for mail in mails:
            mail._deliver_or_park()
        return mails[-1:]

    def _cases(self):
        return self.env["ecrm.case"].search([("team_id", "=", self.team.id)])

    def test_mail_of_a_customer_is_a_case(self):
        mail = self._send("Ada <ada@steel.example>", body="It leaks.")
        self.assertEqual(mail.state, "done")
        self.assertRecordValues(
            mail.case_id,
            [
                {
                    "partner_id": self.customer.id,
                    "medium": "mail",
                    "name": "Help",
                    "description": "It leaks.",
                    "sender": "known",
                }
            ],
        )
        ack = self._mails("ada@steel.example")
        self.assertEqual(len(ack), 1)
        self.assertIn("/voice/case/", ack.body_html)
        self.assertIn(f"service+{mail.case_id.id}.", ack.reply_to)

    def test_one_acknowledgement_a_sender_and_day(self):
        for number in range(3):
            self._send("ada@steel.example", subject=f"Help {number}")
        self.assertEqual(len(self._cases()), 3)
        self.assertEqual(len(self._mails("ada@steel.example")), 1)

    def test_absence_notice_stops_no_waiting(self):
        """V23: kept on the case, nothing moves, nothing is sent back."""
        case = self._receive()
        case._say("Which pump?", user=self.agent, then="waiting")
        sent = len(self._mails("ada@steel.example"))
        mail = self._send(
            "ada@steel.example",
            to=case._reply_address(),
            body="I am away.",
            Auto_Submitted="auto-replied",
        )
        self.assertEqual(mail.case_id, case)
        self.assertEqual(case.state, "waiting")
        self.assertEqual(self._clock(case, "solution").state, "paused")
        self.assertIn("I am away", "".join(case.message_ids.mapped("body")))
        self.assertEqual(len(self._mails("ada@steel.example")), sent)
        self.assertEqual(case.event_ids.sorted("id")[-1].kind, "auto")

    def test_bounced_acknowledgement_ends_automatic_mail(self):
        """V24: one case, no further automatic mail, the address is marked."""
        mail = self._send("gone@nowhere.example")
        case = mail.case_id
        self.assertEqual(len(self._mails("gone@nowhere.example")), 1)
        case._message_receive_bounce("gone@nowhere.example", self.env["res.partner"])
        sender = self.env["ecrm.sender"].search(
            [("email", "=", "gone@nowhere.example")]
        )
        self.assertTrue(sender.bounced_on)
        sender.acknowledged_on = "2020-01-01"
        self.env["ecrm.case"]._receive(
            {
                "name": "Again",
                "email_from": "gone@nowhere.example",
                "team_id": self.team.id,
            },
            by=self.env["res.partner"],
            medium="form",
        )
        self.assertEqual(len(self._mails("gone@nowhere.example")), 1)

    def test_delivery_report_makes_no_case(self):
        """V24: through the gateway, as servers send it."""
        case = self._send("gone@nowhere.example").case_id
        sent = self._mails("gone@nowhere.example")
        report = (
            "From: MAILER-DAEMON@nowhere.example\r\n"
            "To: service@us.test\r\nSubject: Undelivered\r\n"
            "Message-Id: <dsn@nowhere>\r\n"
            f"In-Reply-To: {sent.mail_message_id.message_id}\r\n"
            "Content-Type: multipart/report; report-type=delivery-status;"
            " boundary=b\r\n"
            "\r\n--b\r\nContent-Type: text/plain\r\n\r\nNo such user\r\n"
            "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
            "Reporting-MTA: dns; nowhere.example\r\n\r\n"
            "Final-Recipient: rfc822; gone@nowhere.example\r\nAction: failed\r\n"
            "Status: 5.1.1\r\n\r\n"
            "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
            f"Message-Id: {sent.mail_message_id.message_id}\r\n"
            "To: gone@nowhere.example\r\n\r\n--b--\r\n"
        )
        self.threads.message_process(None, report.encode())
        self._deliver()
        self.assertEqual(self._cases(), case)
        sender = self.env["ecrm.sender"].search(
            [("email", "=", "gone@nowhere.example")]
        )
        self.assertTrue(sender.bounced_on)

    def test_twice_delivered_mail_is_one_case(self):
        """V26: to two of our addresses; and what we sent ourselves is none."""
        self._team(
            name="Sales", alias_name="second-desk", alias_domain_id=self.domain.id
        )
        both = "service@us.test, desk-two@us.test"
        raw = self._text("ada@steel.example", to=both, id="<same@steel>")
        for _again in range(2):
            self.threads.message_process(None, raw)
        self._deliver()
        self.threads.message_process(None, raw)
        self._deliver()
        every = self.env["ecrm.case"].search([("email_from", "ilike", "ada@steel")])
        self.assertEqual(len(every), 1)
        own = self._send("service@us.test", id="<other@us.test>")
        self.assertEqual(own.state, "refused")
        self.assertFalse(own.case_id)

    def test_signed_address_of_the_case(self):
        """V27 (a): without any reply header, from its customer."""
        case = self._receive()
        mail = self._send("ada@steel.example", to=case._reply_address(), body="More")
        self.assertEqual(mail.case_id, case)
        self.assertIn("More", "".join(case.message_ids.mapped("body")))

    def test_forged_address_of_the_case(self):
        case = self._receive()
        wrong = f"service+{case.id}.{'0' * 20}@us.test"
        mail = self._send("ada@steel.example", to=wrong)
        self.assertNotEqual(mail.case_id, case)
        self.assertEqual(mail.case_id.team_id, self.team)

    def test_number_in_the_subject_is_for_a_person_to_decide(self):
        """V27 (b): from its customer, a new case, offered as belonging together."""
        case = self._receive()
        mail = self._send("ada@steel.example", subject=f"Re: {case.number} please")
        self.assertNotEqual(mail.case_id, case)
        self.assertEqual(mail.case_id.similar_id, case)

    def test_stranger_with_the_number_learns_nothing(self):
        """V27 (c): a new case, and the stranger follows nothing."""
        case = self._receive()
        for to in ("service@us.test", case._reply_address()):
            mail = self._send("eve@elsewhere.example", to=to, subject=case.number)
            self.assertNotEqual(mail.case_id, case)
            self.assertNotEqual(mail.case_id.similar_id, case)
        self.assertNotIn(self.stranger, case.message_partner_ids)
        self.assertFalse(
            self._mails("eve@elsewhere.example").filtered(
                lambda sent: "leaks" in sent.body_html
            )
        )

    def test_sender_that_fails_authentication(self):
        """V29: a case of nobody's, and nothing is sent to anyone."""
        mail = self._send(
            "ada@steel.example",
            Authentication_Results="mx.us.test; dmarc=fail; spf=fail; dkim=none",
        )
        self.assertRecordValues(
            mail.case_id, [{"sender": "failed", "partner_id": False}]
        )
        self.assertFalse(self._mails("ada@steel.example"))
        mail.case_id._say("Hello", user=self.agent)
        self.assertFalse(self._mails("ada@steel.example"))
        mail.case_id.with_user(self.agent).action_trust_sender()
        mail.case_id._say("Hello", user=self.agent)
        self.assertTrue(self._mails("ada@steel.example"))

    def test_failed_sender_adds_to_no_case(self):
        case = self._receive()
        said = len(case.message_ids)
        mail = self._send(
            "ada@steel.example",
            to=case._reply_address(),
            Authentication_Results="mx.us.test; dmarc=fail",
        )
        self.assertNotEqual(mail.case_id, case)
        self.assertEqual(len(case.message_ids), said)

    def test_only_the_named_server_vouches(self):
        self.team.receiving_server = "mx.us.test"
        forged = self._send(
            "ada@steel.example", Authentication_Results="mx.evil.test; dmarc=pass"
        )
        self.assertEqual(forged.case_id.sender, "failed")
        real = self._send(
            "ada@steel.example", Authentication_Results="mx.us.test; dmarc=pass"
        )
        self.assertEqual(real.case_id.sender, "known")

    def test_poison_mail_stops_nobody(self):
        """V30: 49 cases and one parked with its raw text; run again: the same."""
        real = type(self.env["ecrm.case"])._receive

        def fail(cases, values, **more):
            if values["name"] == "Mail 7":
                raise ValueError("poison")
            return real(cases, values, **more)

        for number in range(50):
            raw = self._text(f"c{number}@many.example", subject=f"Mail {number}")
            self.threads.message_process(None, raw)
        with patch.object(type(self.env["ecrm.case"]), "_receive", fail):
            for _again in range(2):
                self._deliver()
                self.assertEqual(len(self._cases()), 49)
                parked = self.env["ecrm.mail"].search([("state", "=", "parked")])
                self.assertEqual(parked.mapped("subject"), ["Mail 7"])
        self.assertIn("poison", parked.reason)
        self.assertIn(b"Help me", base64.b64decode(parked.raw))
        parked.with_user(self.leader).action_try_again()
        self._deliver()
        self.assertEqual(len(self._cases()), 50)

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_what_cannot_be_read_is_kept(self):
        """Broken on the way in: parked with its text, not lost."""
        raw = self._text("ada@steel.example")
        with patch.object(
            type(self.threads), "message_parse", side_effect=LookupError("charset")
        ):
            self.threads.message_process(None, raw)
        parked = self.env["ecrm.mail"].search([("state", "=", "parked")])
        self.assertIn("charset", parked.reason)
        self.assertIn(b"Help me", base64.b64decode(parked.raw))

    def test_broken_and_empty_mails(self):
        for raw in (
            b"From: x@y.example\r\nTo: service@us.test\r\n\r\n",
            b"From: =?broken?= <x2@y.example>\r\nTo: service@us.test\r\n"
            b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nfoo\r\n',
            b"To: service@us.test\r\nSubject: =?utf-8?q?=ff=fe?=\r\n\r\n\xff\xfe\x00",
        ):
            known = self.env["ecrm.mail"].search([])
            self.threads.message_process(None, raw)
            self._deliver()
            mail = self.env["ecrm.mail"].search([]) - known
            self.assertEqual(len(mail), 1, raw)
            self.assertIn(mail.state, ("done", "parked", "refused"))
            self.assertTrue(mail.case_id or mail.reason)

    def test_letters_that_no_column_holds(self):
        """Left out wherever they stand; the mail is a case all the same."""
        raw = (
            b"From: N\x00ul <nul@y.example>\r\nTo: service@us.test\r\n"
            b"Message-Id: <nul\x00@y>\r\nSubject: a\x00b \xff\r\n"
            b"Content-Type: text/plain; charset=utf-8\r\n\r\nwo\x00rd \xed\xa0\x80\r\n"
        )
        self.threads.message_process(None, raw)
        mail = self._deliver()
        self.assertEqual(mail.state, "done", mail.reason)
        self.assertIn("word", mail.case_id.description)

    def test_deep_and_long_pages_by_mail(self):
        """A case with what can be read of it, or parked; never a lost one."""
        for number, html in enumerate(
            ("<div>" * 20_000 + "deep", "<p>word</p>" * 20_000, "<!--" * 100_000)
        ):
            message = EmailMessage()
            message["From"], message["To"] = f"h{number}@y.example", "service@us.test"
            message["Subject"], message["Message-Id"] = "Page", f"<page{number}@y>"
            message.set_content(html, subtype="html")
            self.threads.message_process(None, message.as_bytes())
            self._deliver()
            mail = self.env["ecrm.mail"].search(
                [("identity", "=", f"<page{number}@y>")]
            )
            self.assertEqual(mail.state, "parked" if number == 2 else "done")
            self.assertLessEqual(len(mail.case_id.description or ""), 10_000)
        # nor later, by whoever tries it again
        mail.with_user(self.leader).action_try_again()
        self._deliver()
        self.assertEqual(mail.state, "parked")

    def test_nobody_is_written_to_in_words_that_somebody_typed(self):
        """Whoever types another's address sends him no text of his own."""
        self.env["ecrm.case"]._receive(
            {
                "name": "You won, see http://evil.example",
                "description": "You won",
                "email_from": "victim@else.example",
                "team_id": self.team.id,
            },
            by=self.env["res.partner"],
            medium="form",
        )
        mail = self._mails("victim@else.example")
        self.assertEqual(len(mail), 1)
        for text in (mail.subject, mail.body_html):
            self.assertNotIn("won", text)

    def test_mail_to_a_team_and_to_others_reaches_both(self):
        """V26's kind: what is another record's message too is none that comes twice."""
        self.env["mail.alias"].create(
            {
                "alias_name": "sales-of-us",
                "alias_domain_id": self.domain.id,
                "alias_model_id": self.env["ir.model"]._get_id("crm.lead"),
            }
        )
        leads = self.env["crm.lead"].search_count([])
        for _again in range(2):
            mail = self._send(
                "ada@steel.example",
                to="service@us.test, sales-of-us@us.test",
                id="<both@steel>",
            )
        self.assertEqual(self.env["crm.lead"].search_count([]), leads + 1)
        mail = self.env["ecrm.mail"].search([("identity", "=", "<both@steel>")])
        self.assertEqual((len(mail), mail.state), (1, "done"))
        self.assertEqual(len(self._cases()), 1)

    def test_colleague_answers_a_notification_by_mail(self):
        case = self._receive()
        mail = self._send("agent@us.example", to=case._reply_address(), body="We come")
        self.assertEqual(mail.state, "done")
        first = self._clock(case, "first")
        self.assertEqual((first.state, first.user_id), ("met", self.agent))
        self.assertTrue(self._mails("ada@steel.example"))

    def test_forged_colleague_answers_nobody(self):
        case = self._receive()
        self._send(
            "agent@us.example",
            to=case._reply_address(),
            Authentication_Results="mx.us.test; dmarc=fail",
        )
        self.assertNotEqual(self._clock(case, "first").state, "met")
        self.assertFalse(self._mails("ada@steel.example"))

    def test_customer_hears_once_of_an_answer(self):
        case = self._receive()
        case.message_subscribe(self.customer.ids)
        case.with_user(self.agent).message_post(
            body=Markup("Hello"),
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.customer.ids,
        )
        mails = self.env["mail.mail"].search(
            [
                "|",
                ("email_to", "ilike", "ada@steel"),
                ("recipient_ids", "in", self.customer.ids),
            ]
        )
        self.assertEqual(len(mails), 1)
        self.assertIn("/voice/case/", mails.body_html)

    def test_only_the_mail_server_brings_mails(self):
        """Its caller could write any header, and so speak for anybody."""
        case = self._receive()
        kept = self.env["ecrm.mail"].search_count([])
        reply = self._text("ada@steel.example", to="x@y.example", In_Reply_To="<a@b>")
        message = case.message_ids[:1]
        message.message_id = "<a@b>"
        for user in (self.agent, self.leader):
            for raw in (
                self._text("ada@steel.example"),
                self._text("ada@steel.example", to=case._reply_address()),
                reply,
            ):
                with self.assertRaises(AccessError):
                    self.threads.with_user(user).message_process(None, raw)
        self.assertEqual(self.env["ecrm.mail"].search_count([]), kept)

    def test_job_delivers(self):
        """As the scheduler runs it."""
        for number in range(3):
            raw = self._text(f"c{number}@many.example", subject=f"Mail {number}")
            self.threads.message_process(None, raw)
        with self.enter_registry_test_mode():
            self.env.ref("crm_ecrm.cron_deliver_mails").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(len(self._cases()), 3)

import base64
import os
from email.message import EmailMessage

from odoo.tests import tagged

from ...metrics import mailbox
from .case_common import CaseCommon


@tagged("post_install", "-at_install")
class TestCaseMailLimits(CaseCommon):
    """Whatever somebody sends is a case, and none of it is lost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.domain = cls._open_mailbox()

    def _letter(self, body="It leaks.", to="service@us.test", identity="<1@x>"):
        message = EmailMessage()
        message["From"] = "Ada <ada@steel.example>"
        message["To"] = to
        message["Subject"] = "Help"
        message["Message-Id"] = identity
        message.set_content(body)
        return message

    def _send(self, raw):
        self.env["mail.thread"].message_process(None, raw)
        mail = self.env["ecrm.mail"].search([("state", "=", "waiting")])
        self.assertEqual(len(mail), 1)
        mail._deliver_or_park()
        self.assertEqual(mail.state, "done", mail.reason)
        return mail

    def _files(self, case):
        return case.message_ids.attachment_ids

    def test_a_mail_of_25_megabytes_is_a_case_with_its_file(self):
        content = os.urandom(18_600_000)
        letter = self._letter()
        letter.add_attachment(
            content, maintype="application", subtype="zip", filename="log.zip"
        )
        raw = letter.as_bytes()
        self.assertGreater(len(raw), 25_000_000)
        mail = self._send(raw)
        self.assertEqual(mail.case_id.partner_id, self.customer)
        self.assertEqual(mail.case_id.description, "It leaks.")
        files = self._files(mail.case_id)
        self.assertEqual(files.mapped("name"), ["log.zip"])
        self.assertEqual(files.raw, content)

    def test_of_10000_files_the_first_are_files_and_the_mail_is_kept_whole(self):
        letter = self._letter()
        letter.make_mixed()
        raw = letter.as_bytes()
        boundary = letter.get_boundary().encode()
        part = (
            b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
            b'Content-Disposition: attachment; filename="%d.pdf"\r\n\r\neA==\r\n'
        )
        end = b"--" + boundary + b"--"
        many = b"".join(b"--" + boundary + b"\r\n" + part % n for n in range(10_000))
        raw = raw.replace(end, many + end)
        mail = self._send(raw)
        files = self._files(mail.case_id)
        self.assertLessEqual(len(files), mailbox.MOST_PARTS + 1)
        self.assertIn("0.pdf", files.mapped("name"))
        whole = files.filtered(lambda one: one.name == "mail.eml")
        self.assertEqual(whole.raw.count(b"Content-Disposition"), 10_000)
        self.assertEqual(mail.case_id.description, "It leaks.")

    def test_a_text_of_10_megabytes_is_cut_and_kept_whole(self):
        line = "It leaks and leaks and leaks and leaks and leaks and leaks.\n"
        mail = self._send(self._letter(line * 170_000).as_bytes())
        case = mail.case_id
        self.assertEqual(len(case.description), 10_000)
        said = case._portal_public()
        self.assertLess(len(said.body), 2 * mailbox.LONGEST_TEXT)
        whole = self._files(case)
        self.assertEqual(whole.name, "mail.eml")
        self.assertGreater(len(whole.raw), 10_000_000)

    def test_an_answer_with_too_much_is_in_its_case_all_the_same(self):
        case = self._receive()
        letter = self._letter(to=case._reply_address())
        for number in range(2 * mailbox.MOST_PARTS):
            letter.add_attachment(
                b"x", maintype="image", subtype="png", filename=f"{number}.png"
            )
        mail = self._send(letter.as_bytes())
        self.assertEqual(mail.case_id, case)
        self.assertIn("mail.eml", self._files(case).mapped("name"))

    def test_too_much_for_a_team_and_for_others_reaches_both(self):
        self.env["mail.alias"].create(
            {
                "alias_name": "sales-of-us",
                "alias_domain_id": self.domain.id,
                "alias_model_id": self.env["ir.model"]._get_id("crm.lead"),
            }
        )
        leads = self.env["crm.lead"].search_count([])
        letter = self._letter(to="service@us.test, sales-of-us@us.test")
        letter.add_attachment(
            b"x" * mailbox.LARGE, maintype="image", subtype="png", filename="a.png"
        )
        mail = self._send(letter.as_bytes())
        self.assertTrue(mail.case_id)
        self.assertEqual(self.env["crm.lead"].search_count([]), leads + 1)

    def test_too_much_that_cannot_be_read_is_parked(self):
        """Parts within parts without end: nobody reads it, nothing is lost."""
        raw = self._letter().as_bytes().split(b"\r\n\r\n")[0].split(b"\n\n")[0]
        raw = raw.replace(b'Content-Type: text/plain; charset="utf-8"', b"X-Was: text")
        for depth in range(3000):
            raw += b'\nContent-Type: multipart/mixed; boundary="b%d"\n\n--b%d' % (
                depth,
                depth,
            )
        self.env["mail.thread"].message_process(None, raw + b"\n\nend")
        mail = self.env["ecrm.mail"].search([])
        self.assertEqual(len(mail), 1)
        mail.filtered(lambda one: one.state == "waiting")._deliver_or_park()
        self.assertTrue(mail.case_id or mail.state == "parked")
        self.assertIn(b"end", base64.b64decode(mail.with_context(bin_size=False).raw))

import io
import re
from unittest.mock import patch

import openpyxl

from odoo.exceptions import UserError
from odoo.tests import HttpCase, new_test_user, tagged

from .sellout_common import SelloutCommon

GOOD = b"product,quantity,date\nCUP,3,2026-10-03\nPOT,4,2026-10-04\n"
BAD = b"product,quantity,date\nCUP,3,2026-10-03\nNOBODYS,4,2026-10-04\n"
PAGE = "/my/channel/sellout"


class PortalCommon(SelloutCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user, cls.stranger = (
            cls._login(login, partner)
            for login, partner in (
                ("roya-sells", cls.retailer),
                ("omid-sells", cls.other),
            )
        )

    @classmethod
    def _login(cls, login, partner):
        user = new_test_user(cls.env, login, "base.group_portal", password=login)
        user.partner_id.parent_id = partner
        return user


@tagged("post_install", "-at_install")
class TestSelloutPortal(PortalCommon):
    """An intermediary with its own reports, and with nobody else's."""

    def _post(self, path, file=None, **data):
        data["csrf_token"] = self._token()
        files = {"report": ("sellout.csv", io.BytesIO(file))} if file else None
        return self.url_open(f"{PAGE}{path}", data=data, files=files)

    def _token(self):
        page = self.url_open(PAGE).text
        return re.search(r'name="csrf_token" value="([^"]+)"', page)[1]

    def _own(self):
        return self.Report.search([("partner_id", "=", self.retailer.id)])

    def test_sends_sees_what_is_wrong_mends_and_accepts(self):
        self.authenticate("roya-sells", "roya-sells")
        answer = self._post("/upload", BAD)
        report = self._own()
        self.assertTrue(answer.url.endswith(f"{PAGE}/{report.id}"))
        self.assertEqual(report.state, "mapped")
        self.assertEqual(report.submitted_by_id, self.user.partner_id)
        for text in ("NOBODYS", "No product of ours has this code"):
            self.assertIn(text, answer.text)
        issues = self.url_open(f"{PAGE}/{report.id}/file/issues")
        rows = openpyxl.load_workbook(io.BytesIO(issues.content)).active
        self.assertEqual(
            [cell.value for cell in rows[2]][:4], ["NOBODYS", "4", "2026-10-04", 3]
        )
        sent = self.url_open(f"{PAGE}/{report.id}/file/sent")
        self.assertEqual(sent.content, BAD)
        self._post(f"/{report.id}/mend", GOOD)
        mended = self._own() - report
        self.assertEqual((report.state, mended.state), ("withdrawn", "validated"))
        self.assertEqual(mended.mends_id, report)
        answer = self._post(f"/{mended.id}/do", action="accept")
        self.assertEqual(mended.state, "accepted")
        self.assertIn("Accepted", answer.text)
        self.assertEqual(self._sold(), 3)
        self.assertEqual(report._bytes(), BAD)

    def test_what_is_refused_late_leaves_nothing(self):
        """The page that shows the refusal keeps no report that was never read."""
        self.authenticate("roya-sells", "roya-sells")
        self._post("/upload", BAD)
        report = self._own()
        with patch.object(
            self.registry[report._name],
            "action_check",
            side_effect=UserError("Too late"),
        ):
            for path in ("/upload", f"/{report.id}/mend"):
                self.assertIn("Too late", self._post(path, GOOD).text)
            self._post(f"/{report.id}/do", action="answer", date_from="2026-10-01")
        self.env.invalidate_all()
        self.assertEqual(self._own(), report)
        self.assertRecordValues(report, [{"state": "mapped", "date_from": False}])

    def test_good_rows_go_in_by_choice_and_the_page_says_what_is_missing(self):
        self.authenticate("roya-sells", "roya-sells")
        self._post("/upload", BAD)
        report = self._own()
        self._post(f"/{report.id}/do", action="accept")
        self.assertEqual(report.state, "mapped")
        self._post(f"/{report.id}/do", action="leave_out")
        answer = self._post(f"/{report.id}/do", action="accept")
        self.assertEqual((report.state, report.left_out_count), ("accepted", 1))
        self.assertRegex(answer.text, r"missing, by your choice: *<b>1")

    def test_answers_what_the_file_leaves_open(self):
        self.reporter.kind = False
        self.authenticate("roya-sells", "roya-sells")
        answer = self._post("/upload", b"code,number of,date\nCUP,3,03/04/26\n")
        report = self._own()
        for shown in ("number of", "Years have two digits", "Jalali as in 1402"):
            self.assertIn(shown, answer.text)
        self._post(
            f"/{report.id}/do",
            **{
                "action": "answer",
                "column:quantity": "number of",
                "date_order": "dmy",
                "short_years": "end",
                "kind": "original",
            },
        )
        self.assertEqual(report.state, "validated", self._what_is_wrong(report))
        self.assertEqual(str(report.first_day), "2026-04-03")

    def test_others_reports_and_files_are_not_there(self):
        report = self._report("CUP,3,2026-10-03")
        self.authenticate("omid-sells", "omid-sells")
        for path in ("", "/file/sent", "/file/issues"):
            answer = self.url_open(f"{PAGE}/{report.id}{path}")
            self.assertEqual(answer.status_code, 404)
            self.assertNotIn("CUP", answer.text)
        for path in ("/do", "/mend"):
            answer = self._post(f"/{report.id}{path}", GOOD, action="accept")
            self.assertEqual(answer.status_code, 404)
        self.assertEqual(report.state, "validated")
        self.assertNotIn("Roya", self.url_open(PAGE).text)
        answer = self.url_open(f"/channel/sellout/{report.id}/issues")
        self.assertEqual(answer.status_code, 404)

    def test_customers_who_are_no_intermediaries_report_nothing(self):
        customer = self.env["res.partner"].create(
            {"name": "Customer", "is_company": True}
        )
        self._login("customer-of-roya", customer)
        self.authenticate("customer-of-roya", "customer-of-roya")
        for path in (PAGE, "/my/channel/stock"):
            self.assertEqual(self.url_open(path).status_code, 404)

    def test_a_page_that_is_no_number_is_the_first(self):
        for path in (PAGE, "/my/channel/statements", "/my/channel/prices"):
            for page in ("²", "x", "-1", "9" * 5000):
                with self.subTest(path, page=page[:9]):
                    answer = self.url_open(f"{path}?page={page}")
                    self.assertEqual(answer.status_code, 200)

    def test_sees_its_stock_fall(self):
        self._invoice("2026-10-01", (self.cup, 10, 5))
        self.authenticate("roya-sells", "roya-sells")
        self._post("/upload", GOOD)
        self._post(f"/{self._own().id}/do", action="accept")
        page = self.url_open("/my/channel/stock").text
        self.assertRegex(page, r"Cup(?s:.*?)7\.00")
        self.assertRegex(page, r"unexplained: *4\.00")

    def test_what_is_no_file_of_ours_is_refused_with_a_reason(self):
        self.authenticate("roya-sells", "roya-sells")
        answer = self._post("/upload", b"%PDF-1.7 not a table")
        self.assertIn("neither a CSV nor an XLSX", answer.text)
        self.assertFalse(self._own().line_ids)
        answer = self._post("/upload")
        self.assertIn("Choose a file", answer.text)
        answer = self._post("/upload", GOOD, date_from="soon")
        self.assertIn("is not a day", answer.text)

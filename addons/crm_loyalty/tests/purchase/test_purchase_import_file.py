import io
import zipfile
from datetime import date, datetime

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .purchase_import_common import PLAIN, PurchaseImportCommon

PERSIAN = """\
کد مشتری,تاریخ,مبلغ
A۱,۱۴۰۱/۱۰/۱۲,۱۰
B2,1401/10/12,۲۰٫۰۰
A1,۱۴۰۱/۱۱/۱۴,۳۰٫۵
"""


@tagged("post_install", "-at_install")
class TestPurchaseImportFile(PurchaseImportCommon):
    """The same three purchases, in the files that people have."""

    def _assert_read(self, content, filename="sales.csv", **values):
        source = self._check(content, filename=filename, **values)
        self.assertFalse(self._issues(source))
        source.action_import()
        self.assertEqual(
            self._purchases(self.anna), [("2023-01-02", 10.0), ("2023-02-03", 30.5)]
        )
        self.assertEqual(self._purchases(self.borna), [("2023-01-02", 20.0)])
        source.action_undo()
        return source

    def test_unicode_with_and_without_mark(self):
        for encoding in ("utf-8", "utf-8-sig", "utf-16"):
            with self.subTest(encoding=encoding):
                self._assert_read(PLAIN.encode(encoding))
                self._assert_read(PERSIAN.encode(encoding))

    def test_separators_and_decimal_commas(self):
        comma = PLAIN.replace(",", ";").replace(".", ",")
        for content in (comma, comma.replace(";", "\t"), comma.replace(";", "|")):
            with self.subTest(content=content[:20]):
                source = self._assert_read(content)
                self.assertEqual(source.decimal_mark, ",")

    def test_old_pages(self):
        arabic = "كود العميل,التاريخ,المبلغ,العميل\nA1,2023-01-02,10,شركة النور\n"
        source = self._check(
            arabic.encode("cp1256"),
            answers={"encoding": "cp1256"},
            column_customer="كود العميل",
            column_date="التاريخ",
            column_amount="المبلغ",
        )
        self.assertRecordValues(
            source, [{"encoding": "cp1256", "state": "ready", "new_count": 1}]
        )
        western = "Référence client;Date;Montant;Ville\nA1;02/01/2023;10;Besançon\n"
        source = self._check(
            western.encode("cp1252"),
            answers={"encoding": "cp1252", "date_order": "dmy"},
        )
        self.assertRecordValues(
            source,
            [
                {
                    "encoding": "cp1252",
                    "column_customer": "Référence client",
                    "column_amount": "Montant",
                    "state": "ready",
                }
            ],
        )

    def test_workbook(self):
        rows = [
            ["Customer ID", "Order Date", "Total", "Note"],
            ["A1", datetime(2023, 1, 2, 15, 30), 10, None],
            ["B2", date(2023, 1, 2), 20.0, "x"],
            ["A1", "2023-02-03", "30.50", ""],
        ]
        source = self._assert_read(self._workbook(rows), filename="sales.xlsx")
        self.assertRecordValues(source, [{"encoding": False, "delimiter": False}])

    def test_same_purchases_in_another_format_are_known(self):
        self._import(PLAIN)
        rows = [["Reference", "Date", "Amount"], ["A1", date(2023, 2, 3), 30.5]]
        again = self._check(self._workbook(rows), filename="sales.xlsx")
        self.assertRecordValues(again, [{"new_count": 0, "known_count": 1}])

    def test_order_of_day_and_month_is_proved_or_the_users(self):
        text = "Reference,Date,Amount\nA1,02/01/2023,10\n"
        proved = text + "A1,13/01/2023,10\n"
        self.assertEqual(self._upload(proved).date_order, "dmy")
        self.assertEqual(self._upload(text).date_order, "mdy")  # as in en_US
        self.env["res.lang"]._activate_lang("fr_FR")
        self.manager.lang = "fr_FR"
        french = self.imports.with_context(lang="fr_FR")
        source = french.create({"file": self._upload(text).file})
        self.assertRecordValues(source, [{"date_order": "dmy", "decimal_mark": ","}])

    def test_form_shows_what_is_guessed_at_once(self):
        with Form(self.imports.with_context(default_filename="sales.csv")) as form:
            form.file = self._upload(PLAIN.replace("Amount", "Paid")).file
            self.assertEqual(form.name, "sales.csv")
            self.assertEqual(form.headers, "Reference | Date | Paid")
            self.assertEqual(form.column_customer, "Reference")
            self.assertFalse(form.column_amount)
            self.assertIn("30.50", form.preview)
            form.column_amount = "Paid"
        source = form.record
        self.assertEqual(source.headers, "Reference | Date | Paid")
        source.action_check()
        self.assertEqual(source.state, "ready")

    def test_column_chosen_by_hand_survives_a_mended_file(self):
        source = self._upload(PLAIN.replace("Amount", "Paid"))
        source.column_amount = "Paid"
        source.file = self._upload(PLAIN.replace("Amount", "Paid") + "\n").file
        self.assertEqual(source.column_amount, "Paid")

    def test_column_that_is_missing_is_named(self):
        cases = [
            ({"column_date": False}, "Date"),
            ({"column_customer": False}, "names the customer"),
            ({"column_margin": "Profit"}, "no column “Profit”.*Reference | Date"),
        ]
        for values, message in cases:
            source = self._upload(PLAIN)
            source.write(values)
            with self.assertRaisesRegex(UserError, message):
                source.action_check()
        twice = PLAIN.replace("Reference,Date,Amount", "Reference,Date,Date")
        source = self._upload(twice)
        source.write({"column_date": "Date", "column_amount": "Date"})
        with self.assertRaisesRegex(UserError, "several columns “Date”"):
            source.action_check()

    def test_file_that_cannot_be_read_says_why_before_the_check(self):
        cases = [
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old format"),
            (b"%PDF-1.7", "neither a CSV nor an XLSX"),
            (b"PK\x03\x04broken", "damaged"),
            (b"just words\n", "no row with column names"),
            (b'Reference,Date,Amount\nA1,2023-01-02,"10\n', "quotation mark"),
        ]
        for content, message in cases:
            source = self._upload(content)
            self.assertRegex(source.file_problem, message)
            with self.assertRaisesRegex(UserError, message):
                source.action_check()
        with self.assertRaisesRegex(UserError, "no purchases below"):
            self._upload("Reference,Date,Amount\n").action_check()
        with self.assertRaisesRegex(UserError, "Upload a file"):
            self.imports.create({}).action_check()

    def test_file_beyond_its_limits_says_so_before_the_check(self):
        book = self._workbook([["Reference", "Date", "Amount"]])
        with zipfile.ZipFile(io.BytesIO(book)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        name = next(name for name in parts if "worksheets/sheet" in name)
        far = b'<row r="1000000000"><c><v>1</v></c></row></sheetData>'
        parts[name] = parts[name].replace(b"</sheetData>", far)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for name, content in parts.items():
                archive.writestr(name, content)
        cases = [
            (packed.getvalue(), "more than 1048576 rows"),
            (b"Reference,Date,Amount\n" + b"," * 1000 + b"\n", "than 1000 columns"),
            (b"Reference,Date,Amount\n" + b"," * (1 << 20) + b"\n", "line"),
        ]
        for content, message in cases:
            source = self._upload(content)
            with self.assertRaisesRegex(UserError, message):
                source.action_check()

    def test_cells_beyond_their_limits_are_issues_of_their_rows(self):
        source = self._check(
            "Reference,Date,Amount\n"
            f"{'A' * 3000},2023-01-02,5\n"
            f"A1,2023-01-02,{'9' * 400}\n"
            "A1,2023-01-02,1e308\n"
            "A1,2023-01-02,nan\n"
            "A1,9999-01-02,5\n"
            "A1,3000000,5\n"
        )
        self.assertEqual(source.state, "faulty")
        issues = self._issues(source)
        self.assertEqual([issue[0] for issue in issues], [2, 3, 4, 5, 6, 7])
        self.assertIn("longer than 250", issues[0][3])
        self.assertLessEqual(max(len(issue[2]) for issue in issues), 250)

    def test_words_of_a_file_cannot_become_markup(self):
        source = self._upload(
            "<b onclick='x()'>Date</b>,Amount\n<script>x</script>,1\n"
        )
        self.assertNotIn("<script", source.preview)
        self.assertNotIn("<b ", source.preview)
        self.assertIn("&lt;script&gt;", source.preview)

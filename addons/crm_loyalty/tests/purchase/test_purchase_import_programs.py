import base64

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .purchase_import_common import PurchaseImportCommon

JOURNAL = """\
Belegdatum;Belegnummer;Buchungstext;Betrag;USt %;Kundennr.;Kundenname
03.01.2024;RE-2401;Rechnung Anna;1.190,00;19;A1;Anna Lee
05.01.2024;GS-2402;Gutschrift Anna;119,00;19;A1;Anna Lee
17.01.2024;RE-2403;Rechnung Borna;53,50;7 %;B2;Borna Printing
"""
GROUPED = """\
Sales by Customer Detail,,,,
,Date,Num,Product/Service,Amount
Anna Lee,,,,
,01/15/2024,1021,Pest Control,35.00
,02/20/2024,1033,Gardening,40.00
Total for Anna Lee,,,,$75.00
Borna Printing,,,,
,03/02/2024,1040,Design,100.00
Total for Borna Printing,,,,$100.00
"""
PERSIAN = """\
ردیف,شماره فاکتور,تاریخ,کد مشتری,نام مشتری,شرح کالا,تعداد,مبلغ کل,تخفیف,مبلغ قابل پرداخت
1,1402/0001,1402/10/03,A1,آنا,کاغذ,10,"12,500,000","500,000","12,000,000"
2,1402/0001,1402/10/03,A1,آنا,خودکار,20,"1,800,000",0,"1,800,000"
,,,,جمع کل,,,"14,300,000","500,000","13,800,000"
"""


@tagged("post_install", "-at_install")
class TestPurchaseImportPrograms(PurchaseImportCommon):
    """Files as programs export them, by the screen of a sales manager."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company

    def _by_form(self, text, encoding="utf-8", **columns):
        form = Form(self.imports)
        form.file = base64.b64encode(text.encode(encoding)).decode()
        for name, header in columns.items():
            form[name] = header
        return form.save()

    def _likely(self, source, **other):
        """Choose what has a star, or what is told."""
        for asked, key in {**self._asked(source), **other}.items():
            self._choose(source, asked, key)
        source.action_check()
        self.assertEqual(source.state, "ready", self._issues(source))
        source.action_import()
        self.assertEqual(source.state, "done")

    def test_journal_with_tax_in_it_and_credit_notes_above_zero(self):
        source = self._by_form(JOURNAL)
        self.assertEqual(source.column_tax_rate, "USt %")
        source.action_check()
        self.assertEqual(source.state, "asking")
        self.assertEqual(self._asked(source), {"credit": "return", "tax": None})
        words = " ".join(filter(None, source.question_ids.mapped("question")))
        self.assertIn("1 rows with amounts above zero tell of a credit note", words)
        self._likely(source, tax="percent")
        self.assertEqual(
            self._purchases(self.anna), [("2024-01-03", 1000.0), ("2024-01-05", -100.0)]
        )
        self.assertEqual(self._purchases(self.borna), [("2024-01-17", 50.0)])
        # the next month's file asks nothing
        again = self._check(JOURNAL.replace("01.2024", "02.2024").replace("-24", "-25"))
        self.assertEqual(again.state, "ready", self._asked(again))

    def test_report_in_groups(self):
        source = self._by_form(GROUPED)
        self.assertTrue(source.headers.startswith("(group) | Date"))
        with self.assertRaises(UserError) as caught:
            source.action_check()
        self.assertIn("names the customer", str(caught.exception))
        source.column_name = "(group)"
        source.action_check()
        self.assertEqual(self._asked(source), {"total_row": "leave"})
        self._likely(source)
        self.assertEqual(source.left_count, 2)
        self.assertEqual(
            self._purchases(self.anna), [("2024-01-15", 35.0), ("2024-02-20", 40.0)]
        )
        self.assertEqual(self._purchases(self.borna), [("2024-03-02", 100.0)])

    def test_persian_invoices_in_an_old_page(self):
        text = PERSIAN.replace("ی", "ي").replace("ک", "ك")
        source = self._by_form(text, "cp1256")
        source.action_check()
        asked = {
            "encoding": "cp1256",
            "grain": "line",
            "total_row": "leave",
            "discount": "each",
        }
        self.assertEqual(self._asked(source), asked)
        self._likely(source)
        self.assertEqual(self._purchases(self.anna), [("2023-12-24", 13_800_000.0)])

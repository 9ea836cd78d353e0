import io
import zipfile
from datetime import datetime

import openpyxl

from odoo.exceptions import UserError
from odoo.tests import tagged

from .purchase_import_common import PurchaseImportCommon

LEDGER = """\
Faktura;Fakturadatum;Kundennummer;Name 1;Nettowert;Belegart
90001;03.01.2023;A1;Müller & Söhne;1.100,00;FA
90002;05.01.2023;A1;Müller & Söhne;100,00-;GU
90003;06.01.2023;Q7;Bäckerei Weiß;2.000,50;FA
"""
BLOCKS = """\
Sales by customer;;
Customer: Anna Lee;;
Date;Invoice;Amount
02/01/2023;R1;10.50
15/01/2023;R2;20.00
Subtotal;;30.50
Customer: Borna Printing;;
Date;Invoice;Amount
03/01/2023;R3;5.00
"""
MARKET = """\
order-id\torder-item-id\tpurchase-date\tpayments-date\tbuyer-email\tquantity-purchased\
\titem-price\titem-tax
1-1\t7\t2023-01-02T10:00:00+00:00\t2023-01-05T10:00:00+00:00\tanna@example.com\t2\
\t20.00\t1.60
1-2\t8\t2023-01-03T10:00:00+00:00\t2023-01-05T10:00:00+00:00\tborna@example.com\t1\
\t5.00\t0.40
"""


@tagged("post_install", "-at_install")
class TestPurchaseImportKinds(PurchaseImportCommon):
    """Files of unusual shape, days or letters, as a manager would upload them."""

    def test_ledger_of_dos_asks_for_its_letters_and_keeps_its_credit_notes(self):
        source = self._check(LEDGER.encode("cp850"), create_missing=True)
        self.assertEqual(self._asked(source), {"encoding": "cp850"})
        likely = source.question_ids.filtered("is_proposed")
        self.assertIn("DOS", likely.label)
        self.assertIn("Söhne", likely.example)
        likely.action_choose()
        source.action_check()
        source.action_import()
        self.assertRecordValues(source, [{"encoding": "cp850", "state": "done"}])
        self.assertEqual(source.created_partner_ids.mapped("name"), ["Bäckerei Weiß"])
        self.assertEqual(
            self._purchases(self.anna), [("2023-01-03", 1100.0), ("2023-01-05", -100.0)]
        )

    def test_names_of_columns_in_two_rows(self):
        rows = [
            ["Sales report", None, None, None, None],
            ["Customer", None, "Invoice", None, "Amount", None],
            ["No", "Name", "No", "Date", "Net", "Gross"],
            ["A1", "Anna", "R1", datetime(2023, 1, 2), 100, 119],
            ["B2", "Borna", "R2", datetime(2023, 1, 3), 50, 59.5],
        ]
        source = self._import(self._workbook(rows), filename="report.xlsx")
        self.assertRecordValues(
            source,
            [
                {
                    "column_customer": "Customer No",
                    "column_document": "Invoice No",
                    "column_amount": "Amount Net",
                    "state": "done",
                }
            ],
        )
        self.assertEqual(self._purchases(self.anna), [("2023-01-02", 100.0)])
        self.assertEqual(source.line_ids.mapped("document"), ["R1", "R2"])

    def test_formulas_without_results_are_named_with_what_to_do(self):
        rows = [["Reference", "Date", "Amount"], ["A1", datetime(2023, 1, 2), "=1+2"]]
        source = self._upload(self._workbook(rows), filename="made.xlsx")
        self.assertRegex(source.file_problem, "cell C2.*Open it in a spreadsheet")
        with self.assertRaisesRegex(UserError, "formulas without results"):
            source.action_check()

    def test_months_side_by_side_are_named_with_what_to_do(self):
        source = self._upload(
            "Reference,Jan 2023,Feb 2023,Total\nA1,10.00,20.00,30.00\n"
        )
        with self.assertRaisesRegex(UserError, "months side by side.*Unpivot"):
            source.action_check()

    def test_customers_stand_above_their_rows(self):
        source = self._import(BLOCKS, answers={"total_row": "leave"})
        self.assertRecordValues(source, [{"state": "done", "left_count": 1}])
        self.assertEqual(
            self._purchases(self.anna), [("2023-01-02", 10.5), ("2023-01-15", 20.0)]
        )
        self.assertEqual(self._purchases(self.borna), [("2023-01-03", 5.0)])

    def test_file_of_another_program_is_named(self):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            kind = "application/vnd.oasis.opendocument.spreadsheet"
            archive.writestr("mimetype", kind)
        source = self._upload(file.getvalue(), filename="sales.ods")
        self.assertRegex(source.file_problem, "OpenDocument.*XLSX")

    def test_price_of_doubtful_meaning_is_asked_about(self):
        source = self._check(MARKET, filename="orders.txt")
        self.assertEqual(self._asked(source), {"price": "line", "tax": None})
        words = source.question_ids.filtered(lambda one: one.asked == "price")
        self.assertIn("“item-price” in 1 rows", words[0].question)
        answers = {"price": "line", "tax": "without"}
        self._import(MARKET, filename="orders.txt", answers=answers)
        self.assertEqual(self._purchases(self.anna), [("2023-01-02", 20.0)])
        # and the next file of the shop is not asked again
        again = self._check(MARKET.replace("1-1", "1-3"), filename="orders.txt")
        self.assertRecordValues(again, [{"state": "ready", "new_count": 1}])

    def test_days_that_say_less_than_they_mean_are_asked_about(self):
        text = "Reference,Date,Amount\nA1,01/02/23,10.50\nB2,01/15/23,20.50\n"
        source = self._check(text)
        self.assertEqual(self._asked(source), {"short_years": "end"})
        self.assertIn("01/02/23 → 2023-01-02", source.question_ids[0].example)
        self._import(text, answers={"short_years": "end"})
        self.assertEqual(self._purchases(self.anna), [("2023-01-02", 10.5)])
        serial = "Reference,Date,Amount\nA1,44960,30.50\n"
        self._import(serial, answers={"day_numbers": "days"})
        self.assertEqual(self._purchases(self.anna)[-1], ("2023-02-03", 30.5))

    def test_every_doubt_is_asked_in_words(self):
        head = "Reference,Date,Invoice,Note,Qty,{}\n"
        doubts = {
            "carried": ("Amount", "A1,2023-01-02,R1,Opening balance,1,10.50\n"),
            "pieces": ("Amount", "A1,2023-01-02,R1,,-1,10.50\n"),
            "scale": ("Amount (TEUR)", "A1,2023-01-02,R1,,1,10.50\n"),
            "price": ("Price", "A1,2023-01-02,R1,,2,10.50\n"),
            "day_numbers": ("Amount", "A1,44928,R1,,1,10.50\n"),
        }
        for asked, (column, row) in doubts.items():
            with self.subTest(asked=asked):
                source = self._check(head.format(column) + row)
                self.assertEqual(list(self._asked(source)), [asked])
                self.assertTrue(source.question_ids[0].question)
                for choice in source.question_ids:
                    # in words, and not by the key that stands for them
                    self.assertNotEqual(choice.label, choice.key)
        hidden = self._workbook([["Reference", "Date", "Amount"], ["A1", 44928, 10.5]])
        book = openpyxl.load_workbook(io.BytesIO(hidden))
        book.active.row_dimensions[2].hidden = True
        file = io.BytesIO()
        book.save(file)
        source = self._check(file.getvalue(), filename="hidden.xlsx")
        self.assertEqual(self._asked(source), {"day_numbers": "days", "hidden": None})

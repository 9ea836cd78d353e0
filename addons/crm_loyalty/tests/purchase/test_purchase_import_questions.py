import base64
import csv
import io
from unittest.mock import patch

import openpyxl

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .purchase_import_common import PLAIN, PurchaseImportCommon

SLASHES = "Reference,Date,Amount\nA1,03/04/2023,10.50\nB2,05/06/2023,20.50\n"
ORDERS = """\
Order Reference,Creation Date,Customer,Total,Status
S1,2023-01-15,Anna Lee,320.00,Sales Order
S2,2023-02-20,Anna Lee,80.00,Quotation
"""
LINES = """\
Invoice,Customer ID,Date,SKU,Quantity,Unit Price
R1,A1,2023-01-02,MUG,2,10.00
R1,A1,2023-01-02,POT,1,30.00
R2,B2,2023-01-03,NOPE,1,7.00
"""


@tagged("post_install", "-at_install")
class TestPurchaseImportQuestions(PurchaseImportCommon):
    """What a file does not prove is asked, and nothing of it is guessed in silence."""

    def test_check_asks_and_counts_nothing(self):
        source = self._check(SLASHES)
        self.assertRecordValues(
            source, [{"state": "asking", "open_count": 1, "row_count": 0}]
        )
        first, second = source.question_ids
        self.assertIn("rows 2, 3", first.question)
        self.assertFalse(second.question)
        self.assertIn("03/04/2023 → 2023-04-03", first.example)
        self.assertEqual(self._asked(source), {"date_order": "mdy"})
        with self.assertRaises(UserError):
            source.action_import()

    def test_answer_by_one_click_decides(self):
        source = self._import(SLASHES, answers={"date_order": "dmy"})
        self.assertEqual(source.date_order, "dmy")
        self.assertEqual(self._purchases(self.anna), [("2023-04-03", 10.5)])

    def test_another_answer_makes_a_check_worthless(self):
        source = self._check(SLASHES, answers={"date_order": "dmy"})
        self.assertEqual(source.state, "ready")
        self._choose(source, "date_order", "mdy")
        self.assertRecordValues(source, [{"state": "asking", "new_count": 0}])
        source.action_check()
        source.action_import()
        self.assertEqual(self._purchases(self.anna), [("2023-03-04", 10.5)])
        with self.assertRaises(UserError):
            self._choose(source, "date_order", "dmy")

    def test_next_file_of_these_columns_is_not_asked_again(self):
        self._import(SLASHES, answers={"date_order": "dmy"})
        again = self._check(SLASHES + "A1,07/08/2023,5.50\n")
        self.assertRecordValues(again, [{"state": "ready", "known_count": 2}])
        other = self._check(SLASHES.replace("Reference", "Customer No"))
        self.assertEqual(other.state, "asking")

    def test_what_a_file_proves_is_stronger_than_what_was_answered(self):
        self._import(SLASHES, answers={"date_order": "mdy"})
        proved = self._import(SLASHES.replace("03/04", "13/04"))
        self.assertEqual(self._purchases(self.anna)[-1], ("2023-04-13", 10.5))
        self.assertFalse(proved.question_ids)

    def test_status_is_asked_with_counts(self):
        source = self._check(ORDERS)
        self.assertEqual(
            self._asked(source), {"status:sales order": "yes", "status:quotation": "no"}
        )
        self.assertIn("in 1 rows", source.question_ids[0].question)
        answers = self._asked(source)
        done = self._import(ORDERS, answers=answers)
        self.assertRecordValues(done, [{"new_count": 1, "left_count": 1}])
        self.assertEqual(self._purchases(self.anna), [("2023-01-15", 320.0)])

    def test_other_file_forgets_the_answers(self):
        source = self._check(SLASHES, answers={"date_order": "dmy"})
        source.file = base64.b64encode(ORDERS.encode())
        self.assertFalse(source.answers)
        self.assertFalse(source.question_ids)
        source.action_check()
        self.assertEqual(source.state, "asking")

    def test_nobody_answers_what_is_not_asked(self):
        source = self._check(SLASHES)
        with self.assertRaises(UserError):
            source._answer("date_order", "ymd")
        for values in ({"answers": {"date_order": "dmy"}}, {"sheet": "x"}):
            with self.assertRaises(AccessError):
                source.write(values)
        with self.assertRaises(AccessError):
            source.question_ids[0].write({"key": "mdy"})
        seller = new_test_user(self.env, "q_seller", "sales_team.group_sale_salesman")
        with self.assertRaises(AccessError):
            source.question_ids[0].with_user(seller).action_choose()

    def test_second_sheet_is_not_left_out_without_a_word(self):
        first = [["Reference", "Date", "Amount"], ["A1", "2022-05-01", 10]]
        book = openpyxl.load_workbook(io.BytesIO(self._workbook(first)))
        sheet = book.create_sheet("2023")
        for row in (["Reference", "Date", "Amount"], ["A1", "2023-05-01", "x"]):
            sheet.append(row)
        file = io.BytesIO()
        book.save(file)
        source = self._check(file.getvalue(), filename="years.xlsx")
        self.assertEqual(self._asked(source), {"sheet": "*"})
        self._choose(source, "sheet", "*")
        source.action_check()
        self.assertRecordValues(
            source.issue_ids, [{"sheet": "2023", "row": 2, "value": "x"}]
        )

    def test_currency_of_a_row_is_converted_or_refused(self):
        self.setup_other_currency("EUR", rates=[("2023-01-01", 2.0)])
        text = (
            "Customer ID,Date,Amount,Currency\nA1,2023-02-01,100.00,USD\n"
            "A1,2023-02-02,100.00,EUR\n"
        )
        self.company.currency_id = self.env.ref("base.USD")
        source = self._import(text)
        self.assertEqual(
            self._purchases(self.anna), [("2023-02-01", 100.0), ("2023-02-02", 50.0)]
        )
        self.assertEqual(source.amount_total, 150)
        self.assertEqual(source.line_ids[1].file_currency_id.name, "EUR")
        refused = self._check(text + "A1,2023-02-03,15000,XXQ\n")
        self.assertEqual(
            [(issue.row, issue.column) for issue in refused.issue_ids],
            [(4, "Currency")],
        )

    def test_column_of_another_currency_is_refused(self):
        with self.assertRaisesRegex(UserError, "names another currency: EUR"):
            self._check(PLAIN.replace("Amount", "Amount (EUR)"))

    def _check_with_document(self, text, column):
        source = self._upload(text)
        source.column_document = column
        source.action_check()
        return source

    def test_document_that_comes_later_makes_nothing_new(self):
        text = "Customer No,Date,Amount,Beleg Ref\nA1,2023-01-02,45.00,R1\n"
        self._import(text)
        again = self._check_with_document(text, "Beleg Ref")
        self.assertRecordValues(again, [{"new_count": 0, "known_count": 1}])
        numbered = text.replace("A1,2023-01-02", "A1,2023-01-05")
        self._check_with_document(numbered, "Beleg Ref").action_import()
        back = self._check_with_document(numbered, False)
        self.assertRecordValues(back, [{"new_count": 0, "known_count": 1}])

    def test_name_and_reference_in_another_case_are_the_known_customer(self):
        zephyr = self.env["res.partner"].create({"name": "Zephyr Trading", "ref": "zt"})
        names = "Customer Name,Date,Amount\nZEPHYR TRADING,2023-01-02,10.00\n"
        source = self._import(names + "Zephyr  Trading,2023-01-03,20.00\n")
        self.assertEqual(source.line_ids.partner_id, zephyr)
        source = self._import("Customer No,Date,Amount\nZT,2023-01-04,10.00\n")
        self.assertEqual(source.line_ids.partner_id, zephyr)
        self.assertFalse(source.created_partner_ids)

    def test_number_with_a_point_is_the_known_customer(self):
        known = self.env["res.partner"].create({"name": "K", "ref": "17850"})
        source = self._import("CustomerID,Date,Amount\n17850.0,2023-01-02,10.00\n")
        self.assertEqual(source.line_ids.partner_id, known)

    def test_words_of_the_rial_stand_beside_amounts(self):
        rial = self.env["res.currency"].with_context(active_test=False)
        rial = rial.search([("name", "=", "IRR")])
        rial.active = True
        rial.rate_ids = [(5,), (0, 0, {"name": "2020-01-01", "rate": 50000})]
        source = self._check(
            "کد مشتری,تاریخ,مبلغ\n"
            "A1,۱۴۰۱/۰۵/۱۲,۱٬۲۵۰٬۰۰۰ ریال\nA1,۱۴۰۱/۰۵/۱۳,۱۰ تومان\n",
            currency_id=rial.id,
        )
        self.assertRecordValues(
            source, [{"state": "ready", "amount_total": 1250100, "issue_count": 0}]
        )

    def test_lines_make_orders_and_their_goods_are_bought(self):
        mug, pot = self.env["product.product"].create(
            [
                {"name": "Mug", "default_code": "MUG"},
                {"name": "Pot", "barcode": "POT"},
            ]
        )
        source = self._import(LINES)
        self.assertRecordValues(
            source,
            [
                {
                    "row_count": 3,
                    "part_row_count": 1,
                    "new_count": 2,
                    "unknown_item_count": 1,
                }
            ],
        )
        self.assertEqual(self._purchases(self.anna), [("2023-01-02", 50.0)])
        items = source.line_ids.item_ids.sorted("quantity", reverse=True)
        self.assertRecordValues(
            items,
            [
                {"product_id": mug.id, "quantity": 2, "revenue": 20},
                {"product_id": pot.id, "quantity": 1, "revenue": 30},
            ],
        )
        segment = self.env["crm.customer.segment"].create(
            {"name": "Mugs", "purchase_ids": [(0, 0, {"product_ids": mug.ids})]}
        )
        members = self.env["res.partner"].search(segment._customers_domain())
        self.assertIn(self.anna, members)
        self.assertNotIn(self.borna, members)
        source.action_undo()
        self.assertFalse(items.exists())

    def test_refund_counts_on_the_day_of_an_order_that_is_in(self):
        head = "Order Number,Original Order,Customer ID,Date,Amount\n"
        self._import(head + "7,,A1,2023-01-02,100.00\n")
        self._import(head + "8,7,A1,2023-03-09,-40.00\n")
        self.assertEqual(self._purchases(self.anna), [("2023-01-02", 60.0)])


@tagged("post_install", "-at_install")
class TestPurchaseImportInPart(PurchaseImportCommon):
    """Valid rows go in by choice, the others come back with the reason."""

    FAULTY = (
        "Reference,Date,Amount,Note\nA1,2023-01-02,10.00,a\nZ9,2023-01-02,5.00,b\n"
        'B2,2023-13-01,-7.50,"=1+1"\nB2,2023-01-03,20.00,d\n'
    )

    def test_valid_rows_go_in_and_the_others_come_back(self):
        source = self._check(self.FAULTY)
        self.assertRecordValues(
            source, [{"state": "faulty", "issue_count": 2, "new_count": 2}]
        )
        source.action_import_valid()
        self.assertRecordValues(
            source,
            [{"state": "done", "issue_count": 2, "new_count": 2, "is_partial": True}],
        )
        self.assertEqual(self._purchases(self.anna), [("2023-01-02", 10.0)])
        self.assertEqual(self._purchases(self.borna), [("2023-01-03", 20.0)])
        source.action_download_rejected()
        sheet = base64.b64decode(source.rejected_file).decode("utf-8-sig")
        head, *rows = csv.reader(io.StringIO(sheet))
        self.assertEqual(head, ["Reference", "Date", "Amount", "Note", "Reason"])
        self.assertEqual(rows[0][:4], ["Z9", "2023-01-02", "5.00", "b"])
        self.assertIn("No such customer", rows[0][4])
        self.assertEqual(rows[1][:4], ["B2", "2023-13-01", "-7.50", "'=1+1"])
        self.assertEqual(len(rows), 2)

    def test_sheet_of_rejected_rows_is_made_once_for_each_check(self):
        source = self._check(self.FAULTY)
        self.assertFalse(source.rejected_file, "reading it makes nothing")
        model = type(source)
        made = patch.object(
            model, "_rejected_rows", autospec=True, side_effect=model._rejected_rows
        )
        with made as rows:
            source.action_download_rejected()
            source.action_download_rejected()
            self.assertEqual(rows.call_count, 1)
            source.action_check()
            self.assertFalse(source.rejected_file)
            source.action_download_rejected()
            self.assertEqual(rows.call_count, 2)

    def test_mended_rows_follow_and_undo_takes_each_import_back_as_one(self):
        source = self._check(self.FAULTY)
        source.action_import_valid()
        source.action_download_rejected()
        sheet = base64.b64decode(source.rejected_file).decode("utf-8-sig")
        mended = sheet.replace("Z9", "A1").replace("2023-13-01", "2023-01-13")
        rest = self._import(mended)
        self.assertRecordValues(rest, [{"state": "done", "new_count": 2}])
        self.assertEqual(self._purchases(self.anna), [("2023-01-02", 15.0)])
        source.action_undo()
        self.assertEqual(self._purchases(self.anna), [("2023-01-02", 5.0)])
        self.assertEqual(source.state, "undone")

    def test_nothing_goes_in_without_a_choice(self):
        source = self._check(self.FAULTY)
        with self.assertRaises(UserError):
            source.action_import()
        ready = self._check(PLAIN)
        with self.assertRaises(UserError):
            ready.action_import_valid()
        nothing = self._check("Reference,Date,Amount\nZ9,2023-01-02,5.00\n")
        with self.assertRaisesRegex(UserError, "No row"):
            nothing.action_import_valid()
        self.assertFalse(self._purchases(self.anna))

    def test_document_with_a_bad_line_stays_behind_whole(self):
        source = self._check(LINES.replace("POT,1,30.00", "POT,1,much"))
        source.action_import_valid()
        self.assertFalse(self._purchases(self.anna))
        self.assertEqual(self._purchases(self.borna), [("2023-01-03", 7.0)])
        self.assertEqual(source.issue_ids.mapped("row"), [2, 3])

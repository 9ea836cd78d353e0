import base64
import csv
import io
import re

from odoo.exceptions import UserError
from odoo.tests import tagged

from .purchase_import_common import PLAIN, PurchaseImportCommon


@tagged("post_install", "-at_install")
class TestPurchaseImport(PurchaseImportCommon):
    """From a file to the purchase history and back."""

    def test_check_counts_and_changes_nothing(self):
        source = self._check(PLAIN)
        self.assertRecordValues(
            source,
            [
                {
                    "state": "ready",
                    "row_count": 3,
                    "new_count": 3,
                    "known_count": 0,
                    "customer_count": 2,
                    "missing_count": 0,
                    "issue_count": 0,
                    "amount_total": 60.5,
                }
            ],
        )
        self.assertEqual(str(source.first_date), "2023-01-02")
        self.assertEqual(str(source.last_date), "2023-02-03")
        self.assertFalse(source.line_ids)
        self.assertFalse(self._purchases(self.anna))

    def test_import_makes_history(self):
        source = self._import(PLAIN)
        self.assertEqual(source.state, "done")
        self.assertEqual(source.progress, 100)
        self.assertEqual(
            self._purchases(self.anna), [("2023-01-02", 10.0), ("2023-02-03", 30.5)]
        )
        self.assertEqual(self._purchases(self.borna), [("2023-01-02", 20.0)])

    def test_same_file_twice_changes_nothing(self):
        self._import(PLAIN)
        before = self._purchases(self.anna)
        again = self._check(PLAIN)
        self.assertRecordValues(
            again, [{"state": "ready", "new_count": 0, "known_count": 3}]
        )
        again.action_import()
        self.assertRecordValues(again, [{"state": "done", "new_count": 0}])
        self.assertFalse(again.line_ids)
        self.assertEqual(self._purchases(self.anna), before)

    def test_longer_file_adds_only_what_is_new(self):
        self._import(PLAIN)
        longer = self._import(
            PLAIN + "A1,2023-03-04,5\nA1,2023-02-03,30.50\n",
            answers={"equal_rows": "twice"},
        )
        self.assertRecordValues(longer, [{"new_count": 2, "known_count": 3}])
        self.assertEqual(
            self._purchases(self.anna),
            [("2023-01-02", 10.0), ("2023-02-03", 61.0), ("2023-03-04", 5.0)],
        )

    def test_equal_purchases_of_one_file_stay_two(self):
        self._import(
            "Reference,Date,Amount\nA1,2023-01-02,10\nA1,2023-01-02,10\n",
            answers={"equal_rows": "twice"},
        )
        self.assertEqual(self._purchases(self.anna), [("2023-01-02", 20.0)])

    def test_purchase_without_customer_reference_is_known_again(self):
        text = "E-mail,Date,Amount\nanna@example.com,2023-01-02,10\n"
        self._import(text)
        again = self._import(text.replace("anna@", "ANNA@"))
        self.assertEqual(again.known_count, 1)
        self.assertEqual(self._purchases(self.anna), [("2023-01-02", 10.0)])

    def test_one_bad_row_holds_everything_back(self):
        source = self._check(PLAIN + "A1,2023-13-01,5\n")
        self.assertRecordValues(source, [{"state": "faulty", "issue_count": 1}])
        with self.assertRaises(UserError):
            source.action_import()
        self.assertFalse(self._purchases(self.anna))

    def test_every_bad_row_is_named_with_column_value_and_reason(self):
        source = self._check(
            "Reference,Date,Amount,Margin\n"
            ",2023-01-02,5,\n"
            "Z9,2023-01-02,5,\n"
            "A1,,5,\n"
            "A1,02.30.2023,5,\n"
            "A1,2199-01-01,5,\n"
            "A1,2023-01-02,,\n"
            "A1,2023-01-02,five,\n"
            "A1,2023-01-02,5,much\n"
            "A1,2023-01-02\n"
            "A1,2023-01-02,5,1,50\n"
        )
        found = self._issues(source)
        self.assertEqual(
            [issue[:3] for issue in found],
            [
                (2, "Reference", False),
                (3, "Reference", "Z9"),
                (4, "Date", False),
                (5, "Date", "02.30.2023"),
                (6, "Date", "2199-01-01"),
                (7, "Amount", False),
                (8, "Amount", "five"),
                (9, "Margin", "much"),
                (10, False, "2023-01-02"),
                (11, False, "50"),
            ],
        )
        for (row, *_cell, reason), word in zip(
            found,
            (
                *("customer is missing", "No such customer", "date is missing"),
                *("not a date", "in the future", "amount is missing"),
                *("not an amount", "not a margin", "ends before", "more cells"),
            ),
            strict=True,
        ):
            self.assertIn(word, reason, f"row {row}")

    def test_document_number_is_told_once(self):
        source = self._check(
            "Reference,Date,Amount,Invoice\n"
            "A1,2023-01-02,10,INV1\n"
            "A1,2023-01-02,10,INV1\n"
            "A1,2023-01-02,11,INV1\n",
            answers={"grain": "document"},
        )
        self.assertEqual(
            [issue[:3] for issue in self._issues(source)], [(4, "Invoice", "INV1")]
        )
        self.assertIn("Row 2", source.issue_ids.reason)
        self.assertRecordValues(source, [{"new_count": 1, "known_count": 1}])

    def test_document_that_changed_since_its_import_is_an_issue(self):
        text = "Reference,Date,Amount,Invoice\nA1,2023-01-02,10,INV1\n"
        self._import(text)
        source = self._check(text.replace(",10,", ",12,"))
        self.assertEqual(source.state, "faulty")
        self.assertIn("2023-01-02, 10.00", source.issue_ids.reason)

    def test_mended_file_is_checked_anew(self):
        source = self._check("Reference,Date,Amount\nA1,soon,10\n")
        self.assertEqual(source.state, "faulty")
        source.file = base64.b64encode(PLAIN.encode())
        self.assertRecordValues(source, [{"state": "draft", "issue_count": 0}])
        self.assertFalse(source.issue_ids)
        source.action_check()
        source.action_import()
        self.assertEqual(source.new_count, 3)

    def test_any_change_of_the_reading_makes_a_check_worthless(self):
        for change in (
            {"decimal_mark": ","},
            {"column_amount": "Date"},
            {"create_missing": True},
        ):
            source = self._check(PLAIN)
            source.write(change)
            self.assertEqual(source.state, "draft", change)
            with self.assertRaises(UserError):
                source.action_import()

    def test_issues_are_downloaded_as_a_safe_sheet(self):
        source = self._check(
            'Reference,Date,Amount\n"=HYPERLINK(""http://x"")",2023-01-02,5\n'
        )
        action = source.action_download_issues()
        self.assertIn(f"/{source.id}/issues_file/", action["url"])
        sheet = base64.b64decode(source.issues_file).decode("utf-8-sig")
        header, row = sheet.splitlines()
        self.assertEqual(header, "Row,Column,Value,Reason")
        self.assertTrue(row.startswith("2,Reference,\"'=HYPERLINK"), row)

    def test_no_cell_of_a_download_is_a_formula_by_any_separator(self):
        cells = ("x;=1+1", "x\t+1", "@y", "x, -2+3")
        lines = [f'"{cell}",2023-01-02,5\n' for cell in cells]
        source = self._check("".join(["Reference,Date,Amount\n", *lines]))
        sheet = base64.b64decode(source.issues_file).decode("utf-8-sig")
        for row in list(csv.reader(io.StringIO(sheet)))[1:]:
            for part in re.split(r"[;,\t]", row[2]):
                self.assertNotRegex(part, r"^[\s\"]*[=+@-]")

    def test_returns_lower_the_revenue(self):
        self._import(PLAIN + "A1,2023-02-03,-30.50\n")
        self.assertEqual(
            self._purchases(self.anna), [("2023-01-02", 10.0), ("2023-02-03", 0.0)]
        )

    def test_empty_margin_is_unknown_and_not_zero(self):
        source = self._import(
            "Reference,Date,Amount,Margin\nA1,2023-01-02,10,0\nA1,2023-01-03,10,\n"
        )
        self.assertEqual(source.line_ids.mapped("has_margin"), [True, False])
        self.env.cr.execute(
            "SELECT margin FROM crm_purchase_import_line "
            "WHERE import_id = %s ORDER BY row",
            [source.id],
        )
        self.assertEqual(self.env.cr.fetchall(), [(0,), (None,)])

    def test_foreign_amounts_are_converted_at_the_rate_of_their_day(self):
        euro = self.setup_other_currency(
            "EUR", rates=[("2023-01-01", 2.0), ("2023-02-01", 4.0)]
        )
        text = PLAIN.replace("A1,2023-01-02", "A1,2022-06-01")
        source = self._import(text, currency_id=euro.id)
        for line in source.line_ids:
            self.assertAlmostEqual(
                line.revenue,
                euro._convert(
                    line.amount, self.company.currency_id, self.company, line.date
                ),
                msg=f"row {line.row}",
            )
        self.assertEqual(source.line_ids.mapped("revenue"), [5.0, 10.0, 7.63])

    def test_undo_takes_the_purchases_back(self):
        source = self._import(PLAIN)
        source.action_undo()
        self.assertEqual(source.state, "undone")
        self.assertFalse(source.line_ids)
        self.assertFalse(self._purchases(self.anna))
        again = self._import(PLAIN)
        self.assertEqual(again.new_count, 3)

    def test_import_in_use_is_neither_changed_nor_deleted(self):
        source = self._import(PLAIN)
        for change in (
            lambda: source.unlink(),
            lambda: source.write({"column_amount": "Date"}),
            lambda: source.write({"file": False}),
            lambda: source.action_check(),
            lambda: source.action_import(),
        ):
            with self.assertRaises(UserError):
                change()
        source.action_undo()
        source.unlink()

    def test_merged_customers_bring_their_purchases_along(self):
        source = self._import(PLAIN)
        merge = self.env["base.partner.merge.automatic.wizard"].create({})
        merge._merge((self.anna | self.borna).ids, self.anna)
        self.assertFalse(self.borna.exists())
        self.assertEqual(source.line_ids.partner_id, self.anna)
        self.assertEqual(
            self._purchases(self.anna), [("2023-01-02", 30.0), ("2023-02-03", 30.5)]
        )
        again = self._check(PLAIN)
        self.assertRecordValues(
            again, [{"state": "ready", "new_count": 0, "known_count": 3}]
        )

    def test_second_file_waits_for_the_one_that_is_being_imported(self):
        first, second = self._check(PLAIN), self._check(PLAIN)
        first.sudo().state = "loading"
        with self.assertRaisesRegex(UserError, "wait"):
            second.action_import()

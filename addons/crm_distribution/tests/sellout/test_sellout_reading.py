import datetime
import io
import random
from unittest.mock import patch

import openpyxl
from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ...models.sellout import distribution_sellout_reading
from .sellout_common import HEAD, SelloutCommon


@tagged("post_install", "-at_install")
@freeze_time("2027-05-20 09:00")
class TestSelloutReading(SelloutCommon):
    """What a file says, and what it leaves open."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.short, cls.long = cls.env["product.product"].create(
            [
                {"name": "Short", "default_code": "123"},
                {"name": "Long", "default_code": "00123"},
            ]
        )

    def _of_cells(self, *cells):
        rows = [(cell, 1, datetime.date(2027, 3, 3)) for cell in cells]
        table = self._workbook(("product", "quantity", "date"), *rows)
        return self._sent(table)

    def _word(self, kind="product", **values):
        return self.env["distribution.reporter.word"].create(
            {"reporter_id": self.reporter.id, "kind": kind, **values}
        )

    def test_a_code_as_text_is_matched_exactly(self):
        report = self._of_cells("00123", "123")
        self.assertEqual(report.state, "validated")
        report.action_accept()
        self.assertEqual(
            report.line_ids.sorted("row").product_id, self.long | self.short
        )

    def test_a_code_as_a_number_that_fits_two_products_names_both(self):
        report = self._of_cells("00123", 123)
        self.assertEqual(report.state, "mapped")
        ((row, reason),) = self._reasons(report)
        self.assertEqual(row, 3)
        self.assertIn("Long (00123), Short (123)", reason)

    def test_a_number_that_lost_its_zeros_is_taken_and_said_where_one_fits(self):
        self.long.default_code = "00777"
        report = self._of_cells(777)
        self.assertEqual(report.state, "validated")
        note = report.problem_ids
        self.assertTrue(note.is_note)
        self.assertIn("00777", note.reason)
        report.action_accept()
        self.assertEqual(report.line_ids.product_id, self.long)

    def test_a_code_that_was_turned_into_a_number_finds_nothing(self):
        self.short.default_code = "6260000000017"
        self.long.default_code = "90.750"
        report = self._of_cells("6.26E+12", 90.75, 6260000000000)
        self.assertEqual(len(self._reasons(report)), 3)
        for _row, reason in self._reasons(report):
            self.assertIn("turned into a number", reason)

    def test_a_code_with_a_decimal_mark_is_not_completed(self):
        self.long.default_code = "90.75"
        report = self._of_cells(90.75)
        self.assertEqual(report.state, "mapped")
        report = self._of_cells("90.75")
        self.assertEqual(report.state, "validated")

    def test_one_day_above_twelve_decides_for_the_whole_file(self):
        report = self._accepted("CUP,1,03/04/2027", "CUP,1,13/04/2027")
        self.assertEqual(
            report.line_ids.sorted("row").mapped("day"),
            [datetime.date(2027, 4, 3), datetime.date(2027, 4, 13)],
        )

    def test_days_up_to_twelve_are_asked_about_once_and_remembered(self):
        report = self._report("CUP,1,03/04/2027", "CUP,1,05/04/2027")
        self.assertEqual((report.state, report.asked), ("reported", "date_order"))
        report.date_order = "mdy"
        report.action_check()
        report.action_accept()
        self.assertEqual(
            report.line_ids.sorted("row").mapped("day"),
            [datetime.date(2027, 3, 4), datetime.date(2027, 5, 4)],
        )
        again = self._report("CUP,1,01/02/2027", date_from="2027-01-01")
        self.assertEqual(again.state, "validated")
        again.action_accept()
        self.assertEqual(again.line_ids.day, datetime.date(2027, 1, 2))

    def test_no_row_is_read_in_another_way_than_the_others(self):
        report = self._report(
            *("CUP,1,13/04/2027", "CUP,1,14/04/2027"),
            *("CUP,1,04/15/2027", "CUP,1,31/02/2027"),
        )
        self.assertEqual([row for row, _reason in self._reasons(report)], [4, 5])

    def test_the_thirty_first_of_february_is_an_error(self):
        report = self._report("CUP,1,2027-02-31")
        ((row, reason),) = self._reasons(report)
        self.assertEqual(row, 2)
        self.assertIn("not a day", reason)

    def test_one_number_proves_the_notation_of_all(self):
        report = self._accepted('CUP,"1.200",2027-03-03', 'CUP,"1.234,50",2027-03-04')
        self.assertEqual(
            report.line_ids.sorted("row").mapped("quantity"), [1200, 1234.5]
        )

    def test_a_number_that_proves_nothing_is_asked_about_or_remembered(self):
        report = self._report('CUP,"1.200",2027-03-03')
        self.assertEqual((report.state, report.asked), ("reported", "decimal_mark"))
        self.reporter.decimal_mark = ","
        report.action_check()
        self.assertEqual(report.state, "validated")
        report.action_accept()
        self.assertEqual(report.line_ids.quantity, 1200)

    def test_days_that_a_spreadsheet_swapped_are_asked_about(self):
        """It took for days what it could, and left the others as text."""
        day = datetime.datetime(2027, 4, 3)
        report = self._sent(
            self._workbook(HEAD.split(","), ["CUP", 1, day], ["CUP", 1, "03/13/2027"])
        )
        self.assertEqual((report.state, report.asked), ("reported", "half_swapped"))
        self.assertIn("swapped day and month", report.questions)
        report.half_swapped = "swap"
        report.action_check()
        report.action_accept()
        self.assertEqual(
            report.line_ids.sorted("row").mapped("day"),
            [datetime.date(2027, 3, 4), datetime.date(2027, 3, 13)],
        )

    def test_years_of_two_digits_are_asked_about_once_and_remembered(self):
        rows = ("CUP,1,13/04/27", "CUP,2,14/04/27")
        report = self._report(*rows)
        self.assertEqual((report.state, report.asked), ("reported", "short_years"))
        self.assertIn("two digits", report.questions)
        self.assertFalse(report.problem_ids)
        report.short_years = "end"
        report.action_check()
        report.action_accept()
        self.assertEqual(
            report.line_ids.sorted("row").mapped("day"),
            [datetime.date(2027, 4, 13), datetime.date(2027, 4, 14)],
        )
        # whose months have names proves it himself, whatever is remembered
        self.reporter.short_years = "front"
        again = self._accepted("CUP,1,15-Mar-27")
        self.assertEqual(again.line_ids.day, datetime.date(2027, 3, 15))

    def test_years_of_two_digits_may_be_in_front_and_jalali(self):
        report = self._report("CUP,1,۰۶/۰۱/۲۴")
        self.assertEqual(report.asked, "date_order short_years")
        # which comes first does not matter behind the year
        report.write({"date_order": "mdy", "short_years": "jalali"})
        report.action_check()
        report.action_accept()
        self.assertEqual(report.line_ids.day, datetime.date(2027, 4, 13))

    def test_days_as_numbers_are_asked_about_and_may_be_none(self):
        rows = ([*HEAD.split(",")], ["CUP", 1, 46490], ["CUP", 1, 46491.5])
        for answer, days in (
            ("days", [datetime.date(2027, 4, 13), datetime.date(2027, 4, 14)]),
            ("none", None),
        ):
            report = self._sent(self._workbook(*rows))
            with self.subTest(answer):
                self.assertEqual(report.asked, "day_numbers")
                self.assertFalse(report.problem_ids)
                report.day_numbers = answer
                report.action_check()
                if days:
                    self.assertEqual(report.state, "validated")
                    self.assertEqual(
                        [report.first_day, report.last_day], days, report.questions
                    )
                else:
                    reasons = self._reasons(report)
                    self.assertEqual([row for row, _reason in reasons], [2, 3])

    def test_a_file_is_as_long_as_the_sheets_that_are_read(self):
        book = openpyxl.Workbook()
        for name in ("March", "April"):
            sheet = book.create_sheet(name)
            sheet.append(HEAD.split(","))
            for day in ("2027-03-03", "2027-03-04"):
                sheet.append(["CUP", 1, day])
        del book["Sheet"]
        file = io.BytesIO()
        book.save(file)
        self.enterContext(patch.object(distribution_sellout_reading, "AT_ONCE", 3))
        report = self._sent(file.getvalue())
        self.assertEqual((report.state, report.asked), ("reported", "sheet"))
        report.sheet = "March"
        report.action_check()
        self.assertEqual(report.state, "validated")
        report.sheet = "*"
        report.action_check()
        self.assertEqual(report.state, "reading")

    def test_no_sheet_is_left_out_in_silence(self):
        book = openpyxl.Workbook()
        for name, day in (("March", "2027-03-03"), ("April", "2027-04-04")):
            sheet = book.create_sheet(name)
            sheet.append(HEAD.split(","))
            sheet.append(["CUP", 1, day])
        sheet.append(["TUB", 1, day])
        del book["Sheet"]
        file = io.BytesIO()
        book.save(file)
        report = self._sent(file.getvalue())
        self.assertEqual((report.state, report.asked), ("reported", "sheet"))
        self.assertIn("*, March, April", report.questions)
        report.sheet = "*"
        report.action_check()
        self.assertRecordValues(report.problem_ids, [{"sheet": "April", "row": 3}])
        [page] = report._portal_page()["problems"]
        self.assertEqual(page["row"], "April 3")
        self.assertIn("*", dict(report._portal_page()["choices"]["sheet"]))
        report.sheet = "March"
        report.action_check()
        self.assertEqual((report.state, report.row_count), ("validated", 1))
        report.action_accept()
        # the next file of the reporter is read as this one was
        again = self._sent(file.getvalue())
        self.assertEqual((again.state, again.row_count), ("repeated", 1))

    def test_letters_of_an_old_page_are_asked_about_once(self):
        rows = f"{HEAD},shop\nCUP,1,2027-03-03,Köln\n".encode("cp1252")
        report = self._sent(rows)
        self.assertEqual((report.state, report.asked), ("reported", "encoding"))
        report.encoding = "cp1252"
        report.action_check()
        report.action_accept()
        self.assertEqual(report.line_ids.place, "Köln")
        again = self._sent(rows.replace(b"03-03", b"04-04"))
        self.assertEqual(again.state, "validated")

    def test_cases_become_pieces_and_so_does_their_price(self):
        self.env["product.uom"].create(
            {"product_id": self.cup.id, "uom_id": self.case.id, "barcode": "CASE"}
        )
        report = self._accepted(
            "CASE,5,2027-03-03,,120",
            "CUP,7,2027-03-03,,10",
            "CUP,1,2027-03-04,Case of Twelve,120",
            head="product,quantity,date,unit,price",
        )
        self.assertRecordValues(
            report.line_ids.sorted("row"),
            [
                {"quantity": 60, "amount": 600},
                {"quantity": 7, "amount": 70},
                {"quantity": 12, "amount": 120},
            ],
        )

    def test_a_unit_that_cannot_be_converted_is_an_error(self):
        report = self._report(
            f"CUP,5,2027-03-03,{self.kilo.name}", head="product,quantity,date,unit"
        )
        ((_row, reason),) = self._reasons(report)
        self.assertIn(self.piece.name, reason)

    def test_the_reporters_own_words_hold_on_the_day_of_the_sale(self):
        self._word(word="X1", product_id=self.cup.id, date_to="2027-03-31")
        self._word(word="X1", product_id=self.pot.id, date_from="2027-04-01")
        self._word("unit", word="ctn", uom_id=self.case.id)
        self._word("column", word="verkauft", column="quantity")
        report = self._accepted(
            "X1,2,2027-03-31,ctn",
            "x1,1,2027-04-01,",
            head="code,verkauft,day,unit",
        )
        self.assertRecordValues(
            report.line_ids.sorted("row"),
            [
                {"product_id": self.cup.id, "quantity": 24, "code": "X1"},
                {"product_id": self.pot.id, "quantity": 1, "code": "x1"},
            ],
        )

    def test_a_word_has_one_meaning_at_a_time(self):
        self._word(word="X1", product_id=self.cup.id, date_to="2027-03-31")
        with self.assertRaises(ValidationError):
            self._word(word="x1", product_id=self.pot.id, date_from="2027-03-31")

    def test_an_archived_product_is_sold_out_still_and_a_foreign_one_is_not_ours(self):
        self.cup.active = False
        report = self._report("CUP,1,2027-03-03", "NOBODYS,1,2027-03-03")
        self.assertEqual(report.state, "mapped")
        ((row, reason),) = self._reasons(report)
        self.assertEqual(row, 3)
        self.assertIn("No product of ours", reason)
        self.assertFalse(report.line_ids)
        report.action_leave_out()
        self.assertEqual((report.state, report.left_out_count), ("validated", 1))
        report.action_accept()
        self.assertEqual(report.line_ids.product_id, self.cup)
        self.assertEqual(report.left_out_count, 1)

    def test_a_moment_is_the_reporters_own_day(self):
        self.retailer.tz = "Asia/Tehran"
        report = self._accepted(
            "CUP,1,2027-03-31T22:30:00Z", "CUP,1,2027-03-31T22:30:00+03:30"
        )
        self.assertEqual(
            report.line_ids.sorted("row").mapped("day"),
            [datetime.date(2027, 4, 1), datetime.date(2027, 3, 31)],
        )

    def test_the_turn_of_the_year_lies_in_one_week_and_two_months(self):
        self._accepted("CUP,1,2026-12-31", "CUP,1,2027-01-01")
        lines = [("partner_id", "=", self.retailer.id)]
        weeks = self.Line._read_group(lines, ["week"], ["__count"])
        self.assertEqual(weeks, [("2026-W53", 2)])
        months = self.Line.formatted_read_group(lines, ["day:month"], ["__count"])
        self.assertEqual(
            [month["day:month"][1] for month in months],
            ["December 2026", "January 2027"],
        )

    def test_texts_that_look_like_formulas_stay_text_on_every_way(self):
        head = "product,quantity,date,place,customer"
        report = self._report(
            "CUP,-5,2027-03-03,=1+1,@home", "NONE,-5,2027-03-03,=1+1,@home", head=head
        )
        rows = self._issues(report)
        self.assertEqual(rows[0][:5], head.split(","))
        bad = rows[1]
        self.assertEqual(bad[:5], ["NONE", "-5", "2027-03-03", "'=1+1", "'@home"])
        self.assertEqual(bad[5], 3)
        # mended in the spreadsheet program, saved and sent again
        bad[0] = "CUP"
        report = self._sent(self._workbook(*rows))
        self.assertEqual(report.state, "validated", self._what_is_wrong(report))
        report.action_accept()
        self.assertRecordValues(
            report.line_ids,
            [
                {
                    "quantity": -5,
                    "type": "return",
                    "place": "=1+1",
                    "customer": "@home",
                }
            ],
        )
        # the same content by the other format
        self.assertEqual(self._sent(self._as_csv(rows)).state, "repeated")

    def test_what_kind_of_report_it_is_is_asked_where_nobody_said(self):
        self.reporter.kind = False
        report = self._report("CUP,1,2027-03-03")
        self.assertEqual((report.state, report.asked), ("reported", "kind"))
        report.kind = "original"
        report.action_check()
        self.assertEqual(report.state, "validated")

    def test_a_missing_column_is_asked_for(self):
        report = self._report("CUP,1,2027-03-03", head="product,number of things,date")
        self.assertEqual(report.asked, "column:quantity")
        report._portal_answer({"column:quantity": "number of things"})
        self.assertEqual(report.state, "validated")

    def test_a_file_that_is_none_says_why_and_takes_nothing_in(self):
        for content, word in (
            (b"%PDF-1.4", "CSV nor an XLSX"),
            (b"PK\x03\x04 broken", "damaged"),
            (b"product,quantity,date\n", "nothing below"),
        ):
            report = self._sent(content)
            self.assertEqual(report.state, "reported")
            self.assertIn(word, report.problem_ids.reason)
            self.assertFalse(report.line_ids)

    def test_damaged_files_are_read_or_say_why(self):
        """Cut off, scrambled, in other encodings: no file breaks a check."""
        chance = random.Random(16)
        rows = ["product,quantity,date", "CUP,3,2027-03-03", "=1+1,1e9,31/02/27"]
        text = "\n".join(rows)
        whole = [
            text.encode(),
            text.encode("utf-16"),
            "فروش،تعداد\n".encode("cp1256") + text.encode(),
            self._workbook(*(row.split(",") for row in rows)),
        ]
        for _file in range(60):
            data = bytearray(chance.choice(whole))
            place = chance.randrange(len(data))
            way = chance.randrange(4)
            if way == 0:
                data = data[:place]
            elif way == 1:
                data = data[:place] + chance.randbytes(99) + data[place:]
            elif way == 2:
                data[place] = chance.randrange(256)
            else:
                data = data[place:] + data[:place]
            report = self._sent(bytes(data) or b" ")
            told = report.problem_ids or report.asked or report.held_reason
            good = report.state in ("validated", "repeated")
            self.assertTrue(told or good, self._what_is_wrong(report))
            self.assertFalse(report.line_ids)

    def test_days_to_come_and_days_outside_the_period_are_errors(self):
        report = self._report(
            "CUP,1,2027-05-21",
            "CUP,1,2027-03-31",
            "CUP,1,2027-04-01",
            date_from="2027-04-01",
            date_to="2027-05-30",
        )
        self.assertEqual([row for row, _reason in self._reasons(report)], [2, 3])

    def test_sales_to_members_are_sell_through(self):
        report = self._accepted(
            "CUP,1,2027-03-03,omid",
            "CUP,1,2027-03-03,Somebody",
            head="product,quantity,date,customer",
        )
        first, second = report.line_ids.sorted("row")
        self.assertEqual(first.customer_id, self.other)
        self.assertFalse(second.customer_id)

import datetime
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.sellout import (
    distribution_sellout_acceptance,
    distribution_sellout_reading,
)
from .sellout_common import SelloutCommon

MARCH = {"date_from": "2027-03-01", "date_to": "2027-03-31"}


@tagged("post_install", "-at_install")
@freeze_time("2027-05-20 09:00")
class TestSelloutReports(SelloutCommon):
    """What counts after one report and another."""

    def test_two_equal_lines_are_two_sales(self):
        report = self._accepted("CUP,1,2027-03-03", "CUP,1,2027-03-03")
        self.assertEqual({*report.line_ids.mapped("occurrence")}, {1, 2})
        self.assertEqual(self._sold(), 2)

    def test_the_same_file_in_another_shape_changes_nothing(self):
        first = self._accepted("CUP,3,2027-03-03", "POT,4,2027-03-04", **MARCH)
        again = self._sent(
            self._workbook(
                ("date", "quantity", "note", "product"),
                (datetime.date(2027, 3, 4), 4, "x", "POT"),
                (datetime.date(2027, 3, 3), 3, "y", "CUP"),
            ),
            filename="another name.xlsx",
        )
        self.assertEqual((again.state, again.same_as_id), ("repeated", first))
        self.assertFalse(again.line_ids)
        self.assertEqual(self._sold(), 3)

    def test_a_correction_replaces_its_period_and_says_what_changed(self):
        first = self._accepted("CUP,100,2027-03-03", "POT,5,2027-03-04", **MARCH)
        kept = first.line_ids.filtered(lambda one: one.product_id == self.pot)
        second = self._accepted(
            "CUP,80,2027-03-03", "POT,5,2027-03-04", kind="replaces", **MARCH
        )
        self.assertEqual(self._sold(), 80)
        self.assertRecordValues(
            self.env["distribution.sellout.change"].search(
                [("report_id", "=", second.id)]
            ),
            [
                {
                    "product_id": self.cup.id,
                    "before": 100,
                    "after": 80,
                    "difference": -20,
                }
            ],
        )
        # what came again as it was is the line that it was
        self.assertEqual(kept.state, "accepted")
        self.assertRecordValues(
            second, [{"line_count": 1, "same_count": 1, "removed_count": 1}]
        )
        self.assertRecordValues(
            first, [{"state": "superseded", "superseded_by_id": second.id}]
        )
        self.assertIn(b"CUP,100", first._bytes())
        self.assertIn(b"CUP,80", second._bytes())

    def test_a_superseded_file_sent_again_changes_nothing(self):
        first = self._accepted("CUP,100,2027-03-03", **MARCH)
        self._accepted("CUP,80,2027-03-03", kind="replaces", **MARCH)
        again = self._report("CUP,100,2027-03-03", kind="replaces", **MARCH)
        self.assertEqual((again.state, again.same_as_id), ("repeated", first))
        self.assertEqual(self._sold(), 80)

    def test_a_correction_in_another_sequence_changes_what_it_changes(self):
        self._accepted("CUP,1,2027-03-03", "CUP,2,2027-03-03", **MARCH)
        second = self._accepted(
            "CUP,2,2027-03-03",
            "CUP,1,2027-03-03",
            "CUP,7,2027-03-09",
            kind="replaces",
            **MARCH,
        )
        self.assertRecordValues(
            second, [{"line_count": 1, "same_count": 2, "removed_count": 0}]
        )

    def test_additional_lines_are_added(self):
        self._accepted("CUP,100,2027-03-03", **MARCH)
        added = self._accepted(
            "CUP,1,2027-03-03", "CUP,1,2027-03-03", "POT,2,2027-03-04", kind="adds"
        )
        self.assertEqual(self._sold(), 102)
        self.assertEqual(added.line_ids.sorted("row").mapped("occurrence"), [2, 3, 1])
        again = self._report(
            "CUP,1,2027-03-03", "CUP,1,2027-03-03", "POT,2,2027-03-04", kind="adds"
        )
        self.assertEqual(again.state, "repeated")

    def test_an_additional_line_of_a_known_document_is_named_and_not_counted(self):
        head = "product,quantity,date,document,line"
        first = self._accepted("CUP,1,2027-03-03,D1,1", head=head)
        second = self._report("CUP,1,2027-03-03,D1,1", head=head, kind="adds")
        self.assertEqual(second.state, "repeated")
        third = self._report(
            "CUP,1,2027-03-03,D1,1", "CUP,1,2027-03-03,D1,2", head=head, kind="adds"
        )
        ((row, reason),) = self._reasons(third)
        self.assertEqual(row, 2)
        self.assertIn(first.name, reason)

    def test_each_month_to_date_replaces_the_last(self):
        self.reporter.kind = "month_to_date"
        self._accepted("CUP,1,2027-05-03")
        self._accepted("CUP,1,2027-05-03", "CUP,2,2027-05-04")
        third = self._accepted("CUP,1,2027-05-03", "CUP,3,2027-05-04")
        self.assertEqual(self._sold(), 4)
        self.assertRecordValues(
            third,
            [
                {
                    "date_from": datetime.date(2027, 5, 1),
                    "date_to": datetime.date(2027, 5, 4),
                    "same_count": 1,
                    "removed_count": 1,
                }
            ],
        )
        less = self._report("CUP,9,2027-05-03")
        self.assertEqual(less.state, "held")
        self.assertIn(third.name, less.held_reason)

    def test_days_that_are_reported_already_are_held_and_named(self):
        self.reporter.frequency = "monthly"
        march = self._accepted("CUP,10,2027-03-02", "CUP,10,2027-03-20")
        self.assertEqual(march.date_to, datetime.date(2027, 3, 31))
        week = self._report(
            "CUP,1,2027-03-30",
            "CUP,1,2027-04-01",
            date_from="2027-03-29",
            date_to="2027-04-04",
        )
        self.assertEqual(week.state, "held")
        for word in ("2027-03-29", "2027-03-31", march.name):
            self.assertIn(word, week.held_reason)
        self.assertEqual(self._sold(), 20)
        with self.assertRaises(UserError):
            week.action_accept()

    def test_of_two_reports_of_the_same_days_only_the_first_is_accepted(self):
        first, second = (
            self._report(f"CUP,{count},2027-03-03", **MARCH) for count in (10, 11)
        )
        first.action_accept()
        second.action_accept()
        self.assertEqual((first.state, second.state), ("accepted", "held"))
        self.assertFalse(second.line_ids)
        self.assertEqual(self._sold(), 10)

    def test_a_transfer_within_the_house_sells_nothing(self):
        self._invoice("2027-03-01", (self.cup, 100, 10))
        self._accepted(
            "CUP,-30,2027-03-03,B1,transfer",
            "CUP,30,2027-03-03,B2,transfer",
            head="product,quantity,date,branch,type",
        )
        self.assertEqual(self._sold(), 0)
        self.assertEqual(self._buckets(), [(100, 10)])

    def test_a_late_report_counts_on_its_own_days(self):
        target = self.env["distribution.target"].create(
            {
                "partner_id": self.retailer.id,
                "date_from": "2027-03-01",
                "date_to": "2027-04-30",
                "basis": "sold_out",
                "target": 4000,
            }
        )
        report = self._accepted(
            "CUP,5,2027-03-03,1000", head="product,quantity,date,amount", **MARCH
        )
        months = self.env["distribution.attainment"].search(
            [("target_id", "=", target.id)], order="month"
        )
        self.assertEqual(months.mapped("attained"), [1000, 0])
        self.assertEqual(target.attained, 1000)
        opened = months[0].action_view_lines()
        self.assertEqual(
            self.env[opened["res_model"]].search(opened["domain"]), report.line_ids
        )
        self.assertEqual(report.line_ids.day, datetime.date(2027, 3, 3))
        self.assertEqual(report.line_ids.accepted_on.date(), datetime.date(2027, 5, 20))

    def test_stock_alone_invents_no_sales_and_is_incomplete(self):
        head = "product,quantity,date,type"
        self._invoice("2027-03-01", (self.cup, 100, 10))
        march = self._accepted("CUP,90,2027-03-31,stock", head=head, **MARCH)
        april = self._accepted(
            "CUP,20,2027-04-10,sale",
            "CUP,80,2027-04-30,stock",
            head=head,
            date_from="2027-04-01",
            date_to="2027-04-30",
        )
        self.assertEqual((march.is_incomplete, april.is_incomplete), (True, False))
        self.assertEqual(self._sold(), 20)
        months = self.env["distribution.sellout.month"].search(
            [("partner_id", "=", self.retailer.id)], order="month"
        )
        self.assertEqual(months.mapped("sell_through_text"), ["not reported", "20.0 %"])
        self.assertEqual(months.mapped("reported"), [90, 80])
        self.assertEqual(months[0].closing, 100)

    def test_sold_by_opening_and_received_is_named_by_the_screen(self):
        self._invoice("2027-03-01", (self.cup, 50, 10))
        self._invoice("2027-04-01", (self.cup, 50, 10))
        self._accepted("CUP,60,2027-04-10")
        april = self.env["distribution.sellout.month"].search(
            [("partner_id", "=", self.retailer.id), ("month", "=", "2027-04-01")]
        )
        self.assertRecordValues(
            april, [{"opening": 50, "received": 50, "sold": 60, "sell_through": 60}]
        )
        label = april._fields["sell_through_text"]._description_string(self.env)
        self.assertEqual(label, "Sold / (Opening + Received)")

    def test_what_was_sent_stays_as_it_was_sent(self):
        report = self._report("CUP,1,2027-03-03")
        with self.assertRaises(UserError):
            report.file = b"eA=="
        with self.assertRaises(UserError):
            report.unlink()
        report.action_withdraw()
        self.assertIn(b"CUP,1", report._bytes())

    def test_another_answer_makes_a_check_worthless(self):
        user = self._user("seller", "crm_distribution.group_channel_user")
        report = self._report("CUP,1,2027-03-03")
        report.with_user(user).kind = "adds"
        self.assertEqual(report.state, "reported")

    def test_a_period_that_the_file_said_is_read_anew_with_its_words(self):
        report = self._report("CUP,1,2027-03-03", "MUG,1,2027-04-03")
        report.action_leave_out()
        self.assertEqual(report.date_to, datetime.date(2027, 3, 3))
        self.env["distribution.reporter.word"].create(
            {
                "reporter_id": self.reporter.id,
                "word": "mug",
                "product_id": self.pot.id,
            }
        )
        report.action_check()
        self.assertEqual(report.state, "validated", self._what_is_wrong(report))
        self.assertEqual(report.date_to, datetime.date(2027, 4, 3))

    def test_nobody_writes_lines_or_states_by_hand(self):
        user = self._user("boss", "crm_distribution.group_channel_manager")
        report = self._accepted("CUP,1,2027-03-03")
        with self.assertRaises(AccessError):
            report.line_ids.with_user(user).write({"quantity": 2})
        with self.assertRaises(AccessError):
            report.with_user(user).write({"left_out_count": 2})
        fresh = self._report("CUP,1,2027-04-03")
        with self.assertRaises(AccessError):
            fresh.with_user(user).write({"state": "accepted"})

    def test_whoever_has_own_intermediaries_reports_for_those_alone(self):
        user = self._user("own", "crm_distribution.group_channel_own")
        with self.assertRaises(AccessError):
            self.Report.with_user(user).create(
                {"partner_id": self.retailer.id, "file": b"eA=="}
            )
        self.retailer.user_id = user
        report = self.Report.with_user(user).create(
            {
                "partner_id": self.retailer.id,
                "file": b"cHJvZHVjdCxxdWFudGl0eSxkYXRlCkNVUCwxLDIwMjctMDMtMDM=",
            }
        )
        report.action_check()
        report.action_accept()
        self.assertEqual(report.state, "accepted")

    def test_a_long_file_is_left_to_the_job_and_goes_on_after_a_kill(self):
        rows = [f"CUP,1,2027-03-03,{number}" for number in range(1, 8)]
        with (
            patch.object(distribution_sellout_reading, "AT_ONCE", 3),
            patch.object(distribution_sellout_acceptance, "PART", 3),
        ):
            report = self._report(*rows, head="product,quantity,date,document")
            self.assertEqual(report.state, "reading")
            report._go_on()
            report.action_accept()
            self.assertEqual(report.state, "loading")
            report._go_on()
            report._go_on()
            self.assertEqual((report.part_done, report.part_count), (1, 3))
            # nobody sees a part of it
            self.assertEqual(self._sold(), 0)
            self._run("crm_distribution.cron_read_sellout")
        self.assertEqual((report.state, report.line_count), ("accepted", 7))
        self.assertEqual(self._sold(), 7)

    @mute_logger("odoo.addons.crm_suite.tools.work")
    def _run(self, job):
        with self.enter_registry_test_mode():
            self.env.ref(job).method_direct_trigger()

    def test_queries_do_not_grow_with_lines(self):
        def count(number, month):
            rows = [f"CUP,1,2027-0{month}-03,{number}" for number in range(number)]
            before = self.env.cr.sql_log_count
            self._accepted(*rows, head="product,quantity,date,document")
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(1, 1)
        few = count(10, 2)
        self.assertLessEqual(count(400, 3), few + 5)

    def test_whoever_is_late_is_reminded_once_a_period(self):
        self.reporter.write(
            {"frequency": "monthly", "due_days": 5, "date_from": "2027-01-01"}
        )
        mails = self.env["mail.mail"].search([])
        self._run("crm_distribution.cron_remind_reporters")
        self._run("crm_distribution.cron_remind_reporters")
        sent = self.env["mail.mail"].search([]) - mails
        self.assertEqual(len(sent), 1)
        self.assertIn("Apr 1, 2027", sent.subject)
        self.assertIn("roya@channel.example", sent.email_to)
        self.assertEqual(self.reporter.reminded_to, datetime.date(2027, 4, 30))

    def _mail(self, sender, *files):
        attached = "".join(
            f"""--cut
Content-Type: text/csv; name="{name}"
Content-Disposition: attachment; filename="{name}"

{text}
"""
            for name, text in files
        )
        return f"""From: {sender}
To: sellout@us.example
Subject: March
Message-Id: <{len(attached)}.{sender}>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="cut"

--cut
Content-Type: text/plain

Please find attached.
{attached}--cut--
"""

    def test_files_that_come_by_mail_are_read_and_wait(self):
        mail = self._mail(
            "roya@channel.example",
            ("march.csv", "product,quantity,date\nCUP,3,2027-03-03"),
            ("logo.png", "x"),
        )
        thread = self.env["mail.thread"].message_process("distribution.reporter", mail)
        self.assertEqual(thread, self.reporter.id)
        report = self.Report.search([("partner_id", "=", self.retailer.id)])
        self.assertRecordValues(
            report,
            [
                {
                    "state": "validated",
                    "filename": "march.csv",
                    "submitted_by_id": self.retailer.id,
                }
            ],
        )
        self.assertFalse(report.line_ids)
        self.assertIn("March", self.reporter.message_ids.mapped("subject"))

    def test_mails_of_strangers_and_without_files_are_sent_back(self):
        alias = self.env["mail.alias"].new({"alias_contact": "everyone"})
        reporters = self.env["distribution.reporter"]
        table = [("a.csv", "x", {})]
        for author, files, error in (
            (self.env.user.partner_id, table, "error_no_reporter"),
            (self.retailer, [], "error_no_file"),
        ):
            told = reporters._alias_get_error(
                None, {"author_id": author.id, "attachments": files}, alias
            )
            self.assertEqual(told.code, error)
        good = {"author_id": self.retailer.id, "attachments": table}
        self.assertFalse(reporters._alias_get_error(None, good, alias))
        # no call from outside is a mail
        user = self._user("boss", "crm_distribution.group_channel_manager")
        with self.assertRaises(AccessError):
            reporters.with_user(user).message_new(good)

    def test_whoever_reported_is_not_reminded(self):
        self.reporter.frequency = "monthly"
        self._report("CUP,1,2027-04-15")
        self.assertFalse(
            self.env["distribution.reporter"].search(
                self.reporter._late_domain(self.company, "monthly")
            )
        )

    def test_amounts_in_other_currencies_are_added_in_ours_by_the_rate_of_the_day(self):
        other = self.env["res.currency"].create(
            {
                "name": "XTS",
                "symbol": "T",
                "rate_ids": [(0, 0, {"name": "2027-01-01", "rate": 4})],
            }
        )
        report = self._accepted(
            "CUP,2,2027-03-03,100,XTS", head="product,quantity,date,amount,currency"
        )
        self.assertRecordValues(
            report.line_ids,
            [{"amount": 100, "currency_id": other.id, "company_amount": 25}],
        )

    def test_merging_reporters_loses_no_sale(self):
        self._accepted("CUP,1,2027-03-03", **MARCH)
        self._accepted("CUP,1,2027-03-03", partner=self.other, kind="original")
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.retailer | self.other).ids, self.retailer
        )
        self.assertEqual(self._sold(), 2)
        self.assertEqual(
            len(
                self.env["distribution.reporter"].search(
                    [("partner_id", "=", self.retailer.id)]
                )
            ),
            1,
        )

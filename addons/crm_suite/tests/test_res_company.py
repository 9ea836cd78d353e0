from datetime import date, datetime

from freezegun import freeze_time

from odoo.tests import TransactionCase
from odoo.tools import SQL


class TestToday(TransactionCase):
    def setUp(self):
        super().setUp()
        self.enterContext(freeze_time("2026-03-01 11:00:00"))

    def test_day_is_the_companys_own(self):
        company = self.env.company
        other = self.env["res.company"].create({"name": "Other"})
        (company + other).partner_id.tz = "UTC"
        company = company.with_context(tz="Pacific/Kiritimati")
        self.assertEqual(company._today(), date(2026, 3, 1))
        company.partner_id.tz = "Pacific/Kiritimati"
        self.assertEqual(company._today(), date(2026, 3, 2))
        self.assertEqual(other._today(), date(2026, 3, 1))
        company.partner_id.tz = False
        self.assertEqual(company._today(), date(2026, 3, 1))

    def test_day_follows_another_contact(self):
        company = self.env.company
        company.partner_id.tz = "UTC"
        self.assertEqual(company._today(), date(2026, 3, 1))
        company.partner_id = company.partner_id.create(
            {"name": "There", "tz": "Pacific/Kiritimati"}
        )
        self.assertEqual(company._today(), date(2026, 3, 2))

    def test_zone_is_read_once(self):
        company = self.env.company
        company._today()
        self.env.invalidate_all()
        with self.assertQueryCount(0):
            company._today()

    def test_day_of_a_row_is_that_of_its_company(self):
        company = self.env.company
        other, third = self.env["res.company"].create(
            [{"name": "Other"}, {"name": "Third"}]
        )
        company.partner_id.tz = "America/Los_Angeles"
        (other + third).partner_id.tz = "Pacific/Kiritimati"
        self.env.flush_all()
        rows = SQL("unnest(%s) company", [company.id, other.id, third.id, None])
        days = self.env.execute_query(
            SQL(
                "SELECT %s, %s FROM %s",
                company._day_sql(SQL("company"), SQL("timestamp '2026-03-01 07:30'")),
                company._today_sql(SQL("company")),
                rows,
            )
        )
        feb, first, second = date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 2)
        self.assertEqual(
            days, [(feb, first), (first, second), (first, second), (feb, first)]
        )
        other.partner_id.tz = "America/Los_Angeles"
        self.assertIn(
            ((feb, first)),
            self.env.execute_query(
                SQL(
                    "SELECT %s, %s",
                    company._day_sql(
                        SQL("%s", other.id), SQL("timestamp '2026-03-01 07:30'")
                    ),
                    company._today_sql(SQL("%s", other.id)),
                )
            ),
        )

    def test_a_day_begins_where_the_company_is(self):
        company = self.env.company
        for zone, start in (
            ("Pacific/Auckland", datetime(2027, 5, 4, 12)),
            ("America/Los_Angeles", datetime(2027, 5, 5, 7)),
            ("Asia/Tehran", datetime(2027, 5, 4, 20, 30)),
        ):
            company.partner_id.tz = zone
            self.assertEqual(company._start_of_day(date(2027, 5, 5)), start)

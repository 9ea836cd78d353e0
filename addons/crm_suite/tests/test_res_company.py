from datetime import date

from freezegun import freeze_time

from odoo.tests import TransactionCase


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

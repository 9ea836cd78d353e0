import random
from datetime import date, timedelta

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from odoo.addons.base.tests.common import BaseCommon

CUTOFF = date(2025, 6, 30)
CUSTOMERS = 300
DEVICE, PART = 600.0, 40.0
DEVICE_RATE, PART_RATE = 0.3, 0.5


@tagged("post_install", "-at_install")
class TestValueMoney(BaseCommon):
    """A shop that sells a device and then its parts, at another margin and at prices
    that rise by a fifth a year; and what its customers bring in the year after."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create(
            {
                "name": "Devices and Parts",
                "value_cutoff": CUTOFF,
                "value_horizon_years": 1,
                "value_discount_rate": 0.0,
                "value_use_attributes": False,
            }
        )
        cls.buyers = cls.env["res.partner"].create(
            [{"name": f"Buyer {number:03}"} for number in range(CUSTOMERS)]
        )
        source = (
            cls.env["crm.purchase.import"].sudo().create({"company_id": cls.company.id})
        )
        bought, cls.truth = cls._purchases()
        cls.env["crm.purchase.import.line"].sudo().create(
            [
                {
                    "import_id": source.id,
                    "company_id": cls.company.id,
                    "partner_id": cls.buyers[customer].id,
                    "date": day,
                    "revenue": revenue,
                    "margin": margin,
                    "key": f"{source.id} {number}",
                }
                for number, (customer, day, revenue, margin) in enumerate(bought)
            ]
        )
        source.state = "done"
        cls.runs = cls.env["crm.value.run"].sudo()
        cls.run_ = cls.runs._refresh_now(cls.company)

    @staticmethod
    def _purchases():
        """Customer, day, revenue and margin; and the margin of the year after."""
        drawn = random.Random(11)
        rows, later = [], 0.0
        for customer in range(CUSTOMERS):
            pace = drawn.gammavariate(2.0, 1 / 80)
            usual, leaves = drawn.gammavariate(6, 1 / 6), drawn.betavariate(0.5, 6)
            day = start = CUTOFF - timedelta(days=drawn.randrange(120, 1100))
            while day <= CUTOFF + timedelta(days=365):
                first = day == start
                size = (
                    (DEVICE if first else PART) * usual * drawn.gammavariate(8, 1 / 8)
                )
                size *= 1.2 ** ((day - CUTOFF).days / 365.25)
                margin = size * (DEVICE_RATE if first else PART_RATE)
                if day <= CUTOFF:
                    rows.append((customer, day, round(size, 2), round(margin, 2)))
                else:
                    later += margin
                if drawn.random() < leaves:
                    break
                day += timedelta(days=1 + int(drawn.expovariate(pace)))
        return rows, later

    def _codes(self, run):
        return [reason["code"] for reason in run.estimate["reasons"]]

    def test_the_coming_margin_is_that_of_parts_in_todays_money(self):
        self.assertEqual(self.run_.state, "done", self.run_.error)
        self.assertLess(abs(self.run_.total_value / self.truth - 1), 0.2)
        amounts = self.run_.estimate["amounts"]
        self.assertEqual(amounts["source"], "purchases")
        self.assertLess(abs(amounts["first"] / (DEVICE / PART) - 1), 0.15)
        self.assertLess(abs(amounts["growth"] - 0.182), 0.06)

    def test_the_report_card_says_so(self):
        self.assertTrue({"first_unlike", "growth"} <= set(self._codes(self.run_)))
        self.assertIn("First purchases are unlike later ones", self.run_.verdict)
        self.assertIn("in today's money", self.run_.verdict)

    def test_money_of_the_last_quarter_stands_in_the_report_card(self):
        tested = self.run_.backtest
        self.assertEqual(tested["verdict"], "model")
        for money in (tested["revenue"], tested["margin"]):
            self.assertLessEqual(money["low"], money["actual"])
            self.assertGreaterEqual(money["high"], money["actual"])
            self.assertLess(money["model"]["rmse"], money["naive"]["rmse"])
        dollars = "\\$\N{NO-BREAK SPACE}[0-9]"
        for words in ("They brought a revenue of", "Their margin was"):
            self.assertRegex(self.run_.backtest_verdict, f"{words} {dollars}")

    def test_revenue_and_margin_of_the_quarter_are_those_of_the_purchases(self):
        tested = self.run_.backtest
        first = self.env["crm.purchase"].search(
            [("company_id", "=", self.company.id)], order="date", limit=1
        )
        days = (CUTOFF - first.date).days
        split = CUTOFF - timedelta(days=round(days * 0.25))
        History = self.env["crm.purchase.history"]
        known = set(History._read_arrays(self.company, split)["customer"].tolist())
        quarter = (
            self.env["crm.purchase"]
            .search([("company_id", "=", self.company.id), ("date", ">", split)])
            .filtered(lambda bought: bought.partner_id.id in known)
        )
        self.assertEqual(len(quarter), tested["actual"])
        self.assertAlmostEqual(
            sum(quarter.mapped("revenue")), tested["revenue"]["actual"], 0
        )
        self.assertAlmostEqual(
            sum(quarter.mapped("margin")), tested["margin"]["actual"], 0
        )

    def test_amounts_left_as_they_were_are_far_off_and_the_card_knows(self):
        self.company.value_amounts = "plain"
        plain = self.runs._refresh_now(self.company)
        self.assertGreater(abs(plain.total_value / self.truth - 1), 0.4)
        self.assertTrue({"money_high", "money_low"} & set(self._codes(plain)))
        self.assertIn("In the back-test, values were too", plain.verdict)
        width = (plain.total_high - plain.total_low) / plain.total_value
        known = (self.run_.total_high - self.run_.total_low) / self.run_.total_value
        self.assertGreater(width, known)

    def test_the_company_may_name_the_yearly_growth(self):
        self.company.write({"value_amounts": "index", "value_amount_growth": 0.5})
        indexed = self.runs._refresh_now(self.company)
        self.assertIn("growth_given", self._codes(indexed))
        self.assertIn("50", indexed.verdict)
        self.assertGreater(indexed.total_value, self.run_.total_value)

    def test_growth_that_nobody_means_is_refused(self):
        for growth in (-0.95, 11.0):
            with self.assertRaises(ValidationError):
                self.company.value_amount_growth = growth

    def test_a_report_from_before_money_was_looked_at_is_not_fresh(self):
        report = dict(self.run_.backtest)
        del report["revenue"], report["margin"]
        self.run_.write({"backtest": report, "backtest_amounts": False})
        again = self.runs._refresh_now(self.company)
        self.assertTrue(again.backtest["margin"])
        self.assertNotIn("revenue", self.run_.backtest)
        self.assertTrue(self.run_.backtest_verdict)

    def test_recomputing_changes_nothing(self):
        self.assertEqual(self.runs._refresh_now(self.company).changed_count, 0)

import random
from datetime import date, timedelta

from odoo.tests import tagged

from ..purchase.purchase_import_common import PurchaseImportCommon

CUTOFF = date(2025, 6, 30)
ORDINARY = 150


@tagged("post_install", "-at_install")
class TestValueReturned(PurchaseImportCommon):
    """From an imported file to the list of values: a customer who sends all back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.value_cutoff = CUTOFF
        cls.company.partner_id.tz = "UTC"
        cls.env["res.partner"].create(
            [
                {"name": f"Customer {number}", "ref": f"C{number}"}
                for number in range(ORDINARY)
            ]
        )
        rows = cls._ordinary_rows() + cls._returned_rows("A1", 12, 400.0)
        rows += cls._returned_rows("B2", 1, 39.99, parts=(14.5, 25.49))
        lines = ["Reference,Date,Amount"]
        lines += [f"{ref},{day},{amount:.2f}" for ref, day, amount in rows]
        source = cls._import("\n".join(lines) + "\n")
        assert source.state == "done", source.issue_ids.mapped("reason")
        cls.run_ = cls.env["crm.value.run"].sudo()._refresh_now(cls.company)
        cls.values = (
            cls.env["crm.customer.value"]
            .sudo()
            .search([("company_id", "=", cls.company.id)])
        )
        cls.returned = cls.values.filtered(lambda value: value.partner_id == cls.anna)
        cls.returned_once = cls.values.filtered(
            lambda value: value.partner_id == cls.borna
        )

    @staticmethod
    def _ordinary_rows():
        drawn = random.Random(7)
        rows = []
        for number in range(ORDINARY):
            rate = drawn.gammavariate(1.2, 1 / 60)
            leaves = drawn.betavariate(0.8, 3)
            usual = 30 + drawn.expovariate(1 / 60)
            day = CUTOFF - timedelta(days=drawn.randrange(60, 700))
            while day <= CUTOFF:
                amount = 1 + drawn.gammavariate(4, usual / 4)
                rows.append((f"C{number}", day, amount))
                if drawn.random() < leaves:
                    break
                day += timedelta(days=1 + int(drawn.expovariate(rate)))
        return rows

    @staticmethod
    def _returned_rows(ref, times, amount, parts=None):
        """A purchase every four weeks; nine days later all of it comes back."""
        rows = []
        for time in range(1, times + 1):
            day = CUTOFF - timedelta(days=28 * time)
            rows.append((ref, day, amount))
            rows += [
                (ref, day + timedelta(days=9), -part) for part in parts or [amount]
            ]
        return rows

    def test_everything_that_came_back_is_worth_nothing(self):
        """L117 returned"""
        self.assertEqual(self.run_.state, "done", self.run_.error)
        self.assertEqual(len(self.values), ORDINARY + 2)
        self.assertRecordValues(
            self.returned,
            [
                {
                    "purchase_count": 12,
                    "revenue": 0.0,
                    "lifetime_value": 0.0,
                    "value_low": 0.0,
                    "value_high": 0.0,
                    "value_class": "d",
                    "unprofitable": True,
                }
            ],
        )

    def test_parts_that_add_up_leave_nothing_either(self):
        """In floating point 39.99 - 14.5 - 25.49 is a little more than nothing."""
        self.assertRecordValues(
            self.returned_once,
            [{"purchase_count": 1, "lifetime_value": 0.0, "unprofitable": True}],
        )

    def test_nobody_else_is_unprofitable_and_the_best_come_first(self):
        others = self.values - self.returned - self.returned_once
        self.assertFalse(others.filtered("unprofitable"))
        self.assertEqual(self.values[0].value_class, "a")
        self.assertTrue(all(value.lifetime_value > 0 for value in others[:100]))
        self.assertIn(self.values[0], others)

    def test_the_reason_says_so(self):
        self.assertEqual(
            self.returned.reason,
            "All 12 purchases came back, the last one of Jun 2, 2025.",
        )
        self.assertEqual(
            self.returned_once.reason, "The only purchase, of Jun 2, 2025, came back."
        )
        self.assertNotIn("came back", self.values[0].reason)

    def test_returns_that_cost_something_are_worth_less_than_nothing(self):
        line = self.env["crm.purchase.import.line"].search(
            [("partner_id", "=", self.anna.id)]
        )
        line.sudo().margin = 0.0
        line[0].sudo().margin = -120.0
        self.env["crm.value.run"].sudo()._refresh_now(self.company)
        self.assertLess(self.returned.lifetime_value, 0)
        self.assertLess(self.returned.value_low, self.returned.lifetime_value)
        self.assertEqual(self.returned.margin, -120.0)

import csv
import io
import random
from datetime import date, timedelta
from unittest.mock import patch

from odoo.tests import tagged

from ...models.purchase import crm_purchase_import_work as work
from ..purchase.purchase_import_common import PurchaseImportCommon

FIRST = date(2010, 12, 1)
CUTOFF = date(2011, 12, 1)
CUSTOMERS = 1500
HEAD = (
    *("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate"),
    *("UnitPrice", "CustomerID", "Country"),
)
BULK = 74_215


@tagged("post_install", "-at_install")
class TestValueWholesaler(PurchaseImportCommon):
    """K17: a year of a wholesaler's lines, as its program exports them, is imported and
    valued; and what its customers buy in the year after."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.write(
            {
                "value_cutoff": CUTOFF,
                "value_horizon_years": 1,
                "value_discount_rate": 0.0,
                "value_use_attributes": False,
            }
        )
        cls.rows, cls.truth = cls._lines()
        text = io.StringIO()
        csv.writer(text).writerows([HEAD, *cls.rows])
        with patch.object(work, "BATCH_ROWS", 1_000_000):
            cls.source = cls._import(text.getvalue(), create_missing=True)
        cls.run_ = cls.env["crm.value.run"].sudo()._refresh_now(cls.company)
        cls.values = (
            cls.env["crm.customer.value"]
            .sudo()
            .search([("company_id", "=", cls.company.id)])
        )

    @staticmethod
    def _lines():
        """The lines, and the revenue of the year after."""
        drawn = random.Random(17)
        rows, later, number = [], 0.0, 536_365

        def write(number, day, lines, customer):
            moment = f"{day.month}/{day.day}/{day.year} 9:26"
            for code, pieces, price in lines:
                goods = (code, f"ARTICLE {code}", pieces, moment)
                rows.append((number, *goods, price, customer, "United Kingdom"))

        for customer in range(12_346, 12_346 + CUSTOMERS):
            rate, leaves = drawn.gammavariate(1.1, 1 / 60), drawn.betavariate(0.6, 4)
            usual = 250 * 4 / drawn.gammavariate(5, 1)
            day = FIRST + timedelta(days=drawn.randrange(330))
            while day <= CUTOFF + timedelta(days=365):
                lines = [
                    (
                        20_000 + drawn.randrange(4_000),
                        drawn.randrange(1, 12),
                        f"{max(drawn.gammavariate(2, usual / 36), 0.01):.2f}",
                    )
                    for _line in range(drawn.randrange(1, 6))
                ]
                back = drawn.random() < 0.03
                number += 1
                if day > CUTOFF:
                    bought = sum(pieces * float(price) for _c, pieces, price in lines)
                    later += 0.0 if back else bought
                else:
                    write(number, day, lines, customer)
                    if back:
                        returned = [(c, -pieces, price) for c, pieces, price in lines]
                        until = min(day + timedelta(days=4), CUTOFF)
                        write(f"C{number}", until, returned, customer)
                if drawn.random() < leaves:
                    break
                day += timedelta(days=1 + int(drawn.expovariate(rate)))
        for name, pieces in (("541431", BULK), ("C541433", -BULK)):
            write(name, date(2011, 1, 18), [(23_166, pieces, "1.04")], 12_346)
        return rows, later

    def test_the_year_after_is_inside_the_interval_and_near(self):
        self.assertEqual(self.run_.state, "done", self.run_.error)
        self.assertGreater(len(self.rows), 10_000)
        self.assertEqual(self.run_.evidence, "population")
        low, high = self.run_.total_low, self.run_.total_high
        # of 95 %, where the card has that of 80 %
        wider = (high - low) / 2 * 1.96 / 1.2816
        self.assertLess(abs(self.run_.total_value - self.truth), wider)
        self.assertLess(abs(self.run_.total_value / self.truth - 1), 0.05)

    def test_nothing_of_the_file_is_lost_and_nothing_is_asked(self):
        self.assertFalse(self.source.question_ids)
        self.assertRecordValues(
            self.source,
            [
                {
                    "state": "done",
                    "row_count": len(self.rows),
                    "missing_count": CUSTOMERS,
                    "issue_count": 0,
                }
            ],
        )
        whole = sum(row[3] * float(row[5]) for row in self.rows)
        self.assertAlmostEqual(sum(self.values.mapped("revenue")), whole, 2)

    def test_a_bulk_order_cancelled_the_same_day_lifts_nobody(self):
        by_ref = {value.partner_id.ref: value for value in self.values}
        bulk = by_ref["12346"]
        mine = [row for row in self.rows if row[6] == 12_346 and abs(row[3]) != BULK]
        days = {row[4] for row in mine if not str(row[0]).startswith("C")}
        self.assertAlmostEqual(
            bulk.revenue, sum(row[3] * float(row[5]) for row in mine), 2
        )
        self.assertLessEqual(bulk.purchase_count, len(days))
        self.assertLess(bulk.lifetime_value, BULK * 1.04 / 10)

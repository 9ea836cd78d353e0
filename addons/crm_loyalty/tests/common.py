from contextlib import ExitStack
from datetime import date, datetime, time, timedelta
from unittest.mock import patch

from odoo.fields import Command

from odoo.addons.base.models import ir_cron
from odoo.addons.sale.tests.common import TestSaleCommon

TODAY = date(2025, 6, 30)


def patch_time_to_one_step(env):
    """A scheduler whose time is up after the first step."""
    jobs = type(env["ir.cron"])
    commit = jobs._commit_progress
    begun = []

    def commit_progress(job, *args, **kwargs):
        left = commit(job, *args, **kwargs)
        begun.append(job)
        return left if len(begun) == 1 else 0

    stack = ExitStack()
    stack.enter_context(patch.object(jobs, "_commit_progress", commit_progress))
    # or the scheduler calls the job again for some seconds
    stack.enter_context(patch.object(ir_cron, "MIN_RUNS_PER_JOB", 1))
    stack.enter_context(patch.object(ir_cron, "MIN_TIME_PER_JOB", 0))
    return stack


class ShopCommon(TestSaleCommon):
    """Odoo's world of sales, in the main company where that keeps books already: a
    company and a chart of accounts for each class take longer than its tests."""

    @classmethod
    def setup_independent_company(cls, **kwargs):
        main = cls.env.ref("base.main_company")
        return main if main.chart_template else super().setup_independent_company()

    @classmethod
    def _net(cls, line, other, **back):
        """A later invoice, of another product, which nets what comes back of a line of
        an order: goods, or money alone.

        :param back: what the invoice says of the order's line
        """
        bought = {"product_id": other.id, "quantity": 1, "price_unit": 900}
        return cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": line.order_id.partner_invoice_id.id,
                "invoice_line_ids": [
                    Command.create(line._prepare_invoice_line(**back)),
                    Command.create(bought),
                ],
            }
        )


class ValueCommon(ShopCommon):
    """A company whose history is closed at TODAY, and orders on any day before it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.value_cutoff = TODAY
        cls.company.partner_id.tz = "UTC"
        cls.customer, cls.other_customer = cls.env["res.partner"].create(
            [{"name": "Alba Bakery"}, {"name": "Borna Printing"}]
        )
        cls.product = cls._make_product("Flour", price=100, cost=60)
        cls.values = cls.env["crm.customer.value"].sudo()
        # the scheduler works as superuser
        cls.runs = cls.env["crm.value.run"].sudo()

    @classmethod
    def _make_product(cls, name, price, cost):
        return cls.env["product.product"].create(
            {
                "name": name,
                "type": "service",
                "list_price": price,
                "standard_price": cost,
                "invoice_policy": "order",
                "taxes_id": [Command.clear()],
            }
        )

    @classmethod
    def _order(cls, partner, day, quantity=1, lines=None, hour=12, **values):
        """A confirmed order of that day (a date, or how many days before TODAY)."""
        lines = lines or [{"product_id": cls.product.id, "product_uom_qty": quantity}]
        order = cls.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "order_line": [Command.create(line) for line in lines],
                **values,
            }
        )
        order.action_confirm()
        order.date_order = datetime.combine(cls._day(day), time(hour))
        return order

    @classmethod
    def _orders(cls, partner, *days_ago, quantity=1):
        """Confirmed orders made at once, for tests that need many of them."""
        return cls.env["sale.order"].create(
            [cls._order_values(partner, days, quantity) for days in days_ago]
        )

    @classmethod
    def _order_values(cls, partner, days_ago, quantity=1):
        line = {"product_id": cls.product.id, "product_uom_qty": quantity}
        return {
            "partner_id": partner.id,
            "state": "sale",
            "date_order": datetime.combine(cls._day(days_ago), time(12)),
            "order_line": [Command.create(line)],
        }

    @classmethod
    def _shop(cls, count=40):
        """Customers who buy at rhythms of their own and leave at different times."""
        partners = cls._customers(count)
        cls.env["sale.order"].create(
            [cls._order_values(*purchase) for purchase in cls._rhythms(partners)]
        )
        return partners

    @classmethod
    def _imported_shop(cls, count=40):
        """The same customers with the same purchases, brought in from a file: much
        faster, where orders do not matter."""
        partners = cls._customers(count)
        source = cls.env["crm.purchase.import"].sudo().create({})
        cls.env["crm.purchase.import.line"].sudo().create(
            [
                {
                    "import_id": source.id,
                    "company_id": cls.company.id,
                    "partner_id": partner.id,
                    "date": cls._day(days_ago),
                    "revenue": 100 * quantity,
                    "margin": 40 * quantity,
                    "key": f"{source.id} {number}",
                }
                for number, (partner, days_ago, quantity) in enumerate(
                    cls._rhythms(partners)
                )
            ]
        )
        source.state = "done"
        return partners

    @classmethod
    def _customers(cls, count):
        return cls.env["res.partner"].create(
            [{"name": f"Customer {number:02}"} for number in range(count)]
        )

    @staticmethod
    def _rhythms(partners):
        """Customer, how many days before TODAY, and units of each purchase."""
        for number, partner in enumerate(partners):
            gap = 9 + 5 * (number % 7)
            last = 4 + (number * 37) % 160
            length = 1 + (number * 11) % 9
            for step in range(length):
                days_ago = last + gap * step + (step * number) % 5
                yield partner, days_ago, 1 + number % 4

    @classmethod
    def _day(cls, day):
        return day if isinstance(day, date) else TODAY - timedelta(days=day)

    @classmethod
    def _refund(cls, order, quantity=None):
        """Invoice the order, then post a credit note for it or for some units."""
        invoice = order._create_invoices()
        invoice.action_post()
        refund = invoice._reverse_moves()
        if quantity is not None:
            refund.invoice_line_ids[0].quantity = quantity
        refund.action_post()
        return refund

    def _value(self, partner):
        return self.values.search(
            [
                ("partner_id", "=", partner.commercial_partner_id.id),
                ("company_id", "=", self.company.id),
            ]
        )

    def _all_values(self):
        return self.values.search([("company_id", "=", self.company.id)])

    def _history(self, partner):
        return self.env["crm.purchase.history"].search(
            [
                ("partner_id", "=", partner.commercial_partner_id.id),
                ("company_id", "=", self.company.id),
            ]
        )

from datetime import datetime, timedelta
from unittest.mock import patch

import numpy as np

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.crm_suite.tests.trade import paying
from odoo.addons.crm_suite.tools.columns import day_number

from ..common import TODAY, ValueCommon

SPLIT = TODAY - timedelta(days=100)


@tagged("post_install", "-at_install")
class TestValueSignals(ValueCommon):
    """What is known of customers on a day, and nothing that came later."""

    def _known(self, until, *customers):
        """Each attribute of the customers as known at the end of the day."""
        self.env.flush_all()
        run = self.runs.new({"company_id": self.company.id, "cutoff": until})
        columns = self.env["crm.purchase.history"]._read_arrays(
            self.company, until, known_by=until, trend=True
        )
        rows = [
            np.flatnonzero(columns["customer"] == customer.id)[0]
            for customer in customers or self.customer
        ]
        found = run._read_attributes(columns, until, day_number(until))
        return {
            attribute.name: [
                None if np.isnan(value) else round(float(value), 6)
                for value in attribute.values[rows]
            ]
            for attribute in found
        }

    def _invoice(self, day, due_days=10, amount=100):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": day,
                "date": day,
                "invoice_date_due": day + timedelta(days=due_days),
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "x",
                            "quantity": 1,
                            "price_unit": amount,
                            "tax_ids": [],
                        }
                    )
                ],
            }
        )
        invoice.action_post()
        return invoice

    def _pay(self, invoice, day):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"payment_date": day})._create_payments()

    def test_one_query_per_source(self):
        self._orders(self.customer, 150, 120)
        read = type(self.env["crm.customer.signal"])._read
        asked = []

        def counted(self, query):
            asked.append(query)
            return read(self, query)

        signal = type(self.env["crm.customer.signal"])
        with patch.object(signal, "_read", counted):
            self._known(SPLIT)
        sources = [s for s in self.runs._signal_sources() if not s.own]
        self.assertEqual(len(asked), len(sources))

    def test_payment_delay_counts_days_late(self):
        self._orders(self.customer, 150)
        late = self._invoice(SPLIT - timedelta(days=60))
        self._pay(late, SPLIT - timedelta(days=16))
        self.assertEqual(self._known(SPLIT)["payment_delay"], [34])
        punctual = self._invoice(SPLIT - timedelta(days=50))
        self._pay(punctual, SPLIT - timedelta(days=45))
        self.assertEqual(self._known(SPLIT)["payment_delay"], [17])
        self.assertEqual(self._known(SPLIT, self.customer)["returns"], [0])

    def test_payment_after_the_cut_off_changes_nothing(self):
        self._orders(self.customer, 150)
        invoice = self._invoice(SPLIT - timedelta(days=60))
        before = self._known(SPLIT)
        self.assertEqual(before["payment_delay"], [50])
        self._pay(invoice, SPLIT + timedelta(days=1))
        self.assertEqual(self._known(SPLIT), before)
        self.assertEqual(self._known(TODAY)["payment_delay"], [51])

    def test_invoice_after_the_cut_off_changes_nothing(self):
        self._orders(self.customer, 150)
        before = self._known(SPLIT)
        self.assertEqual(before["payment_delay"], [None])
        self._invoice(SPLIT + timedelta(days=1))
        self.assertEqual(self._known(SPLIT), before)

    def _credit(self, order, day):
        invoice = order._create_invoices()
        invoice.invoice_date = SPLIT - timedelta(days=20)
        invoice.action_post()
        refund = invoice._reverse_moves([{"invoice_date": day, "date": day}])
        refund.invoice_line_ids[0].quantity = 2
        refund.action_post()
        return refund

    def test_credit_note_after_the_cut_off_changes_nothing(self):
        order = self._orders(self.customer, 150, quantity=5)
        self._orders(self.customer, 130, quantity=5)
        before = self._known(SPLIT)
        histories = self.env["crm.purchase.history"]
        seen = histories._read_arrays(self.company, SPLIT, known_by=SPLIT)
        self._credit(order, SPLIT + timedelta(days=1))
        after = self._known(SPLIT)
        # the invoice itself is of before; it is the credit that is not
        self.assertEqual(after["returns"], [0])
        self.assertEqual(after["order_size"], before["order_size"])
        again = histories._read_arrays(self.company, SPLIT, known_by=SPLIT)
        for name, column in seen.items():
            np.testing.assert_array_equal(again[name], column, name)
        self.assertEqual(self._known(TODAY)["returns"], [0.2])

    def test_returns_are_a_share_of_what_was_bought(self):
        order = self._orders(self.customer, 150, quantity=5)
        self._orders(self.customer, 130, quantity=5)
        self._credit(order, SPLIT - timedelta(days=5))
        self.assertEqual(self._known(SPLIT)["returns"], [0.2])

    def test_what_pays_a_promise_is_no_return(self):
        order = self._orders(self.customer, 150, quantity=5)
        self._orders(self.customer, 130, quantity=5)
        credit = self._credit(order, SPLIT - timedelta(days=5))
        with paying(credit):
            self.assertEqual(self._known(SPLIT)["returns"], [0])
        self.assertEqual(self._known(SPLIT)["returns"], [0.2])

    def _quotation(self, made_days_ago, valid_days):
        made = TODAY - timedelta(days=made_days_ago)
        quotation = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "validity_date": made + timedelta(days=valid_days),
                "order_line": [Command.create({"product_id": self.product.id})],
            }
        )
        self.env.flush_all()
        moment = datetime.combine(made, datetime.min.time()) + timedelta(hours=9)
        self.env.cr.execute(
            "UPDATE sale_order SET create_date = %s, date_order = %s WHERE id = %s",
            [moment, moment, quotation.id],
        )
        self.env.invalidate_all()
        return quotation

    def test_lost_quotations_are_those_whose_validity_ended(self):
        self._orders(self.customer, 150)
        self._quotation(140, 20)  # ended before the split
        self._quotation(105, 20)  # still stood
        self._quotation(600, 20)  # too long ago
        self.assertEqual(self._known(SPLIT)["lost_quotations"], [1])
        self.assertEqual(self._known(TODAY)["lost_quotations"], [2])

    def test_what_becomes_of_a_quotation_later_changes_nothing(self):
        self._orders(self.customer, 150)
        cancelled, confirmed = self._quotation(140, 20), self._quotation(139, 20)
        before = self._known(SPLIT)
        self.assertEqual(before["lost_quotations"], [2])
        cancelled._action_cancel()
        confirmed.action_confirm()
        confirmed.date_order = TODAY - timedelta(days=50)
        self.assertEqual(self._known(SPLIT), before)
        self.assertEqual(self._known(TODAY)["lost_quotations"], [1])

    def test_salesperson_is_who_served_the_latest_order_by_then(self):
        first, second = self.env["res.users"].create(
            [{"name": name, "login": name} for name in ("ann", "bo")]
        )
        self._orders(self.customer, 150).user_id = first
        later = self._orders(self.customer, 50)
        later.user_id = second
        self.customer.user_id = second
        self.assertEqual(self._known(SPLIT)["salesperson"], [first.id])
        self.assertEqual(self._known(TODAY)["salesperson"], [second.id])

    def test_source_is_the_earliest_one_named(self):
        fair, web = self.env["utm.source"].create([{"name": "Fair"}, {"name": "Web"}])
        self._orders(self.customer, 150).source_id = fair
        self._orders(self.customer, 120).source_id = web
        self.assertEqual(self._known(SPLIT)["source"], [fair.id])

    def test_country_is_that_of_companies_never_of_people(self):
        country = self.env.ref("base.be")
        self.customer.write({"country_id": country.id, "is_company": True})
        self.other_customer.write({"country_id": country.id, "is_company": False})
        for partner in (self.customer, self.other_customer):
            self._orders(partner, 150)
        known = self._known(SPLIT, self.customer, self.other_customer)
        self.assertEqual(known["country"], [country.id, None])

    def test_contacts_count_from_the_day_they_were_made(self):
        self._orders(self.customer, 150)
        contacts = self.env["res.partner"].create(
            [{"name": name, "parent_id": self.customer.id} for name in "ab"]
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET create_date = %s WHERE id = %s",
            [SPLIT - timedelta(days=3), contacts[0].id],
        )
        self.assertEqual(self._known(SPLIT)["contacts"], [1])

    def test_dealings_with_other_companies_do_not_count(self):
        self._orders(self.customer, 150)
        before = self._known(SPLIT)
        self._invoice(SPLIT - timedelta(days=60)).company_id.flush_recordset()
        self.env.cr.execute(
            "UPDATE account_move SET company_id = %s WHERE partner_id = %s",
            [self.setup_other_company()["company"].id, self.customer.id],
        )
        self.assertEqual(self._known(SPLIT), before)

    def test_tenure_size_and_trend_come_from_the_purchases(self):
        self._orders(self.customer, 465, 400, quantity=2)
        dear = self._make_product("Dear", price=100, cost=90)
        self._order(self.customer, 150, lines=[{"product_id": dear.id}])
        known = self._known(SPLIT)
        self.assertEqual(known["tenure"], [round(365 / 365.25, 6)])
        self.assertEqual(known["order_size"], [round(500 / 3, 6)])
        self.assertEqual(known["margin_trend"], [-0.3])

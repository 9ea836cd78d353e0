import math
from datetime import date, timedelta

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from ..common import TODAY, ValueCommon


@tagged("post_install", "-at_install")
class TestPurchaseHistory(ValueCommon):
    """The history equals a count by hand, in every case that a company meets."""

    def _purchases(self, partner):
        """Days and net revenue, oldest first."""
        rows = self.env["crm.purchase"].search(
            [
                ("partner_id", "=", partner.commercial_partner_id.id),
                ("company_id", "=", self.company.id),
            ],
            order="date",
        )
        return [(row.date, row.revenue, row.margin) for row in rows]

    def test_counts_and_intervals_are_those_of_the_calendar(self):
        self._orders(self.customer, 100, 70, 30)
        self.assertRecordValues(
            self._history(self.customer),
            [
                {
                    "purchase_count": 3,
                    "repeat_count": 2,
                    "recency": 70,
                    "age": 100,
                    "last_interval": 40,
                    "log_intervals": math.log(30) + math.log(40),
                    "revenue": 300,
                    "margin": 120,
                    "costed_revenue": 300,
                }
            ],
        )

    def test_orders_of_one_day_are_one_purchase(self):
        self._orders(self.customer, 10, 10, quantity=2)
        self._order(self.customer, 10, quantity=1, hour=23)
        self.assertEqual(
            self._purchases(self.customer), [(self._day(10), 500.0, 200.0)]
        )

    def test_quotations_and_cancelled_orders_are_no_purchases(self):
        self._order(self.customer, 10)._action_cancel()
        self.env["sale.order"].create({"partner_id": self.customer.id})
        self.assertFalse(self._history(self.customer))

    def test_reconfirmed_order_is_one_purchase(self):
        order = self._order(self.customer, 10)
        order._action_cancel()
        order.action_draft()
        order.action_confirm()
        order.date_order = self._day(5)
        self.assertEqual(self._purchases(self.customer), [(self._day(5), 100.0, 40.0)])

    def test_amounts_are_converted_at_the_rate_of_the_order_date(self):
        foreign = self.setup_other_currency("EUR")  # three to one in 2016, then two
        pricelist = self.env["product.pricelist"].create(
            {"name": "Abroad", "currency_id": foreign.id}
        )
        line = {"product_id": self.product.id, "price_unit": 600}
        for day in (date(2016, 5, 1), date(2025, 5, 1)):
            self._order(self.customer, day, lines=[line], pricelist_id=pricelist.id)
        purchases = self._purchases(self.customer)
        self.assertEqual([revenue for _day, revenue, _m in purchases], [200.0, 300.0])

    def test_contacts_of_a_company_buy_for_it(self):
        contact = self.env["res.partner"].create(
            {"name": "Dara", "parent_id": self.customer.id, "type": "contact"}
        )
        self.customer.is_company = True
        self._order(self.customer, 20)
        self._order(contact, 10)
        self.assertEqual(self._history(contact).purchase_count, 2)

    def test_a_company_is_not_its_own_customer(self):
        own = self.env["res.partner"].create(
            {"name": "Store room", "parent_id": self.company.partner_id.id}
        )
        self._order(own, 10)
        self.assertFalse(self._history(own))

    def test_companies_have_histories_of_their_own(self):
        other = self.setup_other_company()["company"]
        self._order(self.customer, 20)
        line = {"product_id": self.product.id, "price_unit": 70}
        self._order(self.customer, 10, lines=[line], company_id=other.id)
        rows = self.env["crm.purchase.history"].search(
            [("partner_id", "=", self.customer.id)]
        )
        found = {row.company_id: row.revenue for row in rows.sudo()}
        self.assertEqual(found, {self.company: 100.0, other: 70.0})

    def test_zero_and_negative_lines_add_up_and_zero_orders_are_no_purchase(self):
        product = self.product.id
        self._order(
            self.customer,
            20,
            lines=[
                {"product_id": product, "price_unit": 100},
                {"product_id": product, "price_unit": 0},
                {"product_id": product, "price_unit": -30, "purchase_price": 0},
            ],
        )
        self._order(self.customer, 10, lines=[{"product_id": product, "price_unit": 0}])
        history = self._history(self.customer)
        self.assertEqual(history.purchase_count, 1)
        self.assertEqual(history.revenue, 70)
        self.assertEqual(history.margin, 70 - 60 - 60 - 60)

    def test_partial_refund_takes_revenue_and_its_share_of_margin(self):
        order = self._order(self.customer, 10, quantity=4)
        self._refund(order, quantity=1)
        self.assertEqual(
            self._purchases(self.customer), [(self._day(10), 300.0, 120.0)]
        )

    def test_no_context_changes_what_was_bought(self):
        """Anybody may send one; what was known by a day is asked by a parameter."""
        order = self._order(self.customer, 40, quantity=5)
        self._refund(order, quantity=2)
        self.env.flush_all()
        sent = {"credits_until": TODAY - timedelta(days=300)}
        for model in ("crm.purchase", "crm.purchase.history"):
            found = (
                self.env[model]
                .with_context(**sent)
                .search([("partner_id", "=", self.customer.id)])
            )
            self.assertEqual(found.revenue, 300)

    def test_full_refund_leaves_no_purchase(self):
        self._order(self.customer, 30)
        order = self._order(self.customer, 10, quantity=4)
        self._refund(order)
        history = self._history(self.customer)
        self.assertEqual(history.purchase_count, 1)
        self.assertEqual(history.last_date, self._day(30))
        self.assertEqual((history.revenue, history.margin), (100, 40))

    def test_refund_at_another_rate_still_leaves_nothing(self):
        foreign = self.setup_other_currency("EUR")
        pricelist = self.env["product.pricelist"].create(
            {"name": "Abroad", "currency_id": foreign.id}
        )
        line = {"product_id": self.product.id, "price_unit": 600}
        order = self._order(
            self.customer, date(2016, 5, 1), lines=[line], pricelist_id=pricelist.id
        )
        self._refund(order)  # posted today, at two to one
        self.assertFalse(self._history(self.customer))

    def test_credited_and_invoiced_anew_is_kept(self):
        """L017 netting: value and ownership as before"""
        order = self._order(self.customer, 10, quantity=5)
        invoice = order._create_invoices()
        invoice.action_post()
        self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"journal_id": invoice.journal_id.id}).reverse_moves()
        invoice.reversal_move_ids.filtered(lambda m: m.state == "draft").action_post()
        self.assertFalse(self._history(self.customer))
        anew = invoice.copy()
        anew.invoice_line_ids.sale_line_ids = order.order_line
        anew.invoice_line_ids.quantity = 4
        anew.action_post()
        self.env.flush_all()
        history = self._history(self.customer)
        self.assertEqual((history.revenue, history.margin), (400, 160))
        self.assertEqual(self._bought(4), self.customer)
        self.assertFalse(self._bought(5))

    def test_returned_goods_as_a_negative_line_of_a_later_invoice_are_no_purchase(self):
        """L019 netting: value and ownership as well"""
        order = self._order(self.customer, 10, quantity=5)
        invoice = order._create_invoices()
        invoice.action_post()
        following = self._net(order.order_line, self.product, quantity=-2)
        self.assertEqual(self._history(self.customer).revenue, 500)
        following.action_post()
        self.env.flush_all()
        self.env.invalidate_all()
        history = self._history(self.customer)
        self.assertEqual((history.revenue, history.margin), (300, 120))
        self.assertEqual(self._bought(3), self.customer)
        self.assertFalse(self._bought(4))
        # and what is credited besides comes on top, up to all of it
        refund = invoice._reverse_moves()
        refund.action_post()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(self._history(self.customer))

    def test_an_allowance_takes_money_and_no_piece(self):
        """L120 allowance"""
        order = self._order(self.customer, 10)
        invoice = order._create_invoices()
        invoice.action_post()
        refund = invoice._reverse_moves()
        refund.invoice_line_ids.price_unit = 20
        refund.action_post()
        self.env.flush_all()
        self.assertEqual(self._history(self.customer).revenue, 80)
        self.assertEqual(self._bought(1), self.customer)

    def test_an_allowance_on_a_later_invoice_hides_no_return(self):
        """L120 allowance"""
        order = self._order(self.customer, 10, quantity=5)
        invoice = order._create_invoices()
        invoice.action_post()
        allowed = {"quantity": 1, "price_unit": -50}
        self._net(order.order_line, self.product, **allowed).action_post()
        refund = invoice._reverse_moves()
        refund.invoice_line_ids.quantity = 2
        refund.action_post()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self._history(self.customer).revenue, 250)
        self.assertEqual(self._bought(3), self.customer)
        self.assertFalse(self._bought(4))

    def test_a_part_that_comes_back_leaves_the_kit(self):
        """L121 bundle"""
        part = self._make_product("Part", 30, 10)
        order = self._order(self.customer, 10)
        self._order(self.customer, 10, lines=[{"product_id": part.id}])
        invoice = order._create_invoices()
        invoice.action_post()
        refund = invoice._reverse_moves()
        refund.invoice_line_ids.write({"product_id": part.id, "price_unit": 30})
        refund.action_post()
        self.env.flush_all()
        self.assertEqual(self._bought(1), self.customer)
        self.assertEqual(self._bought(1, part), self.customer)

    def test_a_contact_who_moves_takes_no_purchase_along(self):
        """L089 company accounts: value, tier and ownership are of the purchase's day"""
        other = self.other_customer
        (self.customer | other).is_company = True
        contact = self.env["res.partner"].create(
            {"name": "C", "parent_id": self.customer.id}
        )
        order = self._order(contact, 10, quantity=2)
        contact.parent_id = other
        self._order(contact, 5)
        self.env.flush_all()
        self.assertEqual(self._history(self.customer).revenue, 200)
        self.assertEqual(self._history(other).revenue, 100)
        self.assertEqual(self._bought(2), self.customer)
        self.assertEqual(self._bought(1), self.customer | other)
        self._refund(order, 1)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self._history(self.customer).revenue, 100)
        self.assertEqual(self._history(other).revenue, 100)
        # who was nobody's contact brings his own purchases into the company
        alone = self.env["res.partner"].create({"name": "Alone"})
        self._order(alone, 5)
        alone.parent_id = other
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self._history(other).revenue, 200)

    def _bought(self, at_least, product=None):
        """Who owns so many pieces."""
        products = SQL("(%s)", (product or self.product).id)
        query = self.env["crm.purchase.line"]._buyers_sql(
            self.company, products, at_least=at_least
        )
        found = self.env["res.partner"].browse(
            partner for (partner,) in self.env.execute_query(query)
        )
        return found & (self.customer | self.other_customer)

    def test_draft_refund_takes_nothing(self):
        order = self._order(self.customer, 10, quantity=4)
        invoice = order._create_invoices()
        invoice.action_post()
        invoice._reverse_moves()
        self.assertEqual(self._history(self.customer).revenue, 400)

    def test_credited_down_payment_is_no_refund(self):
        order = self._order(self.customer, 10, quantity=4)
        wizard = self.env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": [Command.set(order.ids)],
                "advance_payment_method": "fixed",
                "fixed_amount": 100,
            }
        )
        wizard.create_invoices()
        order.invoice_ids.action_post()
        order.invoice_ids._reverse_moves().action_post()
        self.assertEqual(self._history(self.customer).revenue, 400)

    def test_return_without_an_order_lowers_revenue_only(self):
        self._order(self.customer, 20, quantity=3)
        line = {"product_id": self.product.id, "product_uom_qty": -1}
        self._order(self.customer, 10, lines=[line])
        history = self._history(self.customer)
        self.assertEqual((history.purchase_count, history.revenue), (1, 200))
        self.assertEqual(history.last_date, self._day(20))

    def test_archived_customer_keeps_the_history(self):
        self._order(self.customer, 10)
        self.customer.active = False
        self.assertEqual(self._history(self.customer).purchase_count, 1)

    def test_merged_customers_have_one_history(self):
        self._order(self.customer, 30)
        self._order(self.other_customer, 10)
        self.env["base.partner.merge.automatic.wizard"].sudo()._merge(
            (self.customer | self.other_customer).ids, self.customer
        )
        rows = self.env["crm.purchase.history"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(rows.partner_id, self.customer)
        self.assertEqual(rows.purchase_count, 2)

    def test_a_day_is_a_day_where_the_company_is(self):
        self.company.partner_id.tz = "Asia/Tehran"
        self._order(self.customer, date(2025, 5, 1), hour=22)  # past midnight there
        self._order(self.customer, date(2025, 5, 2), hour=9)
        self.assertEqual(
            self._purchases(self.customer), [(date(2025, 5, 2), 200.0, 80.0)]
        )

    def test_purchases_after_the_cutoff_are_left_out(self):
        self._order(self.customer, 10)
        self._order(self.customer, -1)
        self.assertEqual(self._history(self.customer).purchase_count, 1)

    def test_arrays_say_what_the_report_says(self):
        shop = self._shop(12)
        self._orders(shop[3], 7, 9, quantity=-2)
        self._orders(shop[4], 7, 7, 7)
        self._orders(self.customer, 7, quantity=-2)
        columns = self.env["crm.purchase.history"]._read_arrays(self.company, TODAY)
        rows = self.env["crm.purchase.history"].search(
            [("company_id", "=", self.company.id)], order="partner_id"
        )
        self.assertEqual(columns["customer"].tolist(), rows.partner_id.ids)
        for name in ("purchase_count", "last_interval"):
            self.assertEqual(columns[name].tolist(), rows.mapped(name))
        for name in ("revenue", "margin", "log_intervals"):
            for read, shown in zip(columns[name], rows.mapped(name), strict=True):
                self.assertAlmostEqual(read, shown, places=2)

    def test_queries_do_not_grow_with_customers(self):
        History = self.env["crm.purchase.history"]
        self._shop(5)
        self.env.flush_all()
        # asked once by each process
        self.env["loyalty.program"]._any_payment_program()
        self.env["res.company"]._zones()
        with self.assertQueryCount(0):  # one COPY, which is not counted
            few = History._read_arrays(self.company, TODAY)
        self._shop(20)
        self.env.flush_all()
        with self.assertQueryCount(0):
            many = History._read_arrays(self.company, TODAY)
        self.assertEqual(len(many["customer"]), len(few["customer"]) + 20)

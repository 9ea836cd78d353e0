from datetime import date

from odoo.tests import Form, tagged

from ..common import ValueCommon


@tagged("post_install", "-at_install")
class TestPartnerValue(ValueCommon):
    """The value where people work: on customers, opportunities and quotations."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop = cls._imported_shop()
        cls.runs._refresh_now(cls.company)
        cls.partners = cls.env["res.partner"]

    def test_contact_shows_the_value_of_its_company(self):
        customer = self.shop[1]
        customer.is_company = True
        contact = self.partners.create({"name": "Dara", "parent_id": customer.id})
        self.assertEqual(contact.customer_value_id, self._value(customer))
        self.assertEqual(contact.customer_reason, customer.customer_reason)
        self.assertTrue(contact.customer_reason)

    def test_searching_agrees_with_reading(self):
        for name in ("customer_value_class", "customer_lifecycle"):
            for key in {*self.shop.mapped(name)}:
                found = self.partners.search(
                    [(name, "=", key), ("id", "in", self.shop.ids)]
                )
                self.assertEqual(
                    found, self.shop.filtered(lambda p, n=name, k=key: p[n] == k)
                )
        unvalued = self.customer
        self.assertIn(
            unvalued, self.partners.search([("customer_lifecycle", "=", False)])
        )
        self.assertNotIn(
            unvalued, self.partners.search([("customer_value_id", "!=", False)])
        )
        self.assertIn(
            unvalued, self.partners.search([("customer_value_id", "=", False)])
        )

    def test_date_filter_agrees_with_reading(self):
        days = sorted(filter(None, self.shop.mapped("customer_contact_before")))
        middle = days[len(days) // 2]
        found = self.partners.search(
            [("customer_contact_before", "<", middle), ("id", "in", self.shop.ids)]
        )
        self.assertEqual(
            found, self.shop.filtered(lambda p: p.customer_contact_before < middle)
        )

    def test_grouping_agrees_with_reading(self):
        groups = self.partners._read_group(
            [("id", "in", self.shop.ids)], ["customer_lifecycle"], ["__count"]
        )
        for key, count in groups:
            self.assertEqual(
                count, self.shop.mapped("customer_lifecycle").count(key), key
            )
        self.assertEqual(sum(count for _key, count in groups), len(self.shop))

    def test_sorting_agrees_with_reading(self):
        ordered = self.partners.search(
            [("id", "in", self.shop.ids)], order="customer_lifetime_value desc, id"
        )
        amounts = ordered.mapped("customer_lifetime_value")
        self.assertEqual(amounts, sorted(amounts, reverse=True))

    def test_grouping_follows_the_current_company(self):
        other = self.setup_other_company()["company"]
        groups = self.partners.with_company(other)._read_group(
            [("id", "in", self.shop.ids)], ["customer_value_class"], ["__count"]
        )
        self.assertEqual(groups, [(False, len(self.shop))])

    def test_list_costs_the_same_for_any_number_of_rows(self):
        specification = {
            name: {}
            for name in ("name", "customer_value_class", "customer_contact_before")
        }

        def queries(count):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.shop[:count].web_read(specification)
            return self.env.cr.sql_log_count - before

        queries(1)
        self.assertEqual(queries(5), queries(40))

    def test_opportunity_and_quotation_show_a_line(self):
        customer = self.shop[2]
        with Form(self.env["sale.order"]) as order:
            order.partner_id = customer
            self.assertEqual(order.customer_lifecycle, customer.customer_lifecycle)
            self.assertEqual(order.customer_value_class, customer.customer_value_class)
        lead = self.env["crm.lead"].create({"name": "More", "partner_id": customer.id})
        self.assertEqual(lead.customer_contact_before, customer.customer_contact_before)

    def test_smart_button_opens_the_value(self):
        customer = self.shop[3]
        action = customer.action_open_customer_value()
        self.assertEqual(action["res_id"], self._value(customer).id)

    def test_charts_show_the_purchases_and_the_curve(self):
        value = self._value(self.shop[4])
        bars = value.timeline_chart["series"][0]["data"]
        self.assertAlmostEqual(sum(bars), value.revenue, places=2)
        so_far, ahead = (one["data"] for one in value.alive_chart["series"])
        today = len(so_far) - 1
        self.assertAlmostEqual(so_far[today], 100 * value.alive, places=0)
        self.assertEqual(ahead[today], so_far[today])
        self.assertEqual(sorted(ahead[today:], reverse=True), ahead[today:])

    def test_months_are_those_of_the_users_calendar(self):
        """A Jalali year begins on 21 March, its second month on 21 April."""
        self.env["res.lang"]._activate_lang("fa_IR")
        value = self._value(self.shop[4])
        bought = [
            (date(2025, 3, 20), 10),
            (date(2025, 3, 21), 20),
            (date(2025, 4, 20), 3),
        ]
        chart = value._prepare_timeline_chart(bought)
        self.assertEqual(chart["labels"], ["Mar 2025", "Apr 2025"])
        self.assertEqual(chart["series"][0]["data"], [30, 3])
        chart = value.with_context(lang="fa_IR")._prepare_timeline_chart(bought)
        self.assertEqual(chart["labels"], ["اسفند 1403", "فروردین 1404"])
        self.assertEqual(chart["series"][0]["data"], [10, 23])

    def test_reason_speaks_of_the_customers_own_days(self):
        customer = self.customer
        self._orders(customer, 131, 111, 91, 71)
        self.runs._refresh_now(self.company)
        reason = self._value(customer).reason
        self.assertIn("every 20 days", reason)
        self.assertIn("71", reason)

    def test_persian_users_read_their_own_calendar(self):
        self.env["res.lang"]._activate_lang("fa_IR")
        value = self.values.new(
            {
                "lifecycle": "new",
                "last_purchase": "2025-03-21",
                "company_id": self.company.id,
            }
        )
        self.assertIn("1 فروردین 1404", value.with_context(lang="fa_IR").reason)

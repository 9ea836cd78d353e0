from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import new_test_user

from .common import NetworkCommon


class TestContactEfficiency(NetworkCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.wholesaler, cls.second = (
            cls.make_partner(
                name,
                distribution_level_id=cls.env.ref(
                    "crm_distribution.level_wholesaler"
                ).id,
            )
            for name in ("Wholesaler", "Second")
        )
        cls.producers = [cls.make_partner(f"Producer {n}") for n in range(3)]
        cls.retailers = [cls.make_partner(f"Retailer {n}") for n in range(4)]

    def links_of(self, intermediary, **values):
        ends = [(producer, intermediary) for producer in self.producers]
        ends += [(intermediary, retailer) for retailer in self.retailers]
        return self.env["distribution.link"].create(
            [
                {"supplier_id": one.id, "buyer_id": other.id, **values}
                for one, other in ends
            ]
        )

    def row(self, partner):
        self.env["distribution.contact.efficiency"].invalidate_model()
        return self.env["distribution.contact.efficiency"].search(
            [("partner_id", "=", partner.id), ("company_id", "=", self.company.id)]
        )

    def test_three_producers_and_four_retailers(self):
        """C131: 12 contacts or 7; with two of them it stops paying."""
        self.company.distribution_contact_cost = 10
        self.links_of(self.wholesaler)
        row = self.row(self.wholesaler)
        self.assertRecordValues(
            row,
            [
                {
                    "suppliers": 3,
                    "buyers": 4,
                    "direct": 12,
                    "through": 7,
                    "saved": 5,
                    "gain": 50,
                }
            ],
        )
        self.assertAlmostEqual(row.break_even, 12 / 7)
        self.assertIn("7 contacts in place of 12", row.reason)
        self.assertFalse(self.row(self.retailers[0]))

    def test_links_of_other_goods_and_days_count_once_or_not(self):
        yesterday = self.company._today() - timedelta(days=1)
        self.links_of(self.wholesaler, category_id=self.drinks.id)
        self.links_of(self.wholesaler, category_id=self.tools.id)
        self.links_of(self.second, date_to=yesterday)
        self.assertEqual(self.row(self.wholesaler).saved, 5)
        self.assertFalse(self.row(self.second))

    def test_intermediary_of_two_saves_none(self):
        producer, retailer = self.producers[0], self.retailers[0]
        self.env["distribution.link"].create(
            [
                {"supplier_id": producer.id, "buyer_id": self.wholesaler.id},
                {"supplier_id": self.wholesaler.id, "buyer_id": retailer.id},
            ]
        )
        row = self.row(self.wholesaler)
        self.assertEqual(row.saved, -1)
        self.assertIn("2 contacts, and 1 without it", row.reason)

    def test_figure_opens_its_links(self):
        links = self.links_of(self.wholesaler)
        action = self.row(self.wholesaler).action_view_links()
        found = self.env["distribution.link"].search(action["domain"])
        self.assertEqual(found, found & links)
        self.assertEqual(len(found), 7)

    def order(self, partner, price, quantity=10, list_price=100, **values):
        product = self.env["product.product"].create(
            {
                "name": "Pump",
                "type": "service",
                "list_price": list_price,
                "taxes_id": [Command.clear()],
            }
        )
        line = {"product_id": product.id, "product_uom_qty": quantity} | price
        order = self.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "order_line": [Command.create(line)],
                **values,
            }
        )
        order.action_confirm()
        return order

    def test_margin_given_away_by_price_and_by_discount(self):
        self.company.distribution_contact_cost = 10
        self.links_of(self.wholesaler)
        contact = self.make_partner("Buyer", parent_id=self.wholesaler.id)
        contact.is_company = False
        self.order(contact, {"price_unit": 98})
        self.order(self.wholesaler, {"price_unit": 100, "discount": 1})
        # above the list price it takes something back
        self.order(self.wholesaler, {"price_unit": 101}, quantity=2)
        # others, and what is only quoted, give nothing away
        self.order(self.retailers[0], {"price_unit": 1})
        self.order(self.wholesaler, {"price_unit": 1})._action_cancel()
        row = self.row(self.wholesaler)
        self.assertRecordValues(
            row, [{"gain": 50, "margin_given": 28, "net": 22, "contact_cost": 10}]
        )
        # m·n·c ÷ ((m + n)·c + margin)
        self.assertAlmostEqual(row.break_even, 120 / (70 + 28))
        self.assertIn("pays up to a margin of", row.reason)
        found = self.env["sale.order"].search(row.action_view_orders()["domain"])
        self.assertEqual(len(found), 3)

    def test_who_sees_fewer_orders_than_the_margin_counts_is_told(self):
        """The figure is one for all readers; the list says what it cannot show."""
        self.links_of(self.wholesaler)
        mine, another = (
            new_test_user(self.env, login, "crm_distribution.group_channel_user")
            for login in ("mine", "another")
        )
        for seller in (mine, another, another):
            self.order(self.wholesaler, {"price_unit": 90}, user_id=seller.id)
        row = self.row(self.wholesaler)
        self.assertEqual(row.with_user(mine).margin_given, row.margin_given)
        for user, shown in ((mine, 1), (another, 2), (self.env.user, 3)):
            action = row.with_user(user).action_view_orders()
            orders = self.env["sale.order"].with_user(user).search(action["domain"])
            with self.subTest(user.login):
                self.assertEqual(len(orders), shown)
                self.assertEqual(f"({shown} of 3" in action["name"], shown < 3)

    def test_it_stops_paying_where_the_margin_is_what_it_saves(self):
        self.company.distribution_contact_cost = 10
        self.links_of(self.wholesaler)
        for price, net, pays in ((95.1, 1, True), (95, 0, False), (90, -50, False)):
            order = self.order(self.wholesaler, {"price_unit": price})
            row = self.row(self.wholesaler)
            with self.subTest(price):
                self.assertAlmostEqual(row.net, net)
                self.assertEqual(row.break_even > 1, pays)
                self.assertEqual("does not pay" in row.reason, not pays)
            order._action_cancel()

    def test_the_list_price_is_that_of_the_day_of_the_sale(self):
        self.links_of(self.wholesaler)
        order = self.order(self.wholesaler, {"price_unit": 90})
        order.order_line.product_id.list_price = 1000
        self.assertEqual(self.row(self.wholesaler).margin_given, 100)
        # added later, at the list price of then
        order.order_line = [
            Command.create(
                {"product_id": order.order_line.product_id.id, "price_unit": 900}
            )
        ]
        self.assertEqual(self.row(self.wholesaler).margin_given, 200)
        # where it was not kept, the order's own discount counts
        order.order_line._as_system().distribution_list_price = 0
        order.order_line.discount = 50
        self.assertEqual(self.row(self.wholesaler).margin_given, 450 + 450)

    def test_without_a_cost_it_is_not_weighed(self):
        self.company.distribution_contact_cost = 0
        self.links_of(self.wholesaler)
        self.order(self.wholesaler, {"price_unit": 1})
        row = self.row(self.wholesaler)
        self.assertAlmostEqual(row.break_even, 12 / 7)
        self.assertIn("not weighed", row.reason)

    def test_a_year_back_in_the_companys_days_and_currency(self):
        self.company.partner_id.tz = "Asia/Tehran"
        currency = self.env["res.currency"].create(
            {"name": "XAV", "symbol": "XAV", "rate_ids": [Command.create({"rate": 4})]}
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Abroad", "currency_id": currency.id}
        )
        self.links_of(self.wholesaler)
        with freeze_time("2027-03-01 12:00"):
            # 2026-03-02 00:00 in Tehran is 20:30 UTC of the day before
            for moment in ("2026-03-01 20:29:59", "2026-03-01 20:30:00"):
                order = self.order(
                    self.wholesaler, {"price_unit": 360}, pricelist_id=pricelist.id
                )
                self.assertEqual(order.order_line.distribution_list_price, 400)
                order.date_order = datetime.fromisoformat(moment)
            row = self.row(self.wholesaler)
            self.assertAlmostEqual(row.margin_given, 100)
            found = self.env["sale.order"].search(row.action_view_orders()["domain"])
            self.assertEqual(found, order)

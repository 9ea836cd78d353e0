from datetime import timedelta

from odoo.tests import tagged

from ..common import TODAY
from .need_common import NeedCommon


@tagged("post_install", "-at_install")
class TestBoughtNeeds(NeedCommon):
    """What customers bought tells what they need."""

    def test_each_order_makes_a_need_surer(self):
        self._buy(self.customer, self.beans, day=40)
        self._buy(self.customer, self.beans, day=20, quantity=3)
        self._read()
        self.assertRecordValues(
            self._need(self.customer, self.coffee),
            [
                {
                    "evidence": "bought",
                    "strength": 2 / 3,
                    "order_count": 2,
                    "bought_on": TODAY - timedelta(days=20),
                    "date": TODAY - timedelta(days=20),
                    "revenue": 400,
                }
            ],
        )
        self.assertIn("2 orders", self._need(self.customer, self.coffee).reason)
        self.assertFalse(self._need(self.customer, self.drinking))

    def test_returned_goods_are_no_need(self):
        order = self._buy(self.customer, self.beans)
        self._read()
        self.assertTrue(self._need(self.customer, self.coffee))
        self._refund(order)
        self._read()
        self.assertFalse(self._need(self.customer, self.coffee))

    def test_partial_refund_lowers_the_revenue(self):
        order = self._buy(self.customer, self.beans, quantity=4)
        self._refund(order, quantity=1)
        self._read()
        self.assertEqual(self._need(self.customer, self.coffee).revenue, 300)

    def test_categories_below_and_archived_products_count(self):
        child = self.env["product.category"].create(
            {"name": "Dark Beans", "parent_id": self.beans.categ_id.id}
        )
        dark = self._make_product("Dark Beans", price=10, cost=5)
        dark.categ_id = child
        # both the category and the one above serve the need: one purchase all the same
        self.coffee.category_ids += child
        self._buy(self.customer, dark)
        dark.active = False
        self._read()
        need = self._need(self.customer, self.coffee)
        self.assertRecordValues(need, [{"order_count": 1, "revenue": 10}])

    def test_contacts_buy_for_their_company(self):
        self.customer.is_company = True
        contact = self.env["res.partner"].create(
            {"name": "Dara", "parent_id": self.customer.id}
        )
        self._buy(contact, self.beans)
        self._read()
        self.assertTrue(self._need(self.customer, self.coffee))
        self.assertFalse(self._need(contact, self.coffee))

    def test_a_contact_who_moves_takes_no_need_along(self):
        """L089 company accounts"""
        (self.customer | self.other_customer).is_company = True
        contact = self.env["res.partner"].create(
            {"name": "Dara", "parent_id": self.customer.id}
        )
        self._buy(contact, self.beans, quantity=2)
        contact.parent_id = self.other_customer
        self._buy(contact, self.cups)
        self._read()
        self.assertEqual(self._need(self.customer, self.coffee).revenue, 200)
        self.assertFalse(self._need(self.customer, self.drinking))
        self.assertFalse(self._need(self.other_customer, self.coffee))
        self.assertEqual(self._need(self.other_customer, self.drinking).revenue, 100)

    def test_foreign_currency_counts_at_the_orders_rate(self):
        currency = self.setup_other_currency("CAD", rates=[("2020-01-01", 2.0)])
        pricelist = self.env["product.pricelist"].create(
            {"name": "CAD", "currency_id": currency.id}
        )
        line = {"product_id": self.beans.id, "price_unit": 50}
        order = self._order(self.customer, 30, [line], pricelist_id=pricelist.id)
        self.assertEqual(order.currency_id, currency)
        self._read()
        self.assertEqual(self._need(self.customer, self.coffee).revenue, 25)

    def test_needs_are_a_companys_own(self):
        other = self.setup_other_company()["company"]
        theirs = self.env["crm.need"].create(
            {
                "name": "Theirs",
                "company_id": other.id,
                "category_ids": self.drinking.category_ids.ids,
            }
        )
        self._buy(self.customer, self.beans)
        self._buy(self.customer, self.cups)
        self._read()
        self._read(other)
        self.assertTrue(self._need(self.customer, self.coffee))
        self.assertFalse(self._need(self.customer, theirs))
        self.assertFalse(
            self.env["crm.partner.need"].search([("company_id", "=", other.id)])
        )

    def test_archived_need_is_read_no_more(self):
        self._buy(self.customer, self.beans)
        self._read()
        self.coffee.active = False
        self._read()
        self.assertFalse(self._need(self.customer, self.coffee))

    def test_reading_again_changes_nothing(self):
        self._buy(self.customer, self.beans)
        self.assertGreater(self._read().changed_count, 0)
        self.assertEqual(self._read().changed_count, 0)

    def test_typical_share_is_of_the_buyers_spending(self):
        self._buy(self.customer, self.beans)
        self._buy(self.customer, self.cups, quantity=3)
        self._buy(self.other_customer, self.cups)
        self.runs._refresh_now(self.company)
        self._read()
        self.assertAlmostEqual(self.coffee.typical_share, 0.25)
        self.assertAlmostEqual(self.drinking.typical_share, 0.8)


@tagged("post_install", "-at_install")
class TestInferredNeeds(NeedCommon):
    """Customers like those who have a need may have it too."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.crowd = cls.env["res.partner"].create(
            [{"name": f"Customer {n:02}"} for n in range(60)]
        )
        for partner in cls.crowd[:30]:
            cls._state(cls, partner, cls.coffee, 1)
            cls._state(cls, partner, cls.drinking, 1)
        gardening = cls.env["crm.need"].create({"name": "Gardening"})
        for partner in cls.crowd[30:]:
            cls._state(cls, partner, gardening, 1)

    def test_like_customers_need_the_like(self):
        self._buy(self.customer, self.beans)
        self._read()
        need = self._need(self.customer, self.drinking)
        # together 30, with coffee 31, all 61; ten customers' worth of the base rate
        expected = (30 + 10 * 30 / 61) / (31 + 10)
        self.assertRecordValues(
            need, [{"evidence": "inferred", "because_id": self.coffee.id}]
        )
        self.assertAlmostEqual(need.strength, expected, places=4)
        self.assertIn("Coffee", need.reason)
        self.assertIn(str(round(100 * expected)), need.reason)

    def test_nothing_is_inferred_from_what_is_not_needed(self):
        self._state(self.customer, self.coffee, 0)
        for strength, inferred in ((0, False), (0.49, False), (0.5, True)):
            self._need(self.customer, self.coffee).strength = strength
            self._read()
            self.assertEqual(bool(self._need(self.customer, self.drinking)), inferred)

    def test_inferred_need_becomes_bought_and_goes_with_its_reason(self):
        order = self._buy(self.customer, self.beans)
        self._read()
        self._buy(self.customer, self.cups)
        self._read()
        need = self._need(self.customer, self.drinking)
        self.assertRecordValues(need, [{"evidence": "bought", "because_id": False}])
        self._refund(order)
        self._refund(self.customer.sale_order_ids - order)
        self._read()
        self.assertFalse(self.customer.customer_need_ids)

    def test_inferring_again_changes_nothing(self):
        self._buy(self.customer, self.beans)
        self._read()
        self.assertEqual(self._read().changed_count, 0)

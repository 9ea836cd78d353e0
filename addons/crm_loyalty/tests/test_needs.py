from datetime import date, timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import TODAY, ValueCommon


class NeedCommon(ValueCommon):
    """Two needs, each served by a category, and a product in each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.runs_of_needs = cls.env["crm.need.run"].sudo()
        categories = cls.env["product.category"].create(
            [{"name": "Beans"}, {"name": "Cups"}]
        )
        cls.beans, cls.cups = (
            cls._make_product(name, price=100, cost=60) for name in ("Beans", "Cups")
        )
        cls.beans.categ_id, cls.cups.categ_id = categories
        cls.coffee, cls.drinking = cls.env["crm.need"].create(
            [
                {"name": "Coffee", "category_ids": categories[0].ids},
                {"name": "Drinking", "category_ids": categories[1].ids},
            ]
        )

    @classmethod
    def _buy(cls, partner, product, day=30, quantity=1):
        return cls._order(
            partner, day, [{"product_id": product.id, "product_uom_qty": quantity}]
        )

    @classmethod
    def _order(cls, partner, day, lines, **values):
        return super()._order(partner, day, lines=lines, **values)

    def _read(self, company=None):
        run = self.runs_of_needs._refresh_now(company or self.company)
        self.env.invalidate_all()
        return run

    def _need(self, partner, need, company=None):
        return self.env["crm.partner.need"].search(
            [
                ("partner_id", "=", partner.id),
                ("need_id", "=", need.id),
                ("company_id", "=", (company or self.company).id),
            ]
        )

    def _state(self, partner, need, strength, **values):
        return self.env["crm.partner.need"].create(
            {
                "partner_id": partner.id,
                "need_id": need.id,
                "strength": strength,
                **values,
            }
        )


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
        self.drinking.company_id = other
        self._buy(self.customer, self.beans)
        self._buy(self.customer, self.cups)
        self._read()
        self._read(other)
        self.assertTrue(self._need(self.customer, self.coffee))
        self.assertFalse(self._need(self.customer, self.drinking))
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
        self._read()
        self.assertFalse(self._need(self.customer, self.drinking))

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


@tagged("post_install", "-at_install")
class TestStatedNeeds(NeedCommon):
    """What the customer said always wins."""

    def test_stated_need_is_not_overwritten_by_purchases(self):
        need = self._state(self.customer, self.coffee, 0.2, note="Mostly tea")
        self._buy(self.customer, self.beans)
        self._buy(self.customer, self.beans, day=10)
        self._read()
        self.assertRecordValues(
            need,
            [
                {
                    "evidence": "stated",
                    "strength": 0.2,
                    "note": "Mostly tea",
                    "reason": "Mostly tea",
                    "order_count": 2,
                    "bought_on": TODAY - timedelta(days=10),
                }
            ],
        )

    def test_stated_need_survives_the_return_of_its_goods(self):
        need = self._state(self.customer, self.coffee, 0.9)
        order = self._buy(self.customer, self.beans)
        self._read()
        self._refund(order)
        self._read()
        self.assertRecordValues(
            need, [{"strength": 0.9, "order_count": 0, "bought_on": False}]
        )

    def test_stating_takes_over_a_bought_need(self):
        self._buy(self.customer, self.beans)
        self._read()
        bought = self._need(self.customer, self.coffee)
        stated = self._state(self.customer, self.coffee, 1, note="Told Ann")
        self.assertEqual(stated, bought)
        self.assertRecordValues(
            stated, [{"evidence": "stated", "strength": 1, "order_count": 1}]
        )
        self._read()
        self.assertRecordValues(stated, [{"evidence": "stated", "note": "Told Ann"}])

    def test_editing_a_need_states_it(self):
        self._buy(self.customer, self.beans)
        self._read()
        need = self._need(self.customer, self.coffee)
        with Form(self.customer) as form, form.customer_need_ids.edit(0) as line:
            line.strength = 0
        self.assertRecordValues(need, [{"evidence": "stated", "strength": 0}])
        self.assertEqual(need.date, date.today())

    def test_need_is_stated_on_the_customers_form(self):
        with Form(self.customer) as form, form.customer_need_ids.new() as line:
            line.need_id = self.coffee
            line.note = "At the fair"
        self.assertRecordValues(
            self.customer.customer_need_ids,
            [
                {
                    "evidence": "stated",
                    "strength": 1,
                    "company_id": self.company.id,
                    "partner_id": self.customer.id,
                }
            ],
        )

    def test_need_of_a_contact_is_its_companys(self):
        self.customer.is_company = True
        contact = self.env["res.partner"].create(
            {"name": "Dara", "parent_id": self.customer.id}
        )
        need = self._state(contact, self.coffee, 1)
        self.assertEqual(need.partner_id, self.customer)

    def test_need_follows_a_contact_under_its_company(self):
        need = self._state(self.other_customer, self.coffee, 0.7)
        self.customer.is_company = True
        self.other_customer.parent_id = self.customer
        self._read()
        self.assertEqual(need.partner_id, self.customer)

    def test_derived_needs_and_figures_are_not_written_by_hand(self):
        self._buy(self.customer, self.beans)
        self._read()
        bought = self._need(self.customer, self.coffee)
        for write in (
            lambda: bought.write({"revenue": 1e6}),
            lambda: bought.write({"evidence": "inferred"}),
            lambda: bought.copy({"need_id": self.drinking.id, "evidence": "bought"}),
            bought.unlink,
        ):
            with self.assertRaises(UserError):
                write()
        stated = self._state(self.other_customer, self.coffee, 1)
        with self.assertRaises(UserError):
            stated.write({"evidence": "bought"})
        stated.unlink()

    def test_strength_is_a_share_and_a_need_is_stated_once(self):
        need = self._state(self.customer, self.coffee, 1)
        for broken in (
            lambda: self._state(self.customer, self.drinking, 1.2),
            lambda: self._state(self.customer, self.drinking, -0.1),
            lambda: self._state(self.customer, self.coffee, 0.5),
        ):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                broken()
                self.env.flush_all()
        self.assertEqual(need.strength, 1)

    def test_merging_keeps_every_stated_need(self):
        self._buy(self.customer, self.beans)
        self._buy(self.other_customer, self.cups)
        self._read()
        self._state(self.other_customer, self.coffee, 0.1, note="Only decaf")
        merge = self.env["base.partner.merge.automatic.wizard"]
        merge._merge((self.customer | self.other_customer).ids, self.customer)
        self.assertRecordValues(
            self.customer.customer_need_ids.sorted("strength"),
            [
                {"need_id": self.coffee.id, "evidence": "stated", "strength": 0.1},
                {"need_id": self.drinking.id, "evidence": "bought", "strength": 0.5},
            ],
        )
        self._read()
        need = self._need(self.customer, self.coffee)
        self.assertRecordValues(need, [{"note": "Only decaf", "order_count": 1}])

    def test_merging_two_statements_keeps_the_newer(self):
        self._state(self.customer, self.coffee, 0.3, date="2025-01-01")
        self._state(self.other_customer, self.coffee, 0.8, date="2025-02-01")
        merge = self.env["base.partner.merge.automatic.wizard"]
        merge._merge((self.customer | self.other_customer).ids, self.customer)
        self.assertEqual(self.customer.customer_need_ids.mapped("strength"), [0.8])

    def test_batch_of_statements_keeps_its_order(self):
        self._buy(self.customer, self.beans)
        self._read()
        needs = self.env["crm.partner.need"].create(
            [
                {"partner_id": self.customer.id, "need_id": need.id, "strength": 0.4}
                for need in (self.drinking, self.coffee)
            ]
        )
        self.assertEqual(needs.need_id.ids, [self.drinking.id, self.coffee.id])
        self.assertEqual(set(needs.mapped("evidence")), {"stated"})

    def test_inline_commands_state_too(self):
        self.customer.customer_need_ids = [
            Command.create({"need_id": self.coffee.id, "strength": 0.6})
        ]
        self.assertEqual(self.customer.customer_need_ids.evidence, "stated")

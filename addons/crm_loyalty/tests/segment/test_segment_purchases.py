from datetime import date

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import TODAY
from .segment_common import SegmentCommon


@tagged("post_install", "-at_install")
class TestSegmentPurchases(SegmentCommon):
    """Who bought what, net of what came back."""

    def test_buyers_of_a_variant(self):
        self._buy(self.buyer)
        self.assertEqual(self._members(self._segment({})), self.buyer)

    def test_full_refund_leaves_the_segment_and_keeps_who_ever_bought(self):
        self._buy(self.buyer)
        self._refund(self._buy(self.returner))
        self.assertEqual(self._members(self._segment({})), self.buyer)
        ever = self._segment({"not_returned": False})
        self.assertEqual(self._members(ever), self.buyer | self.returner)

    def test_draft_credit_note_takes_nothing_back(self):
        order = self._buy(self.returner)
        invoice = order._create_invoices()
        invoice.action_post()
        refund = invoice._reverse_moves()
        self.assertEqual(refund.state, "draft")
        self.assertEqual(self._members(self._segment({})), self.returner)
        refund.action_post()
        self.assertFalse(self._members(self._segment({})))

    def test_partial_refund_lowers_the_quantity(self):
        """L115 returned"""
        order = self._buy(self.buyer, quantity=5)
        self._refund(order, quantity=2)
        self.assertEqual(self._members(self._segment({"at_least": 3})), self.buyer)
        self.assertFalse(self._members(self._segment({"at_least": 3.5})))
        self.assertEqual(
            self._members(self._segment({"at_least": 5, "not_returned": False})),
            self.buyer,
        )

    def test_returned_line_of_an_order_counts_against_the_other(self):
        self._buy(self.returner, day=40, quantity=2)
        self._buy(self.returner, day=20, quantity=-2)
        self.assertFalse(self._members(self._segment({})))

    def test_least_quantity_sums_orders_and_contacts_of_a_company(self):
        self.buyer.is_company = True
        contact = self.partners.create({"name": "Dara", "parent_id": self.buyer.id})
        self._buy(self.buyer)
        self._buy(contact)
        segment = self._segment({"at_least": 2})
        self.assertEqual(self._members(segment), self.buyer)
        self.assertNotIn(contact, self.partners.search(segment._customers_domain()))
        self.assertFalse(self._members(self._segment({"at_least": 3})))

    def test_units_are_the_products_own(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self._buy(self.buyer, quantity=1, product_uom_id=dozen.id)
        self.assertEqual(self._members(self._segment({"at_least": 12})), self.buyer)
        self.assertFalse(self._members(self._segment({"at_least": 13})))
        invoice = order._create_invoices()
        invoice.action_post()
        refund = invoice._reverse_moves()
        refund.invoice_line_ids.write(
            {"product_uom_id": self.machine.uom_id.id, "quantity": 7}
        )
        refund.action_post()
        self.assertEqual(self._members(self._segment({"at_least": 5})), self.buyer)
        self.assertFalse(self._members(self._segment({"at_least": 6})))

    def test_product_sold_by_the_dozen_is_counted_in_dozens(self):
        eggs = self._make_product("Eggs", price=3, cost=1)
        eggs.uom_id = self.env.ref("uom.product_uom_dozen")
        unit = self.env.ref("uom.product_uom_unit")
        self._buy(self.buyer, quantity=24, product=eggs, product_uom_id=unit.id)
        condition = {"product_ids": eggs.ids}
        self.assertEqual(
            self._members(self._segment({**condition, "at_least": 2})), self.buyer
        )
        self.assertFalse(self._members(self._segment({**condition, "at_least": 2.1})))

    def test_period_follows_the_day_at_the_company(self):
        self.company.partner_id.tz = "Pacific/Auckland"
        order = self._buy(self.buyer)
        order.date_order = "2025-03-31 12:30:00"  # 1 April in Auckland
        april = {"since": date(2025, 4, 1), "until": date(2025, 4, 30)}
        march = {"since": date(2025, 3, 1), "until": date(2025, 3, 31)}
        self.assertEqual(self._members(self._segment(april)), self.buyer)
        self.assertFalse(self._members(self._segment(march)))
        self.assertEqual(
            self._members(self._segment({"until": date(2025, 4, 1)})), self.buyer
        )

    def test_last_days_count_back_from_the_cutoff(self):
        self._buy(self.buyer, day=30)
        self.assertEqual(self.company.value_cutoff, TODAY)
        self.assertEqual(self._members(self._segment({"last_days": 30})), self.buyer)
        self.assertFalse(self._members(self._segment({"last_days": 29})))

    def test_last_days_are_the_companys(self):
        """L123 the day"""
        self.company.partner_id.tz = "America/Bogota"
        self.company.value_cutoff = False
        order = self._buy(self.buyer)
        order.date_order = "2025-06-27 23:00:00"
        segment = self._segment({"last_days": 3})
        for moment, found in (
            ("2025-06-30 23:30:00", self.buyer),
            ("2025-07-01 02:00:00", self.buyer),
            ("2025-07-01 05:00:00", self.partners),
        ):
            with freeze_time(moment):
                self.env.invalidate_all()
                self.assertEqual(self._members(segment), found, moment)

    def test_an_exchange_keeps_the_template_and_changes_the_variant(self):
        """L119 exchanged"""
        colour = self.env["product.attribute"].create(
            {
                "name": "Colour",
                "value_ids": [Command.create({"name": n}) for n in ("blue", "red")],
            }
        )
        values = {"attribute_id": colour.id, "value_ids": colour.value_ids.ids}
        template = self.env["product.template"].create(
            {
                "name": "Chair",
                "type": "service",
                "invoice_policy": "order",
                "taxes_id": [Command.clear()],
                "list_price": 500,
                "attribute_line_ids": [Command.create(values)],
            }
        )
        blue, red = template.product_variant_ids
        self._refund(self._buy(self.buyer, product=blue))
        self._buy(self.buyer, product=red)
        by = {
            name: self._members(self._segment({"product_ids": products.ids}))
            for name, products in (("blue", blue), ("red", red), ("both", blue | red))
        }
        self.assertEqual(
            by, {"blue": self.partners, "red": self.buyer, "both": self.buyer}
        )
        both = {"product_ids": (blue | red).ids}
        self.assertFalse(self._members(self._segment({**both, "at_least": 2})))

    def test_refund_counts_on_the_day_of_the_order(self):
        self._refund(self._buy(self.returner, day=400))
        self._buy(self.returner, day=10)
        recent = self._segment({"last_days": 30})
        self.assertEqual(self._members(recent), self.returner)

    def test_owns_x_but_not_y(self):
        kit = self._make_product("Cleaning Kit", price=40, cost=20)
        for partner in (self.buyer, self.returner, self.passer_by):
            self._buy(partner)
        self._buy(self.passer_by, product=kit)
        self._refund(self._buy(self.returner, product=kit))
        owner_without_kit = self._segment(
            {}, {"condition": "not_bought", "product_ids": kit.ids}
        )
        self.assertEqual(self._members(owner_without_kit), self.buyer | self.returner)
        never_had_kit = self._segment(
            {},
            {
                "condition": "not_bought",
                "product_ids": kit.ids,
                "not_returned": False,
            },
        )
        self.assertEqual(self._members(never_had_kit), self.buyer)

    def test_template_means_all_its_variants_archived_ones_too(self):
        attribute = self.env["product.attribute"].create(
            {
                "name": "Colour",
                "value_ids": [Command.create({"name": n}) for n in ("Red", "Blue")],
            }
        )
        template = self.env["product.template"].create(
            {
                "name": "Kettle",
                "type": "consu",
                "invoice_policy": "order",
                "attribute_line_ids": [
                    Command.create(
                        {
                            "attribute_id": attribute.id,
                            "value_ids": [Command.set(attribute.value_ids.ids)],
                        }
                    )
                ],
            }
        )
        red, blue = template.product_variant_ids
        self._buy(self.buyer, product=red)
        self._buy(self.returner, product=blue)
        both = self._segment({"product_tmpl_ids": template.ids})
        self.assertEqual(self._members(both), self.buyer | self.returner)
        only_red = self._segment({"product_ids": red.ids})
        self.assertEqual(self._members(only_red), self.buyer)
        red.active = False
        self.assertEqual(self._members(both), self.buyer | self.returner)
        template.active = False
        self.assertEqual(self._members(both), self.buyer | self.returner)
        self.assertIn("Kettle", both.purchase_ids.summary)

    def test_category_holds_those_below_it(self):
        category = self.machine.categ_id
        child = self.env["product.category"].create(
            {"name": "Small Machines", "parent_id": category.id}
        )
        mill = self._make_product("Mill", price=50, cost=20)
        mill.categ_id = child
        self._buy(self.buyer)
        self._buy(self.returner, product=mill)
        self.assertEqual(
            self._members(self._segment({"categ_ids": category.ids})),
            self.buyer | self.returner,
        )
        self.assertEqual(
            self._members(self._segment({"categ_ids": child.ids})), self.returner
        )

    def test_quotations_and_cancelled_orders_are_no_purchases(self):
        """L118 not bought"""
        order = self._buy(self.returner)
        order._action_cancel()
        self.assertFalse(self._members(self._segment({})))
        order.action_draft()
        self.assertFalse(self._members(self._segment({})))

    def test_other_company_counts_its_own_purchases(self):
        other = self.setup_other_company()["company"]
        both = self.company | other
        env = self.env(context={"allowed_company_ids": both.ids})
        order = env["sale.order"].create(
            {
                "partner_id": self.returner.id,
                "company_id": other.id,
                "order_line": [Command.create({"product_id": self.machine.id})],
            }
        )
        order.action_confirm()
        self._buy(self.buyer)
        ours = self._segment({})
        theirs = self._segment({}, company_id=other.id)
        self.assertEqual(self._members(ours), self.buyer)
        self.assertEqual(self._members(theirs.with_env(env)), self.returner)

    def test_segment_fills_and_empties_by_itself(self):
        segment = self._segment({})
        self.assertEqual((segment.member_count, self._members(segment).ids), (0, []))
        order = self._buy(self.buyer)
        segment.invalidate_recordset()
        self.assertEqual(segment.member_count, 1)
        self._refund(order)
        segment.invalidate_recordset()
        self.assertEqual(segment.member_count, 0)
        self.assertFalse(segment.problem)

    def test_merged_customers_are_one(self):
        """L125 merge"""
        self._buy(self.buyer)
        self._buy(self.returner)
        self.env["base.partner.merge.automatic.wizard"]._merge(
            [self.buyer.id, self.returner.id], self.buyer
        )
        segment = self._segment({"at_least": 2})
        self.assertEqual(self.partners.search(segment._customers_domain()), self.buyer)

    def test_condition_needs_a_product(self):
        with self.assertRaises(ValidationError):
            self._segment({"product_ids": []})

    def test_product_of_a_segment_is_not_deleted_from_under_it(self):
        product = self._make_product("Rare", price=1, cost=1)
        segment = self._segment({"product_ids": product.ids})
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            product.product_tmpl_id.unlink()
        self.assertEqual(segment.purchase_ids.product_ids, product)

    def test_what_a_company_orders_from_itself_makes_it_no_member(self):
        own = self.company.partner_id
        self._buy(self.partners.create({"name": "Store room", "parent_id": own.id}))
        segment = self._segment({})
        self.assertNotIn(own, self.partners.search(segment._customers_domain()))

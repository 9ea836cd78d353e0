import random
from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, HttpCase, new_test_user, tagged

from ..common import TODAY
from .offer_common import OfferCommon


class QuotationCommon(OfferCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._advise()
        cls.salesperson = new_test_user(
            cls.env, "advised", "sales_team.group_sale_salesman"
        )
        cls.overrules = cls.env["crm.offer.overrule"].sudo()

    @classmethod
    def _quote(cls, partner, *lines, **values):
        """A quotation; a line is (price, cost) or its values."""
        return cls.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": cls.product.id,
                            "price_unit": price,
                            "purchase_price": cost,
                        }
                    )
                    for price, cost in lines
                ],
                **values,
            }
        )


@tagged("post_install", "-at_install")
class TestOfferOnQuotation(QuotationCommon):
    def test_salesperson_reads_the_advice_while_quoting(self):
        form = Form(self.env["sale.order"].with_user(self.salesperson))
        form.partner_id = self.regular
        self.assertEqual(form.offer_verdict, "wait")
        self.assertIn("buys anyway every 30 days", form.offer_advice_text)
        form.partner_id = self.late
        self.assertEqual(form.offer_verdict, "give")
        with form.order_line.new() as line:
            line.product_id = self.product
        order = form.save()
        self.assertEqual(order.offer_verdict, "give")
        self.assertIn("Five Off", order.offer_advice_text)

    def test_a_sure_thing_waits_with_a_day_and_its_cost(self):
        """L139 sure thing: buys every 30 days, last 28 days ago"""
        self.offer.reward_ids.discount = 10
        value = self._value(self.regular)
        value.write(
            {
                "last_purchase": TODAY - timedelta(days=28),
                "contact_before": TODAY + timedelta(days=22),
            }
        )
        self.env.flush_all()
        self._advise()
        advice = self._advice(self.regular)
        self.assertEqual((advice.verdict, advice.reason_code), ("wait", "buys_anyway"))
        self.assertEqual(advice.wait_until, TODAY + timedelta(days=22))
        self.assertEqual(advice.use_cost, 10)
        self.assertAlmostEqual(advice.cost, 10, delta=1.5)
        self.assertEqual(advice.extra_margin, 0)
        order = self._quote(self.regular, (100, 60))
        self.assertIn("before", order.offer_advice_text)

    def test_what_would_be_left_of_the_margin_is_said(self):
        """L141 margin: 20 % off what has 25 % leaves 6.25 %, and 10 % are to be kept"""
        self.offer.reward_ids.discount = 20
        self._advise()
        order = self._quote(self.late, (100, 75))
        self.assertEqual(order.offer_verdict, "withhold")
        self.assertEqual(order.offer_verdict_words, "Withhold")
        self.assertIn("6.25% of the price would be left", order.offer_advice_text)
        self.assertIn("less than 10%", order.offer_advice_text)

    def test_what_is_assumed_says_so_and_forbids_nothing(self):
        order = self._quote(self.gone, (100, 60))
        self.assertEqual(order.offer_verdict_words, "Rather not (assumed)")
        self.assertIn("Rather no “Five Off”, as assumed", order.offer_advice_text)
        dear = self._quote(self.late, (100, 80))
        self.assertEqual(dear.offer_verdict_words, "Rather not (assumed)")
        self.assertIn("assumed that 10% buy", dear.offer_advice_text)
        self.assertEqual(
            self._quote(self.late, (100, 60)).offer_verdict_words, "Give (assumed)"
        )
        for advice in self.advices.search([("offer_id", "=", self.offer.id)]):
            self.assertFalse(advice.from_arms)
            self.assertNotEqual(advice.verdict_words, "Withhold")

    def test_order_s_own_margin_counts(self):
        order = self._quote(self.late, (1000, 600))
        found = order._weigh(order.offer_advice_id)
        self.assertAlmostEqual(found.extra, 40)
        self.assertAlmostEqual(found.cost, 24, delta=0.1)
        self.assertIn("40", order.offer_advice_text)

    def test_order_with_little_margin_gets_no_discount(self):
        order = self._quote(self.late, (100, 80))
        self.assertEqual(order.offer_verdict, "withhold")
        self.assertIn("more than it brings", order.offer_advice_text)

    def test_order_with_much_margin_may_get_what_a_usual_one_does_not(self):
        self.offer.reward_ids.discount = 10
        self._advise()
        self.assertEqual(self._advice(self.late).verdict, "withhold")
        self.assertEqual(self._quote(self.late, (100, 60)).offer_verdict, "withhold")
        self.assertEqual(self._quote(self.late, (100, 20)).offer_verdict, "give")

    def test_each_discounted_line_keeps_the_floor(self):
        order = self._quote(self.late, (1000, 100), (100, 90))
        self.assertEqual(order.offer_verdict, "withhold")
        self.assertIn("10%", order.offer_advice_text)
        # 14 of 95 are left
        fair = self._quote(self.late, (1000, 100), (100, 81))
        self.assertEqual(fair.offer_verdict, "give")

    def test_discount_on_some_products_costs_what_they_do(self):
        other = self._make_product("Cake", price=100, cost=95)
        self.offer.reward_ids.write(
            {
                "discount_applicability": "specific",
                "discount_product_ids": [Command.set(self.product.ids)],
            }
        )
        self._advise()
        order = self._quote(self.late, (100, 40))
        order.order_line = [
            Command.create(
                {"product_id": other.id, "price_unit": 100, "purchase_price": 95}
            )
        ]
        found = order._weigh(order.offer_advice_id)
        used = self._advice(self.late).cost / 5
        self.assertAlmostEqual(found.cost, 5 * used)
        self.assertEqual(found.verdict, "give")

    def test_cheapest_product_costs_one_of_it(self):
        self.offer.reward_ids.discount_applicability = "cheapest"
        self._advise()
        order = self._quote(self.late, (500, 100), (40, 10))
        cost, left = order._cost_of_offer(self.offer, order.order_line, 1.0)
        self.assertEqual((cost, left), (2.0, 28 / 38))

    def test_of_two_offers_the_better_one_is_shown(self):
        cheap = self._make_offer("One Off", discount=1)
        self._advise()
        order = self._quote(self.late, (100, 60))
        self.assertEqual(order.offer_advice_id.offer_id, cheap)

    def test_foreign_currency_quotations_are_judged_alike(self):
        other = self.env["res.currency"].create({"name": "XHA", "symbol": "h"})
        self.env["res.currency.rate"].create(
            {"currency_id": other.id, "rate": 2, "name": "2020-01-01"}
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "H", "currency_id": other.id}
        )
        order = self._quote(self.late, (200, 120), pricelist_id=pricelist.id)
        self.assertEqual(order.currency_id, other)
        found = order._weigh(order.offer_advice_id)
        self.assertAlmostEqual(found.extra, 4)

    def test_no_line_is_shown_without_advice_or_once_confirmed(self):
        self.assertFalse(self._quote(self.other_customer, (100, 60)).offer_verdict)
        order = self._quote(self.late, (100, 60))
        order.action_confirm()
        self.assertFalse(order.offer_verdict)

    def test_nothing_shown_costs_more_than_it_brings(self):
        """Any lines, rewards and floor."""
        rng = random.Random(7)
        given = 0
        for _ in range(40):
            self.offer.reward_ids.write(
                {
                    "discount": rng.choice([1, 3, 5, 10, 30]),
                    "discount_applicability": rng.choice(["order", "cheapest"]),
                    "discount_max_amount": rng.choice([0, 0, 2, 20]),
                }
            )
            self.company.advice_margin_floor = rng.choice([0, 0.1, 0.3])
            lines = [
                (rng.uniform(1, 500), rng.uniform(0, 400))
                for _ in range(rng.randint(1, 4))
            ]
            order = self._quote(self.late, *lines)
            if order.offer_verdict != "give":
                continue
            given += 1
            found = order._weigh(order.offer_advice_id)
            self.assertGreaterEqual(found.extra, found.cost)
            cost, left = order._cost_of_offer(self.offer, order.order_line, 1.0)
            self.assertGreaterEqual(left, self.company.advice_margin_floor - 1e-6)
            self.assertGreaterEqual(
                order.margin - cost,
                self.company.advice_margin_floor * (order.amount_untaxed - cost) - 0.01
                if self.offer.reward_ids.discount_applicability == "order"
                else -1e9,
            )
        self.assertGreater(given, 3)

    def test_many_quotations_ask_no_more_than_one(self):
        orders = [self._quote(self.late, (100, 60)) for _number in range(20)]
        self.env.flush_all()

        def count(records):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records.mapped("offer_verdict")
            return self.env.cr.sql_log_count - before

        one = count(orders[0])
        many = count(self.env["sale.order"].union(*orders))
        self.assertLessEqual(many, one + 2)


@tagged("post_install", "-at_install")
class TestOfferOverrule(QuotationCommon):
    def _wizard(self, order, user=None, **values):
        action = order.with_user(user or self.salesperson).action_overrule_advice()
        wizard = self.env[action["res_model"]].with_user(user or self.salesperson)
        return Form(wizard.with_context(**action["context"]))

    def _own(self, partner):
        return self._quote(partner, (100, 60), user_id=self.salesperson.id)

    def test_salesperson_overrules_with_a_reason(self):
        order = self._own(self.regular)
        self.assertFalse(order.offer_overrule_text)
        with self._wizard(order) as form:
            self.assertEqual(form.advised, "wait")
            self.assertEqual(form.decision, "give")
            form.reason = "Has a competitor's offer"
        form.record.action_overrule()
        self.assertRecordValues(
            order.offer_overrule_ids,
            [
                {
                    "user_id": self.salesperson.id,
                    "partner_id": self.regular.id,
                    "advised": "wait",
                    "decision": "give",
                    "reason": "Has a competitor's offer",
                    "offer_id": self.offer.id,
                }
            ],
        )
        self.assertIn("advised", order.offer_overrule_text)
        self.assertIn("competitor", order.message_ids[0].body)

    def test_no_reason_no_overruling(self):
        order = self._own(self.late)
        with self.assertRaises(AssertionError):
            self._wizard(order).save()
        wizard = self.env["crm.offer.overrule.wizard"].create(
            {"order_id": order.id, "reason": "   "}
        )
        with self.assertRaises(UserError):
            wizard.action_overrule()
        self.assertFalse(self.overrules.search([]))

    def test_another_s_quotation_is_not_overruled(self):
        other = new_test_user(self.env, "other", "sales_team.group_sale_salesman")
        order = self._quote(self.late, (100, 60), user_id=other.id)
        with self.assertRaises(AccessError):
            order.with_user(self.salesperson).action_overrule_advice()
        wizard = self.env["crm.offer.overrule.wizard"].with_user(self.salesperson)
        with self.assertRaises(AccessError):
            wizard.create({"order_id": order.id, "reason": "x"}).action_overrule()
        self.assertFalse(self.overrules.search([]))

    def test_confirmed_order_is_not_overruled(self):
        order = self._own(self.late)
        wizard = self.env["crm.offer.overrule.wizard"].create(
            {"order_id": order.id, "reason": "x"}
        )
        order.action_confirm()
        with self.assertRaises(UserError):
            wizard.action_overrule()

    def test_what_was_kept_is_changed_by_nobody(self):
        order = self._own(self.late)
        self.env["crm.offer.overrule.wizard"].with_user(self.salesperson).create(
            {"order_id": order.id, "reason": "x"}
        ).action_overrule()
        kept = order.offer_overrule_ids
        manager = new_test_user(self.env, "boss", "sales_team.group_sale_manager")
        for user in (self.salesperson, manager):
            for attempt in (
                lambda record: record.write({"reason": "y"}),
                lambda record: record.unlink(),
            ):
                with self.assertRaises(AccessError):
                    attempt(kept.with_user(user))

    def test_who_sees_what(self):
        advice = self._advice(self.late)
        portal = new_test_user(self.env, "buyer", "base.group_portal")
        self.assertEqual(advice.with_user(self.salesperson).verdict, "give")
        with self.assertRaises(AccessError):
            advice.with_user(portal).read(["verdict"])
        order = self._quote(portal.partner_id, (100, 60))
        with self.assertRaises(AccessError):
            order.with_user(portal).read(["offer_advice_text"])
        mine, theirs = self._own(self.late), self._own(self.regular)
        other = new_test_user(self.env, "other", "sales_team.group_sale_salesman")
        for order, user in ((mine, self.salesperson), (theirs, other)):
            order.user_id = user
            order.partner_id.user_id = user
            self.env["crm.offer.overrule.wizard"].with_user(user).create(
                {"order_id": order.id, "reason": "x"}
            ).action_overrule()
        kept = self.env["crm.offer.overrule"]
        self.assertEqual(
            kept.with_user(self.salesperson).search([]).partner_id, self.late
        )
        loyalty = new_test_user(self.env, "loyal", "crm_loyalty.group_loyalty_manager")
        self.assertEqual(len(kept.with_user(loyalty).search([])), 2)
        self.assertTrue(self.effects.search([]).with_user(loyalty).read(["based_on"]))
        with self.assertRaises(AccessError):
            self.effects.search([]).with_user(self.salesperson).read(["based_on"])


@tagged("post_install", "-at_install")
class TestOfferTour(QuotationCommon, HttpCase):
    def test_advice_is_read_and_overruled_on_the_quotation(self):
        order = self._quote(self.regular, (100, 60), user_id=self.salesperson.id)
        self.start_tour(
            f"/odoo/sales/{order.id}", "crm_loyalty_offer_advice", login="advised"
        )
        self.assertEqual(order.offer_overrule_ids.reason, "Asked for a better price")

from datetime import date, timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .price_common import TODAY, PriceCommon


@tagged("post_install", "-at_install")
class TestPricePlans(PriceCommon):
    """From cost to the consumer and back, in drafts."""

    def test_each_level_starts_from_the_published_price_below_it(self):
        """C114: 66.67, 78.44, 104.59, and all margins are in it."""
        plan = self._plan(10, 15, 25)
        rows = plan.price_ids.sorted("sequence")
        self.assertEqual(rows.mapped("price"), [66.67, 78.44, 104.59])
        self.assertEqual(rows.mapped("margin"), [6.67, 11.77, 26.15])
        self.assertEqual(rows.mapped("purchase"), [60, 66.67, 78.44])
        self.assertEqual(
            plan.level_ids.sorted("sequence").buyer_level_id.mapped("kind"),
            ["wholesaler", "retailer", "consumer"],
        )
        bars = plan.chart["series"][0]["data"]
        self.assertEqual(bars[0], [0, 60])
        self.assertEqual([low for low, _high in bars[1:]], [60, 66.67, 78.44])
        self.assertEqual(bars[-1][1], 104.59)

    def test_the_screen_says_what_a_margin_is_of(self):
        """C115: 20 % on 80 is 100 as a margin, 96 as a mark-up."""
        product = self._product("Valve", 80)
        plan = self._plan(20, products=product, levels=self.producer)
        self.assertEqual(self._prices(plan, product), [100])
        plan.level_ids.margin_kind = "markup"
        self.assertEqual(self._prices(plan, product), [96])
        labels = dict(plan.level_ids._fields["margin_kind"].selection)
        self.assertIn("selling price", labels["margin"])
        self.assertIn("purchase price", labels["markup"])

    def test_a_margin_in_two_steps_multiplies(self):
        """C116: who sells at 1,000 with 10 and then 5 % has paid 855."""
        plan = self._plan(10, levels=self.producer, direction="back")
        plan.level_ids.percent_then = 5
        plan.product_ids.consumer_price = 1000
        self.assertRecordValues(plan.product_ids, [{"room": 855, "off": 0}])

    def test_a_list_is_converted_from_the_list_below_it(self):
        """C117: EUR to USD at the one, USD to INR at the other."""
        rates = {"USD": 1.1, "INR": 95.0}
        currencies = {
            name: self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "=", name)])
            for name in ("EUR", "USD", "INR")
        }
        company = self.env["res.company"].create(
            {"name": "Euro", "currency_id": currencies["EUR"].id}
        )
        for name, rate in rates.items():
            currencies[name].active = True
            self.env["res.currency.rate"].create(
                {
                    "currency_id": currencies[name].id,
                    "company_id": company.id,
                    "name": "2027-01-01",
                    "rate": rate,
                }
            )
        product = self._product("Imported", 0)
        plan = self._plan(
            0,
            0,
            products=product,
            company_id=company.id,
            currency_id=currencies["EUR"].id,
        )
        plan.product_ids.cost = 100
        dollar, rupee = plan.level_ids.sorted("sequence")
        dollar.currency_id = currencies["USD"]
        rupee.currency_id = currencies["INR"]
        self.assertEqual(self._prices(plan, product), [110, 9500])
        self.assertAlmostEqual(dollar.rate, 1.1)
        self.assertAlmostEqual(rupee.rate, 95 / 1.1)
        plan.action_publish()
        lists = (dollar | rupee).pricelist_id
        self.assertEqual(lists.mapped("currency_id.name"), ["USD", "INR"])
        self.assertEqual(lists.company_id, company)

    def test_a_ceiling_says_who_would_lose_what_and_needs_a_reason(self):
        """C119: 110 with 10 % tax is 100; 4.59 too much, at the retailer."""
        plan = self._plan(10, 15, 25)
        self._factor(plan, effect="tax", value=10)
        self.assertFalse(plan.warning)
        self._factor(plan, effect="ceiling", value=110)
        self.assertRecordValues(
            plan.product_ids,
            [{"ceiling_net": 100, "excess": 4.59, "missing": 0}],
        )
        self.assertIn("Retailer would lose", plan.warning)
        self.assertIn("4.59", plan.warning)
        self.assertNotIn("Wholesaler", plan.warning)
        with self.assertRaisesRegex(UserError, "4.59"):
            plan.action_publish()
        plan.over_reason = "The ceiling is under appeal"
        plan.action_publish()
        self.assertEqual(plan.state, "published")

    def test_below_cost_it_says_what_is_missing(self):
        """C120: cost 60, ceiling 55: 5 are missing without any margin."""
        plan = self._plan(10, 25)
        self._factor(plan, effect="ceiling", value=55)
        self.assertEqual(plan.product_ids.missing, 5)
        self.assertIn("Even without any margin", plan.warning)
        self.assertGreaterEqual(min(self._prices(plan)), 0)
        # and worked back from there, it says what is left to the cost
        plan.direction = "back"
        plan.product_ids.consumer_price = 55
        self.assertLess(plan.product_ids.room, 60)
        self.assertEqual(plan.product_ids.missing, round(60 - 37.13, 2))
        self.assertGreaterEqual(min(self._prices(plan)), 0)

    def test_a_margin_of_the_whole_price_is_refused_at_entry(self):
        """C120: a mark-up may be that high."""
        plan = self._plan(10, 15, 25)
        level = plan.level_ids[0]
        with self.assertRaisesRegex(ValidationError, "below 100"):
            level.percent = 100
        level.write({"margin_kind": "markup", "percent": 150})
        self.assertEqual(self._prices(plan)[0], 150)
        with self.assertRaises(ValidationError):
            level.percent = -1

    def test_a_cent_that_rounding_leaves_is_shown(self):
        plan = self._plan(33.3, 12.5, direction="back")
        plan.product_ids.consumer_price = 99.99
        item = plan.product_ids
        forward = plan.copy({"direction": "forward"})
        forward.product_ids.cost = item.room
        self.assertAlmostEqual(
            item.off, forward.product_ids.consumer_net - item.consumer_net
        )
        self.assertEqual(item.consumer_net, 99.99)

    def test_factors_count_with_source_and_date(self):
        plan = self._plan(0, levels=self.producer)
        other = self._product("Valve", 100)
        plan.write({"product_ids": [Command.create({"product_id": other.id})]})
        self._factor(plan, kind="cost", effect="cost_percent", value=5)
        self._factor(
            plan, kind="cost", effect="cost_amount", value=2, product_id=other.id
        )
        self.assertEqual(plan.product_ids.mapped("landed_cost"), [63, 107])
        self.assertEqual(plan.price_ids.mapped("price"), [63, 107])
        self.assertEqual(plan.factor_ids.mapped("side"), ["internal"] * 2)
        self.assertEqual(plan.factor_ids[0].date, TODAY)
        with self.assertRaisesRegex(ValidationError, "Government"):
            self._factor(plan, kind="demand", effect="tax", value=5)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._factor(plan, kind="cost", effect="cost_percent")

    def test_alternatives_stand_side_by_side(self):
        plan = self._plan(10, 15, 25)
        action = plan.with_user(self.manager).action_add_alternative()
        other = self.plans.browse(action["res_id"])
        other.level_ids[0].percent = 20
        self.assertEqual(other.origin_id, plan)
        self.assertEqual((plan | other).mapped("alternative_count"), [1, 1])
        for one in plan | other:
            rows = self.env["distribution.price"].search(one.action_compare()["domain"])
            self.assertEqual(rows.plan_id, plan | other)
            self.assertEqual(len(rows), 6)
        self.assertEqual(self._prices(plan)[0], 66.67)
        self.assertEqual(self._prices(other)[0], 75)

    def test_a_form_makes_a_plan(self):
        form = Form(self.plans.with_user(self.manager))
        form.name = "By hand"
        with form.product_ids.new() as item:
            item.product_id = self.product
            self.assertEqual(item.cost, 60)
        with form.level_ids.edit(0) as level:
            level.percent = 40
        plan = form.save()
        self.assertEqual(
            plan.level_ids.level_id.mapped("kind"),
            ["producer", "wholesaler", "retailer"],
        )
        self.assertEqual(self._prices(plan), [100, 100, 100])

    def test_what_levels_sell_and_who_plans(self):
        with self.assertRaisesRegex(ValidationError, "does not sell"):
            self._plan(10, levels=self.consumer)
        plan = self._plan(10, 15, 25)
        plan.with_user(self.user).read(["name", "warning", "chart"])
        for call in (
            lambda: plan.with_user(self.user).write({"name": "x"}),
            lambda: plan.with_user(self.user).action_publish(),
            lambda: plan.with_user(self.manager).write({"state": "published"}),
            lambda: plan.price_ids[0].with_user(self.manager).write({"price": 1}),
        ):
            with self.assertRaises(AccessError):
                call()


@tagged("post_install", "-at_install")
class TestPricePublication(PriceCommon):
    """Each level that buys has one pricelist; versions adjoin."""

    def test_each_level_that_buys_has_its_list(self):
        plan = self._published(TODAY + timedelta(days=1), 10, 15, 25)
        found = {
            level.kind: self._price_at(self._list_for(level), (2027, 7, 1))
            for level in (self.wholesaler, self.retailer, self.consumer)
        }
        self.assertEqual(
            found, {"wholesaler": 66.67, "retailer": 78.44, "consumer": 104.59}
        )
        self.assertEqual(plan.pricelist_count, 3)
        self.assertRecordValues(
            plan, [{"state": "published", "published_by_id": self.manager.id}]
        )
        items = plan.price_ids.pricelist_item_ids
        self.assertEqual(items.pricelist_id, plan.level_ids.pricelist_id)

    def _check_without_gap(self, zone, last_old, first_new):
        """C118: the old price until midnight where the company is."""
        self.company.partner_id.tz = zone
        self._published(date(2027, 6, 21), 10, 15, 25)
        self._published(date(2027, 7, 1), 20, 15, 25)
        pricelist = self._list_for(self.wholesaler)
        self.assertEqual(len(pricelist), 1)
        self.assertEqual(self._price_at(pricelist, last_old), 66.67)
        self.assertEqual(self._price_at(pricelist, first_new), 75)
        # the old version is kept, and the new one begins in the next second
        old, new = pricelist.item_ids.sorted("date_start")
        self.assertEqual(new.date_start - old.date_end, timedelta(seconds=1))
        self.assertEqual(old.fixed_price, 66.67)
        self.assertFalse(new.date_end)

    def test_no_hour_is_without_a_price_west_of_greenwich(self):
        """C118: UTC-5; 30 June 22:30 and 1 July 00:30 there."""
        self._check_without_gap(
            "America/Bogota", (2027, 7, 1, 3, 30), (2027, 7, 1, 5, 30)
        )

    def test_no_hour_is_without_a_price_east_of_greenwich(self):
        """C118: UTC+2; 30 June 22:30 and 1 July 00:30 there."""
        self._check_without_gap(
            "Africa/Cairo", (2027, 6, 30, 19, 30), (2027, 6, 30, 21, 30)
        )

    def test_a_version_before_one_that_is_published_ends_where_that_begins(self):
        self._published(date(2027, 8, 1), 20, 15, 25)
        self._published(date(2027, 7, 1), 10, 15, 25)
        pricelist = self._list_for(self.wholesaler)
        self.assertEqual(self._price_at(pricelist, (2027, 7, 31, 23, 59, 59)), 66.67)
        self.assertEqual(self._price_at(pricelist, (2027, 8, 1)), 75)

    def test_two_of_one_day_are_refused_and_name_the_other(self):
        self._published(date(2027, 7, 1), 10, 15, 25, name="First")
        with self.assertRaisesRegex(UserError, "First"):
            self._published(date(2027, 7, 1), 20, 15, 25)

    def test_what_has_not_begun_can_be_taken_back(self):
        self._published(date(2027, 7, 1), 10, 15, 25)
        later = self._published(date(2027, 8, 1), 20, 15, 25)
        later.with_user(self.manager).action_withdraw()
        pricelist = self._list_for(self.wholesaler)
        self.assertEqual(self._price_at(pricelist, (2027, 9, 1)), 66.67)
        self.assertEqual(later.state, "draft")
        later.level_ids[0].percent = 25
        later.valid_from = TODAY
        later.with_user(self.manager).action_publish()
        with self.assertRaisesRegex(UserError, "not begun"):
            later.action_withdraw()

    def test_what_is_published_stays(self):
        plan = self._published(TODAY, 10, 15, 25)
        for change in (
            lambda: plan.write({"direction": "back"}),
            lambda: plan.level_ids[0].write({"percent": 1}),
            lambda: plan.product_ids.write({"cost": 1}),
            lambda: self._factor(plan),
            lambda: plan.level_ids[0].unlink(),
            lambda: plan.unlink(),
            lambda: plan.action_publish(),
        ):
            with self.assertRaisesRegex(UserError, "published"):
                change()
        # nor does a cost of tomorrow change it
        self.product.standard_price = 99
        self.assertEqual(self._prices(plan), [66.67, 78.44, 104.59])

    def test_prices_do_not_begin_in_the_past_nor_at_nothing(self):
        with self.assertRaisesRegex(UserError, "keeps its price"):
            self._published(TODAY - timedelta(days=1), 10, 15, 25)
        free = self._product("Gift", 0)
        with self.assertRaisesRegex(UserError, "Gift has no price"):
            self._published(TODAY, 10, 15, 25, products=free)
        with self.assertRaisesRegex(UserError, "without levels"):
            self.plans.create({"name": "Empty"}).action_publish()

    def test_a_level_s_list_is_the_system_s(self):
        self._published(TODAY, 10, 15, 25)
        boss = new_test_user(self.env, "price_boss", "sales_team.group_sale_manager")
        pricelist = self._list_for(self.wholesaler).with_user(boss)
        pricelist.name = "Wholesale"
        with self.assertRaises(AccessError):
            pricelist.distribution_level_id = self.retailer
        with self.assertRaises(AccessError):
            pricelist.item_ids.distribution_price_id = False

    def test_a_contact_has_the_price_of_its_company_s_level(self):
        """C121: its grade has the list; the order is for a contact, or a new one."""
        group = self.env.ref("product.group_product_pricelist")
        self.env.ref("base.group_user").sudo()._apply_group(group)
        self._published(TODAY, 10, 15, 25)
        pricelist = self._list_for(self.wholesaler)
        contact = self.env["res.partner"].create(
            {"name": "Before", "parent_id": self.buyer.id}
        )
        grade = self.env["res.partner.grade"].create(
            {"name": "Gold", "default_pricelist_id": pricelist.id}
        )
        self.buyer.grade_id = grade
        later = self.env["res.partner"].create(
            {"name": "After", "parent_id": self.buyer.id}
        )
        for partner in self.buyer | contact | later:
            order = self.env["sale.order"].create(
                {
                    "partner_id": partner.id,
                    "order_line": [Command.create({"product_id": self.product.id})],
                }
            )
            self.assertEqual(order.pricelist_id, pricelist, partner.name)
            self.assertEqual(order.order_line.price_unit, 66.67, partner.name)


@tagged("post_install", "-at_install")
class TestPriceTour(PriceCommon, HttpCase):
    """A manager plans prices, looks at the picture, publishes and opens the lists."""

    def test_a_manager_plans_and_publishes(self):
        self.product.name = "Pump of Borna"
        boss = new_test_user(
            self.env, "price_boss_of_tours", "crm_distribution.group_channel_manager"
        )
        self.start_tour(
            "/odoo/channel-price-plans", "crm_distribution_price", login=boss.login
        )
        plan = self.plans.search([("name", "=", "Autumn")])
        self.assertEqual(plan.state, "published")
        self.assertEqual(self._prices(plan), [66.67, 78.44, 104.59])

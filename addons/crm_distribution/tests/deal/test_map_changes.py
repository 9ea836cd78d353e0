from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .deal_common import DealCommon


@tagged("post_install", "-at_install")
class TestMapChanges(DealCommon):
    """What happened stays where it happened; today's map is asked apart."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        territories = cls.env["distribution.territory"]
        cls.east, cls.west = territories.create([{"name": "East"}, {"name": "West"}])
        cls.district = cls._territory("District", "30", "39")
        cls.district.parent_id = cls.east

    def _deal(self, name, amount):
        return self._submit(
            self.x,
            name,
            customer_zip="35",
            customer_email=f"a@{name.lower()}.example",
            amount_expected=amount,
        )

    def _sums(self, deals, by):
        """Of a list, grouped."""
        groups = self.registrations._read_group(
            [("id", "in", deals.ids)], [by], ["amount_expected:sum"]
        )
        return {territory.name: amount for territory, amount in groups}

    def test_deals_stay_where_they_were_when_a_district_moves(self):
        """C007: 300 below East, then 200 below West."""
        deals = self._deal("January", 100) | self._deal("June", 200)
        with freeze_time("2027-07-01 12:00"):
            self.district.parent_id = self.west
            deals |= self._deal("July", 200)
        self.assertEqual(deals.territory_id, self.district)
        self.assertEqual(
            self._sums(deals, "territory_above_id"), {"East": 300, "West": 200}
        )
        self.assertEqual(self._sums(deals, "territory_above_today_id"), {"West": 500})
        for field, expected in (
            ("territory_stated_id", {self.east: 300, self.west: 200}),
            ("territory_id", {self.east: 0, self.west: 500}),
        ):
            for territory, amount in expected.items():
                with self.subTest(field, territory=territory.name):
                    found = self.registrations.search(
                        [("id", "in", deals.ids), (field, "child_of", territory.id)]
                    )
                    self.assertEqual(sum(found.mapped("amount_expected")), amount)
        self.assertEqual(
            self.registrations.search(
                [
                    ("id", "in", deals.ids),
                    ("territory_stated_id", "=", self.district.id),
                ]
            ),
            deals,
        )

    def test_a_deal_that_is_edited_states_its_place_once(self):
        deal = self._deal("January", 100)
        stated = deal.territory_path
        self.district.parent_id = self.west
        deal.amount_expected = 150
        deal._place()
        self.env.flush_all()
        self.assertEqual(deal.territory_path, stated)
        self.assertEqual(deal.territory_above_id, self.east)

    def test_offers_and_conflicts_stay_too(self):
        """C007: routes and conflicts as deals."""
        self._policy()
        self._agreement(self.x, self.district)

        def happens(number):
            lead = self.env["crm.lead"].create(
                {
                    "name": f"Lead {number}",
                    "country_id": self.country.id,
                    "zip": "35",
                    "distribution_category_id": self.pumps.id,
                }
            )
            order = self._order(self._customer(f"Buyer {number}", "36"))
            order.action_ask_channel()
            return lead.distribution_route_id, self._found(order_id=order)

        first = happens(1)
        self.district.parent_id = self.west
        second = happens(2)
        self.env.flush_all()
        for before, after in zip(first, second, strict=True):
            with self.subTest(before._name):
                self.assertEqual((before | after).territory_id, self.district)
                self.assertEqual(before.territory_above_id, self.east)
                self.assertEqual(after.territory_above_id, self.west)
                self.assertEqual((before | after).territory_above_today_id, self.west)
        rows = self.env["distribution.response"]
        routes = first[0] | second[0]
        for field, expected in (
            ("territory_stated_id", first[0]),
            ("territory_id", rows.browse().route_id),
        ):
            found = rows.search(
                [("route_id", "in", routes.ids), (field, "child_of", self.east.id)]
            )
            self.assertEqual(found.route_id, expected)
        groups = rows._read_group(
            [("route_id", "in", routes.ids)], ["territory_above_id"], ["offered:sum"]
        )
        self.assertEqual(dict(groups), {self.east: 1, self.west: 1})

    def test_what_happened_keeps_the_goods_above(self):
        """Deals, offers and conflicts of a category that is moved."""
        self._policy()
        self._agreement(self.x, self.district)
        # a category above pumps and one above valves, in which it lies later
        first, later = self.pumps, self.valves

        def happens(number):
            lead = self.env["crm.lead"].create(
                {
                    "name": f"Lead {number}",
                    "country_id": self.country.id,
                    "zip": "35",
                    "distribution_category_id": self.small_pumps.id,
                }
            )
            order = self._order(
                self._customer(f"Buyer {number}", "36"), self.small_pump
            )
            order.action_ask_channel()
            deal = self._submit(
                self.y,
                f"Deal {number}",
                customer_email=f"a@deal{number}.example",
                category_id=self.small_pumps.id,
            )
            return lead.distribution_route_id, self._found(order_id=order), deal

        before = happens(1)
        agreement = self._agreement(self.x, self.district, self.valves)
        policy = self._policy(category=self.valves)
        self.assertEqual((agreement.state, policy.state), ("active", "active"))
        self.small_pumps.parent_id = later
        after = happens(2)
        # touched, but the goods are the same
        before[2].with_user(self.user).category_id = self.small_pumps
        before[2].with_user(self.user).amount_expected = 5
        self.env.flush_all()
        for old, new in zip(before, after, strict=True):
            with self.subTest(old._name):
                both = old | new
                self.assertEqual(len(both), 2)
                self.assertEqual(both.category_id, self.small_pumps)
                self.assertEqual(old.category_above_id, first)
                self.assertEqual(new.category_above_id, later)
                self.assertEqual(both.category_above_today_id, later)
                self.assertEqual(
                    old.category_path, f"{first.id}/{both.category_id.id}/"
                )
                for field, category, expected in (
                    ("category_stated_id", first, old),
                    ("category_stated_id", later, new),
                    ("category_id", first, old.browse()),
                    ("category_id", later, both),
                ):
                    found = old.search(
                        [("id", "in", both.ids), (field, "child_of", category.id)]
                    )
                    self.assertEqual(found, expected)
        routes = before[0] | after[0]
        rows = self.env["distribution.response"]
        of_both = [("route_id", "in", routes.ids)]
        groups = rows._read_group(of_both, ["category_above_id"], ["offered:sum"])
        self.assertEqual(dict(groups), {first: 1, later: 1})
        for field, expected in (
            ("category_stated_id", before[0]),
            ("category_id", routes.browse()),
        ):
            found = rows.search([*of_both, (field, "child_of", first.id)])
            self.assertEqual(found.route_id, expected)

    def test_other_goods_are_a_new_statement(self):
        deal = self._deal("January", 100)
        self.assertFalse(deal.category_above_id)
        deal.with_user(self.user).category_id = self.small_pumps
        self.assertEqual(deal.category_above_id, self.pumps)

    def test_new_facts_leave_a_conflict_where_it_was(self):
        self._agreement(self.x, self.district)
        order = self._order(self._customer(zip_code="35"))
        order.action_ask_channel()
        conflict = self._found(order_id=order)
        self.district.parent_id = self.west
        order.order_line.product_id = self.small_pump
        order.action_ask_channel()
        self.assertEqual(conflict.territory_above_id, self.east)
        self.assertIn("Small Pumps", conflict.facts_text)

    def test_nobody_restates_what_was_stated(self):
        deal = self._deal("January", 100).with_user(self.manager)
        for values in (
            {"territory_path": "1/"},
            {"territory_above_id": self.west.id},
            {"category_path": "1/"},
            {"category_above_id": self.valves.id},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                deal.write(values)

    def test_a_province_is_all_its_districts(self):
        """C005: filter, goal and policy of a province count what lies inside."""
        self.district.parent_id = False
        province = self.env["distribution.territory"].create({"name": "Province"})
        districts = self.district
        districts.parent_id = province
        for first in ("40", "50"):
            part = self._territory(f"District {first}", first, str(int(first) + 9))
            districts |= part
            part.parent_id = province
        province.area_ids = [
            Command.create(
                {"country_id": self.country.id, "zip_from": "30", "zip_to": "69"}
            )
        ]
        leads = self.env["crm.lead"].create(
            [
                {
                    "name": f"Lead {code}",
                    "country_id": self.country.id,
                    "zip": code,
                    "distribution_category_id": self.pumps.id,
                }
                for code in ("35", "45", "55", "65")
            ]
        )
        self.assertEqual(leads.distribution_territory_id, districts | province)
        inside = [
            ("id", "in", leads.ids),
            ("distribution_territory_id", "child_of", province.id),
        ]
        self.assertEqual(self.env["crm.lead"].search_count(inside), 4)
        outlets = self.env["distribution.outlet"].create(
            [
                {"name": f"Shop {code}", "country_id": self.country.id, "zip": code}
                for code in ("35", "45", "55", "65")
            ]
        )
        self.env["distribution.handling"].create(
            [
                {
                    "outlet_id": outlet.id,
                    "category_id": self.pumps.id,
                    "date": date(2027, 2, 1),
                }
                for outlet in outlets
            ]
        )
        policy = self.env["distribution.policy"].create(
            {
                "name": "Province",
                "territory_id": province.id,
                "category_id": self.pumps.id,
                "goal_numeric": 90,
                "date_from": date(2027, 1, 1),
            }
        )
        policy.action_activate()
        self.env.flush_all()
        goal = self.env["distribution.coverage"].search(
            [
                ("territory_id", "=", province.id),
                ("category_id", "=", self.pumps.id),
            ]
        )
        self.assertRecordValues(
            goal, [{"universe": 4, "handlers": 4, "goal_numeric": 90}]
        )
        self.assertEqual(leads._covered_by_policy(), leads)

from odoo import fields
from odoo.tests import new_test_user

from .common import NetworkCommon


class TestCoverage(NetworkCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # of its own, so that demo data does not count
        cls.company = cls.env["res.company"].create({"name": "Coverage"})
        cls.env = cls.env(
            context={**cls.env.context, "allowed_company_ids": cls.company.ids}
        )
        cls.land = cls.make_territory("Utopia", (None, None, None))
        cls.lakes = cls.make_territory(
            "Lakes", (cls.state, None, None), parent=cls.land
        )
        cls.month = cls.company._today().replace(day=1)

    def outlet(self, name, turnover=None, state=None, category=None, **values):
        category = category or self.drinks
        return self.env["distribution.outlet"].create(
            {
                "name": name,
                "company_id": self.company.id,
                "country_id": self.country.id,
                "state_id": state and state.id,
                "turnover_ids": []
                if turnover is None
                else [(0, 0, {"category_id": category.id, "turnover": turnover})],
                **values,
            }
        )

    def handle(self, outlet, category=None, date=None, **values):
        return self.env["distribution.handling"].create(
            {
                "outlet_id": outlet.id,
                "category_id": (category or self.drinks).id,
                "date": date or self.month,
                **values,
            }
        )

    def row(self, territory, category):
        return self.env["distribution.coverage"].search(
            [
                ("company_id", "=", self.company.id),
                ("territory_id", "=", territory and territory.id),
                ("category_id", "=", category.id),
            ]
        )

    def test_numeric_and_weighted(self):
        """C125: three of four outlets, 70 of 100."""
        outlets = [
            self.outlet(f"O{turnover}", turnover) for turnover in (10, 20, 30, 40)
        ]
        for outlet in (outlets[0], outlets[1], outlets[3]):
            self.handle(outlet)
        self.assertRecordValues(
            self.row(self.land, self.drinks),
            [
                {
                    "universe": 4,
                    "handlers": 3,
                    "missing": 1,
                    "turnover": 100,
                    "handled_turnover": 70,
                    "numeric_distribution": 75,
                    "weighted_distribution": 70,
                }
            ],
        )

    def test_products_and_months_are_a_union(self):
        """C126: brand and quarter are unions."""
        one, two, three, _four = (self.outlet(f"O{n}", 10) for n in range(4))
        a, b = self.env["product.product"].create(
            [{"name": name, "categ_id": self.juice.id} for name in "ab"]
        )
        last_month = fields.Date.subtract(self.month, months=1)
        for outlet, product, month in (
            (one, a, self.month),
            (one, a, last_month),
            (two, a, last_month),
            (two, b, self.month),
            (three, b, last_month),
        ):
            self.handle(outlet, self.juice, month, product_id=product.id)
        for category in (self.drinks, self.juice):
            with self.subTest(category.name):
                row = self.row(self.land, category)
                self.assertEqual((row.universe, row.handlers), (4, 3))
                self.assertEqual(row.numeric_distribution, 75)

    def test_one_row_for_each_area_and_goods(self):
        """However many facts, products, kinds and parts there are."""
        outlet = self.outlet("Lake Shop", 10, self.state)
        self.outlet("Hill Shop", 10, self.other_state)
        for kind in ("purchase", "sale", "stock"):
            self.handle(outlet, kind=kind)
            self.handle(outlet, self.juice, kind=kind)
        rows = self.env["distribution.coverage"].search(
            [("company_id", "=", self.company.id)]
        )
        keys = [(row.territory_id, row.category_id) for row in rows]
        self.assertEqual(len(keys), len(set(keys)))
        self.assertEqual(len(rows.ids), len(set(rows.ids)))
        self.assertRecordValues(
            self.row(self.lakes, self.drinks), [{"universe": 1, "handlers": 1}]
        )
        self.assertRecordValues(
            self.row(self.land, self.drinks), [{"universe": 2, "handlers": 1}]
        )
        # inside the other, not added to it
        self.assertEqual(self.row(self.land, self.drinks).turnover, 20)

    def test_outlets_without_territory_have_a_row(self):
        lost = self.outlet("Nowhere", 5, country_id=False)
        self.handle(lost)
        self.assertFalse(lost.territory_id)
        row = self.row(None, self.drinks)
        self.assertRecordValues(row, [{"universe": 1, "handlers": 1}])
        self.assertEqual(row._outlet_ids(None), lost.ids)

    def test_universe_is_who_could_sell_the_goods(self):
        self.outlet("Bar", 10)
        self.outlet("Tool Shop", 10, category=self.tools)
        self.outlet("Nothing Known")
        kiosk = self.outlet("Kiosk", 10, category=self.tools)
        self.handle(kiosk)
        row = self.row(self.land, self.drinks)
        self.assertEqual((row.universe, row.handlers), (3, 1))
        self.assertEqual(self.row(self.land, self.tools).universe, 3)

    def test_who_sells_goods_could_sell_each_part_of_them(self):
        bar, shop = self.outlet("Bar", 10), self.outlet("Shop", 5, category=self.juice)
        self.handle(bar)
        self.handle(shop, self.juice)
        self.assertRecordValues(
            self.row(self.land, self.juice),
            [{"universe": 2, "handlers": 1, "turnover": 5}],
        )
        self.assertRecordValues(
            self.row(self.land, self.drinks),
            [{"universe": 2, "handlers": 2, "turnover": 15}],
        )

    def test_weight_unknown_is_not_nought(self):
        outlet = self.outlet("Shop")
        self.handle(outlet)
        row = self.env["distribution.coverage"].search_read(
            [
                ("company_id", "=", self.company.id),
                ("category_id", "=", self.drinks.id),
            ],
            ["numeric_distribution", "turnover"],
        )
        self.assertEqual(row[0]["numeric_distribution"], 100)
        self.env.cr.execute("SELECT 1")
        ((weighted,),) = self.env.execute_query(
            self.env["distribution.coverage"]
            ._search(
                [
                    ("company_id", "=", self.company.id),
                    ("category_id", "=", self.drinks.id),
                    ("weighted_distribution", "=", False),
                ]
            )
            .select("count(*)")
        )
        self.assertEqual(weighted, 1)

    def test_a_total_is_that_of_the_widest_row(self):
        """Not the best part's: one shop's province does not speak for the country."""
        self.handle(self.outlet("A", 10, self.state))
        for name in "BCD":
            self.outlet(name, 10)
        ((numeric, weighted, universe),) = self.env[
            "distribution.coverage"
        ]._read_group(
            [
                ("company_id", "=", self.company.id),
                ("category_id", "=", self.drinks.id),
            ],
            [],
            [
                "numeric_distribution:max",
                "weighted_distribution:max",
                "universe:max",
            ],
        )
        self.assertEqual(self.row(self.lakes, self.drinks).numeric_distribution, 100)
        self.assertEqual((numeric, weighted, universe), (25, 25, 4))

    def test_old_facts_and_archived_outlets_do_not_count(self):
        old, gone, now = (self.outlet(name, 10) for name in ("Old", "Gone", "Now"))
        self.company.distribution_coverage_months = 2
        months_ago = fields.Date.subtract
        self.handle(old, date=months_ago(self.month, months=2))
        self.handle(gone)
        self.handle(now, date=months_ago(self.month, months=1))
        gone.active = False
        row = self.row(self.land, self.drinks)
        self.assertEqual((row.universe, row.handlers), (2, 1))
        self.company.distribution_coverage_months = 3
        self.env["distribution.coverage"].invalidate_model()
        self.assertEqual(self.row(self.land, self.drinks).handlers, 2)

    def test_each_figure_opens_its_outlets(self):
        shops = [
            self.outlet("A", 10, self.state),
            self.outlet("B"),
            self.outlet("C", 3, self.state, category=self.juice),
            self.outlet("D", 3, category=self.tools),
        ]
        self.handle(shops[0], self.juice)
        self.handle(shops[3], self.tools)
        Outlet = self.env["distribution.outlet"]
        for row in self.env["distribution.coverage"].search(
            [("company_id", "=", self.company.id)]
        ):
            for action, count in (
                (row.action_view_outlets(), row.universe),
                (row.action_view_handlers(), row.handlers),
                (row.action_view_missing(), row.missing),
            ):
                with self.subTest(row.display_name, goods=row.category_id.name):
                    self.assertEqual(Outlet.search_count(action["domain"]), count)

    def test_coverage_is_its_companys(self):
        self.handle(self.outlet("Shop", 1))
        user = new_test_user(self.env, "chan", "crm_distribution.group_channel_user")
        own = user.company_id
        self.assertNotEqual(own, self.company.browse())
        stranger = new_test_user(
            self.env,
            "stranger",
            "crm_distribution.group_channel_user",
            company_id=self.env.ref("base.main_company").id,
            company_ids=[self.env.ref("base.main_company").id],
        )
        mine = [("company_id", "=", self.company.id)]
        Coverage = self.env(context={})["distribution.coverage"]
        self.assertFalse(Coverage.with_user(stranger).search(mine))

from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.tools import mute_logger

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from ...models.network import distribution_outlet
from .common import NetworkCommon


class TestOutlet(NetworkCommon, CronMixinCase):
    def outlet(self, **values):
        return self.env["distribution.outlet"].create(
            {"name": "Shop", "country_id": self.country.id, **values}
        )

    def test_outlet_lies_in_the_deepest_territory(self):
        land = self.make_territory("Utopia", (None, None, None))
        lakes = self.make_territory("Lakes", (self.state, None, None), parent=land)
        outlet = self.outlet()
        self.assertEqual(outlet.territory_id, land)
        outlet.state_id = self.state
        self.assertEqual(outlet.territory_id, lakes)
        outlet.write({"country_id": self.abroad.id, "state_id": False})
        self.assertFalse(outlet.territory_id)

    def test_outlets_follow_a_new_map(self):
        outlet = self.outlet(state_id=self.state.id)
        self.assertFalse(outlet.territory_id)
        with self.capture_triggers("crm_distribution.cron_place_outlets") as woken:
            lakes = self.make_territory("Lakes", (self.state, None, None))
        self.assertTrue(woken.records)
        self.run_job()
        self.assertEqual(outlet.territory_id, lakes)
        lakes.active = False
        self.run_job()
        self.assertFalse(outlet.territory_id)

    def test_many_outlets_follow_the_map_in_batches(self):
        outlets = self.outlet(state_id=self.state.id).browse()
        for number in range(5):
            outlets |= self.outlet(name=f"Shop {number}", state_id=self.state.id)
        outlets[0].active = False
        right = outlets[1]
        lakes = self.make_territory("Lakes", (self.state, None, None))
        right._place()
        placed = []
        place_these = type(outlets)._place

        def place(self):
            placed.append(self.ids)
            place_these(self)

        with (
            patch.object(distribution_outlet, "BATCH", 2),
            patch.object(type(outlets), "_place", place),
        ):
            self.run_job()
        self.assertEqual({*outlets.territory_id}, {lakes})
        self.assertTrue(all(len(ids) <= 2 for ids in placed))
        # what is right already is left alone
        self.assertNotIn(right.id, {id_ for ids in placed for id_ in ids})
        self.assertFalse(outlets.search_count(outlets._misplaced_domain()))

    def run_job(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("crm_distribution.cron_place_outlets").method_direct_trigger()
        self.env.invalidate_all()

    def test_each_turnover_counts_once(self):
        outlet = self.outlet()
        Turnover = self.env["distribution.outlet.turnover"]
        Turnover.create({"outlet_id": outlet.id, "category_id": self.juice.id})
        Turnover.create({"outlet_id": outlet.id, "category_id": self.tools.id})
        with self.assertRefused("twice"):
            Turnover.create({"outlet_id": outlet.id, "category_id": self.drinks.id})

    def test_month_is_its_first_day(self):
        outlet = self.outlet()
        fact = self.env["distribution.handling"].create(
            {
                "outlet_id": outlet.id,
                "category_id": self.juice.id,
                "date": "2026-03-17",
            }
        )
        self.assertEqual(str(fact.date), "2026-03-01")
        fact.date = "2026-04-30"
        self.assertEqual(str(fact.date), "2026-04-01")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            fact.copy()
            self.env.flush_all()

    def test_product_names_its_goods(self):
        product = self.env["product.product"].create(
            {"name": "Apple Juice", "categ_id": self.juice.id}
        )
        fact = self.env["distribution.handling"].create(
            {
                "outlet_id": self.outlet().id,
                "product_id": product.id,
                "date": "2026-03-17",
            }
        )
        self.assertEqual(fact.category_id, self.juice)

from datetime import date, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from ...models.network import distribution_link
from .common import NetworkCommon

JOB = "crm_distribution.cron_keep_main_suppliers"


class TestLink(NetworkCommon, CronMixinCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.a, cls.b, cls.c = (cls.make_partner(name) for name in "ABC")
        cls.today = cls.company._today()

    def link(self, supplier, buyer, category=None, **values):
        return self.env["distribution.link"].create(
            {
                "supplier_id": supplier.id,
                "buyer_id": buyer.id,
                "category_id": category and category.id,
                **values,
            }
        )

    def test_no_circle_with_the_same_goods_at_the_same_time(self):
        """C016: same or narrower goods are refused, others and later ones are not."""
        ended = date(2026, 6, 30)
        self.link(self.a, self.b, self.drinks, date_to=ended)
        self.link(self.b, self.c, self.drinks)
        for category in (self.drinks, self.juice, self.drinks.parent_id, None):
            with (
                self.subTest(category and category.name),
                self.assertRefused("C → A → B → C"),
            ):
                self.link(self.c, self.a, category)
        self.link(self.c, self.a, self.tools)
        with self.assertRaises(ValidationError):
            self.link(self.c, self.a, self.drinks, date_from=ended)
        self.link(self.c, self.a, self.drinks, date_from=ended + timedelta(days=1))

    def test_each_field_can_close_a_circle(self):
        self.link(self.a, self.b, self.drinks, date_to="2026-06-30")
        for name, start, vals in (
            ("supplier", (self.c, self.a, self.drinks), {"supplier_id": self.b.id}),
            ("buyer", (self.b, self.c, self.drinks), {"buyer_id": self.a.id}),
            ("category", (self.b, self.a, self.tools), {"category_id": self.juice.id}),
        ):
            link = self.link(*start)
            with self.subTest(name), self.assertRaises(ValidationError):
                link.write(vals)
            link.unlink()
        late = self.link(self.b, self.a, self.drinks, date_from="2026-07-01")
        with self.assertRaises(ValidationError):
            late.date_from = "2026-06-30"

    def test_goods_shrink_along_the_way(self):
        """Juice and tools meet in "all goods", and yet nothing goes round."""
        self.link(self.a, self.b, self.juice)
        self.link(self.b, self.c)
        self.assertTrue(self.link(self.c, self.a, self.tools))

    def test_time_shrinks_along_the_way(self):
        self.link(self.a, self.b, date_from="2026-01-01", date_to="2026-02-28")
        self.link(self.b, self.c, date_from="2026-02-01", date_to="2026-04-30")
        self.link(self.c, self.a, date_from="2026-03-01", date_to="2026-05-31")
        with self.assertRaises(ValidationError):
            self.link(self.c, self.a, date_from="2026-02-28", date_to="2026-03-15")

    def test_nobody_supplies_himself(self):
        with self.assertRaises(ValidationError):
            self.link(self.a, self.a)

    def test_other_companies_links_close_no_circle(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.link(self.a, self.b)
        self.link(self.b, self.a, company_id=other.id)
        with self.assertRaises(ValidationError):
            self.link(self.b, self.a, company_id=False)

    def test_links_are_between_companies(self):
        contact = self.env["res.partner"].create(
            {"name": "Her", "parent_id": self.a.id}
        )
        with self.assertRefused("Her", "A"):
            self.link(contact, self.b)

    def test_link_does_not_end_before_it_begins(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.link(self.a, self.b, date_from="2026-02-01", date_to="2026-01-01")

    def test_main_supplier_is_that_of_today(self):
        first = self.link(self.a, self.c)
        self.assertEqual(self.c.distribution_supplier_id, self.a)
        main = self.link(self.b, self.c, is_main=True)
        self.assertEqual(self.c.distribution_supplier_id, self.b)
        main.date_to = self.today - timedelta(days=1)
        self.assertEqual(self.c.distribution_supplier_id, self.a)
        first.unlink()
        self.assertFalse(self.c.distribution_supplier_id)

    def test_main_supplier_changes_by_date(self):
        self.link(self.a, self.c, date_to=self.today)
        self.link(self.b, self.c, date_from=self.today + timedelta(days=1))
        self.assertEqual(self.c.distribution_supplier_id, self.a)
        with freeze_time(self.today + timedelta(days=1)):
            self.run_job()
        self.assertEqual(self.c.distribution_supplier_id, self.b)

    def run_job(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(JOB).method_direct_trigger()
        self.env.invalidate_all()

    def test_many_links_are_left_to_the_job(self):
        with (
            patch.object(distribution_link, "AT_ONCE", 0),
            self.capture_triggers(JOB) as woken,
        ):
            self.link(self.a, self.b)
            self.link(self.b, self.c)
        self.assertTrue(woken.records)
        self.assertFalse(self.c.distribution_supplier_id)
        with patch.object(distribution_link, "BATCH", 1):
            self.run_job()
        self.assertEqual(self.b.distribution_supplier_id, self.a)
        self.assertEqual(self.c.distribution_supplier_id, self.b)

    def test_one_main_supplier_at_a_time(self):
        self.link(self.a, self.c, is_main=True, date_to="2026-06-30")
        with self.assertRefused("A as its main"):
            self.link(self.b, self.c, is_main=True, date_from="2026-06-30")
        self.link(self.b, self.c, is_main=True, date_from="2026-07-01")

    def test_main_supplier_is_each_companys(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.link(self.a, self.c)
        self.link(self.b, self.c, company_id=other.id, is_main=True)
        self.assertEqual(self.c.distribution_supplier_id, self.a)
        theirs = self.c.with_company(other)
        self.assertEqual(theirs.distribution_supplier_id, self.b)

    def test_hierarchy_shows_who_is_supplied(self):
        self.link(self.a, self.b)
        self.link(self.b, self.c)
        user = new_test_user(self.env, "chan", "crm_distribution.group_channel_user")
        rows = (
            self.env["res.partner"]
            .with_user(user)
            .hierarchy_read(
                [("id", "=", self.b.id)],
                {"name": {}},
                "distribution_supplier_id",
            )
        )
        self.assertEqual({row["id"] for row in rows}, {self.a.id, self.b.id, self.c.id})

    def merge(self, kept, gone):
        groups = "base.group_user,base.group_partner_manager"
        if "website.visitor" in self.env:
            # Odoo's website lets nobody else merge contacts
            groups += ",website.group_website_designer"
        merger = new_test_user(self.env, f"merger{kept.id}", groups)
        self.env["base.partner.merge.automatic.wizard"].with_user(merger)._merge(
            (kept + gone).ids, kept.with_user(merger)
        )

    def test_merged_contacts_keep_their_links(self):
        d = self.make_partner("D")
        self.link(self.a, self.b)
        self.link(self.b, d, self.tools)
        self.link(self.c, self.a, is_main=True)
        self.link(self.c, self.b, is_main=True, date_to="2000-01-01")
        main = self.link(d, self.b, self.drinks, is_main=True, date_from="2000-01-02")
        self.b.distribution_capacity = 7
        self.merge(self.a, self.b)
        self.assertRecordValues(
            self.a.distribution_supply_ids.sorted("id"),
            [
                {"supplier_id": self.c.id, "is_main": True},
                {"supplier_id": self.c.id, "is_main": False},
                {"supplier_id": d.id, "is_main": False},
            ],
        )
        self.assertEqual(main.buyer_id, self.a)
        self.assertEqual(self.a.distribution_buyer_ids.buyer_id, d)
        self.assertEqual(self.a.distribution_supplier_id, self.c)
        self.assertEqual(self.a.distribution_capacity, 7)

    def test_merging_closes_no_circle(self):
        self.link(self.a, self.b)
        self.link(self.b, self.c)
        with self.assertRefused("A → B → A"):
            self.merge(self.a, self.c)

    def test_circle_of_two_kinds_of_goods_leaves_a_tree(self):
        self.link(self.a, self.b, self.drinks, is_main=True)
        self.link(self.b, self.a, self.tools)
        self.assertEqual(self.b.distribution_supplier_id, self.a)
        self.assertFalse(self.a.distribution_supplier_id)

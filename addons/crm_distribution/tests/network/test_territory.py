import random

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user
from odoo.tools import SQL

from ...channel import postal
from ...models.network.distribution_territory import (
    _zip_key_sql,
    _zip_shapes_sql,
    _zip_sql,
)
from .common import NetworkCommon


class TestTerritory(NetworkCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.land = cls.make_territory("Utopia", (None, None, None))

    def test_both_ends_of_a_range_count(self):
        """C001: zips are numbers, and both ends count."""
        north = self.make_territory("North", (None, "10", "100"), parent=self.land)
        for code, territory in (
            ("99", north),
            ("10", north),
            ("100", north),
            ("101", self.land),
        ):
            with self.subTest(code):
                self.assertEqual(self.territory_of(code), territory)

    def test_longer_code_is_another_area(self):
        """C002: a shorter code swallows no longer one."""
        a = self.make_territory("A", (None, "101", None), parent=self.land)
        b = self.make_territory("B", (None, "1011", None), parent=self.land)
        self.assertEqual(self.territory_of("101"), a)
        self.assertEqual(self.territory_of("1011"), b)

    def test_letters_and_leading_zeros(self):
        """C003: letters in their places, and a leading zero."""
        letters = self.make_territory(
            "Letters", (None, "8000 AA", "9999 ZZ"), parent=self.land
        )
        zero = self.make_territory("Zero", (None, "01234", None), parent=self.land)
        for code, territory in (
            ("8011pk", letters),
            (" 8011 PK", letters),
            ("01234", zero),
            ("1234", self.land),
            ("۰۱۲۳۴", zero),
        ):
            with self.subTest(code):
                self.assertEqual(self.territory_of(code), territory)

    def test_missing_parts_of_an_address(self):
        """C004: province, country, or nothing, as far as it is known."""
        lakes = self.make_territory("Lakes", (self.state, None, None), parent=self.land)
        west, _east = (
            self.make_territory(name, (self.state, *zips), parent=lakes)
            for name, zips in (("West", ("1", "5")), ("East", ("6", "9")))
        )
        nowhere = self.env["distribution.territory"]
        for place, territory in (
            ({"state": self.state, "zip": "3"}, west),
            ({"state": self.state}, lakes),
            ({"state": self.state, "zip": "n/a?"}, lakes),
            ({}, self.land),
            ({"zip": "3"}, self.land),
            ({"country": self.abroad, "zip": "3"}, nowhere),
            ({"country": self.env["res.country"], "zip": "3"}, nowhere),
        ):
            with self.subTest(place):
                self.assertEqual(self.territory_of(**place), territory)

    def test_contacts_without_territory_are_a_list(self):
        """C004: without a territory they are a list."""
        inside = self.make_partner("Inside")
        outside = self.make_partner("Outside", country_id=False)
        self.assertFalse(outside.distribution_territory_id)
        found = self.env["res.partner"].search(
            [
                ("distribution_territory_id", "=", False),
                ("id", "in", (inside + outside).ids),
            ]
        )
        self.assertEqual(found, outside)

    def test_filter_by_a_territory_finds_what_lies_in_its_parts(self):
        lakes = self.make_territory("Lakes", (self.state, None, None), parent=self.land)
        for digit in "123":
            self.make_territory(
                f"District {digit}", (self.state, digit, None), parent=lakes
            )
        partners = self.env["res.partner"].concat(
            *(self.make_partner(f"P{z}", self.state, z) for z in ("1", "2", "3", None))
        )
        elsewhere = self.make_partner("Elsewhere")
        Partner = self.env["res.partner"]
        domain = [("id", "in", (partners + elsewhere).ids)]
        for operator, territory, found in (
            ("child_of", lakes, partners),
            ("=", lakes, partners[3]),
            ("child_of", self.land, partners + elsewhere),
            ("!=", lakes, partners[:3] + elsewhere),
            ("in", self.land + lakes, partners[3] + elsewhere),
        ):
            value = territory.ids if operator == "in" else territory.id
            with self.subTest(operator, territories=territory.mapped("name")):
                self.assertEqual(
                    Partner.search(
                        [*domain, ("distribution_territory_id", operator, value)]
                    ),
                    Partner.search([("id", "in", found.ids)]),
                )
        by_name = [*domain, ("distribution_territory_id.name", "=", "Lakes")]
        self.assertEqual(Partner.search(by_name), partners[3])

    def test_many_addresses_are_one_query(self):
        self.make_territory("Lakes", (self.state, None, None), parent=self.land)
        places = [(self.country.id, self.state.id, str(at)) for at in range(500)]
        Territory = self.env["distribution.territory"]
        Territory._of_places(places[:1])
        with self.assertQueryCount(1):
            few = Territory._of_places(places[:2])
        with self.assertQueryCount(1):
            many = Territory._of_places(places)
        self.assertEqual(len(few), 2)
        self.assertEqual(len(many), 500)
        self.assertEqual(Territory._of_places([]), [])

    def test_side_by_side_nothing_is_shared(self):
        """C006: the refusal names the other one and what both would hold."""
        self.make_territory("A", (None, "100", "199"), parent=self.land)
        with self.assertRefused("A", "150–199"):
            self.make_territory("B", (None, "150", "250"), parent=self.land)
        self.make_territory("C", (None, "200", "210"), parent=self.land)
        with self.assertRefused("C", "Lakes 205"):
            self.make_territory("D", (self.state, "205", None), parent=self.land)
        with self.assertRefused("A", "100–199"):
            self.make_territory("E", (None, None, None), parent=self.land)

    def test_cousins_share_nothing_either(self):
        one, two = (
            self.make_territory(name, parent=self.land) for name in ("One", "Two")
        )
        self.make_territory("A", (None, "100", "199"), parent=one)
        with self.assertRefused("A", "150–199"):
            self.make_territory("B", (None, "150", "250"), parent=two)

    def test_each_way_to_an_overlap_is_refused(self):
        a = self.make_territory("A", (None, "100", "199"), parent=self.land)
        b = self.make_territory("B", (None, "150", "160"), parent=a)
        self.assertEqual(self.territory_of("155"), b)
        for name, vals in (
            ("moved out of the other", {"parent_id": self.land.id}),
            ("at the top", {"parent_id": False}),
        ):
            with self.subTest(name), self.assertRaises(ValidationError):
                b.write(vals)
        b.active = False
        b.parent_id = self.land
        with self.assertRaises(ValidationError):
            b.active = True
        c = self.make_territory("C", (None, "200", None), parent=self.land)
        with self.assertRaises(ValidationError):
            c.area_ids.zip_from = "199"
        with self.assertRaises(ValidationError):
            c.area_ids.write({"zip_from": "199", "zip_to": "201"})
        with self.assertRaises(ValidationError):
            c.area_ids.write({"zip_from": False, "zip_to": False})

    def test_map_of_another_company_does_not_count(self):
        other = self.env["res.company"].create({"name": "Other"})
        own = self.make_territory(
            "Own", (None, "1", "5"), parent=self.land, company_id=self.company.id
        )
        theirs = self.make_territory(
            "Theirs", (None, "3", "9"), parent=self.land, company_id=other.id
        )
        Territory = self.env["distribution.territory"]
        place = [(self.country.id, None, "4")]
        self.assertEqual(Territory._of_places(place, self.company), own.ids)
        self.assertEqual(Territory._of_places(place, other), theirs.ids)
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": other.id}
        )
        self.assertEqual(Territory._of_places(place, branch), theirs.ids)
        with self.assertRaises(ValidationError):
            self.make_territory(
                "Branch", (None, "9", None), parent=self.land, company_id=branch.id
            )

    def test_hidden_territory_is_not_named(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.make_territory(
            "Secret", (None, "3", "9"), parent=self.land, company_id=other.id
        )
        manager = new_test_user(
            self.env, "map", "crm_distribution.group_channel_manager"
        )
        with self.assertRaises(ValidationError) as refused:
            self.env["distribution.territory"].with_user(manager).create(
                {
                    "name": "Shared",
                    "parent_id": self.land.id,
                    "area_ids": [
                        Command.create({"country_id": self.country.id, "zip_from": "4"})
                    ],
                }
            )
        self.assertNotIn("Secret", str(refused.exception))

    def test_what_is_no_area_is_refused(self):
        for zips in (("20", "10"), ("10", "20A"), ("?", None), (None, "10")):
            with self.subTest(zips), self.assertRaises(ValidationError):
                self.make_territory("Bad", (None, *zips), parent=self.land)
        foreign = self.env["res.country.state"].create(
            {"name": "Far", "code": "F", "country_id": self.abroad.id}
        )
        with self.assertRaises(ValidationError):
            self.make_territory("Far", (foreign, None, None), parent=self.land)

    def test_archived_territories_hold_nothing(self):
        lakes = self.make_territory("Lakes", (self.state, None, None), parent=self.land)
        west = self.make_territory("West", (self.state, "1", None), parent=lakes)
        lakes.active = False
        self.assertFalse(west.active)
        self.assertEqual(self.territory_of("1", self.state), self.land)
        with self.assertRaises(ValidationError):
            west.active = True

    def test_nothing_lies_inside_itself(self):
        west = self.make_territory("West", parent=self.land)
        with self.assertRaises(UserError):
            self.land.parent_id = west

    def test_managers_draw_the_map(self):
        territory = self.make_territory("West", parent=self.land)
        for group in ("crm_distribution.group_channel_user", "base.group_portal"):
            user = new_test_user(self.env, group, group)
            with self.subTest(group), self.assertRaises(AccessError):
                territory.with_user(user).write({"name": "East"})

    def test_sql_says_what_python_says(self):
        """Codes, shapes and keys, over codes of every kind and over what is none."""
        chance = random.Random(20260131)
        alphabet = "0011239aAzZ -./_۰۵٣\u200c\u00a0\u2013یß?"
        texts = [
            "".join(chance.choices(alphabet, k=chance.randint(0, 8)))
            for _each in range(3000)
        ]
        texts += ["12345-6789", "12345–6789", "1" * 16, "1" * 17, "", "8011 pk"]
        read = SQL(
            "SELECT at, %s AS code FROM unnest(%s::text[]) WITH ORDINALITY"
            " AS typed (zip, at)",
            _zip_sql(SQL("zip")),
            texts,
        )
        rows = self.env.execute_query(
            SQL(
                "SELECT code, %(key)s, ARRAY(SELECT %(shapes)s) FROM (%(read)s) each"
                " ORDER BY at",
                key=_zip_key_sql(SQL("code")),
                shapes=_zip_shapes_sql(SQL("code")),
                read=read,
            )
        )
        said = []
        for text in texts:
            code = postal.read_zip(text)
            said.append((code, postal.zip_key(code), list(postal.zip_shapes(code))))
        self.assertEqual(rows, said)
        self.assertGreater(len({code for code, *_rest in said}), 500)

    def test_places_lie_where_python_finds_them(self):
        """Random maps of ranges side by side, random codes."""
        chance = random.Random(7)
        for round_ in range(5):
            land = self.make_territory(f"Land {round_}", parent=self.land)
            ranges = {}
            for at in range(12):
                first, last = sorted(chance.sample(range(1, 400), 2))
                width = chance.choice((0, 0, 4))
                zips = (str(first).zfill(width), str(last).zfill(width))
                try:
                    with self.env.cr.savepoint():
                        territory = self.make_territory(
                            f"T{at}", (None, *zips), parent=land
                        )
                except ValidationError:
                    continue
                ranges[territory.id] = postal.zip_range(*zips)
            codes = [
                str(chance.randint(0, 450)).zfill(chance.choice((0, 4)))
                for _each in range(200)
            ]
            found = self.env["distribution.territory"]._of_places(
                [(self.country.id, None, code) for code in codes]
            )
            for code, territory in zip(codes, found, strict=True):
                holding = [
                    id_
                    for id_, zips in ranges.items()
                    if postal.zip_in(postal.read_zip(code), zips)
                ]
                self.assertEqual([territory], holding or self.land.ids, code)
            land.active = False

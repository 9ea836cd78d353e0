from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command, Domain
from odoo.tests import Form, tagged

from ..common import TODAY
from .segment_common import SegmentCommon


@tagged("post_install", "-at_install")
class TestSegmentCriteria(SegmentCommon):
    """All criteria but purchases, and how they come together."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop = cls._shop(20)
        cls.runs._refresh_now(cls.company)
        cls.people |= cls.shop

    def test_segment_without_criteria_has_nobody(self):
        self.assertEqual(self._segment().member_count, 0)

    def test_value_classes(self):
        segment = self._segment(class_a=True, class_b=True)
        self.assertEqual(
            self._members(segment),
            self.shop.filtered(lambda p: p.customer_value_class in ("a", "b")),
        )
        self.assertTrue(self._members(segment))

    def test_every_class_and_lifecycle_can_be_chosen(self):
        for name, field in (
            ("customer_value_class", "class"),
            ("customer_lifecycle", "lifecycle"),
        ):
            for key, _label in self.partners._fields[name].selection:
                segment = self._segment(**{f"{field}_{key}": True})
                self.assertEqual(
                    self._members(segment),
                    self.shop.filtered(lambda p, n=name, k=key: p[n] == k),
                )

    def test_criteria_are_all_required(self):
        first = self.shop[0]
        first.country_id = self.env.ref("base.be")
        self.shop[1].country_id = self.env.ref("base.be")
        segment = self._segment(
            country_ids=self.env.ref("base.be").ids,
            **{f"lifecycle_{first.customer_lifecycle}": True},
        )
        self.assertIn(first, self._members(segment))
        self.assertLessEqual(self._members(segment), self.shop[:2])

    def test_master_data(self):
        tag = self.env["res.partner.category"].create({"name": "Fair"})
        industry = self.env["res.partner.industry"].search([], limit=1)
        user = self.env.user
        self.buyer.write(
            {"category_id": tag.ids, "industry_id": industry.id, "user_id": user.id}
        )
        countries = self.env.ref("base.be"), self.env.ref("base.ir")
        self.buyer.country_id, self.returner.country_id = countries
        for values in (
            {"country_ids": countries[0].ids},
            {"tag_ids": tag.ids},
            {"industry_ids": industry.ids},
            {"user_ids": user.ids},
        ):
            self.assertEqual(self._members(self._segment(**values)), self.buyer)

    def test_need_of_least_strength(self):
        paper, ink = self.env["crm.need"].create([{"name": "Paper"}, {"name": "Ink"}])
        self.env["crm.partner.need"].create(
            [
                {"partner_id": p.id, "need_id": n.id, "strength": strength}
                for p, n, strength in (
                    (self.buyer, paper, 0.9),
                    (self.returner, paper, 0.4),
                    (self.passer_by, paper, 0),
                    (self.passer_by, ink, 1),
                )
            ]
        )
        need = {"need_ids": paper.ids}
        self.assertEqual(
            self._members(self._segment(**need, need_strength=0.5)), self.buyer
        )
        self.assertEqual(
            self._members(self._segment(**need, need_strength=0)),
            self.buyer | self.returner,
        )

    def test_need_not_bought_for_yet(self):
        paper = self.env["crm.need"].create({"name": "Paper"})
        served, unserved = self.env["crm.partner.need"].create(
            [
                {"partner_id": partner.id, "need_id": paper.id, "strength": 0.9}
                for partner in (self.buyer, self.returner)
            ]
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_partner_need SET bought_on = %s WHERE id = %s",
            [TODAY, served.id],
        )
        segment = self._segment(need_ids=paper.ids, need_unserved=True)
        self.assertEqual(self._members(segment), unserved.partner_id)

    def test_archived_contacts_and_employees_are_no_members(self):
        self.buyer.city = self.returner.city = "Ghent"
        segment = self._segment(domain=repr([("city", "=", "Ghent")]))
        self.returner.active = False
        self.env.user.partner_id.city = "Ghent"
        self.assertEqual(self.partners.search(segment._customers_domain()), self.buyer)

    def test_customers_of_another_company_are_no_members(self):
        other = self.setup_other_company()["company"]
        (self.buyer | self.returner).city = "Ghent"
        self.returner.company_id = other
        env = self.env(context={"allowed_company_ids": (self.company | other).ids})
        segment = self._segment(domain=repr([("city", "=", "Ghent")]))
        self.assertEqual(self._members(segment.with_env(env)), self.buyer)

    def test_domain_of_values_follows_the_segments_company(self):
        other = self.setup_other_company()["company"]
        env = self.env(context={"allowed_company_ids": (other | self.company).ids})
        self.assertEqual(env.company, other)
        segment = self._segment(domain=repr([("customer_lifecycle", "!=", False)]))
        self.assertEqual(self._members(segment.with_env(env)), self.shop)

    def test_bad_domains_are_refused_with_the_reason(self):
        for domain in (
            "[('no_such_field', '=', 1)]",
            "[('name', '=', ",
            "nonsense",
            "[('name', 'no such operator', 1)]",
            "[('create_date', '>', 'not a date')]",
            "__import__('os')",
        ):
            with self.subTest(domain), self.assertRaises(ValidationError) as caught:
                self._segment(domain=domain)
            self.assertIn("Test", str(caught.exception))

    def test_domain_that_became_bad_stops_and_says_so(self):
        good = self._segment(domain=repr([("name", "=", "Keeps It")]))
        bad = self._segment(domain=repr([("name", "=", "Keeps It")]))
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_customer_segment SET domain = %s WHERE id = %s",
            ["[('gone_field', '=', 1)]", bad.id],
        )
        self.env.invalidate_all()
        both = good | bad
        self.assertEqual(both.mapped("member_count"), [1, 0])
        self.assertFalse(good.problem)
        self.assertIn("gone_field", bad.problem)
        with self.assertRaises(UserError):
            self.partners.search(bad._customers_domain())

    def test_members_by_search_field(self):
        segment = self._segment(domain=repr([("name", "=", "Keeps It")]))
        self.assertEqual(
            self.partners.search([("customer_segment_ids", "in", segment.ids)]),
            self.buyer,
        )
        outside = self.partners.search(
            [
                ("customer_segment_ids", "not in", segment.ids),
                ("id", "in", self.people.ids),
            ]
        )
        self.assertEqual(outside, self.people - self.buyer)
        self.assertEqual(
            self.partners.search([("customer_segment_ids", "ilike", "Test")]),
            self.buyer,
        )

    def test_count_lives_while_editing(self):
        with Form(self.env["crm.customer.segment"]) as form:
            form.name = "Belgians"
            self.buyer.country_id = self.env.ref("base.be")
            self.assertEqual(form.member_count, 0)
            form.country_ids.add(self.env.ref("base.be"))
            count = self.partners.search_count(
                Domain("country_id", "=", self.env.ref("base.be").id)
                & Domain("partner_share", "=", True)
                & Domain("id", "!=", self.company.partner_id.id)
            )
            self.assertEqual(form.member_count, count)
            self.assertTrue(count)

    def test_value_of_the_members(self):
        segment = self._segment(class_a=True)
        self.assertAlmostEqual(
            segment.member_value,
            sum(self._members(segment).mapped("customer_lifetime_value")),
            places=2,
        )
        self.assertTrue(segment.member_value)

    def test_counts_cost_the_same_for_any_number_of_segments(self):
        Segment = self.env["crm.customer.segment"]
        category = self.machine.categ_id
        segments = Segment.create(
            [
                {
                    "name": str(number),
                    "class_a": True,
                    "country_ids": self.env.ref("base.be").ids,
                    "contactable_by": "email",
                    "opportunity": "none",
                    "purchase_ids": [
                        Command.create(
                            {"categ_ids": category.ids, "last_days": number + 1}
                        )
                    ],
                }
                for number in range(30)
            ]
        )

        def queries(count):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            segments[:count].web_read({"name": {}, "member_count": {}})
            return self.env.cr.sql_log_count - before

        queries(1)
        self.assertEqual(queries(2), queries(30))

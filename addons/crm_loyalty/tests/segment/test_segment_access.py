from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .segment_common import SegmentCommon


@tagged("post_install", "-at_install")
class TestSegmentAccess(SegmentCommon):
    """A segment shows each user only the customers he may see."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller, cls.leader, cls.manager, cls.clerk, cls.marketer = (
            new_test_user(cls.env(su=True), login, groups, company_id=cls.company.id)
            for login, groups in (
                ("seg_seller", "sales_team.group_sale_salesman"),
                ("seg_leader", "sales_team.group_sale_salesman_all_leads"),
                ("seg_boss", "sales_team.group_sale_manager"),
                ("seg_clerk", "base.group_user"),
                (
                    "seg_marketer",
                    "base.group_user,mass_mailing.group_mass_mailing_user",
                ),
            )
        )
        cls.buyer.user_id = cls.seller
        cls.returner.user_id = cls.leader
        for partner in cls.people:
            cls._buy(partner)
        cls.segment = cls._segment({})

    def test_salesperson_gets_own_customers_and_nobodys(self):
        self.assertEqual(
            self._members(self.segment, self.seller), self.buyer | self.passer_by
        )
        self.assertEqual(self.segment.with_user(self.seller).member_count, 2)
        for user in (self.leader, self.manager):
            self.assertEqual(self._members(self.segment, user), self.people)

    def test_what_one_does_not_own_does_not_leak_either(self):
        kit = self._make_product("Cleaning Kit", price=40, cost=20)
        without = self._segment({}, {"condition": "not_bought", "product_ids": kit.ids})
        self.assertNotIn(self.returner, self._members(without, self.seller))

    def test_who_bought_by_search_field(self):
        found = self.partners.with_user(self.seller).search(
            [("purchased_product_ids", "in", self.machine.ids)]
        )
        self.assertEqual(
            found.with_env(self.env) & self.people, self.buyer | self.passer_by
        )
        by_name = self.partners.with_user(self.seller).search(
            [("purchased_product_ids", "ilike", "Coffee Mach")]
        )
        self.assertEqual(by_name, found)

    def test_partner_rules_apply(self):
        self.env["ir.rule"].sudo().create(
            {
                "name": "No customers called Keeps It",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": "[('name', '!=', 'Keeps It')]",
                "groups": [],
            }
        )
        self.assertEqual(
            self._members(self.segment, self.manager),
            self.returner | self.passer_by,
        )
        self.assertEqual(self.segment.with_user(self.manager).member_count, 2)

    def test_salespeople_read_and_managers_write(self):
        self.segment.with_user(self.seller).read(["name", "member_count"])
        line = self.segment.purchase_ids.with_user(self.seller)
        for attempt in (
            lambda: self.segment.with_user(self.seller).write({"name": "Mine"}),
            lambda: line.write({"at_least": 0}),
            lambda: self.segment.with_user(self.seller).unlink(),
            lambda: self.segment.with_user(self.seller).copy(),
        ):
            with self.assertRaises(AccessError):
                attempt()
        self.segment.with_user(self.manager).name = "Owners"

    def test_others_see_no_segment_and_no_member(self):
        for user in (self.clerk, self.marketer, self.env.ref("base.public_user")):
            with self.assertRaises(AccessError):
                self.segment.with_user(user).read(["name"])
        for user in (self.clerk, self.marketer):
            partners = self.partners.with_user(user)
            for domain in (
                [("customer_segment_ids", "in", self.segment.ids)],
                [("customer_segment_ids", "ilike", "Test")],
                [("purchased_product_ids", "in", self.machine.ids)],
            ):
                self.assertFalse(partners.search(domain))

    def test_other_companys_segment_is_hidden(self):
        other = self.setup_other_company()["company"]
        stranger = new_test_user(
            self.env(su=True),
            "seg_stranger",
            "sales_team.group_sale_manager",
            company_id=other.id,
        )
        segments = self.env["crm.customer.segment"].with_user(stranger)
        self.assertNotIn(self.segment, segments.search([]))
        with self.assertRaises(AccessError):
            self.segment.with_user(stranger).read(["name"])
        with self.assertRaises(AccessError):
            self.segment.purchase_ids.with_user(stranger).read(["condition"])
        self.assertFalse(
            self.partners.with_user(stranger).search(
                [("customer_segment_ids", "in", self.segment.ids)]
            )
        )

    def test_domain_may_not_ask_what_the_viewer_may_not(self):
        segment = self._segment(domain=repr([("sale_order_ids.amount_total", ">", 0)]))
        seller_sees = self._members(segment, self.seller)
        self.assertNotIn(self.returner, seller_sees)
        self.assertIn(self.returner, self._members(segment, self.manager))

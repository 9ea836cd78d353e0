from odoo.exceptions import AccessError
from odoo.tests import tagged

from .need_common import NeedCommon


@tagged("post_install", "-at_install")
class TestNeedProspect(NeedCommon):
    """Whom to pursue, for which need, worth how much."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop = cls._shop(20)
        for number, partner in enumerate(cls.shop):
            cls._buy(partner, cls.beans, day=15 + number)
        cls.runs._refresh_now(cls.company)
        cls.prospects = cls.env["crm.need.prospect"]

    def _prospect(self, partner, need):
        return self.prospects.search(
            [("partner_id", "=", partner.id), ("need_id", "=", need.id)]
        )

    def test_worth_is_value_times_share_times_strength(self):
        customer = self.shop[3]
        self._read()
        self._state(customer, self.coffee, 0.5)
        self.env.invalidate_all()
        row = self._prospect(customer, self.coffee)
        value = self._value(customer)
        self.assertTrue(0 < self.coffee.typical_share < 1)
        self.assertTrue(value.lifetime_value)
        self.assertAlmostEqual(
            row.worth,
            0.5 * value.lifetime_value * self.coffee.typical_share,
            places=2,
        )
        self.assertRecordValues(
            row,
            [
                {
                    "served": True,
                    "evidence": "stated",
                    "value_class": value.value_class,
                    "lifecycle": value.lifecycle,
                }
            ],
        )

    def test_need_not_served_is_open(self):
        self._state(self.shop[0], self.drinking, 0.8)
        self.assertFalse(self._prospect(self.shop[0], self.drinking).served)

    def test_customer_without_value_has_no_worth(self):
        newcomer = self.env["res.partner"].create({"name": "Newcomer"})
        self._state(newcomer, self.coffee, 1)
        row = self._prospect(newcomer, self.coffee)
        self.assertEqual(row.worth, 0)
        self.assertEqual(row.lifetime_value, 0)

    def test_no_need_and_archived_customers_stay_out(self):
        self._state(self.shop[0], self.drinking, 0)
        self._state(self.shop[1], self.drinking, 1)
        self.shop[1].active = False
        self.assertFalse(self._prospect(self.shop[0], self.drinking))
        self.assertFalse(self._prospect(self.shop[1], self.drinking))

    def test_pivot_and_graph_add_up(self):
        self._read()
        groups = self.prospects._read_group(
            [("need_id", "=", self.coffee.id)], ["value_class"], ["worth:sum"]
        )
        rows = self.prospects.search([("need_id", "=", self.coffee.id)])
        self.assertAlmostEqual(
            sum(worth for _key, worth in groups), sum(rows.mapped("worth")), places=2
        )
        self.assertEqual(len(rows), 20)

    def test_salesperson_sees_own_customers_and_nobodys(self):
        seller = self.company_data["default_user_salesman"]
        leader = self.env["res.users"].create(
            {"name": "Leader", "login": "need_leader"}
        )
        mine, theirs, nobodys = self.shop[:3]
        mine.user_id, theirs.user_id = seller, leader
        self._read()
        seen = self.prospects.with_user(seller).search([]).partner_id
        self.assertIn(mine, seen)
        self.assertIn(nobodys, seen)
        self.assertNotIn(theirs, seen)
        with self.assertRaises(AccessError):
            self._prospect(theirs, self.coffee).with_user(seller).read(["worth"])

    def test_catalogue_opens_the_need(self):
        action = self.coffee.action_open_customers()
        self.assertEqual(action["res_model"], "crm.need.prospect")
        self.assertEqual(action["context"]["search_default_need_id"], self.coffee.id)

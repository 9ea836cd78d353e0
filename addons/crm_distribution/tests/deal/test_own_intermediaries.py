from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .deal_common import DealCommon

OWN = "crm_distribution.group_channel_own"
# models with records of an intermediary, and the way to it
WAYS = {
    "distribution.admission": "partner_id",
    "distribution.admission.line": "admission_id.partner_id",
    "distribution.agreement": "partner_id",
    "distribution.agreement.term": "agreement_id.partner_id",
    "distribution.assortment": "buyer_id",
    "distribution.assortment.buyer": "buyer_id",
    "distribution.attainment": "partner_id",
    "distribution.contact.efficiency": "partner_id",
    "distribution.joint.plan": "partner_id",
    "distribution.joint.plan.line": "plan_id.partner_id",
    "distribution.link": "supplier_id",
    "distribution.message": "partner_id",
    "distribution.registration": "partner_id",
    "distribution.response": "partner_id",
    "distribution.route": "partner_id",
    "distribution.route.candidate": "partner_id",
    "distribution.scorecard": "partner_id",
    "distribution.share": "partner_id",
    "distribution.target": "partner_id",
}


@tagged("post_install", "-at_install")
class TestOwnIntermediaries(DealCommon):
    """C136: who may see own intermediaries alone sees the same ones everywhere."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = new_test_user(cls.env, "own_user", f"{OWN},base.group_allow_export")
        cls._policy()
        cls.asking = cls._policy(category=cls.valves)
        cls.asking.criterion_ids = cls.env["distribution.criterion"].create(
            {"name": "Showroom"}
        )
        for partner, zip_code in ((cls.x, "12"), (cls.y, "23")):
            cls._work_with(partner, zip_code)
        cls.x.user_id = cls.own
        cls.env.flush_all()

    @classmethod
    def _work_with(cls, partner, zip_code):
        """A record of each model."""
        env = cls.env
        territory = cls.north if zip_code < "20" else cls.south
        agreement = cls._agreement(partner, territory)
        env["distribution.agreement.term"].create(
            {"agreement_id": agreement.id, "name": "As agreed"}
        )
        env["distribution.admission"].create(
            {"partner_id": partner.id, "policy_id": cls.asking.id}
        )
        shop = cls._customer(f"Shop of {partner.name}")
        env["distribution.link"].create(
            [
                {"supplier_id": cls.company.partner_id.id, "buyer_id": partner.id},
                {"supplier_id": partner.id, "buyer_id": shop.id},
            ]
        )
        deal = cls._submit(partner, f"Customer of {partner.name}", amount_expected=700)
        deal._hear(partner, "Hello")
        order = cls._order(cls._customer(f"Buyer of {partner.name}"))
        order.distribution_share_ids = [Command.create({"partner_id": partner.id})]
        env["distribution.target"].create(
            {
                "partner_id": partner.id,
                "date_from": "2027-01-01",
                "date_to": "2027-03-31",
                "target": 300,
            }
        )
        env["distribution.joint.plan"].create(
            {"partner_id": partner.id, "line_ids": [Command.create({"target": 300})]}
        )
        lead = env["crm.lead"].create(
            {
                "name": f"Lead of {partner.name}",
                "type": "lead",
                "user_id": False,
                "country_id": cls.country.id,
                "zip": zip_code,
                "distribution_category_id": cls.pumps.id,
            }
        )
        assert lead.distribution_route_id.partner_id == partner

    def test_the_same_set_in_list_pivot_graph_and_export(self):
        for name, way in WAYS.items():
            model = self.env[name].with_user(self.own)
            both = [(way, "in", (self.x | self.y).ids)]
            with self.subTest(name):
                of_both = self.env[name].search(both)
                mine = of_both.filtered(lambda one, w=way: one.mapped(w) == self.x)
                self.assertTrue(mine)
                self.assertTrue(of_both - mine)
                found = model.search(both)
                self.assertEqual(found, mine)
                self.assertEqual(model.search(both, order="id"), mine.sorted("id"))
                self.assertEqual(model.search_count(both), len(mine))
                ((count,),) = model._read_group(both, [], ["__count"])
                self.assertEqual(count, len(mine))
                rows = model.formatted_read_group(both, ["id"], ["__count"])
                self.assertEqual(len(rows), len(mine))
                exported = found.export_data([".id"])["datas"]
                self.assertEqual(len(exported), len(mine))
                read = model.web_search_read(both, {"display_name": {}})
                self.assertEqual(read["length"], len(mine))
                with self.assertRaises(AccessError):
                    (of_both - mine).with_user(self.own).read(["display_name"])

    def test_sums_are_of_own_intermediaries(self):
        for name, figure, total in (
            ("distribution.registration", "amount_expected", 700),
            ("distribution.target", "target", 300),
            ("distribution.attainment", "goal", 300),
            ("distribution.response", "offered", 1),
        ):
            model = self.env[name].with_user(self.own)
            both = [("partner_id", "in", (self.x | self.y).ids)]
            with self.subTest(name):
                (row,) = model.formatted_read_group(both, [], [f"{figure}:sum"])
                self.assertEqual(row[f"{figure}:sum"], total)

    def test_tiles_and_members_show_the_same(self):
        tiles = self.env["suite.tile"].with_user(self.own)
        seen = set()
        for tile in tiles.search([("app", "=", "channel")]):
            action = tile.action_open()
            model = self.env[action["res_model"]].with_user(self.own)
            found = model.search(action["domain"])
            with self.subTest(tile.name):
                self.assertEqual(len(found), tile.count or 0)
                if action["res_model"] in WAYS:
                    owners = found.mapped(WAYS[action["res_model"]])
                    self.assertLessEqual(owners, self.x)
                    seen.add(action["res_model"])
        self.assertIn("distribution.registration", seen)
        members = self.env["res.partner"].search([("distribution_is_shown", "=", True)])
        self.assertLessEqual(self.x | self.y, members)
        self.assertEqual(
            members.with_user(self.own).search([("distribution_is_shown", "=", True)]),
            self.x,
        )
        self.assertEqual(
            (self.x | self.y).with_user(self.own).mapped("distribution_is_shown"),
            [True, False],
        )

    def test_nothing_of_anothers_is_written_made_or_decided(self):
        theirs = self.registrations.search([("partner_id", "=", self.y.id)])
        own = self.registrations.with_user(self.own)
        for act in (
            lambda: own.browse(theirs.ids).write({"description": "mine"}),
            lambda: own.browse(theirs.ids).action_approve(),
            lambda: own.browse(theirs.ids).action_write_message(),
            lambda: own.create({"partner_id": self.y.id, **self._values("New")}),
            lambda: (
                self.env["distribution.admission"]
                .with_user(self.own)
                .create({"partner_id": self.y.id, "policy_id": self.asking.id})
            ),
            lambda: (
                self.env["crm.lead"]
                .search([("name", "=", f"Lead of {self.y.name}")])
                .distribution_route_id.with_user(self.own)
                .action_withdraw()
            ),
        ):
            with self.assertRaises(AccessError):
                act()
        self.assertEqual(theirs.state, "submitted")

    def test_nobody_makes_an_intermediary_his_own(self):
        """He would see its deals, reports and money."""
        seller = new_test_user(self.env, "no_channel", "sales_team.group_sale_salesman")
        for user in (self.own, seller):
            theirs = self.y.with_user(user)
            for values in ({"user_id": user.id}, {"user_id": False, "phone": "1"}):
                self.y.user_id = self.env.ref("base.user_admin")
                self.env.flush_all()
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    theirs.write(values)
            self.y.invalidate_recordset()
            theirs.write({"phone": "2", "user_id": self.y.user_id.id})
        self.assertFalse(
            self.registrations.with_user(self.own).search(
                [("partner_id", "=", self.y.id)]
            )
        )
        # what is his he hands over
        self.x.with_user(self.own).user_id = seller
        self.assertFalse(
            self.registrations.with_user(self.own).search(
                [("partner_id", "=", self.x.id)]
            )
        )

    def test_what_he_does_not_see_counts_all_the_same(self):
        """A deal of his that meets another's protection is refused."""
        self._protected(self.y)
        deal = self._submit(self.x, customer_email="buy@kaveh.example")
        seen = deal.with_user(self.own)
        self.assertFalse(seen.same_registration_ids)
        with self.assertRaises(UserError):
            seen.action_approve()
        self.assertEqual(deal.state, "submitted")

    def test_he_works_with_his_own(self):
        deal = self.registrations.search([("partner_id", "=", self.x.id)])
        deal.customer_email = "office@own.example"
        deal.with_user(self.own).action_approve()
        self.assertEqual(deal.state, "approved")
        route = self.env["distribution.route"].search([("partner_id", "=", self.x.id)])
        self.assertIn(self.x.name, route.with_user(self.own).reason)

    def test_both_sides_of_a_conflict_see_it_and_nobody_else(self):
        conflict = self.conflicts.create(
            {
                "kind": "registration",
                "direction": "horizontal",
                "subject": "own",
                "key": "own",
                "company_id": self.company.id,
                "partner_id": self.y.id,
                "other_partner_id": self.z.id,
            }
        )
        own = self.conflicts.with_user(self.own)
        self.assertNotIn(conflict, own.search([]))
        self.z.user_id = self.own
        self.assertIn(conflict, own.search([]))

    def test_a_record_on_which_he_is_named_is_his(self):
        theirs = self.registrations.search([("partner_id", "=", self.y.id)])
        self.assertNotIn(theirs, self.registrations.with_user(self.own).search([]))
        theirs.user_id = self.own
        self.assertIn(theirs, self.registrations.with_user(self.own).search([]))

import json

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from odoo.addons.crm_distribution.tests.lead.lead_common import LeadCommon


@tagged("post_install", "-at_install")
class TestResellers(LeadCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ava = cls._make_partner("Ava", cls.in_tehran)
        cls.bita = cls._make_partner("Bita", cls.in_tehran)
        cls.anahita = cls._make_user("anahita", cls.ava)
        cls.borna = cls._make_user("borna", cls.bita)
        cls.countries = cls.env["res.country"].create(
            [
                {"name": f"Far {letter}", "code": f"Y{number}"}
                for number, letter in enumerate("ABC")
            ]
        )
        cls.resellers = cls.env["res.partner"].create(
            [
                {
                    "name": f"Reseller {country.name}",
                    "country_id": country.id,
                    "partner_weight": 10,
                    "partner_latitude": 10.0 + 10 * number,
                    "partner_longitude": 10.0,
                }
                for number, country in enumerate(cls.countries)
            ]
        )

    def _uncovered_leads(self):
        self.policy.action_end()
        return self.env["crm.lead"].create(
            [
                self._lead_values(
                    country.name,
                    country_id=country.id,
                    state_id=False,
                    partner_latitude=10.0 + 10 * number,
                    partner_longitude=10.0,
                )
                for number, country in enumerate(self.countries)
            ]
        )

    def _offered_to(self, partner):
        lead = self._make_lead(f"For {partner.name}")
        while lead.distribution_route_id.partner_id != partner:
            lead.distribution_route_id._withdraw("manual")
            other = self.ava if partner == self.bita else self.bita
            other.distribution_paused = True
            lead._route()
        return lead

    def test_each_of_a_batch_goes_to_its_own_reseller(self):
        leads = self._uncovered_leads()
        leads.action_assign_partner()
        self.assertEqual([*leads.partner_assigned_id], [*self.resellers])
        self.assertEqual(
            [lead.partner_assigned_id for lead in leads], [*self.resellers]
        )
        self.assertFalse(leads.route_ids)

    def test_a_lead_without_a_reseller_gets_none_of_the_others(self):
        leads = self._uncovered_leads()
        leads[1].partner_declined_ids = self.resellers
        (leads[0] | leads[1]).assign_partner()
        self.assertEqual(leads[0].partner_assigned_id, self.resellers[0])
        self.assertNotIn(leads[1].partner_assigned_id, self.resellers)

    def test_what_a_policy_covers_is_offered_and_not_assigned(self):
        self.policy.action_end()
        lead = self._make_lead()
        self.assertEqual(lead.distribution_state, "none")
        self._make_policy(name="Again")
        lead.action_assign_partner()
        self.assertEqual(lead.distribution_state, "offered")
        self.assertFalse(lead.partner_assigned_id)
        self.assertFalse(lead.search_geo_partner())

    def test_odoos_answers_go_through_the_offer(self):
        lead = self._offered_to(self.ava)
        lead.with_user(self.anahita).partner_interested(comment="Gladly")
        self.assertEqual(lead.partner_assigned_id, self.ava)
        self.assertEqual(
            lead.distribution_route_id.answered_by_id.user_ids, self.anahita
        )
        self.assertEqual(lead.type, "opportunity")
        self.bita.distribution_paused = False
        lead.with_user(self.anahita).partner_desinterested(comment="Too far", spam=True)
        answered = lead.route_ids.filtered(lambda one: one.partner_id == self.ava)
        self.assertEqual(answered.state, "returned")
        self.assertTrue(lead.tag_ids)
        self.assertEqual(lead.distribution_route_id.partner_id, self.bita)
        self.assertIn(self.ava, lead.partner_declined_ids)

    def test_others_cannot_answer(self):
        lead = self._offered_to(self.ava)
        for method in ("partner_interested", "partner_desinterested"):
            with self.assertRaises(AccessError):
                getattr(lead.with_user(self.borna), method)()
        self.assertEqual(lead.distribution_state, "offered")

    def test_won_is_not_set_by_those_who_earn(self):
        won = self.env["crm.stage"].search([("is_won", "=", True)], limit=1)
        lead = self._offered_to(self.ava)
        lead.distribution_route_id._accept(self.ava)
        mine = lead.with_user(self.anahita)
        with self.assertRaises(AccessError):
            mine.update_stage_from_portal(won.id)
        with self.assertRaises(AccessError):
            mine.update_lead_portal(
                {
                    "expected_revenue": 1,
                    "probability": 100,
                    "priority": "1",
                    "date_deadline": False,
                    "activity_date_deadline": False,
                }
            )
        self.assertEqual(lead.won_status, "pending")
        other = self.env["crm.stage"].search([("is_won", "=", False)])[-1]
        mine.update_stage_from_portal(other.id)
        self.assertEqual(lead.stage_id, other)

    def test_who_else_was_asked_is_not_read(self):
        lead = self._offered_to(self.ava)
        lead.distribution_route_id._accept(self.ava)
        self.env.flush_all()
        self.authenticate("anahita", "anahita" * 3)

        def read(field):
            return self.url_open(
                "/web/dataset/call_kw/crm.lead/read",
                data=json.dumps(
                    {
                        "jsonrpc": "2.0",
                        "params": {
                            "model": "crm.lead",
                            "method": "read",
                            "args": [lead.ids, [field]],
                            "kwargs": {},
                        },
                    }
                ),
                headers={"Content-Type": "application/json"},
            ).json()

        self.assertIn("result", read("name"))
        for field in (
            "partner_declined_ids",
            "route_ids",
            "distribution_route_id",
            "distribution_reason",
            "distribution_state",
            "distribution_gap_id",
            "registration_ids",
            "distribution_match_keys",
        ):
            with self.subTest(field=field):
                self.assertIn("error", read(field))

    def test_an_offer_is_not_read_before_it_is_accepted(self):
        lead = self._offered_to(self.ava)
        with self.assertRaises(AccessError):
            lead.with_user(self.anahita).read(["name"])

    def test_the_place_that_odoo_looked_up_counts(self):
        self.ava.write({"partner_latitude": 29.6, "partner_longitude": 52.5})
        self.bita.write({"partner_latitude": 35.7, "partner_longitude": 51.4})
        lead = self._make_lead(partner_latitude=35.6, partner_longitude=51.3)
        self.assertEqual(lead.distribution_route_id.partner_id, self.bita)
        self.assertEqual(lead.distribution_route_id.decided_by, "distance")

    def test_merged_leads_keep_the_holder_for_any_salesperson(self):
        manager = self.env.ref("base.user_admin")
        head, tail = self._offered_to(self.ava), self._make_lead("Second")
        tail.distribution_route_id._accept(tail.distribution_route_id.partner_id)
        holder = tail.partner_assigned_id
        merged = (head | tail).with_user(manager).merge_opportunity()
        self.assertEqual(merged.partner_assigned_id, holder)
        self.assertEqual(merged.distribution_state, "accepted")

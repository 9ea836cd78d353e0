from odoo.tests import new_test_user, tagged

from .lead_common import LeadCommon


@tagged("post_install", "-at_install")
class TestResponse(LeadCommon):
    def test_acceptance_counts_what_was_answered_or_ran_out(self):
        """C130: 4 of 9, the open one apart."""
        ava = self._make_partner("Ava", self.in_tehran)
        none = self._make_partner("None", self.in_gilan)
        routes = self._make_leads(10).distribution_route_id
        for route in routes[:4]:
            route._accept(ava)
        for route in routes[4:7]:
            route._decline(ava)
        routes[7:9]._expire()
        # run out once, they are offered again
        again = routes[7:9].lead_id.distribution_route_id
        again._withdraw("manual")
        self.assertEqual(ava.distribution_response, "44.4 % (4 of 9)")
        self.assertEqual(none.distribution_response, "none yet")
        self.env.flush_all()
        [(acceptance, accepted, answered, still_open)] = self.env[
            "distribution.response"
        ]._read_group(
            [("partner_id", "=", ava.id)],
            [],
            ["acceptance:avg", "accepted:sum", "answered:sum", "still_open:sum"],
        )
        self.assertAlmostEqual(acceptance, 100 * 4 / 9)
        self.assertEqual((accepted, answered, still_open), (4, 9, 1))

    def test_a_partner_without_answers_has_no_share(self):
        """C130: none yet is neither nought nor all."""
        ava = self._make_partner("Ava", self.in_tehran)
        self._make_lead()
        self.env.flush_all()
        [(acceptance, offered)] = self.env["distribution.response"]._read_group(
            [("partner_id", "=", ava.id)], [], ["acceptance:avg", "offered:sum"]
        )
        self.assertFalse(acceptance)
        self.assertEqual(offered, 1)

    def test_one_row_for_each_offer(self):
        self._make_partner("Ava", self.in_tehran)
        leads = self._make_leads(5)
        self.env.flush_all()
        rows = self.env["distribution.response"].search([("lead_id", "in", leads.ids)])
        self.assertEqual(rows.route_id, leads.route_ids)
        self.assertEqual(len(rows), 5)
        self.assertEqual(rows[0].action_open_route()["res_id"], rows[0].route_id.id)

    def test_customer_and_intermediary_of_one_lead_counts_once(self):
        """C129: one each, not two."""
        ava = self._make_partner("Ava", self.in_tehran)
        self.policy.action_end()
        leads = self._make_leads(3, partner_id=ava.id, partner_assigned_id=ava.id)
        leads[1:].action_set_lost()
        domain = ava.action_open_distribution_leads()["domain"]
        Lead = self.env["crm.lead"]
        self.assertEqual(Lead.search_count(domain), 1)
        self.assertEqual(Lead.with_context(active_test=False).search_count(domain), 3)
        self.assertEqual(ava.distribution_lead_count, 1)

    def test_the_same_offers_in_list_and_report(self):
        self._make_partner("Ava", self.in_tehran)
        self._make_leads(2)
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        user = new_test_user(
            self.env,
            "other",
            "crm_distribution.group_channel_manager",
            company_id=elsewhere.id,
            company_ids=[(6, 0, elsewhere.ids)],
        )
        self.env.flush_all()
        for model in (
            "distribution.route",
            "distribution.response",
            "distribution.gap",
        ):
            records = self.env[model].with_user(user)
            self.assertFalse(records.search([("company_id", "=", self.company.id)]))
        candidates = self.env["distribution.route.candidate"].with_user(user)
        self.assertFalse(candidates.search([]))

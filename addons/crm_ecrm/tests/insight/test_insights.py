from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ..voice_common import VoiceCommon


@tagged("post_install", "-at_install")
class TestInsights(VoiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.insight = cls.env["ecrm.insight"].create({"name": "Deliveries"})
        cls.evidence = cls.env["ecrm.insight.evidence"]

    def _behind(self, record, insight=None):
        return (insight or self.insight)._add_evidence(record)

    def test_nothing_is_published_without_evidence(self):
        with self.assertRaises(UserError):
            self.insight.action_publish()
        self._behind(self._idea("An hour", partner_id=self.emma.partner_id.id))
        self.insight.action_publish()
        self.assertEqual(self.insight.state, "published")
        with self.assertRaises(UserError):
            self.insight.evidence_ids.unlink()
        with self.assertRaises(AccessError):
            self.insight.with_user(self.manager).state = "measured"

    def test_published_stays_with_its_last_evidence_also_through_commands(self):
        self._behind(self._idea("A") | self._idea("B"))
        self.insight.action_publish()
        self.insight.evidence_ids[0].unlink()
        with self.assertRaises(UserError):
            self.insight.write({"evidence_ids": [(5, 0, 0)]})

    def test_weight_counts_customers_once_and_shows_what_they_buy(self):
        idea = self._idea("An hour", self.emma.partner_id | self.noah.partner_id)
        own = self._idea("The time", partner_id=self.nasrin.partner_id.id)
        self._behind(idea | own)
        self.evidence.create(
            {
                "insight_id": self.insight.id,
                "partner_id": self.harbour.id,
                "quote": "“Tell us when”",
            }
        )
        self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.noah.partner_id.id,
                "invoice_date": fields.Date.today(),
                "invoice_line_ids": [
                    (0, 0, {"name": "x", "price_unit": 500, "tax_ids": False})
                ],
            }
        ).action_post()
        self.insight.invalidate_recordset()
        self.assertRecordValues(
            self.insight, [{"evidence_count": 3, "voter_count": 2, "revenue": 500}]
        )
        with self.assertRaises(AccessError):
            self.insight.with_user(self.agent).read(["revenue"])

    def test_evidence_is_what_its_writer_may_see_and_of_the_same_company(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = self._idea("Foreign", company_id=elsewhere.id)
        lead = self.env["crm.lead"].create({"name": "Hidden lead"})
        values = {"insight_id": self.insight.id}
        for more, error in (
            ({"res_model": "ecrm.idea", "res_id": foreign.id}, ValidationError),
            ({"res_model": "ecrm.idea", "res_id": 2**31 - 1}, ValidationError),
            ({"res_model": "ecrm.idea"}, ValidationError),
            ({"res_model": "note"}, ValidationError),
            ({"res_model": "note", "quote": "x" * 4001}, ValidationError),
            ({"res_model": "res.users", "res_id": 1}, ValidationError),
        ):
            with self.subTest(more), self.assertRaises(error):
                self.evidence.create({**values, **more})
        as_agent = self.evidence.with_user(self.agent)
        for record in (lead, foreign):
            with self.assertRaises(AccessError):
                as_agent.create(
                    {**values, "res_model": record._name, "res_id": record.id}
                )

    def test_a_lost_opportunity_is_evidence_that_only_sales_opens(self):
        seller = new_test_user(
            self.env,
            "voice_sales",
            "sales_team.group_sale_salesman_all_leads,crm_ecrm.group_voice_agent",
        )
        lead = self.env["crm.lead"].create(
            {"name": "Forty rooms", "partner_id": self.emma.partner_id.id}
        )
        lead.action_set_lost()
        self._behind(lead.with_user(seller), self.insight.with_user(seller))
        line = self.insight.evidence_ids
        self.assertRecordValues(
            line, [{"name": "Forty rooms", "commercial_partner_id": self.harbour.id}]
        )
        self.assertEqual(line.with_user(seller).action_open()["res_id"], lead.id)
        with self.assertRaises(AccessError):
            line.with_user(self.agent).action_open()

    def test_signals_are_evidence_as_they_stood(self):
        day = self.company._today()
        visits = self.env["ecrm.portal.visit"]
        visits._note(self.emma.partner_id.id, self.company.id, day)
        self.env.flush_all()
        rows = self.env["ecrm.engagement"].search(
            [("partner_id", "=", self.harbour.id)]
        )
        for _time in range(2):
            wizard = self.env["ecrm.insight.add"].with_user(self.agent)
            wizard.with_context(
                active_model="ecrm.engagement", active_ids=rows.ids
            ).create({"insight_id": self.insight.id}).action_add()
        line = self.insight.evidence_ids
        self.assertRecordValues(
            line,
            [{"res_model": "signal", "commercial_partner_id": self.harbour.id}],
        )
        self.assertIn("Days in the Portal: 1", line.quote)
        self.assertIn("Engagement", line.name)
        kept = (line.name, line.quote)
        visits._note(self.noah.partner_id.id, self.company.id, day)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((line.name, line.quote), kept)
        action = line.with_user(self.agent).action_open()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found.mapped("source"), ["visit"])
        values = {"insight_id": self.insight.id, "res_model": "signal"}
        for more in (
            {},
            {"partner_id": self.sepehr.id},
            {"partner_id": self.harbour.id, "res_id": rows.id % 2**31},
        ):
            with self.subTest(more), self.assertRaises(ValidationError):
                self.evidence.create({**values, **more})

    def test_a_decision_has_an_owner_and_a_no_its_reason(self):
        self._behind(self._idea("A"))
        with self.assertRaises(UserError):
            self.insight.action_decide()
        self.insight.action_publish()
        with self.assertRaises(UserError):
            self.insight.action_decide()
        self.insight.decision = "no"
        with self.assertRaises(UserError):
            self.insight.action_decide()
        self.insight.reason = "Too dear"
        self.insight.action_decide()
        with self.assertRaises(UserError):
            self.insight.action_note_result()
        self.insight.result = "Fewer calls"
        self.insight.action_note_result()
        self.assertEqual(self.insight.state, "measured")

    def test_chosen_records_of_lists_are_added_once(self):
        ideas = self._idea("A") | self._idea("B")
        self.env.flush_all()
        entries = self.env["ecrm.entry"].search(
            [("res_model", "=", "ecrm.idea"), ("res_id", "in", ideas.ids)]
        )
        wizard = self.env["ecrm.insight.add"].with_user(self.agent)
        for records in (ideas, entries, ideas):
            wizard.with_context(
                active_model=records._name, active_ids=records.ids
            ).create({"insight_id": self.insight.id}).action_add()
        self.assertEqual(len(self.insight.evidence_ids), 2)
        for model in ("res.users", None):
            with self.assertRaises(UserError):
                wizard.with_context(active_model=model, active_ids=[1]).create(
                    {"name": "x"}
                ).action_add()

    def test_weights_of_many_take_few_queries(self):
        insights = self.env["ecrm.insight"].create(
            [{"name": f"Theme {n}"} for n in range(12)]
        )
        for insight in insights:
            self._behind(self._idea(insight.name, self.emma.partner_id), insight)

        def queries(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.mapped("voter_count")
            return self.env.cr.sql_log_count - before

        queries(insights[:2])
        self.assertLessEqual(queries(insights), queries(insights[:2]))

    def test_an_insight_is_of_the_team_that_heard_it_and_found_by_it(self):
        teams = self.env["ecrm.team"].create(
            [
                {"name": name, "member_ids": [(0, 0, {"user_id": user.id})]}
                for name, user in (("Repairs", self.agent), ("Billing", self.leader))
            ]
        )
        insights = self.env["ecrm.insight"]
        mine = insights.with_user(self.agent).create({"name": "Seals"})
        theirs = insights.with_user(self.leader).create({"name": "Invoices"})
        self.assertEqual((mine | theirs).team_id, teams)
        view = self.env.ref("crm_ecrm.ecrm_insight_view_search").arch
        self.assertIn('name="my_teams"', view)
        found = insights.with_user(self.agent).search(
            [("team_id.member_ids.user_id", "=", self.agent.id)]
        )
        self.assertEqual(found, mine)
        self.assertEqual(insights.search([("team_id", "ilike", "billing")]), theirs)

    def test_an_insight_has_no_team_of_another_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        team = self.env["ecrm.team"].create(
            {"name": "X", "company_id": other.id, "calendar_id": False}
        )
        with self.assertRaises(UserError):
            self.insight.team_id = team

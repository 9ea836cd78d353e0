import random
from contextlib import closing
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.sql_db import db_connect
from odoo.tests import Form, new_test_user, tagged

from .lead_common import NOW, LeadCommon


@tagged("post_install", "-at_install")
class TestRouting(LeadCommon):
    def test_three_areas_three_partners_in_one_call(self):
        """C020: each lead of one call goes to its own area's partner."""
        partners = [
            self._make_partner(name, territory)
            for name, territory in zip(
                ("Ava", "Bita", "Caspian"), self.parts, strict=True
            )
        ]
        values = [
            self._lead_values(f"Lead of {state.name}", state) for state in self.states
        ]
        leads = self.env["crm.lead"].create(values)
        self.assertEqual([*leads.distribution_route_id.partner_id], partners)
        self.assertEqual({*leads.mapped("distribution_state")}, {"offered"})
        again = self.env["crm.lead"].create(values[::-1])
        self.assertEqual([*again.distribution_route_id.partner_id], partners[::-1])
        # set on acceptance alone
        self.assertFalse((leads | again).partner_assigned_id)

    def test_batch_equals_one_by_one_however_it_was_shuffled(self):
        """C020: arrival decides, then what leads say, whatever their names and ids."""
        for name in ("Ava", "Bita", "Caspian"):
            self._make_partner(name, self.in_tehran, distribution_capacity=4)
        self.policy.action_end()
        leads = self._leads_in_disorder(15)
        self._make_policy(name="Again")
        self.env.flush_all()

        def where(leads):
            return {
                lead: (
                    lead.distribution_state,
                    lead.distribution_route_id.partner_id.name,
                    lead.distribution_reason,
                )
                for lead in leads
            }

        def undone(action):
            with self.env.cr.savepoint() as savepoint:
                action()
                found = where(leads)
                savepoint.rollback()
            self.env.invalidate_all()
            return found

        def one_by_one(sequence):
            for lead in sequence:
                lead._route()

        arrived = leads.sorted(
            lambda lead: (lead.create_date, lead.name, lead.email_from or "", lead.id)
        )
        self.assertNotEqual(arrived.ids, leads.ids)
        together = undone(leads._route)
        self.assertEqual(undone(lambda: one_by_one(arrived)), together)
        states = [together[lead][0] for lead in arrived]
        self.assertEqual(states, 12 * ["offered"] + 3 * ["waiting"])
        # another sequence would be another result
        self.assertNotEqual(undone(lambda: one_by_one(arrived[::-1])), together)
        for seed in range(10):
            shuffled = random.Random(seed).sample(leads.ids, len(leads))
            with self.subTest(seed=seed):
                self.assertEqual(
                    undone(self.env["crm.lead"].browse(shuffled)._route), together
                )

    def _leads_in_disorder(self, count):
        """Some of one moment, some of one name, some alike but for their ids."""
        draw = random.Random(count)
        leads = self.env["crm.lead"].create(
            [
                self._lead_values(
                    draw.choice(("Pump", "Valve")),
                    email_from=draw.choice((False, "a@b.example", "b@b.example")),
                )
                for _n in range(count)
            ]
        )
        self.env.flush_all()
        for lead in leads:
            moment = NOW + timedelta(minutes=draw.randrange(4))
            self.env.cr.execute(
                "UPDATE crm_lead SET create_date = %s WHERE id = %s", [moment, lead.id]
            )
        self.env.invalidate_all()
        return leads

    def test_share_of_paused_ones_goes_to_all_active_ones(self):
        """C022: 40 leads are 20 and 20 among the two active ones of four."""
        self.company.partner_id.tz = "UTC"
        partners = [
            self._make_partner(
                name,
                self.in_tehran,
                distribution_paused=name in "CD",
            )
            for name in "ABCD"
        ]
        leads = self._make_leads(40)
        offered = leads.distribution_route_id.mapped("partner_id.name")
        self.assertEqual({*offered}, {"A", "B"})
        counts = [p.distribution_offer_count for p in partners]
        self.assertEqual(counts, [20, 20, 0, 0])

    def test_a_pause_ends_by_its_date(self):
        partner = self._make_partner(
            "Ava",
            self.in_tehran,
            distribution_paused=True,
            distribution_paused_until="2027-02-28",
        )
        with freeze_time("2027-02-28 12:00:00"):
            lead = self._make_lead()
            self.assertEqual(lead.distribution_state, "refused")
        with freeze_time("2027-03-01 00:10:00"):
            lead.action_route()
        self.assertEqual(lead.distribution_route_id.partner_id, partner)

    def test_quota_holds_however_often_the_job_runs(self):
        """C023: room for three: three offers, seven leads wait, and no gap."""
        partner = self._make_partner("Ava", self.in_tehran, distribution_capacity=3)
        leads = self._make_leads(10)
        for minutes in range(6):
            with freeze_time(NOW + timedelta(minutes=minutes)):
                self._run_job("retry_leads")
        states = leads.mapped("distribution_state")
        self.assertEqual((states.count("offered"), states.count("waiting")), (3, 7))
        self.assertEqual(
            self.env["distribution.route"].search_count(
                [("partner_id", "=", partner.id)]
            ),
            3,
        )
        waiting = leads.filtered(lambda lead: lead.distribution_state == "waiting")
        self.assertIn("No room", waiting[0].distribution_reason)
        self.assertEqual(waiting[0].distribution_route_id.candidate_ids.reason, "full")
        # a full partner is no gap, and trying again is no attempt
        self.assertFalse(self.env["distribution.gap"].search([]))
        self.assertEqual(len(waiting.route_ids), 7)

    def test_quota_of_an_agreement(self):
        partner = self.env["res.partner"].create({"name": "Ava", "is_company": True})
        terms = [("2020-01-01", 5), ("2021-01-01", 2), ("2090-01-01", 9)]
        self._agree(
            partner,
            self.in_tehran,
            term_ids=[
                (0, 0, {"date_from": day, "name": "Few", "quota": quota})
                for day, quota in terms
            ],
        )
        leads = self._make_leads(3)
        states = leads.mapped("distribution_state")
        self.assertEqual(states, ["offered", "offered", "waiting"])

    def test_room_is_taken_by_those_who_wait(self):
        self._make_partner("Ava", self.in_tehran, distribution_capacity=1)
        first, second = self._make_leads(2)
        self.assertEqual(second.distribution_state, "waiting")
        first.action_set_lost()
        self.assertEqual(first.distribution_state, "none")
        self.assertEqual(first.route_ids.state, "withdrawn")
        with freeze_time(fields.Datetime.now() + timedelta(minutes=1)):
            self._run_job("retry_leads")
        self.assertEqual(second.distribution_state, "offered")

    def test_age_does_not_matter_by_hand(self):
        """C024: a lead of nine days is routed when somebody asks for it."""
        self.policy.action_end()
        with freeze_time(NOW - timedelta(days=9)):
            lead = self._make_lead()
        self.assertEqual(lead.distribution_state, "none")
        self._make_policy(name="Later")
        partner = self._make_partner("Ava", self.in_tehran)
        lead.action_route()
        self.assertEqual(lead.distribution_route_id.partner_id, partner)

    def test_nobody_in_scope_is_one_gap_and_one_recruitment(self):
        """C025: three tries are one gap, two clicks one recruitment."""
        self._make_partner("Ava", self.in_tehran)
        user = new_test_user(
            self.env, "seller of it", "crm_distribution.group_channel_manager"
        )
        lead = self._make_lead(state=self.gilan)
        for days in range(3):
            with freeze_time(fields.Datetime.now() + timedelta(days=days, minutes=1)):
                self._run_job("retry_leads")
        self.assertEqual(lead.distribution_state, "gap")
        self.assertEqual(len(lead.route_ids), 1)
        other = self._make_lead("Other", state=self.gilan)
        gap = self.env["distribution.gap"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(len(gap), 1)
        self.assertEqual(gap.territory_id, self.in_gilan)
        self.assertEqual(gap.lead_count, 2)
        self.assertEqual(
            self.env["crm.lead"].search(gap.action_open_leads()["domain"]), lead | other
        )
        opened = [gap.with_user(user).action_recruit()["res_id"] for _n in range(2)]
        self.assertEqual(len({*opened}), 1)
        recruitment = self.env["crm.lead"].browse(opened[0])
        self.assertEqual((gap.state, recruitment.user_id), ("recruiting", user))
        # it looks for somebody, and goes to nobody itself
        self.assertEqual(recruitment.distribution_state, "none")
        recruitment.action_route()
        self.assertFalse(recruitment.route_ids)

    def test_a_country_without_territory_is_a_gap_of_its_own(self):
        others = self.env["res.country"].create(
            [{"name": "Nowhere", "code": "X7"}, {"name": "Elsewhere", "code": "X8"}]
        )
        for country in others:
            self._make_lead(state=False, state_id=False, country_id=country.id)
        gaps = self.env["distribution.gap"].search([])
        self.assertEqual(gaps.country_id, others)
        self.assertFalse(gaps.territory_id)

    def test_what_a_salesperson_has_is_not_tried_again_by_the_job(self):
        user = new_test_user(self.env, "keeper", "sales_team.group_sale_salesman")
        kept = self._make_lead("Kept", state=self.gilan, user_id=user.id)
        free = self._make_lead("Free", state=self.gilan)
        self._make_partner("Ava", self.in_gilan)
        with freeze_time(fields.Datetime.now() + timedelta(days=1)):
            self._run_job("retry_leads")
        self.assertEqual(kept.distribution_state, "gap")
        self.assertEqual(free.distribution_state, "offered")

    def test_nothing_at_zero_is_no_place(self):
        """C026: a place at 0/0 is not known, and does not weigh."""
        near = {"partner_latitude": 0.03, "partner_longitude": 0.03}
        far = {"partner_latitude": 5.0, "partner_longitude": 5.0}
        customer = self.env["res.partner"].create({"name": "Buyer"})
        self._make_partner("Near", self.in_tehran, **near)
        self._make_partner("Far", self.in_tehran, **far)
        lead = self._make_lead(partner_id=customer.id)
        candidates = lead.distribution_route_id.candidate_ids
        self.assertEqual(candidates.mapped("is_distance_known"), [False, False])
        self.assertEqual(lead.distribution_route_id.decided_by, "mark")
        self.assertIn("distance not known", candidates[0].sentence)

    def test_the_nearer_one_where_both_places_are_known(self):
        self._make_partner(
            "Far", self.in_tehran, partner_latitude=29.6, partner_longitude=52.5
        )
        near = self._make_partner(
            "Near", self.in_tehran, partner_latitude=35.7, partner_longitude=51.4
        )
        customer = self.env["res.partner"].create(
            {
                "name": "Buyer",
                "country_id": self.country.id,
                "state_id": self.tehran.id,
                "partner_latitude": 35.6,
                "partner_longitude": 51.3,
            }
        )
        lead = self._make_lead(partner_id=customer.id)
        self.assertEqual(lead.distribution_route_id.partner_id, near)
        self.assertEqual(lead.distribution_route_id.decided_by, "distance")
        self.assertIn("nearer", lead.distribution_reason)

    def test_no_map_service_is_asked_where_a_lead_is(self):
        partner = self._make_partner(
            "Ava", self.in_tehran, street="Azadi 1", city="Tehran", zip="11369"
        )
        customer = self.env["res.partner"].create(
            {
                "name": "Buyer",
                "street": "Enghelab 5",
                "city": "Tehran",
                "country_id": self.country.id,
            }
        )
        with self._no_map_service():
            lead = self._make_lead(
                partner_id=customer.id, street="Enghelab 5", city="Tehran"
            )
            lead.action_route()
            self._run_job("retry_leads")
        self.assertEqual(lead.distribution_route_id.partner_id, partner)

    def test_equal_ones_are_told_apart_the_same_in_every_sequence(self):
        """C027: the same one of two equals wins, made in either order."""

        def winner(names):
            with self.env.cr.savepoint() as savepoint:
                for name in names:
                    self._make_partner(name, self.in_tehran)
                lead = self._make_lead()
                found = lead.distribution_route_id.partner_id.name
                reason = lead.distribution_reason
                savepoint.rollback()
            self.env.invalidate_all()
            return found, reason

        one, reason = winner(("Alborz", "Damavand"))
        other, _reason = winner(("Damavand", "Alborz"))
        self.assertEqual(one, other)
        self.assertIn("fixed sequence", reason)

    def test_no_partner_of_another_company(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = self._make_partner("Ava", self.in_tehran)
        foreign.company_id = self.company
        self._make_partner("Bita", self.in_tehran)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET company_id = %s WHERE id = %s",
            [elsewhere.id, foreign.id],
        )
        self.env.invalidate_all()
        lead = self._make_lead()
        self.assertEqual(lead.distribution_route_id.partner_id.name, "Bita")
        reasons = {
            one.partner_id.name: one.reason
            for one in lead.distribution_route_id.candidate_ids
        }
        self.assertEqual(reasons, {"Bita": "eligible", "Ava": "other_company"})

    def test_policies_decide_whether_a_lead_is_routed(self):
        self._make_partner("Ava", self.in_tehran)
        self.policy.action_end()
        self._make_policy(category_id=self.goods.id)
        lead = self._make_lead()
        self.assertEqual(lead.distribution_state, "none")
        self.assertFalse(lead.route_ids)
        covered = self._make_lead(distribution_category_id=self.goods.id)
        self.assertEqual(covered.distribution_state, "offered")

    def test_a_lead_that_waits_goes_back_when_no_policy_is_left(self):
        self._make_partner("Ava", self.in_tehran, distribution_capacity=1)
        _first, second = self._make_leads(2)
        self.policy.action_end()
        second.action_route()
        self.assertEqual(second.distribution_state, "none")
        self.assertFalse(second.distribution_route_id)

    def test_exclusive_agreement_goes_first_and_alone(self):
        holder = self._make_partner("Ava", self.whole, exclusive=True)
        self._make_partner("Bita", self.in_tehran)
        lead = self._make_lead()
        self.assertEqual(lead.distribution_route_id.partner_id, holder)
        lead.distribution_route_id._decline(holder)
        self.assertEqual(lead.distribution_state, "refused")

    def test_the_lead_keeps_its_salesperson_and_the_partners_is_told(self):
        """C031: the partner's salesperson is told, and not put in place."""
        mine, theirs = (
            new_test_user(self.env, login, "sales_team.group_sale_salesman")
            for login in ("mine", "theirs")
        )
        partner = self._make_partner("Ava", self.in_tehran, user_id=theirs.id)
        lead = self._make_lead(user_id=mine.id)
        self._run_job("work_offers")
        self.assertEqual(lead.user_id, mine)
        told = self.env["mail.message"].search(
            [
                ("model", "=", "crm.lead"),
                ("res_id", "=", lead.id),
                ("message_type", "=", "user_notification"),
            ]
        )
        self.assertEqual(told.notified_partner_ids, theirs.partner_id)
        lead.distribution_route_id._accept(partner)
        self.assertEqual(lead.user_id, mine)

    def test_all_ways_in_are_routed_alike(self):
        """C032: by hand, by file, by mail and by a visitor's form."""
        self._make_partner("Ava", self.in_tehran)
        with Form(self.env["crm.lead"]) as form:
            form.name = "By hand"
            form.country_id = self.country
            form.state_id = self.tehran
        by_hand = form.record
        loaded = self.env["crm.lead"].load(
            ["name", "country_id/.id", "state_id/.id"],
            [["By file", str(self.country.id), str(self.tehran.id)]],
        )
        by_file = self.env["crm.lead"].browse(loaded["ids"])
        by_mail = self.env["crm.lead"].message_new(
            {
                "subject": "By mail",
                "from": "Buyer <buyer@example.com>",
                "author_id": False,
            },
            {"country_id": self.country.id, "state_id": self.tehran.id},
        )
        visitor = self.env.ref("base.public_user")
        # as the website's form creates it
        by_form = (
            self.env["crm.lead"].with_user(visitor).sudo().create(self._lead_values())
        )
        for lead in (by_hand, by_file, by_mail, by_form):
            with self.subTest(lead=lead.name):
                self.assertEqual(lead.distribution_state, "offered")
                self.assertEqual(lead.distribution_route_id.partner_id.name, "Ava")
                self.assertTrue(lead.distribution_route_id.candidate_ids)

    def test_candidates_stay_as_they_were_and_a_merged_one_is_the_kept_one(self):
        ava, bita, caspian = (
            self._make_partner(name, self.in_tehran)
            for name in ("Ava", "Bita", "Caspian")
        )
        route = self._make_lead().distribution_route_id
        before = route.candidate_ids.read(["rank", "open_count", "sentence"])
        first, second, third = route.candidate_ids.partner_id
        self.assertEqual(first | second | third, ava | bita | caspian)
        self._make_leads(3)
        self.env.invalidate_all()
        self.assertEqual(
            route.candidate_ids.read(["rank", "open_count", "sentence"]), before
        )
        merge = self.env["base.partner.merge.automatic.wizard"]
        merge._merge((second | third).ids, third)
        self.env.invalidate_all()
        self.assertEqual(
            [*route.candidate_ids.mapped("partner_id.id")], [first.id, third.id]
        )
        self.assertEqual(
            [line.partner_id for line in route.candidate_ids], [first, third, third]
        )
        self.assertEqual(route.candidate_ids.mapped("rank"), [1, 2, 3])

    def test_a_candidate_that_is_deleted_is_none_any_more(self):
        self._make_partner("Ava", self.in_tehran)
        gone = self._make_partner("Bita", self.in_tehran, distribution_paused=True)
        route = self._make_lead().distribution_route_id
        self.assertEqual(len(route.candidate_ids), 2)
        agreement = gone.distribution_agreement_ids
        agreement._as_system().write({"state": "draft"})
        agreement.unlink()
        gone.unlink()
        self.env.invalidate_all()
        self.assertEqual(route.candidate_ids.partner_id.name, "Ava")

    def test_a_thousand_leads_take_fifteen_queries(self):
        for number in range(40):
            for territory in self.parts:
                self._make_partner(
                    f"P{number} {territory.name}", territory, distribution_capacity=100
                )
        self.policy.action_end()
        leads = self.env["crm.lead"].create(
            [
                self._lead_values(f"Lead {n:04}", self.states[n % 3])
                for n in range(1_000)
            ]
        )
        self._make_policy(name="Again")
        self.env.flush_all()
        self.env.invalidate_all()
        # as any request has done by then: its company, and the id of a job
        self.env.company.mapped("name")
        self.env.ref("crm_distribution.cron_work_offers")
        self.env["ir.cron"].invalidate_model()
        with self.assertQueryCount(15):
            leads._route()
        self.assertEqual({*leads.mapped("distribution_state")}, {"offered"})
        counts = leads.distribution_route_id.grouped("partner_id")
        self.assertEqual({len(routes) for routes in counts.values()}, {8, 9})

    def test_what_is_read_does_not_hang_on_what_the_server_has_counted(self):
        """While a file is imported, the server counts tables that look empty to it."""
        for number in range(5):
            for territory in self.parts:
                self._make_partner(f"P{number} {territory.name}", territory)
        values = [
            self._lead_values(f"Lead {n:04}", self.states[n % 3]) for n in range(200)
        ]
        self.env["crm.lead"].create(values)
        self.policy.action_end()
        leads = self.env["crm.lead"].create(values)
        self._make_policy(name="Again")
        self.env.flush_all()
        with closing(db_connect(self.env.cr.dbname).cursor()) as beside:
            beside.execute("ANALYZE crm_lead, distribution_route, res_partner")
            beside.commit()
        before = self._rows_read()
        leads._route()
        self.assertEqual({*leads.mapped("distribution_state")}, {"offered"})
        # each is looked at a few times, and not each for each
        self.assertLess(self._rows_read() - before, 20 * len(leads))

    def _rows_read(self):
        """Of offers and leads, by this transaction."""
        self.env.cr.execute(
            """
            SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))
              FROM pg_stat_xact_user_tables
             WHERE relname IN ('distribution_route', 'crm_lead')
            """
        )
        return self.env.cr.fetchone()[0]

    def test_routing_by_hand_is_for_users_of_the_channel(self):
        self._make_partner("Ava", self.in_tehran)
        seller = new_test_user(self.env, "seller", "sales_team.group_sale_salesman")
        lead = self._make_lead(state=self.gilan, user_id=seller.id)
        with self.assertRaises(AccessError):
            lead.with_user(seller).action_route()
        # he sees why it is with him
        self.assertIn("Nobody in scope", lead.with_user(seller).distribution_reason)

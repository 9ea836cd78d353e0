from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .resellers_common import ResellersCommon

PORTAL_VALUES = {
    "expected_revenue": 1,
    "probability": 10,
    "priority": "1",
    "date_deadline": False,
    "activity_date_deadline": False,
}


@tagged("post_install", "-at_install")
class TestResellers(ResellersCommon):
    def test_what_both_define_is_defined_alike(self):
        """So that either may be there without the other, and what it kept stays."""
        told = ("type", "comodel_name", "relation", "column1", "column2", "string")
        told += ("compute", "store", "copy", "readonly", "domain", "index", "tracking")
        for name in (
            "partner_assigned_id",
            "partner_declined_ids",
            "date_partner_assign",
        ):
            definitions = {
                field._module: [(field._args__ or {}).get(one) for one in told]
                for model in type(self.env["crm.lead"]).mro()
                for field in model.__dict__.get("_field_definitions", ())
                if field.name == name
            }
            with self.subTest(name):
                self.assertLessEqual(
                    {"crm_distribution", "website_crm_partner_assign"}, {*definitions}
                )
                ours = definitions["crm_distribution"]
                self.assertEqual(definitions["website_crm_partner_assign"], ours)
        declined = self.env["crm.lead"]._fields["partner_declined_ids"]
        self.assertEqual(
            (declined.relation, declined.column1, declined.column2),
            ("crm_lead_declined_partner", "lead_id", "partner_id"),
        )

    def test_each_of_a_batch_goes_to_its_own_reseller(self):
        """C020: three leads of one call go where each would go alone."""
        leads = self._uncovered_leads()
        leads.action_assign_partner()
        self.assertEqual(
            [lead.partner_assigned_id for lead in leads], [*self.resellers]
        )
        self.assertFalse(leads.route_ids)

    def test_a_batch_in_any_sequence_is_as_one_by_one(self):
        """C020: the same resellers, however the leads are given."""
        leads = self._uncovered_leads()
        leads[::-1].assign_partner()
        self.assertEqual(
            [lead.partner_assigned_id for lead in leads], [*self.resellers]
        )

    def test_a_lead_without_a_reseller_gets_none_of_the_others(self):
        """C028: who declined is left out, in a batch too."""
        leads = self._uncovered_leads()
        leads[1].partner_declined_ids = self.env["res.partner"].search(
            [("partner_weight", ">", 0)]
        )
        (leads[0] | leads[1]).assign_partner()
        self.assertEqual(leads[0].partner_assigned_id, self.resellers[0])
        self.assertFalse(leads[1].partner_assigned_id)
        tag = "website_crm_partner_assign.tag_portal_lead_partner_unavailable"
        self.assertEqual(leads[1].tag_ids, self.env.ref(tag))
        self.assertFalse(leads[0].tag_ids)

    def test_one_batch_of_both_kinds(self):
        leads = self._uncovered_leads()
        covered = self._make_lead()
        self._make_policy(name="Again", territory_id=self.whole.id)
        (leads | covered).action_assign_partner()
        self.assertEqual(
            [lead.partner_assigned_id for lead in leads], [*self.resellers]
        )
        self.assertEqual(covered.distribution_state, "offered")
        self.assertFalse(covered.partner_assigned_id)

    def test_what_a_policy_covers_is_offered_and_not_assigned(self):
        self.policy.action_end()
        lead = self._make_lead()
        self.assertEqual(lead.distribution_state, "none")
        self._make_policy(name="Again")
        lead.action_assign_partner()
        self.assertEqual(lead.distribution_state, "offered")
        self.assertFalse(lead.partner_assigned_id)
        self.assertFalse(lead.search_geo_partner())

    def test_no_map_service_is_asked_about_what_a_policy_covers(self):
        self.assertTrue(hasattr(self.env["res.partner"], "geo_localize"))
        with self._no_map_service():
            lead = self._make_lead(street="Azadi 1", city="Tehran", zip="11369")
            lead.action_assign_partner()
            lead.assign_partner()
            self.assertFalse(lead.search_geo_partner())
            lead.distribution_route_id._accept(lead.distribution_route_id.partner_id)
        self.assertEqual(lead.distribution_state, "accepted")
        self.assertFalse(lead.partner_latitude or lead.partner_longitude)

    def test_the_salesperson_stays_whatever_is_assigned_and_accepted(self):
        """C031: neither button nor acceptance puts the partner's salesperson in."""
        mine, theirs = (
            new_test_user(self.env, login, "sales_team.group_sale_salesman")
            for login in ("mine", "theirs")
        )
        (self.ava | self.bita).user_id = theirs
        lead = self._offered_to(self.ava, user_id=mine.id)
        lead.action_assign_partner()
        self.assertEqual(lead.user_id, mine)
        lead.with_user(self.anahita).partner_interested()
        self.assertEqual(lead.user_id, mine)
        self.assertEqual(lead.partner_assigned_id, self.ava)

    def test_mails_are_forwarded_to_nobody_who_was_not_asked(self):
        """Odoo's wizard proposes nobody for it, and cannot give it away."""
        lead = self._offered_to(self.ava)
        manager = new_test_user(
            self.env, "forwarder", "sales_team.group_sale_manager", email="f@f.example"
        )
        forward = self.env["crm.lead.forward.to.partner"].with_user(manager)
        several = forward.with_context(
            active_ids=lead.ids, default_composition_mode="mass_mail"
        ).create({"forward_type": "assigned"})
        self.assertFalse(several.assignation_lines.partner_assigned_id)
        self.resellers[0].email = "far@far.example"
        one = forward.with_context(active_ids=lead.ids).create(
            {"forward_type": "single", "partner_id": self.resellers[0].id}
        )
        with self.assertRaises(AccessError):
            one.action_forward()

    def test_without_a_policy_left_it_is_odoos_again(self):
        seller = new_test_user(self.env, "seller", "sales_team.group_sale_salesman")
        place = {"partner_latitude": 10.0, "partner_longitude": 10.0}
        lead = self._offered_to(self.ava, user_id=seller.id, **place)
        lead.distribution_route_id._withdraw("manual")
        with self.assertRaises(AccessError):
            lead.with_user(seller).partner_assigned_id = self.bita
        self.policy.action_end()
        lead.with_user(seller).assign_partner(self.resellers[0].id)
        self.assertEqual(lead.partner_assigned_id, self.resellers[0])

    def test_routing_by_odoos_button_is_for_users_of_the_channel(self):
        self.policy.action_end()
        seller = new_test_user(self.env, "seller", "sales_team.group_sale_salesman")
        lead = self._make_lead(user_id=seller.id)
        self._make_policy(name="Again")
        for user in (seller, self.anahita):
            for method in ("assign_partner", "action_assign_partner"):
                with (
                    self.subTest(user=user.login, method=method),
                    self.assertRaises(AccessError),
                ):
                    getattr(lead.with_user(user), method)()
        with self.assertRaises(AccessError):
            lead.with_user(self.anahita).search_geo_partner()
        self.assertEqual(lead.distribution_state, "none")
        # a rule of Odoo's automation acts in superuser mode, whoever caused it
        lead.with_user(self.anahita).sudo().assign_partner()
        self.assertEqual(lead.distribution_state, "offered")

    def test_odoos_answers_go_through_the_offer(self):
        lead = self._offered_to(self.ava)
        lead.with_user(self.anahita).partner_interested(comment="Gladly")
        self.assertEqual(lead.partner_assigned_id, self.ava)
        self.assertEqual(
            lead.distribution_route_id.answered_by_id.user_ids, self.anahita
        )
        self.assertEqual(lead.type, "opportunity")
        lead.with_user(self.anahita).partner_desinterested(
            comment="Too far", contacted=True, spam=True
        )
        answered = lead.route_ids.filtered(lambda one: one.partner_id == self.ava)
        self.assertEqual(answered.state, "returned")
        self.assertEqual(answered.answer, "Too far The customer was contacted.")
        spam = self.env.ref("website_crm_partner_assign.tag_portal_lead_is_spam")
        self.assertEqual(lead.tag_ids, spam)
        self.assertEqual(lead.distribution_route_id.partner_id, self.bita)
        self.assertIn(self.ava, lead.partner_declined_ids)
        self.assertFalse(lead.partner_assigned_id)

    def test_declining_an_offer_asks_the_next_one(self):
        lead = self._offered_to(self.ava)
        lead.with_user(self.anahita).partner_desinterested()
        declined = lead.route_ids.filtered(lambda one: one.partner_id == self.ava)
        self.assertEqual(declined.state, "declined")
        self.assertEqual(lead.distribution_route_id.partner_id, self.bita)

    def test_an_offer_that_ran_out_is_not_accepted_in_odoos_portal(self):
        """C029: only the offer that stands is answered, whatever page was open."""
        lead = self._offered_to(self.ava)
        offer = lead.distribution_route_id
        offer._as_system().deadline = "2020-01-01"
        with self.assertRaises(UserError):
            lead.with_user(self.anahita).partner_interested()
        offer._expire()
        self.assertEqual(lead.distribution_route_id.partner_id, self.bita)
        with self.assertRaises(AccessError):
            lead.with_user(self.anahita).partner_interested()
        self.assertEqual(lead.distribution_state, "offered")

    def test_others_cannot_answer(self):
        """Odoo checks portal users alone, and then writes for whoever called."""
        employee = new_test_user(self.env, "employee", "base.group_user")
        seller = new_test_user(self.env, "seller", "sales_team.group_sale_salesman")
        offered, taken = self._offered_to(self.ava), self._taken_by(self.ava)
        for lead in (offered, taken):
            for user, methods in (
                (self.borna, ("partner_interested", "partner_desinterested")),
                (employee, ("partner_interested", "partner_desinterested")),
                # his to change, but not given back without its intermediary
                (seller, ("partner_desinterested",)),
            ):
                for method in methods:
                    with (
                        self.subTest(user=user.login, method=method),
                        self.assertRaises(AccessError),
                    ):
                        getattr(lead.with_user(user), method)()
        self.assertEqual(offered.distribution_state, "offered")
        self.assertEqual(taken.partner_assigned_id, self.ava)
        with self.assertRaises(AccessError):
            taken.with_user(employee).update_contact_details_from_portal(
                {"city": "Elsewhere"}
            )

    def test_who_has_the_lead_corrects_its_place(self):
        """C033: it stays with its intermediary, and both places are noted."""
        lead = self._taken_by(self.ava)
        lead.with_user(self.anahita).update_contact_details_from_portal(
            {"state_id": self.fars.id}
        )
        self.assertEqual(lead.partner_assigned_id, self.ava)
        conflict = self.env["distribution.conflict"].search([("lead_id", "=", lead.id)])
        self.assertEqual(conflict.partner_id, self.ava)
        self.assertIn("Tehran", conflict.facts_text)
        self.assertIn("Fars", conflict.facts_text)

    def test_won_is_not_set_by_those_who_earn(self):
        """Leads that the channel offered are won by the supplier's word alone."""
        won = self.env["crm.stage"].search([("is_won", "=", True)], limit=1)
        lead = self._taken_by(self.ava)
        mine = lead.with_user(self.anahita)
        with self.assertRaises(AccessError):
            mine.update_stage_from_portal(won.id)
        for probability in (100, 100.0, "100"):
            with self.assertRaises(AccessError):
                mine.update_lead_portal({**PORTAL_VALUES, "probability": probability})
        self.assertEqual(lead.won_status, "pending")
        # what is no claim on money is theirs to say
        other = self.env["crm.stage"].search([("is_won", "=", False)])[-1]
        mine.update_stage_from_portal(other.id)
        self.assertEqual(lead.stage_id, other)
        mine.update_lead_portal({**PORTAL_VALUES, "probability": 90})
        self.assertEqual(lead.probability, 90)
        # a lead that Odoo gave them is Odoo's
        free = self._uncovered_leads(partner_assigned_id=self.ava.id)[0]
        free.with_user(self.anahita).update_stage_from_portal(won.id)
        self.assertEqual(free.won_status, "won")

    def test_a_deal_of_their_own_is_offered_to_nobody(self):
        """What an intermediary brings through Odoo's portal stays with it."""
        self.ava.grade_id = self.env["res.partner.grade"].create({"name": "Gold"})
        made = self.env["crm.lead"].with_user(self.anahita)
        brought = self.env["crm.lead"].browse(
            made.create_opp_portal(
                {"title": "Ours", "description": "Pumps", "contact_name": "Kaveh"}
            )["id"]
        )
        self.assertEqual(brought.partner_assigned_id, self.ava)
        self.assertEqual(brought.distribution_state, "none")
        self.assertFalse(brought.route_ids)

    def test_a_registered_deal_ends_on_its_own_page(self):
        deal = self._registered_deal().lead_id
        with self.assertRaises(AccessError) as refusal:
            deal.with_user(self.anahita).partner_desinterested()
        self.assertIn("own page", str(refusal.exception))
        self.assertEqual(deal.partner_assigned_id, self.ava)

    def test_the_place_that_odoo_looked_up_counts(self):
        """C026: a place at 0/0 is none; one that is known decides."""
        self.ava.write({"partner_latitude": 29.6, "partner_longitude": 52.5})
        self.bita.write({"partner_latitude": 35.7, "partner_longitude": 51.4})
        lead = self._make_lead(partner_latitude=35.6, partner_longitude=51.3)
        self.assertEqual(lead.distribution_route_id.partner_id, self.bita)
        self.assertEqual(lead.distribution_route_id.decided_by, "distance")
        lead.action_set_lost()
        nowhere = self._make_lead(partner_latitude=0, partner_longitude=0)
        candidates = nowhere.distribution_route_id.candidate_ids
        self.assertEqual(candidates.mapped("is_distance_known"), [False, False])

    def test_merged_leads_keep_the_holder_for_any_salesperson(self):
        manager = self.env.ref("base.user_admin")
        head, tail = self._offered_to(self.ava), self._make_lead("Second")
        tail.distribution_route_id._accept(tail.distribution_route_id.partner_id)
        holder = tail.partner_assigned_id
        merged = (head | tail).with_user(manager).merge_opportunity()
        self.assertEqual(merged.partner_assigned_id, holder)
        self.assertEqual(merged.distribution_state, "accepted")

    def test_a_registered_deal_is_merged_by_any_salesperson(self):
        """It has an intermediary without an offer, on whichever side it stands."""
        seller = new_test_user(
            self.env, "merger", "sales_team.group_sale_salesman_all_leads"
        )
        for likelier in ("deal", "other"):
            with self.subTest(likelier=likelier):
                deal = self._registered_deal(f"Customer of {likelier}")
                other = self.env["crm.lead"].create(
                    {"name": "Same", "type": "opportunity", "probability": 20}
                )
                leads = deal.lead_id | other
                head = other if likelier == "other" else deal.lead_id
                head.probability = 90
                merged = leads.with_user(seller).merge_opportunity()
                self.assertEqual(merged, head)
                self.assertEqual(deal.lead_id, head)
                self.assertEqual(merged.partner_assigned_id, self.ava)
                self.assertEqual(merged.distribution_state, "accepted")

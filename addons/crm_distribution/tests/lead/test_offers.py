from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .lead_common import NOW, LeadCommon


@tagged("post_install", "-at_install")
class TestOffers(LeadCommon):
    def setUp(self):
        super().setUp()
        self.ava = self._make_partner("Ava", self.in_tehran)

    def test_deadline_runs_on_working_days(self):
        cases = [
            # Monday morning to Wednesday morning
            ("2027-03-01 09:00", "2027-03-03 09:00"),
            # Friday afternoon to Tuesday afternoon
            ("2027-03-05 15:00", "2027-03-09 15:00"),
            # Saturday: the whole of Monday and Tuesday
            ("2027-03-06 11:00", "2027-03-09 17:00"),
        ]
        for start, end in cases:
            with self.subTest(start=start):
                found = self.company._distribution_deadline(
                    datetime.fromisoformat(start), 48
                )
                self.assertEqual(found, datetime.fromisoformat(end))

    def test_deadline_leaves_out_holidays(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": self.company.resource_calendar_id.id,
                "company_id": self.company.id,
                "date_from": "2027-03-02 00:00:00",
                "date_to": "2027-03-02 23:59:59",
            }
        )
        self.assertEqual(
            self.company._distribution_deadline(NOW, 48), NOW + timedelta(days=3)
        )

    def test_acceptance_assigns_and_names_who_said_so(self):
        lead = self._make_lead()
        contact = self._make_user("anahita", self.ava).partner_id
        lead.distribution_route_id._accept(contact)
        route = lead.distribution_route_id
        self.assertEqual(lead.distribution_state, "accepted")
        self.assertEqual(lead.partner_assigned_id, self.ava)
        self.assertTrue(lead.date_partner_assign)
        self.assertEqual((route.state, route.answered_by_id), ("accepted", contact))
        self.assertIn("anahita", lead.message_ids[0].body)
        self.assertNotIn(contact, lead.message_partner_ids)
        with self.assertRaises(UserError):
            route._accept(contact)

    def test_decline_goes_on_to_the_next_and_never_back(self):
        bita = self._make_partner("Bita", self.in_tehran)
        lead = self._make_lead()
        first = lead.distribution_route_id.partner_id
        second = (self.ava | bita) - first
        lead.distribution_route_id._decline(first, "Too far")
        self.assertEqual(lead.distribution_route_id.partner_id, second)
        self.assertEqual(lead.partner_declined_ids, first)
        self.assertEqual(lead.route_ids.sorted("attempt").mapped("attempt"), [1, 2])
        self.assertEqual(lead.route_ids.sorted("attempt")[0].answer, "Too far")
        lead.distribution_route_id._decline(second)
        self.assertEqual(lead.distribution_state, "refused")
        lead.action_route()
        self.assertEqual(lead.distribution_state, "refused")
        self.assertFalse(self.env["distribution.gap"].search([]))

    def test_given_back_after_acceptance(self):
        bita = self._make_partner("Bita", self.in_tehran)
        lead = self._make_lead()
        first = lead.distribution_route_id.partner_id
        lead.distribution_route_id._accept(first)
        with self.assertRaises(UserError):
            lead.distribution_route_id._decline(first)
        lead.distribution_route_id._give_back(first)
        self.assertEqual(lead.route_ids.sorted("attempt")[0].state, "returned")
        self.assertFalse(lead.partner_assigned_id)
        self.assertEqual(
            lead.distribution_route_id.partner_id, (self.ava | bita) - first
        )

    def test_only_its_own_contacts_answer(self):
        bita = self._make_partner("Bita", self.in_gilan)
        lead = self._make_lead()
        with self.assertRaises(UserError):
            lead.distribution_route_id._accept(bita)
        self.ava.active = False
        with self.assertRaises(UserError):
            lead.distribution_route_id._accept(self.ava)

    def test_silence_hands_on_with_notice(self):
        bita = self._make_partner("Bita", self.in_tehran)
        with freeze_time(NOW):
            lead = self._make_lead()
            self._run_job("work_offers")
        first = lead.distribution_route_id.partner_id
        route = lead.distribution_route_id
        with freeze_time(route.deadline - timedelta(minutes=1)):
            self._run_job("work_offers")
            self.assertEqual(route.state, "offered")
        mails = self.env["mail.mail"].search([])
        with freeze_time(route.deadline):
            with self.assertRaises(UserError):
                route._accept(first)
            self._run_job("work_offers")
        self.assertEqual(route.state, "expired")
        self.assertEqual(
            lead.distribution_route_id.partner_id, (self.ava | bita) - first
        )
        sent = self.env["mail.mail"].search([]) - mails
        told = {mail.email_to: mail.subject for mail in sent}
        self.assertEqual(len(told), 2)
        over = told[f'"{first.name}" <{first.email}>']
        self.assertIn("no longer available", over)

    def test_the_silent_one_is_asked_again_once_others_have_declined(self):
        """C029: the old link says that it is over; only the new one accepts."""
        bita = self._make_partner("Bita", self.in_tehran)
        with freeze_time(NOW):
            lead = self._make_lead()
            first_offer = lead.distribution_route_id
            silent = first_offer.partner_id
            other = (self.ava | bita) - silent
            old_link = first_offer.key, first_offer._link_token(silent)
        with freeze_time(first_offer.deadline):
            self._run_job("work_offers")
            lead.distribution_route_id._decline(other)
            offer = lead.distribution_route_id
            self.assertEqual(offer.partner_id, silent)
            found, _contact = offer._by_link(*old_link)
            self.assertEqual(found, first_offer)
            with self.assertRaises(UserError):
                found._accept(silent)
            self.assertEqual(offer.state, "offered")
            # a key of one offer with the signature of another opens neither
            self.assertFalse(offer._by_link(offer.key, old_link[1])[0])
            found, contact = offer._by_link(offer.key, offer._link_token(silent))
            found._accept(contact)
        self.assertEqual(lead.partner_assigned_id, silent)

    def test_who_is_silent_twice_is_not_asked_a_third_time(self):
        with freeze_time(NOW):
            lead = self._make_lead()
        for state in ("offered", "refused"):
            with freeze_time(lead.distribution_route_id.deadline):
                self._run_job("work_offers")
            self.assertEqual(lead.distribution_state, state)
        self.assertEqual(lead.distribution_route_id.candidate_ids.reason, "silent")

    def test_a_link_ends_for_a_contact_who_moves_away(self):
        bita = self._make_partner("Bita", self.in_gilan)
        contact = self._make_user("anahita", self.ava).partner_id
        offer = self._make_lead().distribution_route_id
        link = offer.key, offer._link_token(contact)
        self.assertEqual(offer._by_link(*link), (offer, contact))
        contact.parent_id = bita
        self.assertFalse(offer._by_link(*link)[0])
        wrong = ("", "-", "1-", "x-y", "٣-0", f"{10**40}-0")
        for token in (*wrong, f"{contact.id}-0", f"{contact.id}-é"):
            self.assertFalse(offer._by_link(offer.key, token)[0], token)

    def test_one_mail_for_each_who_may_answer(self):
        anahita = self._make_user("anahita", self.ava)
        gone = self._make_user("gone", self.ava)
        gone.action_archive()
        self.env["res.partner"].create(
            {"name": "No login", "parent_id": self.ava.id, "email": "no@example.com"}
        )
        self._make_lead(partner_name="Secret Customer", email_from="buyer@example.com")
        self._run_job("work_offers")
        mails = self.env["mail.mail"].search(
            [("subject", "like", "A new lead for you")]
        )
        self.assertEqual(
            {*mails.mapped("email_to")},
            {'"Ava" <ava@example.com>', f'"anahita" <{anahita.email}>'},
        )
        for mail in mails:
            self.assertNotIn("Secret", mail.body_html)
            self.assertNotIn("buyer@", mail.body_html)
            self.assertFalse(mail.email_cc)
            self.assertFalse(mail.recipient_ids)
            self.assertFalse(mail.model)
        self._run_job("work_offers")
        self.assertEqual(
            mails,
            self.env["mail.mail"].search([("subject", "like", "A new lead for you")]),
        )

    def test_archived_login_and_archived_company(self):
        """C030: without a login by mail; an archived company gets nothing."""
        self._make_user("anahita", self.ava).action_archive()
        quiet = self._make_partner("Quiet", self.in_tehran)
        login = self._make_user("still there", quiet)
        quiet.active = False
        lead = self._make_lead()
        offer = lead.distribution_route_id
        self.assertEqual(offer.partner_id, self.ava)
        self.assertEqual(offer._answering_contacts(), self.ava)
        found, contact = offer._by_link(offer.key, offer._link_token(self.ava))
        found._accept(contact)
        self.assertEqual(lead.partner_assigned_id, self.ava)
        nothing = {"is_intermediary": False, "offers": [], "leads": []}
        self.assertEqual(offer._portal_list(login), nothing)

    def test_moved_before_acceptance_goes_to_the_new_place(self):
        """C033: the open offer is withdrawn with notice, and routed anew."""
        bita = self._make_partner("Bita", self.in_fars)
        lead = self._make_lead()
        self._run_job("work_offers")
        before = lead.distribution_route_id
        lead.city = "Shiraz"
        self.assertEqual(lead.distribution_route_id, before)
        lead.state_id = self.fars
        self.assertEqual((before.state, before.withdrawal), ("withdrawn", "moved"))
        self.assertEqual(lead.distribution_route_id.partner_id, bita)
        self._run_job("work_offers")
        self.assertTrue(before.end_told_on)
        # as it was
        self.assertEqual(before.territory_id, self.in_tehran)

    def test_moved_after_acceptance_stays_and_says_both_places(self):
        """C033: after acceptance it stays, and both places are noted."""
        self._make_partner("Bita", self.in_fars)
        lead = self._make_lead()
        lead.distribution_route_id._accept(self.ava)
        lead.state_id = self.fars
        self.assertEqual(lead.partner_assigned_id, self.ava)
        body = lead.message_ids[0].body
        self.assertIn("Tehran", body)
        self.assertIn("Fars", body)

    def test_closed_leads_are_offered_no_more(self):
        for close in ("action_set_won", "action_set_lost", "action_archive"):
            with self.subTest(close=close):
                lead = self._make_lead()
                getattr(lead, close)()
                self.assertEqual(lead.route_ids.state, "withdrawn")
                self.assertEqual(lead.distribution_state, "none")

    def test_taken_back_by_hand(self):
        user = new_test_user(self.env, "seller", "crm_distribution.group_channel_user")
        lead = self._make_lead()
        lead.distribution_route_id._accept(self.ava)
        lead.distribution_route_id.with_user(user).action_withdraw()
        self.assertFalse(lead.partner_assigned_id)
        self.assertEqual(lead.distribution_state, "none")

    def test_what_the_engine_wrote_is_the_systems(self):
        manager = new_test_user(self.env, "manager", "sales_team.group_sale_manager")
        lead = self._make_lead(user_id=manager.id)
        offer = lead.distribution_route_id
        for record, values in (
            (lead, {"distribution_state": "none"}),
            (lead, {"partner_assigned_id": self.ava.id}),
            (lead, {"partner_declined_ids": [(4, self.ava.id)]}),
            (offer, {"state": "accepted"}),
            (offer, {"deadline": "2040-01-01"}),
            (offer, {"partner_id": manager.partner_id.id}),
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                record.with_user(manager).write(values)
        # a lead outside of it is Odoo's as before
        self.policy.action_end()
        free = self._make_lead(user_id=manager.id)
        free.with_user(manager).partner_assigned_id = self.ava
        self.assertEqual(free.partner_assigned_id, self.ava)
        copy = lead.with_user(manager).copy()
        self.assertEqual(copy.distribution_state, "none")

    def test_merged_leads_keep_answers_and_one_holder(self):
        bita = self._make_partner("Bita", self.in_tehran)
        partners = self.ava | bita
        head, tail = self._make_leads(2)
        head.distribution_route_id._decline(head.distribution_route_id.partner_id)
        declined = head.partner_declined_ids
        self.assertTrue(declined)
        holder = tail.distribution_route_id.partner_id
        tail.distribution_route_id._accept(holder)
        routes = (head | tail).route_ids
        open_offer = head.distribution_route_id
        merged = (head | tail)._merge_opportunity(max_length=0)
        self.assertEqual(merged.route_ids, routes)
        self.assertEqual(merged.partner_declined_ids, declined)
        self.assertEqual(merged.partner_assigned_id, holder)
        self.assertEqual(merged.distribution_state, "accepted")
        self.assertEqual(open_offer.state, "withdrawn")
        self.assertTrue(partners)

    def test_of_two_holders_the_earlier_keeps_the_merged_lead(self):
        bita = self._make_partner("Bita", self.in_fars)
        with freeze_time(NOW):
            one, other = self._make_lead(), self._make_lead("Other", self.fars)
            other.distribution_route_id._accept(bita)
        with freeze_time(NOW + timedelta(hours=1)):
            one.distribution_route_id._accept(self.ava)
        loser = one.distribution_route_id
        merged = (one | other)._merge_opportunity(max_length=0)
        self.assertEqual(merged.partner_assigned_id, bita)
        self.assertEqual(loser.state, "withdrawn")
        self.assertIn("Ava", str(merged.message_ids.mapped("body")))

    def test_merged_partners_keep_declined_answers(self):
        """C028: what one of two merged partners declined is not offered again."""
        bita = self._make_partner("Bita", self.in_tehran)
        for one in self._make_leads(2).distribution_route_id:
            one._accept(one.partner_id)
        lead = self._make_lead()
        first = lead.distribution_route_id.partner_id
        second = (self.ava | bita) - first
        lead.distribution_route_id._decline(first)
        lead.distribution_route_id._withdraw("manual")
        merge = self.env["base.partner.merge.automatic.wizard"]
        merge._merge((first | second).ids, second)
        self.env.invalidate_all()
        lead.action_route()
        self.assertEqual(lead.distribution_state, "refused")
        self.assertEqual(lead.partner_declined_ids, second)
        self.assertEqual(
            self.env["distribution.route"].search_count(
                [("partner_id", "=", second.id), ("lead_id", "=", lead.id)]
            ),
            2,
        )
        self.assertEqual(second.distribution_response, "66.7 % (2 of 3)")

    def test_filter_by_territory_counts_what_lies_inside(self):
        leads = self._make_leads(3) | self._make_lead("Wide", state_id=False)
        found = self.env["crm.lead"].search(
            [("distribution_territory_id", "child_of", self.whole.id)]
        )
        self.assertEqual(found, leads & found)
        self.assertEqual(len(found & leads), 4)
        inside = [("distribution_territory_id", "=", self.in_tehran.id)]
        self.assertEqual(len(self.env["crm.lead"].search(inside)), 3)
        named = [("distribution_territory_id", "ilike", "tehr")]
        self.assertEqual(len(self.env["crm.lead"].search(named) & leads), 3)

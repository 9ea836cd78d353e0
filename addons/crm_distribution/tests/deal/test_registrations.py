from datetime import date, datetime

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ...models.deal.distribution_matched_mixin import MOST_SHOWN
from .deal_common import DealCommon


@tagged("post_install", "-at_install")
class TestRegistrations(DealCommon):
    def test_submission_keeps_what_was_typed_and_a_time_to_decide(self):
        one = self._submit(self.x, customer_zip="15")
        self.assertRecordValues(
            one,
            [
                {
                    "partner_id": self.x.id,
                    "number": 1,
                    "state": "submitted",
                    "status": "submitted",
                    "territory_id": self.north.id,
                    "submitted_on": datetime(2027, 3, 1, 12),
                }
            ],
        )
        # two working days
        self.assertEqual(one.decide_by.date(), date(2027, 3, 3))

    def test_numbers_tell_nothing_about_others(self):
        for partner in (self.x, self.y):
            first, second = (self._submit(partner, name) for name in ("Arad", "Behin"))
            self.assertEqual([first.number, second.number], [1, 2])

    def test_a_name_that_folds_to_nothing_is_an_error(self):
        """C034: a legal form is no name."""
        for name in ("Co. Ltd", "n/a", "-"):
            with self.subTest(name), self.assertRaises(ValidationError):
                self._submit(self.x, name)

    def test_fillers_match_nobody(self):
        """C034: fillers are no keys."""
        fillers = {"customer_email": "n/a", "customer_phone": "-"}
        one = self._submit(self.x, "Arad Wood", **fillers)
        other = self._submit(self.y, "Behin Glass", **fillers)
        (one | other)._compare()
        self.assertFalse(self.conflicts.search([("registration_id", "=", one.id)]))
        self.assertFalse(other.same_summary)

    def test_many_hits_are_so_many_or_more(self):
        """C035: 25 are 21 or more, never none."""
        self.env["crm.lead"].create(
            [
                {"name": f"Lead {number}", "email_from": f"u{number}@acme.example"}
                for number in range(25)
            ]
        )
        one = self._submit(self.x, "Acme", customer_website="https://shop.acme.example")
        shown = one.with_user(self.manager)
        self.assertEqual(len(shown.same_lead_ids), MOST_SHOWN)
        self.assertEqual(shown.same_summary, "Leads: 21 or more")

    def test_the_registrable_domain_counts(self):
        """C036: the shop of the same domain, and two that only look like it."""
        known = self._customer("Known", email="x@acme.example")
        for web, same in [
            ("https://www.shop.acme.example/fa/", True),
            ("acme.example.org", False),
            ("acme-example.test", False),
        ]:
            with self.subTest(web):
                one = self._submit(self.x, f"Buyer of {web}", customer_website=web)
                self.assertEqual(known in one.same_partner_ids, same)

    def test_phones_and_names_of_both_scripts_are_found(self):
        """C037: letters, half-spaces and digits of two scripts."""
        known = self._customer("شركت پمپ‌سازي كرج", phone="+98 21 8877 6655")
        by_phone = self._submit(self.x, "Other", customer_phone="۰۲۱-۸۸۷۷۶۶۵۵")
        by_name = self._submit(self.y, "پمپ سازی کرج (سهامی خاص)")
        self.assertIn(known, by_phone.same_partner_ids)
        self.assertIn(known, by_name.similar_partner_ids)
        self.assertNotIn(known, by_name.same_partner_ids)

    def test_tax_numbers_of_both_scripts_are_found(self):
        known = self._customer("Known", vat="IR1010-1234567")
        one = self._submit(self.x, "Other Name", customer_vat="۱۰۱۰۱۲۳۴۵۶۷")
        self.assertEqual(one.same_partner_ids, known)

    def test_a_mail_provider_of_many_is_no_domain(self):
        self._customer("Neighbour", email="neighbour@gmail.com")
        one = self._submit(self.x, "Buyer", customer_email="buyer@gmail.com")
        self.assertFalse(one.same_partner_ids)
        known = self._customer("Same Mailbox", email="Buyer@gmail.com")
        one.invalidate_recordset()
        self.assertEqual(one.same_partner_ids, known)

    def test_keys_follow_what_is_written(self):
        known = self._customer("Known", email="x@acme.example")
        known.email = "x@other.example"
        one = self._submit(self.x, "Buyer", customer_email="y@acme.example")
        self.assertFalse(one.same_partner_ids)

    def test_what_the_decider_may_not_see_is_not_shown(self):
        other = self.env["res.company"].create({"name": "Other Company"})
        self._customer("Hidden", email="x@acme.example", company_id=other.id)
        one = self._submit(self.x, "Buyer", customer_email="y@acme.example")
        self.assertFalse(one.with_user(self.user).same_partner_ids)

    def test_protection_is_customer_and_goods(self):
        """C038: valves are free, pumps are not."""
        customer = self._customer(email="info@kaveh.example")
        pumps = self._protected(self.x, end_customer_id=customer.id)
        valves = self._submit(
            self.y, customer_email="buy@kaveh.example", category_id=self.valves.id
        )
        valves._compare()
        valves.with_user(self.user)._approve()
        self.assertEqual(valves.status, "approved")
        self.assertFalse(self._found(other_registration_id=valves))
        order = self._order(customer)
        order.action_confirm()
        self.assertEqual(self._found(order_id=order).registration_id, pumps)

    def test_the_same_customer_has_one_holder(self):
        self._protected(self.x)
        for category in (self.pumps, self.small_pumps):
            other = self._submit(
                self.y, customer_email="z@kaveh.example", category_id=category.id
            )
            with (
                self.subTest(category.name),
                self.assertRaisesRegex(UserError, "Xenon"),
            ):
                other.with_user(self.user)._approve()

    def _three_in_line(self):
        """The first one, a later one of wider goods, and one of other goods."""
        first = self._submit(
            self.x, customer_email="a@kaveh.example", category_id=self.small_pumps.id
        )
        with freeze_time("2027-03-02"):
            later = self._submit(self.y, customer_email="b@kaveh.example")
            beside = self._submit(
                self.z, customer_email="c@kaveh.example", category_id=self.valves.id
            )
        return first, later, beside

    def test_nobody_is_protected_past_an_earlier_one_that_waits(self):
        first, later, beside = self._three_in_line()
        for who in (self.user, self.manager):
            with self.assertRaisesRegex(UserError, "Number 1 of Xenon"):
                later.with_user(who)._approve()
        beside.with_user(self.user)._approve()
        self.assertEqual(beside.status, "approved")
        first.with_user(self.user)._reject("They have no need")
        later.with_user(self.user)._approve()
        self.assertEqual(later.status, "approved")

    def test_ones_own_earlier_deal_is_not_in_the_way(self):
        self._submit(self.x, customer_email="a@kaveh.example")
        with freeze_time("2027-03-02"):
            own = self._submit(self.x, customer_email="b@kaveh.example")
        own.with_user(self.user)._approve()
        self.assertEqual(own.status, "approved")

    def test_a_manager_lets_one_pass_with_a_reason(self):
        first, later, _beside = self._three_in_line()
        later._compare()
        met = self._found(registration_id=first, other_registration_id=later)
        met.with_user(self.manager)._close("holder", "They came first")
        with self.assertRaisesRegex(UserError, "Number 1 of Xenon"):
            later.with_user(self.user)._approve()
        met.with_user(self.manager)._override("The customer wants Ymir")
        later.with_user(self.user)._approve()
        self.assertEqual(later.status, "approved")
        self.assertEqual(first.status, "submitted")

    def test_what_is_protected_is_not_edited_into_another_ones(self):
        self._protected(self.x)
        other = self._protected(self.y, "Other", customer_email="a@other.example")
        with self.assertRaisesRegex(UserError, "Xenon"):
            other.with_user(self.user).customer_email = "b@kaveh.example"

    def test_somebody_must_be_named_to_be_protected(self):
        one = self._submit(self.x, "Kaveh Steel")
        with self.assertRaisesRegex(UserError, "customer on file"):
            one.with_user(self.user)._approve()
        one.with_user(self.user).action_create_customer()
        one.with_user(self.user)._approve()
        self.assertEqual(one.end_customer_id.name, "Kaveh Steel")

    def test_who_is_found_by_one_key_is_the_customer(self):
        customer = self._customer(email="info@kaveh.example")
        self.assertEqual(self._protected(self.x).end_customer_id, customer)

    def test_places_are_by_the_moment_not_by_the_clock_on_the_wall(self):
        """C039: 20:20 goes before 20:25 UTC."""
        # 23:50 at UTC+3:30, and 21:25 at UTC+1
        with freeze_time("2027-03-01 20:25"):
            y = self._submit(self.y, customer_email="a@kaveh.example")
        with freeze_time("2027-03-01 20:20"):
            x = self._submit(self.x, customer_email="b@kaveh.example")
        (x | y)._compare()
        self.assertEqual(self.registrations.search([("id", "in", (x | y).ids)]), x | y)
        conflict = self._found(registration_id=x)
        self.assertEqual(conflict.other_registration_id, y)
        moments = [
            one.with_context(lang="en_US")
            .with_user(self._clock(zone))
            ._portal_moment(one.submitted_on)
            for one, zone in ((x, "Asia/Tehran"), (y, "Africa/Lagos"))
        ]
        self.assertIn("23:50", moments[0])
        self.assertIn("21:25", moments[1])

    def _clock(self, zone):
        self.user.tz = zone
        return self.user

    def test_ninety_days_and_sixty_from_the_old_end(self):
        """C040: through 30 May, then through 29 July, once."""
        one = self._protected(self.x, files=[{"name": "letter.txt", "raw": b"We buy"}])
        self.assertEqual(one.ends_on, date(2027, 5, 30))
        with freeze_time("2027-05-20"):
            one.with_user(self.user)._extend()
            self.assertEqual(one.ends_on, date(2027, 7, 29))
            with self.assertRaisesRegex(UserError, "once"):
                one.with_user(self.user)._extend()

    def test_an_extension_needs_evidence(self):
        one = self._protected(self.x)
        with self.assertRaisesRegex(UserError, "evidence"):
            one.with_user(self.user)._extend()

    def test_the_last_day_is_included_and_nothing_has_to_run(self):
        one = self._protected(self.x)
        for day, status in (("2027-05-30", "approved"), ("2027-05-31", "expired")):
            with self.subTest(day), freeze_time(day):
                one.invalidate_recordset(["status"])
                self.assertEqual(one.status, status)
                found = self.registrations.search([("status", "=", status)])
                self.assertIn(one, found)

    def test_without_news_it_ends(self):
        self.company.distribution_inactivity_days = 30
        one = self._protected(self.x)
        self.assertEqual(one.ends_on, date(2027, 3, 31))
        with freeze_time("2027-03-20"):
            one._take_news(self.x, "They visit us")
        self.assertEqual(one.ends_on, date(2027, 4, 19))

    def test_a_setting_changes_no_promise(self):
        one = self._protected(self.x)
        self.company.distribution_protection_days = 10
        self.company.distribution_inactivity_days = 5
        one._take_news(self.x, "Still going")
        self.assertEqual(one.ends_on, date(2027, 5, 30))

    def test_the_ceiling_counts_what_is_open(self):
        """C041: what expired makes room."""
        self.company.distribution_registration_ceiling = 10
        for number in range(3):
            self._protected(
                self.x, f"Old {number}", customer_email=f"a@old{number}.example"
            )
        with freeze_time("2027-08-01 12:00"):
            for number in range(10):
                self._submit(self.x, f"New {number}")
            with self.assertRaisesRegex(ValidationError, "10 open"):
                self._submit(self.x, "One More")

    def test_the_same_deal_again_is_the_first_one(self):
        """C048: no second one, and no conflict with itself."""
        first = self._submit(self.x, customer_email="a@kaveh.example")
        again = self._submit(
            self.x, "KAVEH STEEL Co. Ltd", customer_email="A@kaveh.example"
        )
        self.assertEqual(again, first)
        first._compare()
        self.assertFalse(self._found(registration_id=first))

    def test_editing_ones_own_deal_is_no_conflict(self):
        """C048: nor after an edit."""
        one = self._protected(self.x)
        one.with_user(self.user).customer_phone = "021 88776655"
        one._compare()
        self.assertFalse(self._found(registration_id=one))

    def test_silence_is_told_once_and_decides_nothing(self):
        """C047: who decides is on leave; the manager is told, once, and places stay."""
        self.company.distribution_manager_id = self.manager
        first = self._submit(self.x, customer_email="a@kaveh.example")
        first.user_id = self.user
        with freeze_time("2027-03-02"):
            later = self._submit(self.y, customer_email="b@kaveh.example")
        with freeze_time("2027-03-10"):
            for _night in range(3):
                self._run_cron("crm_distribution.cron_escalate_registrations")
        told = first.activity_ids.filtered(lambda one: one.user_id == self.manager)
        self.assertEqual(len(told), 1)
        self.assertEqual(first.state, "submitted")
        self.assertEqual(
            self.registrations.search([("id", "in", (later | first).ids)]),
            first | later,
        )

    def _run_cron(self, xml_id):
        with self.enter_registry_test_mode():
            self.env.ref(xml_id).method_direct_trigger()

    def test_a_job_compares_after_a_submission(self):
        self._protected(self.x)
        other = self._submit(self.y, customer_email="z@kaveh.example")
        self.assertFalse(other.conflict_ids)
        self._run_cron("crm_distribution.cron_compare_registrations")
        self.assertEqual(other.conflict_ids.partner_id, self.x)

    def test_release_needs_a_reason_and_frees_the_customer(self):
        one = self._protected(self.x).with_user(self.user)
        with self.assertRaises(UserError):
            one._release(" ")
        one._release("The customer wants Ymir")
        self.assertEqual(one.status, "released")
        self.assertEqual(self._protected(self.y).status, "approved")

    def test_a_deal_ends_with_its_opportunity(self):
        one = self._protected(self.x)
        one.with_user(self.user).action_create_opportunity()
        self.assertEqual(one.lead_id.partner_assigned_id, self.x)
        one.lead_id.action_set_won()
        self.assertEqual(one.status, "won")

    def test_win_rate(self):
        self.assertEqual(self._submit(self.y).win_rate, "none ended yet")
        for number, state in enumerate(("won", "lost", "won")):
            deal = self._protected(
                self.x, f"K{number} Steel", customer_email=f"a@k{number}.example"
            )
            deal.with_user(self.user)._end(state)
        self.assertEqual(self._submit(self.x, "Next").win_rate, "66.7 % (2 of 3)")

    def test_only_buttons_decide(self):
        one = self._submit(self.x)
        for values in (
            {"state": "approved"},
            {"protected_until": "2030-01-01"},
            {"partner_id": self.y.id},
            {"number": 7},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                one.with_user(self.manager).write(values)

    def test_a_seller_decides_nothing(self):
        one = self._submit(self.x, customer_email="a@kaveh.example")
        for method in ("_approve", "action_approve", "action_won"):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(one.with_user(self.seller), method)()

    def test_the_mail_says_nothing_of_others(self):
        self._protected(self.x)
        other = self._submit(self.y, customer_email="z@kaveh.example")
        other._compare()
        other.with_user(self.user)._reject("Xenon Trade holds it")
        mail = self._mails_to(self.y)
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.email_to, '"Ymir Trade" <ymir@ymir.example>')
        # sent by a job, with or without a hit
        self.assertEqual(mail.state, "outgoing")
        self.assertNotIn("Xenon", f"{mail.subject} {mail.body_html}")


@tagged("post_install", "-at_install")
class TestMerges(DealCommon):
    def _merge(self, source, target):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge([source.id, target.id], target)

    def test_two_protections_that_meet_are_a_conflict(self):
        """C042: both live on, the manager decides, neither is told."""
        k1 = self._customer("K One", email="a@kone.example")
        k2 = self._customer("K Two", email="a@ktwo.example")
        x = self._protected(
            self.x, "K One", customer_email="b@kone.example", end_customer_id=k1.id
        )
        y = self._protected(
            self.y, "K Two", customer_email="b@ktwo.example", end_customer_id=k2.id
        )
        told = self._mails_to(self.x | self.y)
        self._merge(k2, k1)
        self.assertEqual((x | y).mapped("status"), ["approved", "approved"])
        self.assertEqual((x | y).end_customer_id, k1)
        conflict = self._found(registration_id=x, other_registration_id=y)
        self.assertRecordValues(
            conflict, [{"state": "open", "severity": "3", "customer_id": k1.id}]
        )
        self.assertEqual(self._mails_to(self.x | self.y), told)

    def test_opportunities_of_two_holders_that_are_merged_are_a_conflict(self):
        x = self._protected(self.x)
        y = self._protected(self.y, "Behin", customer_email="a@behin.example")
        for deal in (x, y):
            deal.with_user(self.user).action_create_opportunity()
        told = self._mails_to(self.x | self.y)
        head = (x.lead_id | y.lead_id)._merge_opportunity(auto_unlink=True)
        self.assertEqual((x | y).lead_id, head)
        self.assertEqual((x | y).mapped("status"), ["approved", "approved"])
        self.assertRecordValues(
            self._found(registration_id=x, other_registration_id=y),
            [{"state": "open", "severity": "3", "partner_id": self.x.id}],
        )
        self.assertEqual(self._mails_to(self.x | self.y), told)

    def test_merged_customers_keep_their_protection(self):
        kept, gone = self._customer("Kept"), self._customer("Gone")
        deal = self._protected(self.x, "Gone", end_customer_id=gone.id)
        self._merge(gone, kept)
        self.assertEqual(deal.end_customer_id, kept)
        self.assertEqual(deal.status, "approved")
        order = self._order(kept)
        order.action_ask_channel()
        self.assertEqual(self._found(order_id=order).registration_id, deal)

    def test_deals_of_merged_intermediaries_are_all_kept(self):
        one = self._submit(self.x, "Arad")
        other = self._submit(self.y, "Behin")
        self._merge(self.y, self.x)
        self.assertEqual((one | other).partner_id, self.x)
        self.assertEqual((one | other).mapped("number"), [1, 2])

    def test_two_sides_that_are_merged_have_no_conflict(self):
        self._protected(self.x)
        other = self._submit(self.y, customer_email="z@kaveh.example")
        other._compare()
        third = self._submit(self.z, customer_email="y@kaveh.example")
        third._compare()
        between = other.conflict_ids - third.conflict_ids
        self.assertEqual(between.state, "open")
        self._merge(self.y, self.x)
        self.assertRecordValues(
            between, [{"state": "decided", "outcome": "no_conflict"}]
        )
        self.assertEqual(set(third.conflict_ids.mapped("state")), {"open"})

    def test_a_deal_merged_with_what_others_were_offered_stays_its_holders(self):
        self._policy()
        self._agreement(self.y, self.north, exclusive=False)
        for likelier in ("deal", "offered"):
            with self.subTest(likelier=likelier):
                deal = self._protected(
                    self.x,
                    f"Customer of the {likelier}",
                    customer_email=f"buy@{likelier}.example",
                )
                deal.with_user(self.user).action_create_opportunity()
                offered = self.env["crm.lead"].create(
                    {
                        "name": "Same",
                        "type": "opportunity",
                        "country_id": self.country.id,
                        "zip": "15",
                        "distribution_category_id": self.pumps.id,
                    }
                )
                offer = offered.distribution_route_id
                self.assertEqual((offer.state, offer.partner_id), ("offered", self.y))
                head = offered if likelier == "offered" else deal.lead_id
                head.probability = 95
                merged = (deal.lead_id | offered)._merge_opportunity()
                self.assertEqual(merged, head)
                self.assertEqual(deal.lead_id, merged)
                self.assertEqual(merged.partner_assigned_id, self.x)
                self.assertEqual(merged.distribution_state, "accepted")
                self.assertEqual(offer.state, "withdrawn")
                self.assertFalse(merged.distribution_route_id)
                with self.assertRaises(UserError):
                    offer._accept(self.y)

    def test_the_deal_of_a_merged_opportunity_stays(self):
        deal = self._protected(self.x)
        deal.with_user(self.user).action_create_opportunity()
        lead = self.env["crm.lead"].create(
            {"name": "Same", "type": "opportunity", "probability": 90}
        )
        head = (deal.lead_id | lead)._merge_opportunity(auto_unlink=True)
        self.assertEqual(deal.lead_id, head)
        self.assertEqual(head.partner_assigned_id, self.x)

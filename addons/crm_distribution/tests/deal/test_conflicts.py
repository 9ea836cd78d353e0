from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ...channel.conflict import ACTIVE, PASSIVE
from .deal_common import DealCommon


@tagged("post_install", "-at_install")
class TestConflicts(DealCommon):
    def _confirm(self, order, user=None):
        """As a person does it: the system itself is not stopped."""
        order.with_user(user or self.manager).action_confirm()

    def test_customers_do_not_ask_who_holds_what(self):
        self._agreement(self.x, self.north)
        order = self._order(self._customer())
        portal = new_test_user(self.env, "deal_buyer", "base.group_portal")
        portal.partner_id.parent_id = order.partner_id
        order.message_subscribe(portal.partner_id.ids)
        for method in ("action_ask_channel", "action_open_channel_conflicts"):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(order.with_user(portal), method)()

    def test_where_nobody_was_promised_anything_nothing_is_asked(self):
        order = self._order(self._customer())
        self._confirm(order)
        self.assertEqual(order.state, "sale")
        self.assertFalse(self._found(order_id=order))

    def test_an_agreement_may_be_about_passive_sales_too(self):
        agreement = self._agreement(self.x, self.north)
        agreement.active_only = False
        self._policy("block")
        place = self._customer("Northern Buyer")
        order = self._order(
            self.y,
            solicitation=PASSIVE,
            distribution_evidence="Their mail of 27 February",
            partner_shipping_id=place.id,
        )
        with self.assertRaisesRegex(UserError, "Xenon"):
            self._confirm(order)
        order.action_ask_channel()
        self.assertRecordValues(
            self._found(order_id=order), [{"activity": "passive", "state": "open"}]
        )
        agreement.active_only = True
        self._confirm(order)
        self.assertEqual(order.state, "sale")

    def test_passive_sales_are_noted_active_ones_have_an_owner(self):
        """C015: passive, active, and without evidence."""
        self._agreement(self.x, self.north)
        self._policy("block")
        self.company.distribution_manager_id = self.manager
        place = self._customer("Northern Buyer")
        passive = self._order(
            self.y,
            solicitation=PASSIVE,
            distribution_evidence="Their mail of 27 February",
            partner_shipping_id=place.id,
        )
        self._confirm(passive)
        self.assertRecordValues(
            self._found(order_id=passive),
            [
                {
                    "partner_id": self.x.id,
                    "other_partner_id": self.y.id,
                    "activity": "passive",
                    "state": "decided",
                    "outcome": "passive",
                    "user_id": False,
                    "kind": "delivery",
                    "direction": "horizontal",
                }
            ],
        )
        # said, but nothing shows it
        unknown = self._order(
            self.y, solicitation=PASSIVE, partner_shipping_id=place.id
        )
        self._confirm(unknown)
        self.assertRecordValues(
            self._found(order_id=unknown), [{"activity": "unknown", "state": "open"}]
        )
        active = self._order(self.y, solicitation=ACTIVE, partner_shipping_id=place.id)
        with self.assertRaisesRegex(UserError, "Xenon"):
            self._confirm(active)
        active.action_ask_channel()
        conflict = self._found(order_id=active)
        self.assertRecordValues(
            conflict,
            [{"activity": "active", "state": "open", "user_id": self.manager.id}],
        )
        self.assertEqual(conflict.deadline.date(), date(2027, 3, 3))
        self.assertEqual(conflict.activity_ids.user_id, self.manager)

    def test_our_own_sale_is_multichannel(self):
        self._agreement(self.x, self.north)
        order = self._order(self._customer())
        self._confirm(order)
        self.assertRecordValues(
            self._found(order_id=order),
            [
                {
                    "kind": "quotation",
                    "direction": "multichannel",
                    "other_partner_id": False,
                    "territory_id": self.north.id,
                    "category_id": self.pumps.id,
                }
            ],
        )

    def test_the_holder_itself_contradicts_nobody(self):
        self._agreement(self.x, self.north)
        place = self._customer()
        order = self._order(self.x, partner_shipping_id=place.id)
        self._confirm(order)
        self.assertFalse(self._found(order_id=order))

    def test_goods_outside_the_agreement_are_free(self):
        self._agreement(self.x, self.north)
        order = self._order(self._customer(), self.valve)
        self._confirm(order)
        self.assertFalse(self._found(order_id=order))

    def test_a_branch_is_the_customer_a_similar_name_is_not(self):
        """C043: asked for the branch, shown for the name."""
        customer = self._customer("Kaveh Steel")
        self._protected(self.x, customer_email=False, end_customer_id=customer.id)
        branch = self._customer("Kaveh Branch", parent_id=customer.id, is_company=False)
        order = self._order(branch)
        self._confirm(order)
        self.assertEqual(self._found(order_id=order).partner_id, self.x)
        similar = self._order(self._customer("Kaveh Steels Co."))
        message = similar.action_ask_channel()["params"]["message"]
        self.assertIn("Similar", message)
        self._confirm(similar)
        self.assertFalse(self._found(order_id=similar))

    def test_it_is_asked_again_at_confirmation(self):
        """C044: another address, and a deal approved meanwhile."""
        self._policy("block")
        self._agreement(self.x, self.south)
        customer = self._customer(zip_code="15", email="a@kaveh.example")
        order = self._order(customer)
        order.action_ask_channel()
        self.assertFalse(self._found(order_id=order))
        order.partner_shipping_id = self._customer("Depot", zip_code="25")
        with self.assertRaises(UserError):
            self._confirm(order)
        order.partner_shipping_id = customer
        with freeze_time("2027-03-15 12:00"):
            self._protected(self.y)
            with self.assertRaisesRegex(UserError, "Ymir"):
                self._confirm(order)

    def test_the_place_of_delivery_decides(self):
        """C045: one conflict each, with the holder at the delivery."""
        self._agreement(self.x, self.north)
        self._agreement(self.y, self.south)
        north = self._customer("In North", zip_code="15")
        south = self._customer("In South", zip_code="25")
        for invoice, delivery, holder in (
            (north, south, self.y),
            (south, north, self.x),
        ):
            order = self._order(
                invoice,
                partner_invoice_id=invoice.id,
                partner_shipping_id=delivery.id,
            )
            self._confirm(order)
            with self.subTest(holder.name):
                conflict = self._found(order_id=order)
                self.assertEqual(conflict.partner_id, holder)
                self.assertEqual(len(conflict), 1)

    def test_delivery_outside_ones_territory(self):
        self._agreement(self.x, self.north, exclusive=False)
        order = self._order(
            self.x, partner_shipping_id=self._customer("In South", zip_code="25").id
        )
        self._confirm(order)
        self.assertRecordValues(
            self._found(order_id=order),
            [{"kind": "delivery", "partner_id": self.x.id, "severity": "1"}],
        )

    def test_the_same_contradiction_is_one_conflict(self):
        """C046: three nights, a decision, and a new fact."""
        self._agreement(self.x, self.north)
        order = self._order(self._customer())
        for night in (1, 2, 3):
            with freeze_time(f"2027-03-0{night} 23:00"):
                self._run_cron("crm_distribution.cron_ask_quotations")
        conflict = self._found(order_id=order)
        self.assertEqual(len(conflict), 1)
        conflict.with_user(self.manager)._close("no_conflict", "They know each other")
        with freeze_time("2027-03-05 23:00"):
            self._run_cron("crm_distribution.cron_ask_quotations")
        self.assertEqual(self._found(order_id=order), conflict)
        self.assertEqual(conflict.state, "decided")
        order.order_line.product_id = self.small_pump
        with freeze_time("2027-03-06 23:00"):
            self._run_cron("crm_distribution.cron_ask_quotations")
        new = self._found(order_id=order) - conflict
        self.assertEqual(new.previous_id, conflict)
        self.assertEqual(new.state, "open")

    def _run_cron(self, xml_id):
        with self.enter_registry_test_mode():
            self.env.ref(xml_id).method_direct_trigger()

    def test_new_facts_of_an_open_conflict_are_added(self):
        self._agreement(self.x, self.north)
        order = self._order(self._customer())
        order.action_ask_channel()
        conflict = self._found(order_id=order)
        order.order_line.product_id = self.small_pump
        order.action_ask_channel()
        self.assertEqual(self._found(order_id=order), conflict)
        self.assertIn("Small Pumps", conflict.facts_text)

    def test_a_manager_overrides_with_a_reason_for_these_facts_only(self):
        self._policy("block")
        self._agreement(self.x, self.north)
        order = self._order(self._customer())
        with self.assertRaises(UserError):
            self._confirm(order)
        order.action_ask_channel()
        conflict = self._found(order_id=order).with_user(self.manager)
        with self.assertRaisesRegex(UserError, "Say why"):
            conflict._override("")
        conflict._override("An old customer of ours")
        other = self._customer("Another", zip_code="16")
        order.partner_shipping_id = other
        with self.assertRaises(UserError):
            self._confirm(order)
        order.partner_shipping_id = order.partner_id
        self._confirm(order)
        self.assertEqual(order.state, "sale")
        self.assertEqual(conflict.reason, "An old customer of ours")

    def test_only_managers_decide(self):
        self._agreement(self.x, self.north)
        order = self._order(self._customer())
        order.action_ask_channel()
        conflict = self._found(order_id=order)
        for user in (self.user, self.seller):
            with self.subTest(user.login), self.assertRaises(AccessError):
                conflict.with_user(user)._override("I want it")
            with self.subTest(user.login), self.assertRaises(AccessError):
                conflict.with_user(user).write({"severity": "1"})
        with self.assertRaises(AccessError):
            conflict.with_user(self.manager).write({"outcome": "other"})

    def test_the_decision_asks_how_it_ends(self):
        self._agreement(self.x, self.north)
        order = self._order(self._customer())
        order.action_ask_channel()
        conflict = self._found(order_id=order).with_user(self.manager)
        action = conflict.action_decide()
        wizard = (
            self.env["distribution.decision"]
            .with_user(self.manager)
            .with_context(**action["context"])
            .create({"reason": "Both have sold there"})
        )
        with self.assertRaises(UserError):
            wizard.action_confirm()
        wizard.outcome = "shared"
        wizard.action_confirm()
        self.assertRecordValues(conflict, [{"state": "decided", "outcome": "shared"}])
        self.assertFalse(conflict.activity_ids)

    def test_a_seller_without_rights_confirms_and_the_system_records(self):
        """C137: no access error, and the conflict is there."""
        self._agreement(self.x, self.north)
        order = self._order(self._customer(), user_id=self.seller.id)
        self._confirm(order, self.seller)
        self.assertEqual(order.state, "sale")
        self.assertEqual(len(self._found(order_id=order)), 1)
        with self.assertRaises(AccessError):
            self.conflicts.with_user(self.seller).search([])

    def test_a_customer_who_signs_is_not_stopped(self):
        self._policy("block")
        self._agreement(self.x, self.north)
        order = self._order(self._customer())
        public = self.env.ref("base.public_user")
        order.with_user(public).sudo().action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertEqual(len(self._found(order_id=order)), 1)

    def test_a_lead_that_another_took(self):
        customer = self._customer()
        lead = self.env["crm.lead"].create(
            {
                "name": "Pumps",
                "partner_id": customer.id,
                "distribution_category_id": self.pumps.id,
                "partner_assigned_id": self.x.id,
            }
        )
        order = self._order(customer)
        self._confirm(order)
        self.assertEqual(self._found(order_id=order).lead_id, lead)
        with_holder = self._order(customer, opportunity_id=lead.id)
        self._confirm(with_holder)
        self.assertFalse(self._found(order_id=with_holder))

    def test_a_lead_moved_after_acceptance_stays_and_is_a_conflict(self):
        """C033: after acceptance P keeps it, and a conflict has both facts."""
        self._agreement(self.x, self.north)
        self._agreement(self.y, self.south)
        self._policy()
        lead = self.env["crm.lead"].create(
            {
                "name": "Pumps",
                "country_id": self.country.id,
                "zip": "15",
                "distribution_category_id": self.pumps.id,
            }
        )
        lead.distribution_route_id._accept(self.x)
        lead.zip = "25"
        self.assertEqual(lead.partner_assigned_id, self.x)
        conflict = self._found(lead_id=lead)
        self.assertRecordValues(
            conflict, [{"partner_id": self.x.id, "other_partner_id": self.y.id}]
        )
        self.assertIn("North", conflict.facts_text)
        self.assertIn("South", conflict.facts_text)

    def test_own_opportunities_meet_registrations(self):
        lead = self.env["crm.lead"].create(
            {
                "name": "Ours",
                "type": "opportunity",
                "email_from": "boss@kaveh.example",
            }
        )
        one = self._submit(self.x, customer_email="buy@kaveh.example")
        one._compare()
        self.assertRecordValues(
            self._found(registration_id=one),
            [
                {
                    "kind": "own_opportunity",
                    "direction": "multichannel",
                    "lead_id": lead.id,
                }
            ],
        )

    def test_registrations_meet_exclusive_rights(self):
        agreement = self._agreement(self.x, self.north)
        one = self._submit(self.y, customer_zip="15")
        one._compare()
        self.assertRecordValues(
            self._found(registration_id=one),
            [
                {
                    "kind": "agreement",
                    "agreement_id": agreement.id,
                    "partner_id": self.x.id,
                    "other_partner_id": self.y.id,
                }
            ],
        )
        own = self._submit(self.x, "Another", customer_zip="15")
        own._compare()
        self.assertFalse(self._found(registration_id=own))

    def test_asking_costs_the_same_for_one_and_for_fifty(self):
        self._agreement(self.x, self.north)
        self._agreement(self.z, self.south, self.valves, exclusive=False)
        self._policy()
        self.company.distribution_registration_ceiling = 100
        ours = theirs = self.env["sale.order"]
        for number in range(51):
            mail = {"email": f"a@buyer{number}.example"}
            buyer = self._customer(f"Buyer {number}", str(10 + number % 20), **mail)
            self._protected(self.y, f"Deal {number}", customer_email=mail["email"])
            self.env["crm.lead"].create(
                {
                    "name": f"Lead {number}",
                    "partner_id": buyer.id,
                    "distribution_category_id": self.pumps.id,
                    "partner_assigned_id": self.x.id,
                }
            )
            ours |= self._order(buyer)
            # of an intermediary, to where it was promised nothing
            theirs |= self._order(self.z, self.valve, partner_shipping_id=buyer.id)
        self.env.flush_all()
        found = {}
        for orders in (ours, theirs):
            counts = {}
            for many in (orders[:1], orders[1:]):
                # what every request has by then
                many._channel_facts()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                found |= many._channel_facts()
                counts[len(many)] = self.env.cr.sql_log_count - before
            self.assertLessEqual(counts[50], counts[1])
        links = [
            name for one in ours for fact in found[one] for name, _id in fact.links
        ]
        self.assertEqual(links.count("registration_id"), 51)
        self.assertEqual(links.count("lead_id"), 51)
        self.assertEqual(
            {fact.kind for one in theirs for fact in found[one]}, {"delivery"}
        )

    def test_comparing_costs_the_same_for_one_and_for_fifty(self):
        self._agreement(self.z, self.north)
        self.company.distribution_registration_ceiling = 100
        deals = self.registrations
        for number in range(51):
            mail = f"a@buyer{number}.example"
            self._submit(self.x, f"First {number}", customer_email=mail)
            deals |= self._submit(
                self.y, f"Second {number}", customer_email=mail, customer_zip="15"
            )
            self.env["crm.lead"].create(
                {"name": f"Ours {number}", "type": "opportunity", "email_from": mail}
            )
        self.env.flush_all()
        counts = {}
        for many in (deals[:1], deals[1:]):
            many._conflict_facts()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            facts = many._conflict_facts()
            counts[len(many)] = self.env.cr.sql_log_count - before
            # another's registration, our own opportunity, and who is promised the place
            self.assertEqual(len(facts), 3 * len(many))
        self.assertEqual(counts[1], counts[50], counts)

    def test_a_lead_without_a_contact_is_found_by_its_mail(self):
        self.env["crm.lead"].create(
            {
                "name": "Pumps",
                "email_from": "boss@kaveh.example",
                "partner_assigned_id": self.x.id,
            }
        )
        order = self._order(self._customer(email="buy@kaveh.example"))
        self._confirm(order)
        self.assertEqual(self._found(order_id=order).partner_id, self.x)

    def test_a_taken_lead_is_guarded_by_the_policy_too(self):
        self._policy("block")
        customer = self._customer()
        self.env["crm.lead"].create(
            {
                "name": "Pumps",
                "partner_id": customer.id,
                "partner_assigned_id": self.x.id,
            }
        )
        order = self._order(customer)
        with self.assertRaisesRegex(UserError, "Xenon"):
            self._confirm(order)

    def test_between_levels_it_is_vertical(self):
        self._agreement(self.x, self.north)
        self.y.sudo().distribution_level_id = self.env.ref(
            "crm_distribution.level_retailer"
        )
        order = self._order(self.y, partner_shipping_id=self._customer().id)
        self._confirm(order)
        self.assertEqual(self._found(order_id=order).direction, "vertical")

    def test_an_agreement_beside_an_exclusive_one_is_a_conflict(self):
        alone = self._agreement(self.x, self.north)
        self.assertFalse(self._found(agreement_id=alone))
        elsewhere = self._agreement(self.y, self.south, exclusive=False)
        self.assertFalse(self._found(other_partner_id=self.y))
        elsewhere.territory_id = self.north
        conflict = self._found(agreement_id=alone)
        self.assertRecordValues(
            conflict,
            [
                {
                    "kind": "agreement",
                    "partner_id": self.x.id,
                    "other_partner_id": self.y.id,
                    "direction": "horizontal",
                    "state": "open",
                }
            ],
        )
        # said again, it is the same one
        elsewhere.date_to = date(2028, 1, 1)
        self.assertEqual(self._found(agreement_id=alone), conflict)

    def test_what_happens_to_a_conflict_is_its_history(self):
        self._agreement(self.x, self.north)
        self.company.distribution_manager_id = self.manager
        order = self._order(self._customer())
        order.action_ask_channel()
        self.env.cr.flush()
        tracked = {"tracking_disable": False, "mail_notrack": False}
        conflict = self._found(order_id=order).with_user(self.manager)
        conflict = conflict.with_context(**tracked)
        self.assertTrue(conflict.user_id and conflict.deadline)
        conflict.severity = "1"
        conflict._close("shared", "Both know the customer")
        self.env.cr.flush()
        conflict.invalidate_recordset(["message_ids"])
        tracked = conflict.message_ids.sudo().tracking_value_ids
        changed = set(tracked.field_id.mapped("name"))
        self.assertLessEqual({"severity", "state", "outcome", "reason"}, changed)
        self.assertIn(self.manager.partner_id, conflict.message_ids.author_id)

    def test_deals_ask_how_the_customer_came(self):
        """C015: of registrations, what is active, passive and not known."""
        agreement = self._agreement(self.x, self.north)
        self._policy("block")
        found = {}
        for name, solicitation, files in (
            ("Arad", "unknown", ()),
            ("Behin", PASSIVE, ()),
            ("Caspian", PASSIVE, [{"name": "mail.txt", "raw": b"We want pumps"}]),
            ("Damavand", ACTIVE, ()),
        ):
            deal = self._submit(
                self.y,
                name,
                files,
                customer_zip="15",
                customer_email=f"a@{name.lower()}.example",
            )
            deal.with_user(self.user).solicitation = solicitation
            conflict = self._found(registration_id=deal)
            found[name] = (conflict.activity, conflict.state, conflict.blocks)
            if solicitation == ACTIVE:
                with self.assertRaisesRegex(UserError, "Xenon"):
                    deal.with_user(self.user)._approve()
                conflict.with_user(self.manager)._override("They were there first")
            deal.with_user(self.user)._approve()
            self.assertEqual(deal.status, "approved")
        self.assertEqual(
            found,
            {
                "Arad": ("unknown", "open", False),
                "Behin": ("unknown", "open", False),
                "Caspian": ("passive", "decided", False),
                "Damavand": ("active", "open", True),
            },
        )
        # a promise against passive sales too holds against both
        agreement.active_only = False
        deal = self._submit(
            self.y,
            "Late",
            [{"name": "mail.txt", "raw": b"We want pumps"}],
            customer_zip="15",
            customer_email="a@late.example",
        )
        deal.with_user(self.user).solicitation = PASSIVE
        self.assertRecordValues(
            self._found(registration_id=deal),
            [{"activity": "passive", "state": "open", "blocks": True}],
        )

    def test_hours_of_decisions_are_those_of_working_days(self):
        self.company.resource_calendar_id.tz = "UTC"
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": self.company.resource_calendar_id.id,
                "date_from": "2027-03-08 00:00:00",
                "date_to": "2027-03-08 23:59:59",
            }
        )
        self._agreement(self.x, self.north)
        # a Friday; Monday is a holiday
        with freeze_time("2027-03-05 12:00"):
            deal = self._submit(self.y, customer_zip="15")
            deal._compare()
        self.assertEqual(deal.decide_by.date(), date(2027, 3, 10))
        conflict = self._found(registration_id=deal)
        self.assertEqual(conflict.deadline.date(), date(2027, 3, 10))

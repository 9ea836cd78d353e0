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

    def test_asking_costs_the_same_for_many(self):
        self._agreement(self.x, self.north)
        orders = self.env["sale.order"]
        for number in range(6):
            orders |= self._order(self._customer(f"Buyer {number}"), self.valve)
        self.env.invalidate_all()
        orders[:1]._channel_facts()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        orders._agreement_facts(
            self.company,
            orders.partner_shipping_id._distribution_territories(self.company),
        )
        self.assertLessEqual(self.env.cr.sql_log_count - before, 30)

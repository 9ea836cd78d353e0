import re

from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from ..lead.lead_common import LeadCommon


class ToursCommon(LeadCommon, HttpCase):
    """Pumps in Tehran, an intermediary with two people, and who decides."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # nothing of a demo waits or stands in the way
        cls.env["distribution.agreement"].search([])._as_system().state = "ended"
        cls.level = cls.env.ref("crm_distribution.level_wholesaler")
        cls.ava = cls._make_partner(
            "Ava", cls.in_tehran, distribution_level_id=cls.level.id
        )
        cls.login = "anahita-of-ava"
        cls.user = cls._portal_user(cls.login, cls.ava)
        cls.lead = cls._offered("Secret Customer")
        cls.registrations = cls.env["distribution.registration"]

    @classmethod
    def _portal_user(cls, login, partner):
        user = cls._make_user(login, partner)
        user.password = login
        return user

    @classmethod
    def _offered(cls, name):
        return cls._make_lead(
            name,
            partner_name=name,
            email_from="buyer@secret.example",
            expected_revenue=1234,
            distribution_category_id=cls.goods.id,
        )

    @classmethod
    def _submit(cls, partner, **values):
        return cls.registrations.sudo()._submit(
            partner,
            cls.company,
            {
                "customer_name": "Kaveh Steel",
                "customer_email": "buy@kaveh.example",
                "customer_country_id": cls.country.id,
                "category_id": cls.goods.id,
                "amount_expected": 1000,
                **values,
            },
        )

    def _deal(self):
        return self.registrations.search([("partner_id", "=", self.ava.id)])


@tagged("post_install", "-at_install")
class TestIntermediaryTours(ToursCommon):
    """An intermediary in the portal, in a browser."""

    def test_takes_a_lead_writes_and_registers_a_deal(self):
        self.start_tour("/my", "crm_distribution_intermediary", login=self.login)
        offer = self.lead.distribution_route_id
        self.assertRecordValues(
            offer,
            [{"state": "accepted", "answered_by_id": self.user.partner_id.id}],
        )
        self.assertRecordValues(
            offer.talk_ids,
            [
                {
                    "text": "I call them today",
                    "author_id": self.user.partner_id.id,
                    "partner_id": self.ava.id,
                    "is_ours": False,
                    "waits": True,
                }
            ],
        )
        deal = self._deal()
        self.assertRecordValues(
            deal,
            [
                {
                    "state": "submitted",
                    "customer_name": "Kaveh Steel",
                    "category_id": self.goods.id,
                    "customer_country_id": self.country.id,
                    "amount_expected": 12500,
                    "submitted_by_id": self.user.partner_id.id,
                }
            ],
        )
        self.assertEqual(deal.evidence_ids.name, "letter.txt")
        self.assertEqual(deal.evidence_ids.raw, b"We want pumps")


@tagged("post_install", "-at_install")
class TestKeyboardTours(ToursCommon):
    """The same by keyboard alone, on a phone's width."""

    browser_size = "390x844"

    def test_declines_and_accepts_by_keyboard(self):
        other = self._offered("Second Customer")
        self.env.flush_all()
        self.start_tour("/my", "crm_distribution_keyboard", login=self.login)
        routes = (self.lead | other).route_ids.filtered("partner_id")
        self.assertEqual({*routes.mapped("state")}, {"declined", "accepted"})
        declined = routes.filtered(lambda one: one.state == "declined")
        self.assertRecordValues(
            declined, [{"answer": "Too far", "partner_id": self.ava.id}]
        )
        self.assertEqual(declined.answered_by_id, self.user.partner_id)

    def test_fills_the_form_by_keyboard(self):
        self.start_tour(
            "/my/channel/deal/new", "crm_distribution_keyboard_form", login=self.login
        )
        self.assertRecordValues(
            self._deal(),
            [{"customer_name": "Kaveh Steel", "amount_expected": 12500}],
        )


@tagged("post_install", "-at_install")
class TestManagerTours(ToursCommon):
    """A channel manager in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = new_test_user(
            cls.env,
            "channel-boss-of-tours",
            "crm_distribution.group_channel_manager",
            password="channel-boss-of-tours",
        )

    def test_a_quotation_against_a_protected_deal(self):
        self.policy.conflict_handling = "block"
        ymir = self._make_partner(
            "Ymir", self.in_fars, distribution_level_id=self.level.id
        )
        self._submit(ymir).with_user(self.boss)._approve()
        customer = self.env["res.partner"].create(
            {
                "name": "Kaveh Steel",
                "is_company": True,
                "email": "office@kaveh.example",
                "country_id": self.country.id,
                "state_id": self.tehran.id,
            }
        )
        pump = self.env["product.product"].create(
            {
                "name": "Pump",
                "type": "service",
                "categ_id": self.goods.id,
                "list_price": 100,
                "taxes_id": [Command.clear()],
            }
        )
        order = self.env["sale.order"].create(
            {
                "partner_id": customer.id,
                "user_id": self.boss.id,
                "order_line": [Command.create({"product_id": pump.id})],
            }
        )
        self.start_tour(
            f"/odoo/action-sale.action_quotations_with_onboarding/{order.id}",
            "crm_distribution_conflict",
            login=self.boss.login,
        )
        self.assertEqual(order.state, "sale")
        conflict = self.env["distribution.conflict"].search(
            [("order_id", "=", order.id)]
        )
        self.assertRecordValues(
            conflict,
            [
                {
                    "kind": "quotation",
                    "partner_id": ymir.id,
                    "state": "decided",
                    "outcome": "overridden",
                    "reason": "Ymir agrees in writing",
                    "decided_by_id": self.boss.id,
                }
            ],
        )
        # what was decided before stands in its history
        values = conflict.message_ids.tracking_value_ids.mapped("new_value_char")
        self.assertIn("The holder keeps it", values)

    def test_answers_a_message(self):
        deal = self._submit(self.ava, submitted_by_id=self.user.partner_id.id)
        deal._hear(self.user.partner_id, "They decide in May")
        self.start_tour(
            "/odoo/action-crm_distribution.distribution_message_action",
            "crm_distribution_answer",
            login=self.boss.login,
        )
        self.assertRecordValues(
            deal.talk_ids.sorted("id"),
            [
                {"text": "They decide in May", "is_ours": False, "waits": False},
                {"text": "Send us their letter", "is_ours": True, "waits": False},
            ],
        )
        mail = self.env["mail.mail"].search([], order="id desc", limit=1)
        self.assertIn(self.user.email, mail.email_to)
        self.assertIn("Send us their letter", mail.body_html)
        self.assertTrue(re.search(r"/my/channel/deal/1\b", mail.body_html))

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from .feedback_common import NOW, FeedbackCommon


@tagged("post_install", "-at_install")
class TestDepartures(FeedbackCommon, HttpCase):
    """Customers who are lost are asked why: by mail, or on the phone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.departures = cls.env["ecrm.departure"]
        cls.reason = cls.env["crm.lost.reason"].create({"name": "Too dear"})

    def _note(self, records=None, user=None, **values):
        records = records or self.customer
        wizard = self.env["ecrm.departure.note"].with_user(user or self.agent)
        wizard = wizard.with_context(
            active_model=records._name, active_ids=records.ids
        ).create(values)
        action = wizard.action_note()
        domain = action.get("domain") or [("id", "=", action["res_id"])]
        return self.departures.with_user(user or self.agent).search(domain)

    def _call(self, departure=None, **values):
        departure = departure or self._note()
        departure.write(
            {
                "reason_id": self.reason.id,
                "answer_1": "Your prices doubled.",
                "comment": "Ask me again in spring.",
                **values,
            }
        )
        departure.action_record()
        return self.feedback.search(
            [("res_model", "=", "ecrm.departure"), ("res_id", "=", departure.id)]
        )

    def _lost(self, partner, days=0):
        lead = self.env["crm.lead"].create(
            {
                "name": "Pumps for spring",
                "type": "opportunity",
                "partner_id": partner.id,
                "company_id": self.company.id,
                "user_id": self.agent.id,
            }
        )
        lead.action_set_lost(lost_reason_id=self.reason.id)
        return lead

    def test_a_customer_is_noted_once_in_half_a_year(self):
        colleague = self._make_customer("Colleague", parent_id=self.customer.id)
        one = self._note()
        self.assertEqual((one.partner_id, one.state), (self.customer, "open"))
        self.assertEqual(self._note(self.customer | colleague), one)
        one.left_on = fields.Datetime.now() - timedelta(days=200)
        self.assertEqual(len(self._note() | one), 2)

    def test_from_a_lost_opportunity_with_its_reason(self):
        seller = new_test_user(
            self.env,
            "voice_seller",
            "sales_team.group_sale_salesman_all_leads,crm_ecrm.group_voice_agent",
        )
        one = self._note(self._lost(self.customer), seller)
        self.assertEqual(one.reason_id, self.reason)
        self.assertEqual(one.lead_id.partner_id, self.customer)

    def test_a_call_is_feedback_without_a_score(self):
        feedback = self._call()
        self.assertRecordValues(
            feedback,
            [
                {
                    "state": "answered",
                    "medium": "phone",
                    "comment": "Ask me again in spring.",
                    "answer_1": "Your prices doubled.",
                    "answer_group": False,
                    "is_low": False,
                    "partner_id": self.customer.id,
                }
            ],
        )
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT score, points FROM ecrm_feedback WHERE id = %s", feedback.ids
        )
        self.assertEqual(self.env.cr.fetchone(), (None, None))
        touchpoint = feedback.touchpoint_id
        self.assertEqual((touchpoint.state, touchpoint.answer_count), ("draft", 0))
        rows = self.env["ecrm.satisfaction"].search(
            [("touchpoint_id", "=", touchpoint.id)]
        )
        self.assertFalse(rows, "what we noted ourselves stands in no figure")
        self.assertIn("Asked 0 of 0", touchpoint.asked_figure)

    def test_a_call_is_recorded_once_and_says_something(self):
        one = self._note()
        with self.assertRaises(UserError):
            one.action_record()
        self._call(one)
        with self.assertRaises(UserError):
            one.action_record()
        with self.assertRaises(AccessError):
            one.interviewed_on = False
        with self.assertRaises(UserError):
            one.partner_id = self._make_customer("Other")
        with self.assertRaises(UserError):
            one.sudo().unlink()

    def test_the_next_call_goes_by_the_same_touchpoint(self):
        first = self._call()
        other = self._note(self._make_customer("Other"))
        self.assertEqual(self._call(other).touchpoint_id, first.touchpoint_id)

    def test_a_touchpoint_asks_lost_customers_by_mail(self):
        touchpoint = self._make_touchpoint(
            started=NOW, trigger="left", question_1="Where do you buy now?"
        )
        one = self._note(left_on=NOW + timedelta(hours=1))
        self.assertEqual(one.question_1, "Where do you buy now?")
        self._run_job(NOW + timedelta(hours=2))
        self.assertEqual(one.state, "asked")
        asked = self.feedback.search([("touchpoint_id", "=", touchpoint.id)])
        self.assertEqual((asked.res_model, asked.res_id), (one._name, one.id))
        self.assertEqual(len(self._mails_to(self.customer)), 1)
        asked._accept({"score": 2, "medium": "link", "nonce": "n"})
        self.env.invalidate_all()
        self.assertEqual(one.state, "told")

    def test_who_was_called_before_is_not_asked_by_mail(self):
        touchpoint = self._make_touchpoint(started=NOW, trigger="left")
        self._call(self._note(left_on=NOW + timedelta(hours=1)))
        self._run_job(NOW + timedelta(hours=2))
        self.assertFalse(
            self.invitations.search(
                [("touchpoint_id", "=", touchpoint.id), ("state", "=", "asked")]
            )
        )
        self.assertFalse(self._mails_to(self.customer))

    def test_who_was_asked_and_calls_back_answers_the_same_question(self):
        self._make_touchpoint(started=NOW, trigger="left")
        one = self._note(left_on=NOW + timedelta(hours=1))
        self._run_job(NOW + timedelta(hours=2))
        feedback = self._call(one)
        self.assertEqual(len(feedback), 1)
        self.assertEqual((feedback.state, feedback.medium), ("answered", "phone"))

    def test_lost_opportunities_of_existing_customers_only(self):
        buyer = self._make_customer("Buyer")
        person = self._make_customer("Person", parent_id=buyer.id)
        self._order(buyer)
        touchpoint = self._make_touchpoint(trigger="lost", customers_only=True)
        touchpoint._as_system().started_on = fields.Datetime.now() - timedelta(hours=1)
        self._lost(person)
        self._lost(self._make_customer("Prospect"))
        self.assertEqual(touchpoint.expected_count, 1)
        self._run_job(fields.Datetime.now() + timedelta(minutes=1))
        invited = self.invitations.search([("touchpoint_id", "=", touchpoint.id)])
        self.assertEqual(invited.partner_id, person)

    def test_answers_are_evidence_for_the_insight_that_is_named(self):
        insight = self.env["ecrm.insight"].create({"name": "Why they leave"})
        self._make_touchpoint(trigger="left", insight_id=insight.id)
        feedback = self._call()
        self.assertRecordValues(
            insight.evidence_ids,
            [
                {
                    "res_model": "ecrm.feedback",
                    "res_id": feedback.id,
                    "partner_id": self.customer.id,
                    "quote": "Ask me again in spring.\n\nYour prices doubled.",
                }
            ],
        )
        self.assertEqual(insight.voter_count, 1)

    def test_a_later_version_of_an_answer_is_the_same_evidence(self):
        insight = self.env["ecrm.insight"].create({"name": "How it was"})
        touchpoint = self._make_touchpoint(insight_id=insight.id)
        one = self._asked(touchpoint)
        one._accept({"score": 4, "comment": "Good", "medium": "link", "nonce": "a"})
        one._accept({"score": 5, "comment": "Better", "medium": "link", "nonce": "b"})
        self.assertEqual(insight.evidence_ids.mapped("quote"), ["Better"])

    def test_the_customer_reads_what_we_noted(self):
        feedback = self._call()
        new_test_user(
            self.env,
            "kaveh",
            "base.group_portal",
            password="kaveh" * 2,
            partner_id=self.customer.id,
            name=self.customer.name,
            email=self.customer.email,
        )
        self.authenticate("kaveh", "kaveh" * 2)
        page = self.url_open(feedback._portal_url()).text
        self.assertIn("Your prices doubled.", page)
        self.assertNotIn('o_voice_score"', page)

    def test_who_is_no_agent_notes_and_asks_nothing(self):
        one = self._note()
        employee = new_test_user(self.env, "no_agent", "base.group_user")
        with self.assertRaises(AccessError):
            self._note(user=employee)
        with self.assertRaises(AccessError):
            one.with_user(employee).action_record()

    def test_only_those_that_the_agent_sees_are_noted(self):
        other = self.env["res.company"].create({"name": "Other"})
        hidden = self._make_customer("Hidden", company_id=other.id)
        self.assertEqual(self._note(self.customer | hidden).partner_id, self.customer)
        with self.assertRaises(UserError):
            self._note(hidden)

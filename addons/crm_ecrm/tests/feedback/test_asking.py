from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .feedback_common import NOW, FeedbackCommon

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@tagged("post_install", "-at_install")
class TestAsking(FeedbackCommon):
    """Who is asked follows from what happened, and from nobody's choice."""

    def setUp(self):
        super().setUp()
        self.enterContext(freeze_time(NOW))

    def _one(self, touchpoint):
        return self.invitations.search([("touchpoint_id", "=", touchpoint.id)])

    def test_nobody_is_asked_before_the_start(self):
        self._order(at=NOW - DAY)
        touchpoint = self._make_touchpoint()
        self._run_job(NOW + HOUR)
        self.assertFalse(self._one(touchpoint))
        draft = touchpoint.copy()
        self._order(at=NOW + HOUR)
        self._run_job(NOW + 2 * HOUR)
        self.assertEqual(self._one(touchpoint).state, "asked")
        self.assertEqual((draft.state, self._one(draft)), ("draft", self.invitations))

    def test_asked_once_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        touchpoint = self._make_touchpoint(NOW - DAY, delay_hours=24)
        touchpoint.with_context(lang="fr_FR").write(
            {"name": "Votre commande ?", "question": "Content ?"}
        )
        order = self._order()
        self._run_job(NOW + HOUR)
        invitation = self._one(touchpoint)
        self.assertRecordValues(
            invitation,
            [
                {
                    "state": "planned",
                    "res_id": order.id,
                    "agent_id": self.agent.id,
                    "ask_on": NOW + DAY,
                }
            ],
        )
        self.assertFalse(self._mails_to(self.customer))
        for hours in (24, 25, 26):
            self._run_job(NOW + hours * HOUR)
        feedback = invitation.feedback_id
        self.assertRecordValues(
            feedback,
            [
                {
                    "name": f"Votre commande ?: {order.name}",
                    "state": "asked",
                    "metric": "csat",
                    "portal_status": "waiting",
                    "agent_id": self.agent.id,
                    "valid_until": NOW + 31 * DAY,
                }
            ],
        )
        mail = self._mails_to(self.customer)
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.subject, feedback.name)
        self.assertIn("Content ?", mail.body_html)
        self.assertIn("/voice/feedback/", mail.body_html)
        # no score in a link, none of the everlasting tokens, and nobody follows
        self.assertNotIn("score", mail.body_html)
        self.assertNotIn(feedback.key, mail.body_html)

    def test_one_person_is_asked_once_over_all_senders(self):
        touchpoint = self._make_touchpoint(NOW - 100 * DAY)
        same = self._make_customer("Twin", email="Kaveh <KAVEH@example.com>")
        self._order()
        self._order(partner=same)
        self._order(partner=self._make_customer("Rated"))
        rated = self.env["res.partner"].search([("name", "=", "Rated")])
        self.env["rating.rating"].create(
            {
                "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                "res_id": rated.id,
                "partner_id": rated.id,
            }
        )
        surveyed = self._make_customer("Surveyed")
        self._order(partner=surveyed)
        survey = self.env["survey.survey"].create({"title": "Other"})
        survey._create_answer(partner=surveyed)
        self.env.flush_all()
        # what Odoo stamps is not frozen
        for table in ("rating_rating", "survey_user_input"):
            self.env.cr.execute(f"UPDATE {table} SET create_date = %s", [NOW - DAY])
        self._run_job(NOW + HOUR)
        found = {one.partner_id.name: one.reason for one in self._one(touchpoint)}
        self.assertEqual(
            found,
            {
                "Kaveh": False,
                "Twin": "quarantine",
                "Rated": "quarantine",
                "Surveyed": "quarantine",
            },
        )
        self._order(at=NOW + 29 * DAY)
        self._run_job(NOW + 29 * DAY + HOUR)
        self._order(at=NOW + 31 * DAY)
        self._run_job(NOW + 31 * DAY + HOUR)
        latest = self._one(touchpoint).sorted("event_on")[-2:]
        self.assertEqual(latest.mapped("reason"), ["quarantine", False])

    def test_who_cannot_be_asked_is_left_out_with_a_reason(self):
        touchpoint = self._make_touchpoint(NOW - DAY, delay_hours=24)
        colleague = new_test_user(self.env, "colleague", "base.group_user").partner_id
        colleague.email = "colleague@example.com"
        silent = self._make_customer("Silent", email=False)
        cancelled = self._order(partner=self._make_customer("Cancelled"))
        for partner in (colleague, silent, self.customer):
            self._order(partner=partner)
        self._run_job(NOW)
        cancelled.state = "cancel"
        self._run_job(NOW + 2 * DAY)
        found = {one.partner_id: one.reason for one in self._one(touchpoint)}
        self.assertEqual(found[colleague], "staff")
        self.assertEqual(found[silent], "no_address")
        self.assertEqual(found[cancelled.partner_id], "withdrawn")
        self.assertEqual(found[self.customer], False)

    def test_sent_in_the_window_of_where_the_person_is(self):
        self.customer.tz = "Asia/Tehran"
        touchpoint = self._make_touchpoint(
            NOW - DAY, window_start=9, window_end=17, delay_hours=2
        )
        # 13:30 in Tehran, so at 17:30 there the window is closed
        self._order(at=NOW + 2 * HOUR)
        self._run_job(NOW + 2 * HOUR)
        invitation = self._one(touchpoint)
        self.assertEqual(invitation.ask_on, datetime(2027, 3, 2, 5, 30))
        self._run_job(datetime(2027, 3, 2, 5, 29))
        self.assertEqual(invitation.state, "planned")
        # the job stood still for a day: it waits for the next window
        self._run_job(datetime(2027, 3, 2, 20, 0))
        self.assertEqual(
            (invitation.state, invitation.ask_on),
            ("planned", datetime(2027, 3, 3, 5, 30)),
        )
        self._run_job(datetime(2027, 3, 3, 5, 45))
        self.assertEqual(invitation.state, "asked")

    def test_one_reminder_to_who_is_silent(self):
        touchpoint = self._make_touchpoint(NOW - DAY, reminder_days=7)
        self._order()
        answering = self._make_customer("Answering")
        self._order(partner=answering)
        self._run_job(NOW)
        feedback = self._one(touchpoint).feedback_id
        feedback.filtered(lambda one: one.partner_id == answering)._accept(
            {"score": 5, "medium": "link"}
        )
        for days in (6, 7, 8, 20, 40):
            self._run_job(NOW + days * DAY + HOUR)
        self.assertEqual(len(self._mails_to(self.customer)), 2)
        self.assertEqual(len(self._mails_to(answering)), 1)
        silent = feedback.filtered(lambda one: one.partner_id == self.customer)
        self.assertEqual(silent.reminded_on.date(), (NOW + 7 * DAY).date())

    def test_paused_asks_nobody(self):
        touchpoint = self._make_touchpoint(NOW - DAY, delay_hours=24)
        self._order()
        self._run_job(NOW)
        touchpoint.action_pause()
        self._run_job(NOW + 2 * DAY)
        self.assertEqual(self._one(touchpoint).state, "planned")
        with freeze_time(NOW + 90 * DAY):
            touchpoint.action_start()
        self._run_job(NOW + 91 * DAY)
        self.assertEqual(self._one(touchpoint).reason, "paused")
        self.assertFalse(self._mails_to(self.customer))

    def test_lost_opportunity_and_meeting(self):
        lost = self._make_touchpoint(NOW - DAY, trigger="lost", metric="nps")
        met = self._make_touchpoint(NOW - DAY, trigger="meeting", metric="ces")
        self.company.ecrm_quarantine_days = 0
        lead, open_lead = self.env["crm.lead"].create(
            [
                {
                    "name": "Deal",
                    "type": "opportunity",
                    "partner_id": self.customer.id,
                    "user_id": self.agent.id,
                }
            ]
            * 2
        )
        lead.action_set_lost()
        self.env["calendar.event"].create(
            {
                "name": "Visit",
                "start": NOW - 2 * HOUR,
                "stop": NOW - HOUR,
                "user_id": self.agent.id,
                "opportunity_id": open_lead.id,
                "partner_ids": [(6, 0, (self.customer | self.agent.partner_id).ids)],
            }
        )
        self._run_job(NOW + HOUR)
        for touchpoint in (lost, met):
            self.assertRecordValues(
                self._one(touchpoint),
                [
                    {
                        "partner_id": self.customer.id,
                        "agent_id": self.agent.id,
                        "state": "asked",
                    }
                ],
            )
        self.assertEqual(self._one(lost).res_id, lead.id)
        self.assertIn("Visit", self._one(met).feedback_id.name)

    def test_paid_invoice(self):
        touchpoint = self._make_touchpoint(
            NOW - 1000 * DAY, trigger="invoice", metric="nps"
        )
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2027-02-01",
                "invoice_user_id": self.agent.id,
                "invoice_line_ids": [
                    (0, 0, {"product_id": self.product.id, "price_unit": 10})
                ],
            }
        )
        invoice.action_post()
        self._run_job(NOW)
        self.assertFalse(self._one(touchpoint))
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({})._create_payments()
        self._run_job(NOW + DAY)
        self.assertRecordValues(
            self._one(touchpoint), [{"res_id": invoice.id, "state": "asked"}]
        )

    def test_asking_many_costs_as_many_queries_as_asking_few(self):
        touchpoint = self._make_touchpoint(NOW - DAY, delay_hours=0)
        counts = []
        for number in (2, 12):
            for place in range(number):
                self._order(partner=self._make_customer(f"Many{number}x{place}"))
            touchpoint._invite(
                self.env["sale.order"].search(touchpoint._new_event_domain())
            )
            due = self.invitations.search(self.invitations._due_domain())
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            due._leave_out_gone()._in_quarantine()
            counts.append(self.env.cr.sql_log_count - before)
            due._ask()
            self.assertEqual(set(due.mapped("state")), {"asked"})
        self.assertEqual(counts[0], counts[1])

    def test_settings_have_limits(self):
        touchpoint = self._make_touchpoint()
        for values in (
            {"delay_hours": -1},
            {"valid_days": 10**12},
            {"low_score": 6},
            {"window_start": 25},
            {"reminder_days": -1},
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                touchpoint.write(values)
        manager = new_test_user(self.env, "voice_boss", "crm_ecrm.group_voice_manager")
        mine = touchpoint.with_user(manager)
        for values in ({"state": "draft"}, {"started_on": "2020-01-01 00:00:00"}):
            with self.subTest(values), self.assertRaises(AccessError):
                mine.write(values)

    def test_metric_stays_once_asked(self):
        """V47: what was asked as one thing is never counted as another."""
        touchpoint = self._make_touchpoint(metric="ces")
        self._asked(touchpoint)
        with self.assertRaises(ValidationError):
            touchpoint.metric = "nps"
        self._order()
        self._run_job()
        with self.assertRaises(ValidationError):
            touchpoint.trigger = "lost"
        with self.assertRaises(UserError):
            touchpoint.unlink()

    def test_agents_choose_nobody(self):
        """V37: an agent cannot take a case out of those that count."""
        touchpoint = self._make_touchpoint(NOW - DAY, delay_hours=24)
        self._order()
        self._run_job(NOW)
        invitation = self._one(touchpoint)
        mine = invitation.with_user(self.agent)
        for act in (
            lambda: mine.write({"state": "left_out"}),
            mine.unlink,
            lambda: mine.read(["state"]),
            lambda: mine.create({"touchpoint_id": touchpoint.id}),
            lambda: touchpoint.with_user(self.agent).action_pause(),
        ):
            with self.assertRaises(AccessError):
                act()

    def test_coverage_by_agent(self):
        """V37: whom the figures leave out stands beside them, by agent."""
        touchpoint = self._make_touchpoint(NOW - 100 * DAY)
        self.invitations.create(
            [
                {
                    "touchpoint_id": touchpoint.id,
                    "res_model": "sale.order",
                    "res_id": 10**8 + place,
                    "agent_id": self.agent.id,
                    "event_on": NOW,
                    "state": state,
                    "reason": reason,
                    "feedback_id": feedback,
                }
                for place, (state, reason, feedback) in enumerate(
                    [("left_out", "merged", False)] * 10
                    + [("left_out", "quarantine", False)] * 20
                    + [("left_out", "no_address", False)] * 10
                    + [("asked", False, self._asked(touchpoint).id) for _ in range(30)]
                    + [("asked", False, self._answered(touchpoint)) for _ in range(30)]
                )
            ]
        )
        self.env.flush_all()
        rows = self.env["ecrm.coverage"]._read_group(
            [("touchpoint_id", "=", touchpoint.id)],
            ["agent_id"],
            [
                *("events:sum", "eligible:sum", "quarantine:sum", "no_address:sum"),
                *("asked:sum", "answered:sum", "asked_share:avg", "answered_share:avg"),
            ],
        )
        self.assertEqual(len(rows), 1)
        agent, *sums, asked_share, answered_share = rows[0]
        self.assertEqual(agent, self.agent)
        self.assertEqual(sums, [100, 90, 20, 10, 60, 30])
        self.assertAlmostEqual(asked_share, 66.667, 2)
        self.assertAlmostEqual(answered_share, 50)
        self.assertEqual(touchpoint.asked_figure, "Asked 60 of 90, answered 30 of 60")

    def _answered(self, touchpoint):
        feedback = self._asked(touchpoint)
        feedback._accept({"score": 4, "medium": "link"})
        return feedback.id

import re

from odoo.tests import HttpCase, new_test_user, tagged

from .feedback_common import FeedbackCommon


@tagged("post_install", "-at_install")
class TestFeedbackTours(FeedbackCommon, HttpCase):
    """A customer answers on a phone; a manager reads what the score hangs on."""

    browser_size = "390x844"
    touch_enabled = True

    def test_customer_answers_by_a_link_on_a_phone(self):
        touchpoint = self._make_touchpoint(
            metric="nps",
            reason_ids=[
                (0, 0, {"name": name, "shown_for": side})
                for name, side in (
                    ("Slow", "low"),
                    ("Fast", "high"),
                    ("Staff", "always"),
                )
            ],
        )
        one = self._asked(touchpoint)
        link = re.search(r"/voice/.*", one._link())[0]
        self.env.flush_all()
        self.start_tour(link, "crm_ecrm_feedback_answer", login=None)
        self.env.invalidate_all()
        self.assertRecordValues(
            one, [{"state": "answered", "score": 8, "comment": "Quick enough"}]
        )
        self.assertEqual(one.reason_ids.mapped("name"), ["Staff"])
        self.assertEqual(len(one.answer_ids), 1)


@tagged("post_install", "-at_install")
class TestDriverTour(FeedbackCommon, HttpCase):
    def test_manager_reads_the_drivers_and_opens_the_records(self):
        dimension, second = self.env["ecrm.dimension"].create(
            [{"name": "Speed of Tour"}, {"name": "Price of Tour"}]
        )
        touchpoint = self._make_touchpoint(
            name="Tour of drivers",
            follow_up=False,
            dimension_ids=[(6, 0, (dimension | second).ids)],
        )
        for place in range(40):
            mark, other = place % 5 + 1, place % 3 + 1
            marks = [
                (0, 0, {"dimension_id": dimension.id, "score": mark}),
                (0, 0, {"dimension_id": second.id, "score": other}),
            ]
            score = min(5, max(1, mark + place % 2))
            self._asked(touchpoint)._accept(
                {"score": score, "medium": "link", "mark_ids": marks}
            )
        boss = new_test_user(
            self.env, "voice_tour_boss", "crm_ecrm.group_voice_manager"
        )
        self.env.flush_all()
        self.start_tour(
            f"/odoo/voice-touchpoints/{touchpoint.id}",
            "crm_ecrm_drivers",
            login=boss.login,
        )
        self.env.invalidate_all()
        self.assertEqual(touchpoint.driver_verdict, "told")

    def test_a_lost_customer_is_called(self):
        self.env["crm.lost.reason"].create({"name": "Late, of the Tour"})
        agent = new_test_user(
            self.env,
            "voice_tour_agent",
            "crm_ecrm.group_voice_agent,sales_team.group_sale_salesman",
        )
        self.env.flush_all()
        self.start_tour(
            f"/odoo/res.partner/{self.customer.id}",
            "crm_ecrm_departure",
            login=agent.login,
        )
        self.env.invalidate_all()
        departure = self.env["ecrm.departure"].search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertRecordValues(
            departure, [{"state": "told", "interviewed_by_id": agent.id}]
        )
        self.assertEqual(departure.feedback_ids.answer_1, "You came too late, twice.")

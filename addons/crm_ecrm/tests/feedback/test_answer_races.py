from datetime import timedelta

from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install")
class TestAnswerRaces(TransactionCase):
    """Real transactions beside each other; what they leave is removed."""

    def setUp(self):
        super().setUp()
        with self.registry.cursor() as cr:
            env = self.env(cr=cr)
            partner = env["res.partner"].create({"name": "Racer"})
            touchpoint = env["ecrm.touchpoint"].create(
                {"name": "Race", "follow_up": False}
            )
            now = fields.Datetime.now()
            feedback = env["ecrm.feedback"].create(
                {
                    "name": "Race",
                    "touchpoint_id": touchpoint.id,
                    "metric": "csat",
                    "partner_id": partner.id,
                    "asked_on": now,
                    "valid_until": now + timedelta(days=1),
                }
            )
            self.ids = feedback.id, touchpoint.id, partner.id
        self.addCleanup(self.forget)
        self.one, self.two = (
            self.enterContext(self.registry.cursor()) for _number in range(2)
        )
        # the second has its snapshot before the first decides
        for cr in (self.one, self.two):
            cr.execute("SELECT 1 FROM ecrm_feedback LIMIT 1")

    def forget(self):
        for cr in (self.one, self.two):
            cr.rollback()
        feedback, touchpoint, partner = self.ids
        with self.registry.cursor() as cr:
            env = self.env(cr=cr)
            env["ecrm.feedback"].browse(feedback).answer_id = False
            env["ecrm.feedback.answer"].search(
                [("feedback_id", "=", feedback)]
            ).unlink()
            env["ecrm.feedback"].browse(feedback).unlink()
            env["ecrm.touchpoint"].browse(touchpoint).unlink()
            env["res.partner"].browse(partner).unlink()

    def _answer(self, cr, score, gesture):
        env = self.env(cr=cr)
        feedback = env["ecrm.feedback"].browse(self.ids[0])
        outcome = feedback._answer(
            {"score": score}, env.ref("base.public_user"), "link", gesture
        )
        env.flush_all()
        return outcome

    def _race(self, gestures):
        """Both at one moment; the server tries the second again."""
        self.assertEqual(self._answer(self.one, "5", gestures[0]), "accepted")
        self.one.commit()
        with mute_logger("odoo.sql_db"), self.assertRaises(SerializationFailure):
            self._answer(self.two, "2", gestures[1])
        self.two.rollback()
        outcome = self._answer(self.two, "2", gestures[1])
        self.two.commit()
        with self.registry.cursor() as cr:
            feedback = self.env(cr=cr)["ecrm.feedback"].browse(self.ids[0])
            return outcome, feedback.score, len(feedback.answer_ids)

    def _gestures(self, number):
        with self.registry.cursor() as cr:
            feedback = self.env(cr=cr)["ecrm.feedback"].browse(self.ids[0])
            return [feedback._new_gesture() for _one in range(number)]

    def test_double_click_is_one_answer(self):
        """V34: the same form sent twice at one moment."""
        gesture = self._gestures(1)
        self.assertEqual(self._race(gesture * 2), ("accepted", 5, 1))

    def test_two_browsers_leave_one_accepted_answer(self):
        """V34: the later one is a version."""
        self.assertEqual(self._race(self._gestures(2)), ("changed", 2, 2))

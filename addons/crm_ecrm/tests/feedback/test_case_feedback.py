from datetime import timedelta

from freezegun import freeze_time

from odoo.tests import new_test_user, tagged

from .feedback_common import NOW, FeedbackCommon

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@tagged("post_install", "-at_install")
class TestCaseFeedback(FeedbackCommon):
    """What customers say of how their cases were handled, and what follows from it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cases = cls.env["ecrm.case"]
        cls.leader = new_test_user(
            cls.env, "voice_leader", "crm_ecrm.group_voice_leader"
        )

    def setUp(self):
        super().setUp()
        self.clock = self.enterContext(freeze_time(NOW))

    def _at(self, moment):
        self.clock.move_to(moment)

    def _case(self, partner=None, **values):
        return self.cases._receive(
            {"name": "Pump leaks", "description": "It leaks", **values},
            by=partner or self.customer,
            medium="portal",
        )

    def _close(self, case, agent=None):
        case._solve(agent or self.agent)
        case._close("customer")

    def _invitations(self, touchpoint):
        return self.invitations.search(
            [("touchpoint_id", "=", touchpoint.id)], order="event_on"
        )

    def test_reopened_case_is_asked_about_once(self):
        """V36: closed Monday, reopened, closed Thursday: one survey, on Friday."""
        touchpoint = self._make_touchpoint(NOW - DAY, trigger="case", delay_hours=24)
        case = self._case()
        self._close(case)
        self._run_job(NOW + HOUR)
        self._at(NOW + 5 * HOUR)
        case._reopen()
        self._run_job(NOW + DAY + HOUR)
        self.assertFalse(self._mails_to(self.customer).filtered(self._asks))
        self._at(NOW + 3 * DAY)
        self._close(case, self.other_agent)
        for hours in (1, 23, 25, 26, 49):
            self._run_job(NOW + 3 * DAY + hours * HOUR)
        first, second = self._invitations(touchpoint)
        self.assertEqual((first.state, first.reason), ("left_out", "withdrawn"))
        self.assertEqual(second.state, "asked")
        self.assertEqual(second.res_id, case.episode_id.id)
        self.assertEqual(second.agent_id, self.other_agent)
        self.assertEqual(second.feedback_id.asked_on, NOW + 4 * DAY + HOUR)
        self.assertEqual(len(self._mails_to(self.customer).filtered(self._asks)), 1)
        self.assertEqual(
            (second.feedback_id.res_model, second.feedback_id.res_id),
            ("ecrm.case", case.id),
        )

    def _asks(self, mail):
        return "/voice/feedback/" in (mail.body_html or "")

    def test_closed_again_before_asking_is_asked_about_the_second(self):
        touchpoint = self._make_touchpoint(NOW - DAY, trigger="case", delay_hours=24)
        case = self._case()
        self._close(case)
        self._run_job(NOW + HOUR)
        self._at(NOW + 2 * HOUR)
        case._reopen()
        self._at(NOW + 3 * HOUR)
        self._close(case)
        for hours in (4, 25, 28):
            self._run_job(NOW + hours * HOUR)
        self.assertEqual(
            self._invitations(touchpoint).mapped("reason"), ["withdrawn", False]
        )

    def test_merged_case_is_left_out_and_shown(self):
        """V37: a merged case counts for nobody, and everybody sees that it was."""
        touchpoint = self._make_touchpoint(NOW - DAY, trigger="case", delay_hours=1)
        kept, merged = self._case(), self._case(name="Leaks again")
        merged.with_user(self.leader)._merge_into(kept.with_user(self.leader))
        self._at(NOW + HOUR)
        self._close(kept)
        self._run_job(NOW + HOUR)
        self._run_job(NOW + 3 * HOUR)
        found = {
            one._source_record(): one.reason for one in self._invitations(touchpoint)
        }
        self.assertEqual(found, {merged: "merged", kept: False})
        rows = self.env["ecrm.coverage"]._read_group(
            [("touchpoint_id", "=", touchpoint.id)], [], ["events:sum", "eligible:sum"]
        )
        self.assertEqual(rows, [(2, 1)])

    def test_unproven_sender_is_asked_nothing(self):
        touchpoint = self._make_touchpoint(NOW - DAY, trigger="case")
        case = self.cases._receive(
            {"name": "Leaks", "email_from": self.customer.email},
            by=self.env["res.partner"],
            medium="form",
        )
        self._close(case)
        self._run_job(NOW + HOUR)
        self.assertEqual(self._invitations(touchpoint).reason, "nobody")

    def test_who_complains_is_not_asked_until_it_is_over(self):
        """A serious open complaint stops surveys; quiet hours only make them wait."""
        touchpoint = self._make_touchpoint(NOW - DAY)
        self._case(kind="complaint", severity="serious")
        self._order()
        calm = self._make_customer("Calm")
        self._order(partner=calm)
        self._run_job(NOW)
        found = {one.partner_id: one.state for one in self._invitations(touchpoint)}
        self.assertEqual(found, {self.customer: "planned", calm: "asked"})
        for hours in (2, 12, 23, 25):
            self._run_job(NOW + hours * HOUR)
        mine = self._invitations(touchpoint).filtered(
            lambda one: one.partner_id == self.customer
        )
        self.assertEqual((mine.state, mine.reason), ("left_out", "not_allowed"))

    def test_loop_is_measured(self):
        touchpoint = self._make_touchpoint(metric="csat", low_score=2)
        one = self._asked(touchpoint)
        one._accept({"score": 1, "comment": "Bad", "medium": "link"})
        alone = self._asked(touchpoint, self._make_customer("Alone"))
        alone._accept({"score": 2, "medium": "link"})
        self.env.flush_all()
        loop = self.env["ecrm.loop"]
        mine = [("touchpoint_id", "=", touchpoint.id)]
        specs = ["low:sum", "followed:avg", "told:avg", "score_after:avg"]
        self.assertEqual(loop._read_group(mine, [], specs), [(2, 100, 0, False)])
        case = one.case_ids
        self.assertEqual(one.portal_status, "received")
        self._at(NOW + HOUR)
        case._say("We send another one.", user=self.agent)
        self.assertEqual(one.portal_status, "working")
        self._close(case)
        self.assertEqual(one.portal_status, "closed")
        self._at(NOW + DAY)
        again = self._asked(touchpoint)
        again._accept({"score": 5, "medium": "link"})
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(loop._read_group(mine, [], specs), [(2, 100, 50, 5)])
        row = loop.search([*mine, ("feedback_id", "=", one.id)])
        self.assertRecordValues(
            row, [{"case_id": case.id, "told_on": NOW + HOUR, "score_after": 5}]
        )

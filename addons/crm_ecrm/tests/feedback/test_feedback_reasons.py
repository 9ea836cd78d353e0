from datetime import timedelta

from odoo import http
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .feedback_common import FeedbackCommon


@tagged("post_install", "-at_install")
class TestFeedbackReasons(FeedbackCommon, HttpCase):
    """Customers choose reasons for their score; what they chose stays."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fa_IR")
        cls.manager = new_test_user(
            cls.env, "voice_mana", "crm_ecrm.group_voice_manager"
        )
        reasons = {"Late": "low", "Price": "low", "Fast": "high", "Staff": "always"}
        cls.touchpoint = cls._make_touchpoint(
            reason_ids=[
                Command.create({"name": name, "shown_for": side, "sequence": place})
                for place, (name, side) in enumerate(reasons.items())
            ]
        )
        cls.late, cls.price, cls.fast, cls.staff = cls.touchpoint.reason_ids
        cls.late.update_field_translations("name", {"fa_IR": "دیر رسید"})
        cls.one = cls._asked(cls.touchpoint)
        cls.link = f"/voice/feedback/{cls.one._link().rpartition('/')[2]}"
        cls.env.flush_all()

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)

    def _answer(self, score, *reasons, gesture=None, **more):
        """Tick them on the page, as the browser sends it."""
        token = {"csrf_token": http.Request.csrf_token(self)}
        self.env.flush_all()
        gesture = gesture or self.url_open(f"{self.link}/begin", token).text
        ticked = {f"reason_{reason.id}": "1" for reason in reasons}
        sent = {**token, "score": score, "gesture": gesture, **ticked, **more}
        page = self.url_open(f"{self.link}/answer", sent)
        self.env.invalidate_all()
        self.assertEqual(page.status_code, 200)
        return page

    def test_two_reasons_are_chosen_and_sent_again_are_one_answer(self):
        form = self.url_open(self.link).text
        for reason in self.touchpoint.reason_ids:
            self.assertIn(f'for="reason_{reason.id}"', form)
        gesture = self.one._new_gesture()
        for _time in range(2):
            page = self._answer(2, self.late, self.staff, gesture=gesture)
            self.assertIn("Your answer was saved", page.text)
        self.assertRegex(page.text, "o_voice_chosen.*Late.*Staff")
        answer = self.one.answer_ids.ensure_one()
        self.assertEqual(answer.reason_ids, self.late | self.staff)
        self.assertEqual(self.one.reason_ids, self.late | self.staff)
        self.assertIn("Late · Staff", self.one.case_ids.description)

    def test_only_reasons_of_the_question_and_the_score_are_kept(self):
        other = self._make_touchpoint(reason_ids=[Command.create({"name": "Foreign"})])
        self.price.active = False
        self._answer(
            2,
            *(other.reason_ids, self.price, self.fast, self.late),
            reason_0="1",
            reason_x="1",
            reason_ids="1",
            **{f"reason_{self.staff.id}": ""},
        )
        self.assertEqual(self.one.answer_id.reason_ids, self.late)
        self.assertEqual(self.one.reason_ids, self.late)
        # a good score has reasons of its own
        self._answer(5, self.late, self.fast)
        self.assertEqual(self.one.reason_ids, self.fast)

    def test_middle_scores_have_the_reasons_of_low_ones(self):
        self._answer(3, self.late, self.fast)
        self.assertEqual(self.one.reason_ids, self.late)

    def test_a_refused_answer_keeps_its_ticks(self):
        page = self._answer("", self.price)
        self.assertIn("Please choose a score", page.text)
        self.assertRegex(page.text, rf'<input[^>]*reason_{self.price.id}"[^>]*checked')
        self.assertNotRegex(
            page.text, rf'<input[^>]*reason_{self.late.id}"[^>]*checked'
        )
        self.assertFalse(self.one.reason_ids)

    def test_a_new_version_leaves_the_former_as_it_was(self):
        self._answer(2, self.late)
        self.one.answered_on -= timedelta(minutes=10)
        page = self.url_open(self.link)
        self.assertRegex(page.text, rf'<input[^>]*reason_{self.late.id}"[^>]*checked')
        self._answer(1, self.price)
        latest, former = self.one.answer_ids
        self.assertEqual(
            (latest.reason_ids, former.reason_ids), (self.price, self.late)
        )
        self.assertEqual(self.one.reason_ids, self.price)

    def test_an_archived_reason_stays_on_old_answers(self):
        self._answer(2, self.late, self.staff)
        self.late.with_user(self.manager).active = False
        self.env.flush_all()
        self.env.invalidate_all()
        mine = self.one.with_user(self.agent)
        self.assertEqual(mine.reason_ids, self.late | self.staff)
        self.assertEqual(mine.answer_id.reason_ids, self.late | self.staff)
        groups = mine._read_group(
            [("touchpoint_id", "=", self.touchpoint.id)], ["reason_ids"], ["__count"]
        )
        self.assertEqual(dict(groups), {self.late: 1, self.staff: 1})
        found = mine.search([("reason_ids", "=", "Late"), ("id", "=", mine.id)])
        self.assertEqual(found, mine)
        # not chosen again
        self.assertNotIn(f"reason_{self.late.id}", self.url_open(self.link).text)
        self._answer(2, self.late)
        self.assertFalse(self.one.reason_ids)

    def test_what_was_chosen_keeps_its_words(self):
        fast = self.fast.with_user(self.manager)
        fast.name = "Quick"
        self._answer(2, self.late)
        late = self.late.with_user(self.manager)
        for act in (
            lambda: late.write({"name": "Early"}),
            lambda: late.with_context(lang="fa_IR").write({"name": "زود"}),
            lambda: late.update_field_translations("name", {"fa_IR": "زود"}),
            lambda: late.write({"touchpoint_id": self._make_touchpoint().id}),
            lambda: self.one.with_user(self.manager).write({"reason_ids": [(5, 0, 0)]}),
            lambda: self.one.answer_id.with_user(self.manager).write(
                {"reason_ids": [Command.link(fast.id)]}
            ),
            lambda: late.with_user(self.agent).write({"sequence": 3}),
        ):
            with self.assertRaises(AccessError):
                act()
        with self.assertRaisesRegex(UserError, "archive it instead"):
            late.unlink()
        late.write({"name": "Late", "sequence": 9, "shown_for": "always"})
        fast.unlink()
        self.assertEqual(self.late.with_context(lang="fa_IR").name, "دیر رسید")
        self.assertEqual(self.one.reason_ids, self.late)

    def test_copied_with_the_touchpoint_in_every_language(self):
        self._answer(2, self.late)
        self.staff.active = False
        copy = self.touchpoint.with_user(self.manager).copy()
        self.assertEqual(copy.reason_ids.mapped("name"), ["Late", "Price", "Fast"])
        self.assertEqual(copy.reason_ids.mapped("shown_for"), ["low", "low", "high"])
        self.assertFalse(copy.reason_ids & self.touchpoint.reason_ids)
        first = copy.reason_ids[0]
        self.assertEqual(first.with_context(lang="fa_IR").name, "دیر رسید")
        # of which nobody chose any yet
        first.name = "Too Late"
        self.assertEqual(self.late.name, "Late")

    def test_customers_read_them_in_their_language(self):
        page = self.one.with_context(lang="fa_IR")._page_values(self.env.user)
        self.assertEqual(page["reasons"][0][1], "دیر رسید")

    def test_eight_are_shown_at_most(self):
        four = [Command.create({"name": f"Reason {n}"}) for n in range(4)]
        touchpoint = self.touchpoint.with_user(self.manager)
        touchpoint.reason_ids = four
        with self.assertRaises(ValidationError):
            touchpoint.reason_ids = four[:1]
        touchpoint.reason_ids[:1].active = False
        touchpoint.reason_ids = four[:1]
        with self.assertRaisesRegex(ValidationError, "8 reasons"):
            self.late.active = True

    def test_nobody_gives_reasons_to_another_companys_touchpoint(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = self.touchpoints.create({"name": "x", "company_id": elsewhere.id})
        with self.assertRaises(AccessError):
            self.late.with_user(self.manager).create(
                {"name": "Mine", "touchpoint_id": foreign.id}
            )

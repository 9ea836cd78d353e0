import re
from datetime import date, datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields, http
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.crm_suite.tools.links import sign_link

from ...models.feedback import ecrm_feedback
from .feedback_common import FeedbackCommon


@tagged("post_install", "-at_install")
class TestAnswering(FeedbackCommon, HttpCase):
    """Only the customer answers, once, and only what he sends counts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.touchpoint = cls._make_touchpoint(
            question_1="What should we do better?",
            dimension_ids=[(6, 0, cls.env.ref("crm_ecrm.dimension_speed").ids)],
        )
        cls.one = cls._asked(cls.touchpoint)
        cls.link = f"/voice/feedback/{cls.one._link().rpartition('/')[2]}"
        cls.env.flush_all()

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)

    def _post(self, url, **values):
        token = http.Request.csrf_token(self)
        self.env.flush_all()
        answer = self.url_open(url, data={"csrf_token": token, **values})
        self.env.invalidate_all()
        return answer

    def _begin(self):
        return self._post(f"{self.link}/begin").text

    def _answer(self, score, gesture=None, **values):
        gesture = self._begin() if gesture is None else gesture
        return self._post(f"{self.link}/answer", score=score, gesture=gesture, **values)

    def assertSays(self, text, page):
        self.assertEqual(page.status_code, 200)
        self.assertIn(text, page.text)

    def test_looking_writes_nothing(self):
        for _time in range(3):
            page = self.url_open(self.link)
            self.assertSays("How satisfied are you?", page)
        self.url_open(f"{self.link}?score=5&gesture=x")
        self.assertEqual(self.url_open(f"{self.link}/answer").status_code, 405)
        self.env.invalidate_all()
        self.assertRecordValues(
            self.one, [{"state": "asked", "answer_ids": [], "score": 0}]
        )
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        self.assertEqual(page.headers["Cache-Control"], "no-store")

    def test_answer_with_all_that_belongs_to_it(self):
        dimension = self.env.ref("crm_ecrm.dimension_speed")
        page = self._answer(
            4,
            comment=" <b>Fine</b> ",
            answer_1="Nothing",
            visibility="company",
            **{f"mark_{dimension.id}": "5"},
        )
        self.assertSays("Your answer was saved", page)
        self.assertIn("&lt;b&gt;Fine", page.text)
        self.assertRecordValues(
            self.one,
            [
                {
                    "state": "answered",
                    "score": 4,
                    "points": 100,
                    "answer_group": "good",
                    "comment": "<b>Fine</b>",
                    "answer_1": "Nothing",
                    "visibility": "company",
                    "medium": "link",
                    "is_late": False,
                    "is_low": False,
                    "portal_status": "received",
                }
            ],
        )
        self.assertRecordValues(
            self.one.mark_ids,
            [{"dimension_id": dimension.id, "score": 5, "is_current": True}],
        )

    def test_form_without_a_gesture_is_a_scanners(self):
        """A mail scanner that sends the form first is not the customer."""
        self.patch(ecrm_feedback, "CONFIRM_AFTER", timedelta(minutes=5))
        page = self._answer(1, gesture="")
        self.assertSays("Please look at your answer once more", page)
        self.assertEqual(self.one.state, "asked")
        # who sends the confirmation in the same moment has read nothing either
        confirmed = re.search(r'name="gesture"[^>]*value="([^"]+)"', page.text)[1]
        page = self._answer(1, gesture=confirmed)
        self.assertSays("Please look at your answer once more", page)
        self.assertEqual(self.one.state, "asked")
        for wrong in ("x", "AAAA", "a" * 5000, confirmed[:-2], "\N{SNOWMAN}"):
            self._answer(1, gesture=wrong)
            self.assertEqual(self.one.state, "asked")
        other = self._asked(self.touchpoint, self._make_customer("Other"))
        self._answer(1, gesture=other._new_gesture())
        self.assertEqual(self.one.state, "asked")

    def test_without_a_script_the_answer_is_confirmed(self):
        gesture = self.one._new_gesture(confirmed=True)
        self.assertEqual(
            self.one._answer(
                {"score": "3"}, self.env.ref("base.public_user"), "link", gesture
            ),
            "confirm",
        )
        self.patch(
            self.env.registry["ecrm.feedback"],
            "_read_gesture",
            lambda feedback, token: "later" if token == gesture else None,
        )
        self.assertSays("Your answer was saved", self._answer(3, gesture=gesture))
        self.assertEqual(self.one.score, 3)

    def test_used_three_times(self):
        """V34: reloaded, changed within the hour, and refused after a week."""
        gesture = self._begin()
        for _time in range(2):
            self.assertSays(
                "Your answer was saved", self._answer(5, gesture, comment="A")
            )
        self.assertEqual(len(self.one.answer_ids), 1)
        self.one.answered_on -= timedelta(minutes=10)
        page = self._answer(2, comment="B")
        self.assertSays("takes the place of the former", page)
        self.assertRecordValues(self.one.answer_ids, [{"score": 2}, {"score": 5}])
        self.assertEqual((self.one.score, self.one.comment), (2, "B"))
        self.one.answered_on -= timedelta(days=7)
        page = self._answer(4)
        self.assertSays("can no longer be changed", page)
        page = self.url_open(self.link)
        self.assertSays("This question was answered", page)
        # whoever else has the link does not read it
        self.assertNotIn("o_voice_score", page.text)
        self.assertEqual((len(self.one.answer_ids), self.one.score), (2, 2))

    def test_staff_answers_for_nobody(self):
        """V33: the agent's 5 is refused, the customer's 4 is taken."""
        self.authenticate(self.agent.login, self.agent.login * 3)
        page = self._answer(5)
        self.assertSays("member of the staff", page)
        self.assertEqual(self.one.state, "asked")
        self.authenticate(None, None)
        self._answer(4)
        self.assertEqual(self.one.score, 4)

    def test_link_of_somebody_else_who_is_signed_in(self):
        stranger = new_test_user(
            self.env, "voice_stranger", "base.group_portal", password="stranger" * 2
        )
        self.authenticate(stranger.login, "stranger" * 2)
        self.assertSays("is for somebody else", self._answer(1))
        self.assertEqual(self.one.state, "asked")

    def test_surveys_are_stopped_by_the_link(self):
        """A forwarded link can withdraw; a scanner that sends the form cannot."""
        stop = f"{self.link}/stop"
        self.assertEqual(self.url_open(stop).status_code, 405)
        self.assertSays("Shall we ask you nothing", self._post(stop))
        self.authenticate(self.agent.login, self.agent.login * 3)
        gesture = self.one._new_gesture()
        self.assertSays("member of the staff", self._post(stop, gesture=gesture))
        self.authenticate(None, None)
        allowed = self.customer._may_contact("email", "survey")
        self.assertEqual(allowed, self.customer)
        page = self._post(stop, gesture=self._begin())
        self.assertSays("You will not be asked again", page)
        self.assertFalse(self.customer._may_contact("email", "survey"))
        consent = self.env["ecrm.consent"].search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertRecordValues(
            consent, [{"state": "withdrawn", "purpose": "survey", "source": "link"}]
        )
        self.assertEqual(self.one.state, "asked")
        self._post("/voice/feedback/x/stop", gesture="x")

    def test_what_is_no_score_is_refused(self):
        """V43: 8.5, 11, −1 and an empty one are refused."""
        for score in ("8.5", "11", "-1", "", "0", "6", "5; DROP", "1" * 10_000):
            with self.subTest(score):
                self.assertSays("Please choose a score", self._answer(score))
        dimension = self.env.ref("crm_ecrm.dimension_speed")
        for mark in ("0", "6", "x", "1.5"):
            page = self._answer(4, **{f"mark_{dimension.id}": mark})
            self.assertSays("Please choose a mark", page)
        self.assertEqual(self.one.state, "asked")

    def test_only_the_forms_fields_are_written(self):
        self._answer(
            4,
            state="asked",
            partner_id="1",
            points="-100",
            agent_id="2",
            company_id="9",
            comment="x" * 20_000,
            visibility="everybody",
            **{"mark_999999": "5"},
        )
        self.assertRecordValues(
            self.one,
            [
                {
                    "state": "answered",
                    "partner_id": self.customer.id,
                    "points": 100,
                    "agent_id": self.agent.id,
                    "visibility": "mine",
                    "comment": "x" * 4000,
                    "mark_ids": [],
                }
            ],
        )

    def test_wrong_and_foreign_tokens_open_nothing(self):
        other = sign_link(self.one, self.customer, "case", 5)
        for token in ("x", "AAAA", self.link[-40:], other, "%00", "a" * 3000):
            with self.subTest(token[:10]):
                page = self.url_open(f"/voice/feedback/{token}")
                self.assertIn(page.status_code, (200, 404))
                self.assertNotIn(self.one.name, page.text)
                self._post(f"/voice/feedback/{token}/answer", score="1", gesture="x")
        self.assertEqual(self.one.state, "asked")
        # a new key ends every link
        self.one.key = self.one._new_key()
        self.env.flush_all()
        self.assertSays("This Link Has Expired", self.url_open(self.link))

    def test_missing_csrf_is_refused(self):
        for tail in ("answer", "begin"):
            answer = self.url_open(f"{self.link}/{tail}", data={"score": "5"})
            self.assertEqual(answer.status_code, 400)
        self.assertEqual(self.one.state, "asked")

    def test_expired_link_is_renewed_to_the_address_on_file(self):
        """V39: the page says the same to everybody; the mail goes to the customer."""
        self.one.valid_until = fields.Datetime.now() - timedelta(days=10)
        self.one.asked_on = fields.Datetime.now() - timedelta(days=40)
        token = sign_link(self.one, self.customer, "feedback", -1)
        page = self.url_open(f"/voice/feedback/{token}")
        self.assertSays("This Link Has Expired", page)
        self.assertNotIn(self.one.name, page.text)
        self.assertNotIn("Kaveh", page.text)
        unknown = self._post("/voice/feedback/renew", email="nobody@example.com")
        self.assertFalse(self._mails_to(self.customer))
        known = self._post("/voice/feedback/renew", email=" KAVEH@example.com")
        self.assertSays("a new link is on its way", known)
        clean = re.compile(r'csrf_token["\':= ]+[^"\']+|[0-9a-f]{40}o\d+')
        self.assertEqual(clean.sub("", known.text), clean.sub("", unknown.text))
        mail = self._mails_to(self.customer)
        self.assertEqual(len(mail), 1)
        # none as long as that one works
        self._post("/voice/feedback/renew", email="kaveh@example.com")
        self.assertEqual(self._mails_to(self.customer), mail)
        self.link = re.search(r"/voice/feedback/[\w-]+", mail.body_html)[0]
        self.assertSays("Your answer was saved", self._answer(4))
        self.assertTrue(self.one.is_late)

    def test_agents_read_no_tokens_and_write_nothing(self):
        self._answer(2)
        mine = self.one.with_user(self.agent)
        self.assertEqual(mine.score, 2)
        for act in (
            lambda: mine.read(["key"]),
            lambda: mine.search([("key", "=", self.one.key)]),
            lambda: mine.answer_ids.read(["nonce"]),
            lambda: mine.write({"score": 5}),
            lambda: mine.answer_ids.write({"score": 5}),
            lambda: mine.answer_ids.copy(),
            mine.unlink,
            lambda: mine.create({"name": "x", "touchpoint_id": self.touchpoint.id}),
        ):
            with self.assertRaises(AccessError):
                act()

    def test_portal_shows_and_takes_the_same_question(self):
        company = self._make_customer("Mill", is_company=True)
        people = self._make_customer("Ana") | self._make_customer("Ben")
        people.parent_id = company
        for person in people:
            login = f"voice_{person.name.lower()}"
            new_test_user(
                self.env,
                login,
                "base.group_portal",
                partner_id=person.id,
                password=login * 2,
            )
        self.one = self._asked(self.touchpoint, people[0])
        url = self.one._portal_url()
        self.env.flush_all()
        self.authenticate("voice_ben", "voice_ben" * 2)
        self.assertEqual(self.url_open(url).status_code, 404)
        self.assertEqual(self._post(f"{url}/answer", score="1").status_code, 404)
        self.authenticate("voice_ana", "voice_ana" * 2)
        page = self.url_open(url)
        self.assertSays("How satisfied are you?", page)
        gesture = re.search(r'name="gesture"[^>]*value="([^"]+)"', page.text)[1]
        page = self._post(
            f"{url}/answer", score="2", gesture=gesture, visibility="company"
        )
        self.assertSays("Your answer was saved", page)
        self.assertEqual((self.one.score, self.one.medium), (2, "portal"))
        # answered there, it is answered by the link too
        self.link = self.one._link().rpartition("//")[2]
        self.link = self.link[self.link.index("/") :]
        self.authenticate("voice_ben", "voice_ben" * 2)
        page = self.url_open(url)
        self.assertSays("My Company", page)
        self.assertNotIn('<form class="o_voice_feedback_form', page.text)
        page = self._post(f"{url}/answer", score="5", gesture=self.one._new_gesture())
        self.assertSays("Only who was asked may answer", page)
        self.assertEqual(self.one.score, 2)

    def test_low_score_opens_one_case(self):
        self._answer(1, comment="Broken")
        case = self.one.case_ids
        self.assertRecordValues(
            case,
            [
                {
                    "kind": "question",
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "state": "new",
                }
            ],
        )
        self.assertIn("Broken", case.description)
        self.assertTrue(self.one.is_low)
        page = self._answer(2, comment="Still")
        self.assertEqual(self.one.case_ids, case)
        self.assertIn("now 2", str(case.message_ids.mapped("body")))
        self.assertSays(case.number, page)
        with self.assertRaises(AccessError):
            case.with_user(self.agent).feedback_id = False

    def test_what_is_refused_late_leaves_nothing(self):
        """The page that shows the refusal keeps no answer without its case."""
        with patch.object(
            self.registry["ecrm.case"],
            "_receive_feedback",
            side_effect=UserError("Too late"),
        ):
            page = self._answer(1, comment="Never again")
        self.assertSays("Too late", page)
        self.assertSays("Never again", page)
        self.assertRecordValues(self.one, [{"state": "asked", "answer_ids": []}])

    def test_high_score_opens_none(self):
        self._answer(3)
        self.assertFalse(self.one.case_ids)

    def _assert_looked_after(self, feedback, user, until):
        """One case, with an owner and a deadline."""
        case = feedback.case_ids
        self.assertRecordValues(
            case, [{"user_id": user.id, "follow_up_until": until, "state": "new"}]
        )
        return case

    def test_a_low_score_is_looked_after_where_all_teams_are_archived(self):
        """By the leader of one, since the answer is there; no more are asked for."""
        self.env["ecrm.team"].search([]).active = False
        self.assertSays("Your answer was saved", self._answer(1))
        self.assertTrue(self.one.is_low)
        leader = self.one.case_ids.team_id.leader_id
        self.assertTrue(leader)
        self.assertEqual(self.one.case_ids.user_id, leader)
        self.assertTrue(self.one.case_ids.follow_up_until)
        touchpoint = self._make_touchpoint(follow_up=False)
        touchpoint.action_pause()
        touchpoint.follow_up = True
        self.assertIn("archived", touchpoint.follow_up_words)
        with self.assertRaisesRegex(UserError, "archived"):
            touchpoint.action_start()

    def test_a_low_score_of_a_company_without_a_team_has_owner_and_deadline(self):
        company = self.env["res.company"].create({"name": "New Shop"})
        company.partner_id.tz = "Asia/Tehran"
        touchpoint = self.touchpoints.create(
            {"name": "x", "company_id": company.id, "follow_up_days": 3}
        )
        teams = self.env["ecrm.team"].with_context(active_test=False)
        ours = [("company_id", "=", company.id)]
        self.assertIn("no service team yet", touchpoint.follow_up_words)
        self.assertFalse(teams.search(ours), "looking makes none")
        touchpoint.action_start()
        team = teams.search(ours)
        self.assertFalse(team.promise_ids)
        self.assertIn("3 days", touchpoint.follow_up_words)
        one = self._asked(touchpoint, company_id=company.id)
        # half past midnight of 2 March in Tehran
        with freeze_time("2027-03-01 21:00:00"):
            one._accept({"score": 1, "medium": "link"})
        case = self._assert_looked_after(
            one, team.leader_id, datetime(2027, 3, 5, 20, 30)
        )
        self.assertRecordValues(
            case.activity_ids,
            [{"user_id": team.leader_id.id, "date_deadline": date(2027, 3, 5)}],
        )
        self.env.flush_all()
        loop = self.env["ecrm.loop"]
        mine = [("feedback_id", "=", one.id)]
        for moment, share in (("20:29", None), ("20:31", 0)):
            with freeze_time(f"2027-03-05 {moment}:00"):
                ((in_time, owners),) = loop._read_group(
                    mine, [], ["in_time:array_agg", "user_id:recordset"]
                )
            self.assertEqual(in_time, [share], moment)
            self.assertEqual(owners, team.leader_id)
        case._say("We are sorry.", user=team.leader_id, at=datetime(2027, 3, 5, 20))
        self.env.flush_all()
        with freeze_time("2027-03-09 12:00:00"):
            self.assertEqual(loop._read_group(mine, [], ["in_time:avg"]), [(100,)])

    def test_the_touchpoint_says_which_team_looks_after_low_scores(self):
        other = self.env["ecrm.team"].create(
            {"name": "Care", "sequence": 99, "leader_id": self.other_agent.id}
        )
        other.member_ids = [Command.create({"user_id": self.agent.id})]
        touchpoint = self._make_touchpoint(team_id=other.id)
        self.assertIn("Care, within", touchpoint.follow_up_words)
        one = self._asked(touchpoint)
        one._accept({"score": 1, "medium": "link"})
        case = self._assert_looked_after(one, self.agent, one.case_ids.promised_on)
        self.assertEqual(case.team_id, other)
        self.assertTrue(case.promised_on)
        self.assertFalse(case.activity_ids, "the clock is the deadline")
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = self.env["ecrm.team"].create(
            {"name": "Foreign", "company_id": elsewhere.id, "calendar_id": False}
        )
        with self.assertRaises(ValidationError):
            touchpoint.team_id = foreign

    def test_low_score_of_a_quiet_touchpoint_opens_none(self):
        quiet = self._make_touchpoint(follow_up=False)
        one = self._asked(quiet)
        one._accept({"score": 1, "medium": "link"})
        self.assertFalse(one.case_ids)

    def test_merged_contacts_keep_what_they_said(self):
        self._answer(4)
        twin = self._make_customer("Kaveh Again", email=self.customer.email)
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.customer | twin).ids, twin
        )
        self.env.invalidate_all()
        self.assertEqual((self.one.partner_id, self.one.score), (twin, 4))

    def test_a_stranger_in_the_method_itself_is_refused(self):
        with self.assertRaises(UserError):
            self.one._answer({"score": "5"}, self.agent, "link", "")

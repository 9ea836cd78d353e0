import json
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from odoo.addons.crm_suite.tools.links import sign_link

from ..voice_common import VoiceCommon


@tagged("post_install", "-at_install")
class TestPortalIdeas(VoiceCommon, HttpCase):
    def _similar(self, text):
        answer = self.url_open(
            "/my/voice/ideas/similar",
            data=json.dumps({"jsonrpc": "2.0", "params": {"text": text}}),
            headers={"Content-Type": "application/json"},
        )
        return answer.json().get("result")

    def _of(self, user):
        return self.ideas.search([("partner_id", "=", user.partner_id.id)])

    def test_a_customer_sends_an_idea_and_sees_what_becomes_of_it(self):
        self._login(self.emma)
        page = self._post(
            "/my/voice/idea/new", name="Choose the hour", description="We are alone"
        ).text
        idea = self._of(self.emma)
        self.assertIn("Choose the hour", page)
        self.assertIn(idea.number, page)
        self.assertIn("You get a first answer by", page)
        self.assertRecordValues(
            idea,
            [
                {
                    "words": "Choose the hour\n\nWe are alone",
                    "visibility": "mine",
                    "published_on": False,
                    "vote_count": 1,
                }
            ],
        )
        idea.with_user(self.leader)._answer("declined", "It <b>costs</b> too much")
        page = self.url_open(idea._portal_url()).text
        self.assertIn("It &lt;b&gt;costs&lt;/b&gt; too much", page)
        self.assertIn("Declined", page)

    def test_what_is_sent_cannot_set_more_than_the_form(self):
        self._login(self.emma)
        self._post(
            "/my/voice/idea/new",
            name="A",
            status="shipped",
            vote_count="99",
            partner_id=str(self.nasrin.partner_id.id),
            published_on="2020-01-01",
            company_id="1",
            visibility="everybody",
        )
        self.assertRecordValues(
            self._of(self.emma),
            [{"status": "new", "vote_count": 1, "published_on": False}],
        )
        self.assertFalse(self._of(self.nasrin))

    def test_what_is_refused_late_leaves_nothing(self):
        """The page that shows the refusal keeps no vote that nobody counted."""
        idea = self._idea()
        self._login(self.emma)
        with patch.object(
            self.registry[idea._name], "_count_votes", side_effect=UserError("Too late")
        ):
            page = self._post(f"{idea._portal_url()}/vote", vote="1").text
        self.assertIn("Too late", page)
        self.assertFalse(idea.vote_ids)

    def test_too_much_or_nothing_is_refused(self):
        self._login(self.emma)
        for values in (
            {"name": ""},
            {"name": "   "},
            {"name": "x" * 201},
            {"name": "x", "description": "y" * 10_001},
            {"name": "\x00"},
        ):
            answer = self._post("/my/voice/idea/new", **values)
            self.assertEqual(answer.status_code, 200)
            self.assertIn("alert-danger", answer.text)
        self.assertFalse(self._of(self.emma))
        url = f"{self._idea()._portal_url()}/comment"
        page = self._post(url, text="So it goes on. " * 400).text
        self.assertIn("alert-danger", page)
        self.assertIn("So it goes on. So it goes on.", page, "as it was written")

    def test_a_person_sends_so_many_a_day(self):
        self.ideas.create(
            [
                {"name": f"A{n}", "partner_id": self.emma.partner_id.id}
                for n in range(20)
            ]
        )
        self._login(self.emma)
        self.assertIn("tomorrow", self._post("/my/voice/idea/new", name="B").text)
        self.assertEqual(len(self._of(self.emma)), 20)

    def test_what_is_sent_twice_counts_once(self):
        """A double click, a browser that sends again; whoever repeats himself."""
        self._login(self.emma)
        said = {"name": "The hour", "description": "We are alone"}
        for more in ({}, {}, {"visibility": "company"}):
            answer = self._post("/my/voice/idea/new", **said, **more)
            self.assertIn("The hour", answer.text)
        idea = self._of(self.emma)
        self.assertEqual((len(idea), idea.visibility), (1, "mine"))
        self._post("/my/voice/idea/new", **{**said, "description": "Or two"})
        self.assertEqual(len(self._of(self.emma)), 2)
        idea.with_user(self.leader).action_publish()
        for text in ("Two hours", "Two hours", "Three"):
            self._post(f"{idea._portal_url()}/comment", text=text)
        self.assertEqual(idea.comment_ids.mapped("text"), ["Two hours", "Three"])
        self._login(self.nasrin)
        self._post("/my/voice/idea/new", **said)
        self._post(f"{idea._portal_url()}/comment", text="Three")
        self.assertEqual(len(self._of(self.nasrin)), 1, "others may want the same")
        self.assertEqual(len(idea.comment_ids), 3)
        # and so may he himself, another day
        day = "UPDATE ecrm_idea SET create_date = create_date - interval '25 hours'"
        self.env.cr.execute(day)
        self._post("/my/voice/idea/new", **said)
        self.assertEqual(len(self._of(self.nasrin)), 2)

    def test_the_board_follows_the_way_of_an_idea(self):
        for name, status in (("A", "declined"), ("B", "planned"), ("C", "started")):
            self._idea(name).with_user(self.leader)._answer(status, "So")
        # as the screen asks for its columns
        board = self.ideas.with_context(read_group_expand=True)
        board = board.web_read_group([], ["status"], [])
        found = [group["status"] for group in board["groups"]]
        way = ["new", "review", "planned", "started", "shipped", "declined"]
        self.assertEqual(found, [status for status in way if status in found])
        self.assertLessEqual({"planned", "started", "declined"}, {*found})

    def test_scripts_are_shown_and_do_not_run(self):
        self._login(self.emma)
        evil = "<script>alert(1)</script>"
        page = self._post("/my/voice/idea/new", name=evil, description=evil).text
        self.assertNotIn(evil, page)
        idea = self._of(self.emma)
        idea.with_user(self.leader).action_publish()
        self._post(f"{idea._portal_url()}/comment", text=evil)
        for url in (idea._portal_url(), "/my/voice/ideas", "/my/voice"):
            page = self.url_open(url).text
            self.assertNotIn(evil, page)
            self.assertIn("&lt;script&gt;", page)

    def test_a_published_idea_is_voted_for_without_its_author(self):
        idea = self._idea(
            "An hour", partner_id=self.emma.partner_id.id, description="We are alone"
        )
        url = idea._portal_url()
        self._login(self.nasrin)
        page = self.url_open(url).text
        self.assertIn("We are alone", page)
        self.assertNotIn("Emma", page)
        self.assertNotIn("Harbour", page)
        for vote, count in (("1", 2), ("1", 2), ("0", 1), ("0", 1), ("1", 2)):
            self._post(f"{url}/vote", vote=vote)
            self.assertEqual(idea.vote_count, count)
        self.assertIn("You Voted", self.url_open("/my/voice/ideas").text)

    def test_looking_does_not_vote(self):
        idea = self._idea("An hour")
        self._login(self.nasrin)
        self.assertIn(
            self.url_open(f"{idea._portal_url()}/vote?vote=1").status_code, (404, 405)
        )
        self.assertEqual(idea.vote_count, 0)

    def test_unpublished_ideas_are_not_there_for_others(self):
        private = self.ideas.create(
            {"name": "Secret plan", "partner_id": self.emma.partner_id.id}
        )
        shared = private.copy({"name": "Shared plan", "visibility": "company"})
        shared.sudo().partner_id = self.emma.partner_id
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = self._idea("Foreign plan", company_id=elsewhere.id)
        for user, seen in (
            (self.emma, {private, shared}),
            (self.noah, {shared}),
            (self.nasrin, set()),
        ):
            self._login(user)
            listed = self.url_open("/my/voice").text
            for idea in (private, shared, foreign):
                with self.subTest(user=user.login, idea=idea.name):
                    url = idea._portal_url()
                    status = 200 if idea in seen else 404
                    self.assertEqual(self.url_open(url).status_code, status)
                    if status == 404:
                        for action in ("vote", "comment"):
                            answer = self._post(f"{url}/{action}", vote="1", text="x")
                            self.assertEqual(answer.status_code, 404)
                    self.assertEqual(idea.name in listed, idea in seen)
            self.assertNotIn(" plan<", self.url_open("/my/voice/ideas").text)
            self.assertEqual(self._similar("Secret plan, foreign plan"), [])
        self.assertEqual((private | shared | foreign).mapped("vote_count"), [1, 1, 0])

    def test_similar_ideas_are_offered_while_typing(self):
        idea = self._idea("Choose the hour of a delivery")
        self._login(self.emma)
        (found,) = self._similar("the hour of delivery")
        self.assertEqual(found["url"], idea._portal_url())
        self.assertEqual(set(found), {"name", "url", "votes"})
        for text in ("", None, [], {"a": 1}, "x" * 100_000):
            self.assertEqual(self._similar(text), [])

    def test_comments_are_seen_by_others_once_they_are_shown(self):
        idea = self._idea("An hour")
        url = idea._portal_url()
        self._login(self.emma)
        page = self._post(f"{url}/comment", text="Two hours are fine").text
        self.assertIn("Seen by You Only So Far", page)
        self._login(self.nasrin)
        self.assertNotIn("Two hours", self.url_open(url).text)
        idea.comment_ids.with_user(self.leader).action_show()
        page = self.url_open(url).text
        self.assertIn("Two hours are fine", page)
        self.assertNotIn("Emma", page)
        for text in ("", " ", "x" * 4001):
            self.assertIn("alert-danger", self._post(f"{url}/comment", text=text).text)
        self.assertEqual(len(idea.comment_ids), 1)

    def test_a_link_votes_once_and_takes_back_for_whom_it_was_made(self):
        idea = self._idea("An hour")
        token = sign_link(idea, self.nasrin.partner_id, "idea", 1)
        url = f"/voice/idea/{token}"
        self.authenticate(None, None)
        page = self.url_open(url)
        self.assertEqual(idea.vote_count, 0, "looking is no vote")
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        for vote, count in (("1", 1), ("1", 1), ("0", 0), ("1", 1)):
            self._post(f"{url}/vote", vote=vote)
            self.assertEqual(idea.vote_count, count)
        self.assertEqual(idea.vote_ids.partner_id, self.nasrin.partner_id)
        # whoever is signed in, the link is whose it is
        self._login(self.emma)
        self._post(f"{url}/vote", vote="0")
        self.assertEqual(idea.vote_count, 0)

    def test_links_for_something_else_open_nothing(self):
        idea, other = self._idea("A"), self._idea("B")
        good = sign_link(idea, self.emma.partner_id, "idea", 1)
        gone = sign_link(other, self.emma.partner_id, "idea", 1)
        other.sudo()._as_system().key = "anew"
        self.env.flush_all()
        self.authenticate(None, None)
        tokens = [
            "x",
            good[:-3],
            gone,
            sign_link(idea, self.emma.partner_id, "case", 1),
        ]
        for token in tokens:
            for answer in (
                self.url_open(f"/voice/idea/{token}"),
                self._post(f"/voice/idea/{token}/vote", vote="1"),
            ):
                self.assertEqual(answer.status_code, 404)
        self.assertEqual((idea | other).mapped("vote_count"), [0, 0])

    def test_a_merged_idea_leads_to_the_one_it_is_part_of(self):
        a = self._idea("An hour")
        b = self._idea("The hour", partner_id=self.emma.partner_id.id)
        b.with_user(self.leader)._merge_into(a)
        self._login(self.emma)
        page = self.url_open(b._portal_url()).text
        self.assertIn("goes on as part of", page)
        self.assertIn(a._portal_url(), page)
        self.assertNotIn("The hour", self.url_open("/my/voice/ideas").text)
        self._post(f"{b._portal_url()}/vote", vote="0")
        self.assertEqual(a.vote_count, 0)

    def test_who_voted_for_a_part_reads_nothing_of_a_hidden_whole(self):
        """Emma told us alone; Nasrin's idea, which means the same, is a part of it."""
        hidden = self.ideas.create(
            {
                "name": "An hour for Harbour",
                "description": "Our tenants are away",
                "partner_id": self.emma.partner_id.id,
            }
        )
        part = self._idea("The hour", partner_id=self.nasrin.partner_id.id)
        part.with_user(self.leader)._merge_into(hidden)
        self._login(self.nasrin)
        # taken back and given again: no vote for what she does not see
        for vote in ("0", "1"):
            self._post(f"{part._portal_url()}/vote", vote=vote)
        hidden.with_user(self.leader)._answer("planned", planned_for="2040-05-01")
        told = self.env["ecrm.idea.news"].search(
            [("partner_id", "=", self.nasrin.partner_id.id)]
        )
        self.assertEqual(
            {(one.idea_id, one.status, one.text or "") for one in told},
            {(part, "merged", ""), (part, "planned", "")},
        )
        for one in told:
            one._mail()
        mails = self.env["mail.mail"].sudo().search([], order="id desc", limit=2)
        home = self.url_open("/my").text
        shown = [home, *mails.mapped("subject"), *mails.mapped("body_html")]
        for text in shown:
            self.assertNotIn("Harbour", text)
        self.assertIn("2040", mails[0].body_html + mails[1].body_html)
        token = sign_link(hidden, self.nasrin.partner_id, "idea", 1)
        self.assertEqual(self.url_open(f"/voice/idea/{token}").status_code, 404)
        # whose it is, and who voted for it when it was there to be read
        for reader in (self.emma, self.noah):
            hidden.sudo().visibility = "company"
            token = sign_link(hidden, reader.partner_id, "idea", 1)
            self.assertEqual(self.url_open(f"/voice/idea/{token}").status_code, 200)

    def test_the_list_filters_sorts_and_pages(self):
        voters = self._voters(3)
        for n in range(25):
            self._idea(f"Number {n:02d} of these", voters[: n % 4])
        self._login(self.nasrin)
        first = self.url_open("/my/voice/ideas").text
        self.assertEqual(first.count("o_voice_idea "), 20)
        second = self.url_open("/my/voice/ideas/page/2").text
        self.assertEqual(second.count("o_voice_idea "), 5)
        found = self.url_open("/my/voice/ideas?search=Number+07").text
        self.assertEqual(found.count("o_voice_idea "), 1)
        for odd in ("sortby=name;--", "status=x", "page=x", "search=%25%00"):
            self.assertEqual(self.url_open(f"/my/voice/ideas?{odd}").status_code, 200)
        self.assertEqual(
            self.url_open("/my/voice/ideas?status=shipped").status_code, 200
        )

    def test_no_portal_user_reaches_the_records(self):
        self._idea("A")
        for model in (
            *("ecrm.idea", "ecrm.idea.vote", "ecrm.idea.comment", "ecrm.idea.news"),
            *("ecrm.entry", "ecrm.consent", "ecrm.preference", "ecrm.signal"),
        ):
            self.assertFalse(self.env[model].with_user(self.emma).has_access("read"))

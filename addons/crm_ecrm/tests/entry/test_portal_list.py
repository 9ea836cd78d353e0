import re
from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from ..voice_common import VoiceCommon


@tagged("post_install", "-at_install")
class TestPortalList(VoiceCommon, HttpCase):
    def _entries(self, count, **values):
        """So many of Emma's, the oldest first."""
        now = fields.Datetime.now()
        return self.ideas.create(
            [
                {
                    "name": f"Entry {n:03d}",
                    "partner_id": self.emma.partner_id.id,
                    "opened_on": now - timedelta(days=count - n),
                    **values,
                }
                for n in range(count)
            ]
        )

    def _page(self, query=""):
        answer = self.url_open(f"/my/voice{query}")
        self.assertEqual(answer.status_code, 200)
        return answer.text

    def _shown(self, page):
        return re.findall(r"Entry \d{3}", page)

    def test_a_filter_is_asked_before_the_page_is_cut(self):
        """V41: 85 entries, 5 open ones all on page 2: the filter shows 5 on page 1."""
        entries = self._entries(85)
        entries[5:]._as_system().write({"status": "shipped"})
        self.env.flush_all()
        self._login(self.emma)
        page = self._page("?filterby=open")
        self.assertRegex(page, r"5\s+entries")
        self.assertEqual(len(self._shown(page)), 5)
        self.assertNotIn("/my/voice/page/2", page)
        first, second = self._page(), self._page("/page/2")
        self.assertEqual((len(self._shown(first)), len(self._shown(second))), (80, 5))
        self.assertFalse(set(self._shown(first)) & set(self._shown(second)))
        listed = self.env["ecrm.entry"]
        self.assertEqual(listed._portal_count(self.emma), 85)
        self.assertEqual(listed._portal_count(self.emma, filterby="open"), 5)

    def test_a_page_that_is_no_number_is_the_first(self):
        self._entries(2)
        self._login(self.emma)
        for path in ("/my/voice", "/my/voice/ideas"):
            for page in ("²", "x", "-1", "9" * 5000):
                with self.subTest(path, page=page[:9]):
                    answer = self.url_open(f"{path}?page={page}")
                    self.assertEqual(answer.status_code, 200)

    def test_days_of_the_list_are_the_readers(self):
        """Half past eleven at night in Tehran is the evening before in UTC."""
        entry = self._entries(1)
        self.emma.tz = "Asia/Tehran"
        for moment, day in (
            ("2027-05-05 19:59:00", "May 5, 2027"),
            ("2027-05-05 21:00:00", "May 6, 2027"),
        ):
            entry.sudo().write({"opened_on": moment})
            self.env.flush_all()
            self.env.invalidate_all()
            (row,) = self.env["ecrm.entry"]._portal_list(self.emma)
            self.assertEqual(row["opened"], day)
            page = entry._portal_page(self.emma.partner_id, self.emma)
            self.assertEqual(page["opened"], day)

    def test_a_follower_of_another_company_disturbs_nobody(self):
        """V40: the customer sees list and entry, and not who else follows it."""
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        follower = self.env["res.partner"].create(
            {"name": "Hidden Follower", "company_id": elsewhere.id}
        )
        idea = self._entries(1)
        idea.message_subscribe(partner_ids=follower.ids)
        self._login(self.emma)
        for page in (self._page(), self.url_open(idea._portal_url()).text):
            self.assertIn("Entry 000", page)
            self.assertNotIn("Hidden Follower", page)

    def test_colleagues_see_what_is_shared_and_strangers_nothing(self):
        mine = self._entries(1)
        shared = self._entries(1, visibility="company")
        shared.name = "Entry 100"
        for user, seen in (
            (self.emma, {"Entry 000", "Entry 100"}),
            (self.noah, {"Entry 100"}),
            (self.nasrin, set()),
        ):
            self._login(user)
            self.assertEqual(set(self._shown(self._page())), seen, user.login)
        # whoever leaves the company leaves what was said for it behind
        self.emma.partner_id.parent_id = self.sepehr
        self.env.flush_all()
        self._login(self.emma)
        self.assertFalse(self._shown(self._page()))
        self.assertEqual((mine | shared).commercial_partner_id, self.harbour)

    def test_it_is_searched_and_sorted(self):
        entries = self._entries(12)
        self._login(self.emma)
        self.assertEqual(self._shown(self._page("?search=entry+007")), ["Entry 007"])
        number = entries[3].number
        self.assertEqual(self._shown(self._page(f"?search={number}")), ["Entry 003"])
        newest = self._shown(self._page())
        self.assertEqual(newest, sorted(newest, reverse=True))
        oldest = self._shown(self._page("?sortby=old"))
        self.assertEqual(oldest, newest[::-1])
        self.assertEqual(len(self._shown(self._page("?kind=idea"))), 12)

    def test_what_is_not_found_is_told_from_what_is_not_there(self):
        self._login(self.emma)
        self.assertIn("Nothing here yet", self._page())
        self._entries(1)
        self.assertNotIn("Nothing", self._page())
        for narrowed in ("?search=zzz", "?filterby=done", "?kind=case"):
            page = self._page(narrowed)
            self.assertIn("Nothing fits", page)
            self.assertNotIn("Nothing here yet", page)

    def test_whatever_stands_in_the_address_is_no_code(self):
        self._entries(2)
        self._login(self.emma)
        for query in (
            "?sortby=id;DROP+TABLE",
            "?filterby=__class__",
            "?kind=res.users",
            "?search=%25%5C%27%22",
            "?search=%00",
            "?search=" + "x" * 5000,
            "/page/0",
            "/page/99999",
        ):
            with self.subTest(query[:30]):
                self._page(query)

    def test_the_list_takes_as_many_queries_for_80_as_for_8(self):
        self._entries(8)
        listed = self.env["ecrm.entry"]

        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            listed._portal_list(self.emma)
            return self.env.cr.sql_log_count - before

        queries()
        few = queries()
        self._entries(72)
        self.assertLessEqual(queries(), few)

    def test_home_shows_the_cards_also_at_zero(self):
        self._login(self.nasrin)
        page = self.url_open("/my").text
        for address in (
            "/my/voice",
            "/my/voice/case/new",
            "/my/voice/ideas",
            "/my/voice/figures",
            "/my/voice/preferences",
        ):
            card = re.search(rf'<div class="([^"]*)">\s*<a href="{address}"', page)
            self.assertTrue(card, address)
            self.assertNotIn("d-none", card[1])

    def test_home_tells_the_news(self):
        idea = self._idea("An hour", self.emma.partner_id)
        idea.with_user(self.leader)._answer("shipped", "From Monday on")
        self.env.flush_all()
        self._login(self.emma)
        page = self.url_open("/my").text
        self.assertIn("News for You", page)
        self.assertIn("An hour", page)
        self._login(self.nasrin)
        self.assertNotIn("An hour", self.url_open("/my").text)

    def test_anonymous_people_are_asked_to_sign_in(self):
        self.authenticate(None, None)
        for url in ("/my/voice", "/my/voice/ideas", "/my/voice/idea/new"):
            answer = self.url_open(url, allow_redirects=False)
            self.assertIn("/web/login", answer.headers["Location"])

    def test_staff_open_the_record_behind_an_entry(self):
        idea = self._entries(1)
        self.env.flush_all()
        entry = self.env["ecrm.entry"].search(
            [("res_model", "=", "ecrm.idea"), ("res_id", "=", idea.id)]
        )
        action = entry.with_user(self.agent).action_open()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("ecrm.idea", idea.id)
        )
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = new_test_user(
            self.env,
            "voice_stranger",
            "crm_ecrm.group_voice_manager",
            company_id=elsewhere.id,
            company_ids=[(6, 0, elsewhere.ids)],
        )
        self.assertFalse(self.env["ecrm.entry"].with_user(stranger).search([]))

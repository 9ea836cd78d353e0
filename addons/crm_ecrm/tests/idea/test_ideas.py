from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.crm_suite.tests.trade import paying

from ..voice_common import VoiceCommon


@tagged("post_install", "-at_install")
class TestIdeas(VoiceCommon):
    def _count(self, idea):
        """What is shown, and the rows behind it."""
        votes = self.env["ecrm.idea.vote"].search([("root_id", "=", idea.id)])
        persons = len(set(votes.mapped("voter")))
        self.assertEqual(idea.vote_count, persons)
        return persons

    def _merge(self, parts, target, user=None):
        parts.with_user(user or self.leader)._merge_into(target)
        self.env.flush_all()

    def _answer(self, idea, status, text="", **values):
        idea.with_user(self.leader)._answer(status, text, **values)

    def _tell(self):
        news = self.env["ecrm.idea.news"]
        news.search(news._waiting_domain())._tell()

    def _mailed(self):
        mails = self.env["mail.mail"].sudo().search([("subject", "ilike", "hour")])
        return mails.recipient_ids

    def test_a_customer_is_for_his_own_idea(self):
        idea = self.ideas.create({"name": "A", "partner_id": self.emma.partner_id.id})
        self.assertEqual(self._count(idea), 1)
        self.assertEqual(idea.portal_status, "received")
        self.assertEqual(idea.words, "A")
        self.assertEqual(idea.commercial_partner_id, self.harbour)

    def test_a_first_answer_is_promised(self):
        self.company.ecrm_idea_days = 7
        with freeze_time("2027-03-01 10:00:00"):
            idea = self.ideas.create({"name": "A"})
        self.assertEqual(str(idea.promised_on), "2027-03-08 10:00:00")

    def test_merged_ideas_count_each_person_once_and_come_apart_whole(self):
        """V51: voters 1 2 3 4 and 3 4 5 are five; 3 and 4 hear once; then 4 and 3."""
        v = self._voters(5)
        a, b = self._idea("An hour", v[:4]), self._idea("The hour of it", v[2:])
        a.sudo()._comment(v[0], "Two hours are fine")
        b.sudo()._comment(v[4], "Four are not")
        self._merge(b, a)
        self.assertEqual(self._count(a), 5)
        self._answer(a, "shipped", "Done")
        self._tell()
        shipped = self.env["ecrm.idea.news"].search([("status", "=", "shipped")])
        self.assertEqual(shipped.partner_id, v)
        self.assertEqual(len(shipped), 5, "everybody hears once")
        self.assertEqual(
            a.comment_ids.mapped("text"), ["Two hours are fine", "Four are not"]
        )
        b.with_user(self.leader).action_unmerge()
        self.assertEqual((self._count(a), self._count(b)), (4, 3))
        self.assertEqual(a.comment_ids.mapped("text"), ["Two hours are fine"])
        self.assertEqual(b.comment_ids.mapped("text"), ["Four are not"])
        self.assertEqual(b.words, "The hour of it")

    def test_who_is_merged_hears_of_it_once(self):
        """V51: of the merge hear those of the merged idea, each once."""
        v = self._voters(5)
        a = self._idea("An hour", v[:2])
        b, c = self._idea("The hour", v[2:4]), self._idea("That hour", v[3:])
        self._merge(b | c, a)
        news = self.env["ecrm.idea.news"].search([("status", "=", "merged")])
        self.assertEqual(sorted(news.partner_id.ids), v[2:].ids)
        self.assertEqual(len(news), 3)

    def test_what_was_merged_before_goes_along_and_comes_apart_again(self):
        v = self._voters(4)
        a, b, c = (self._idea(f"Hour {n}", v[n : n + 2]) for n in range(3))
        self._merge(c, b)
        self._merge(b, a)
        self.assertEqual(c.root_id, a)
        self.assertEqual(self._count(a), 4)
        b.with_user(self.leader).action_unmerge()
        self.assertEqual((self._count(a), self._count(b)), (2, 3))

    def test_a_moderator_merges_votes_that_he_does_not_see(self):
        """V53: 12 votes move, of which the moderator sees 7."""
        v = self._voters(12)
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        v[:3].company_id = elsewhere
        a, b = self._idea("An hour"), self._idea("The hour", v)
        v[3:5].active = False
        seen = (
            self.env["res.partner"]
            .with_user(self.leader)
            .search_count([("id", "in", v.ids)])
        )
        self.assertEqual(seen, 7)
        self._merge(b.with_user(self.leader), a.with_user(self.leader))
        self.assertEqual(self._count(a), 12)

    def test_the_count_is_that_of_the_rows(self):
        """V54: closed with 8 votes it keeps 8; a vote taken back twice is not -1."""
        v = self._voters(9)
        idea = self._idea("An hour", v[:8])
        for _ in range(2):
            idea.sudo()._vote(v[8], True)
        self.assertEqual(self._count(idea), 9)
        for _ in range(3):
            idea.sudo()._vote(v[8], False)
        self.assertEqual(self._count(idea), 8)
        self._answer(idea, "declined", "Too dear")
        for wants in (True, False):
            with self.assertRaises(UserError):
                idea.sudo()._vote(v[0], wants)
        self.assertEqual(self._count(idea), 8)
        self.assertEqual(len(idea.vote_ids), 8)

    def test_a_merged_idea_ships_to_those_who_still_want_to_hear(self):
        """V55: of 5 voters one withdrew, one is anonymous, one opted out: 2 mails."""
        v = self._voters(5)
        a, b = self._idea("An hour", v[:4]), self._idea("The hour", v[2:])
        self._merge(b, a)
        self.env["ecrm.idea.news"].search([]).unlink()
        a.sudo()._vote(v[2], False)
        v[3].unlink()
        self.consents._say(v[4], {("email", "news"): False}, "portal")
        self.assertEqual(self._count(a), 4, "who is gone is counted on")
        self._answer(a, "shipped", "From Monday on")
        with freeze_time(fields.Datetime.now() + timedelta(minutes=1)):
            self._tell()
        self.assertEqual(self._mailed(), v[0] | v[1])
        waiting = self.env["ecrm.idea.news"].search([("state", "=", "waiting")])
        self.assertEqual(waiting.partner_id, v[4])
        user = new_test_user(self.env, "voter5", "base.group_portal")
        user.partner_id = v[4]
        (news,) = self.env["ecrm.idea.news"]._portal_news(user, 5)
        self.assertEqual((news["idea"], news["status"]), ("An hour", "shipped"))
        with freeze_time(fields.Datetime.now() + timedelta(days=3)):
            self._tell()
        self.assertEqual(waiting.state, "portal")
        self.assertEqual(self._mailed(), v[0] | v[1])

    def test_quiet_hours_delay_news_and_lose_none(self):
        (voter,) = self._voters(1)
        sheet = self.env["ecrm.preference"]._of(voter)
        sheet.write({"quiet": True, "quiet_from": 20, "quiet_to": 8})
        with freeze_time("2027-03-01 21:00:00"):
            idea = self._idea("An hour", voter)
            self._answer(idea, "planned")
            self._tell()
        self.assertFalse(self._mailed())
        with freeze_time("2027-03-02 08:30:00"):
            self._tell()
        self.assertEqual(self._mailed(), voter)

    def test_the_job_tells_everybody_once(self):
        idea = self._idea("An hour", self._voters(3))
        self._answer(idea, "planned", planned_for="2027-05-01")
        cron = self.env.ref("crm_ecrm.cron_tell_voters")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
            cron.method_direct_trigger()
        self.assertEqual(len(self._mailed()), 3)
        self.assertEqual(
            self.env["ecrm.idea.news"].search([]).mapped("state"), ["mailed"] * 3
        )

    def test_salespeople_hear_of_their_customers_once(self):
        seller = new_test_user(
            self.env, "voice_seller", "sales_team.group_sale_salesman"
        )
        self.harbour.user_id = seller
        idea = self._idea(
            "An hour", (self.emma | self.noah | self.nasrin).mapped("partner_id")
        )
        self._answer(idea, "shipped", "Done")
        notes = self.env["mail.message"].search(
            [
                ("partner_ids", "in", seller.partner_id.ids),
                ("model", "=", "ecrm.idea"),
                ("res_id", "=", idea.id),
            ]
        )
        self.assertEqual(len(notes), 1)
        self.assertIn("Emma", notes.body)
        self.assertIn("Noah", notes.body)
        self.assertNotIn("Nasrin", notes.body)

    def test_a_no_has_its_reason(self):
        idea = self._idea()
        with self.assertRaises(UserError):
            self._answer(idea, "declined", "  ")
        self._answer(idea, "declined", "It would raise prices for all")
        self.assertEqual(idea.portal_status, "answered")
        self.assertEqual(idea.answered_by_id, self.leader)

    def test_the_same_answer_again_tells_nobody(self):
        idea = self._idea("An hour", self._voters(1))
        for _ in range(2):
            self._answer(idea, "planned", "Soon")
        self.assertEqual(len(idea.news_ids), 1)

    def test_only_leaders_publish_answer_and_merge(self):
        idea, other = self._idea(), self._idea("Another")
        mine = idea.with_user(self.agent)
        for act in (
            mine.action_publish,
            mine.action_unpublish,
            lambda: mine._answer("planned"),
            lambda: mine._merge_into(other.with_user(self.agent)),
        ):
            with self.assertRaises(UserError):
                act()
        for values in (
            {"status": "shipped"},
            {"vote_count": 99},
            {"words": "x"},
            {"merged_into_id": other.id},
            {"published_on": False},
            {"key": "x"},
            {"root_id": other.id},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                idea.with_user(self.manager).write(values)
        for name, value in (("status", "shipped"), ("vote_count", 7)):
            with self.assertRaises(AccessError):
                self.ideas.with_user(self.manager).create({"name": "A", name: value})

    def test_nobody_writes_votes(self):
        idea = self._idea("A", self._voters(1))
        for user in (self.agent, self.manager):
            votes = idea.vote_ids.with_user(user)
            with self.assertRaises(AccessError):
                votes.unlink()
            with self.assertRaises(AccessError):
                votes.create({"idea_id": idea.id, "voter": 7})

    def test_an_idea_is_not_merged_into_itself_or_its_part(self):
        a, b = self._idea("A"), self._idea("B")
        self._merge(b, a)
        for parts, target in ((a, a), (a, b)):
            with self.assertRaises(UserError):
                self._merge(parts, target)

    def test_merging_contacts_joins_their_votes(self):
        v = self._voters(3)
        idea, other = self._idea("A", v), self._idea("B", v[1])
        merge = self.env["base.partner.merge.automatic.wizard"]
        merge._merge(v[:2].ids, v[0])
        self.assertEqual((self._count(idea), self._count(other)), (2, 1))
        self.assertEqual(idea.vote_ids.partner_id, v[0] | v[2])
        other.sudo()._vote(v[0], False)
        self.assertEqual(self._count(other), 0)

    def test_similar_ideas_are_found_in_any_sequence_of_words(self):
        a = self._idea("Choose the hour of a delivery")
        b = self._idea("نمایش قطعات یدکی هر دستگاه")
        self._idea("Dark pages in the portal")
        everything = self.ideas._published_domain(self.emma)
        found = self.ideas._similar("Delivery: let me choose the hour", everything)
        self.assertEqual(found, a)
        self.assertEqual(self.ideas._similar("قطعات يدكي دستگاه ها", everything), b)
        for text in ("", "the of a", "%%%", "Quite another matter"):
            self.assertFalse(self.ideas._similar(text, everything), text)

    def test_revenue_of_voters_is_the_leaders_to_see(self):
        idea = self._idea("A", self.emma.partner_id)
        moves = self.env["account.move"].create(
            [
                {
                    "move_type": kind,
                    "partner_id": self.harbour.id,
                    "invoice_date": fields.Date.today(),
                    "invoice_line_ids": [
                        (0, 0, {"name": "x", "price_unit": price, "tax_ids": False})
                    ],
                }
                for kind, price in (("out_invoice", 1000), ("out_refund", 200))
            ]
        )
        moves.action_post()
        self.assertEqual(idea.with_user(self.leader).voter_revenue, 800)
        idea.invalidate_recordset()
        with paying(moves[1]):
            self.assertEqual(idea.with_user(self.leader).voter_revenue, 1000)
        with self.assertRaises(AccessError):
            idea.with_user(self.agent).read(["voter_revenue"])

    def test_wizards_answer_and_merge(self):
        v = self._voters(2)
        a, b = self._idea("A", v), self._idea("B", v[:1])
        merge = (
            self.env["ecrm.idea.merge"]
            .with_user(self.leader)
            .with_context(active_model="ecrm.idea", active_ids=(a | b).ids)
            .create({})
        )
        self.assertEqual(merge.target_id, a, "the one with most votes goes on")
        merge.action_merge()
        self.assertEqual(b.root_id, a)
        answer = self.env["ecrm.idea.answer"].with_user(self.leader)
        answer.create(
            {"idea_id": a.id, "status": "declined", "answer": "Too dear"}
        ).action_answer()
        self.assertEqual(b.portal_status, "answered")

import json
from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError
from odoo.http import Request
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ...models.lead import distribution_talk_mixin
from ..lead.lead_common import LeadCommon

ANSWER = "We answer Ava alone"


@tagged("post_install", "-at_install")
class TestMessages(LeadCommon, HttpCase):
    """What an intermediary and we write to each other, and who reads it."""

    def setUp(self):
        super().setUp()
        level = self.env.ref("crm_distribution.level_wholesaler")
        self.ava, self.bita = (
            self._make_partner(name, place, distribution_level_id=level.id)
            for name, place in (("Ava", self.in_tehran), ("Bita", self.in_fars))
        )
        self.anahita = self._make_user("anahita", self.ava)
        self.arash = self._make_user("arash", self.ava)
        self.rival = self._make_user("rival", self.bita)
        self.boss = self._new_user(
            "talk_boss", "crm_distribution.group_channel_manager"
        )
        self.seller = self._new_user("talk_seller", "sales_team.group_sale_salesman")
        self.other = self._new_user("talk_other", "sales_team.group_sale_salesman")
        self.lead = self._make_lead("Customer", distribution_category_id=self.goods.id)
        self.offer = self.lead.distribution_route_id
        self.offer._accept(self.anahita.partner_id)
        self.lead.user_id = self.seller
        self.deal = self.env["distribution.registration"]._submit(
            self.ava,
            self.company,
            {
                "customer_name": "Kaveh Steel",
                "category_id": self.goods.id,
                "customer_country_id": self.country.id,
                "submitted_by_id": self.anahita.partner_id.id,
            },
        )
        self.lead_url = f"/my/channel/lead/{self.offer.key}"
        self.env.flush_all()

    def _new_user(self, login, group):
        return new_test_user(
            self.env, login, group, email=f"{login}@us.example", password=login * 2
        )

    def _login(self, user):
        self.authenticate(user.login, user.login * 3)

    def _post(self, url, **values):
        token = Request.csrf_token(self)
        answer = self.url_open(url, data={"csrf_token": token, **values})
        self.env.invalidate_all()
        return answer

    def _rpc(self, path, **params):
        return self.url_open(
            path,
            data=json.dumps({"jsonrpc": "2.0", "params": params}),
            headers={"Content-Type": "application/json"},
        ).json()

    def _call(self, model, method, *args):
        return self._rpc(
            f"/web/dataset/call_kw/{model}/{method}",
            model=model,
            method=method,
            args=args,
            kwargs={},
        )

    def _mails(self):
        """Those that we send ourselves, to one address each."""
        return self.env["mail.mail"].search(
            [("body_html", "like", ANSWER), ("email_to", "!=", False)]
        )

    def test_both_ways_on_the_page_of_a_lead(self):
        self._login(self.anahita)
        self._post(f"{self.lead_url}/message", text="When <b>may</b> we call?")
        self.assertTrue(self.offer.message_waits)
        self.offer.with_user(self.boss)._write_to_intermediary(ANSWER)
        self.assertFalse(self.offer.message_waits)
        self._login(self.arash)
        page = self.url_open(self.lead_url).text
        self.assertIn("When &lt;b&gt;may&lt;/b&gt; we call?", page)
        self.assertLess(page.index("we call?"), page.index(ANSWER))
        self.assertRecordValues(
            self.offer.talk_ids.sorted("id"),
            [
                {"is_ours": False, "author_id": self.anahita.partner_id.id},
                {"is_ours": True, "author_id": self.boss.partner_id.id},
            ],
        )

    def test_both_ways_on_the_page_of_a_deal_even_when_it_has_ended(self):
        url = "/my/channel/deal/1"
        self.deal._reject("Bita holds it")
        self._login(self.anahita)
        self._post(f"{url}/news", news="Why not?")
        self.deal.with_user(self.boss)._write_to_intermediary(ANSWER)
        page = self.url_open(url).text
        self.assertIn("Why not?", page)
        self.assertIn(ANSWER, page)
        self.assertNotIn("Bita", page)
        # words do not bring it back
        self.assertEqual(self.deal.state, "rejected")
        self.assertFalse(self.deal.last_news_on)

    def test_whoever_answers_for_it_is_told(self):
        self.company.distribution_manager_id = self.boss
        cases = [
            (self.seller, False, self.seller),
            (False, self.other, self.other),
            (False, False, self.boss),
        ]
        for seller, keeper, told in cases:
            self.lead.user_id = seller
            self.ava.user_id = keeper
            self.offer._hear(self.anahita.partner_id, f"Hello {told.name}")
            note = self.lead.message_ids[0]
            self.assertEqual(note.notified_partner_ids, told.partner_id)
        self.ava.user_id = self.other
        self.deal._hear(self.anahita.partner_id, "Hello")
        self.assertEqual(
            self.deal.message_ids[0].notified_partner_ids, self.other.partner_id
        )

    def test_who_wrote_is_told_by_mail_as_long_as_they_are_there(self):
        left = self._make_user("left", self.ava)
        for user in (self.arash, left):
            self.offer._hear(user.partner_id, "Hello")
        left.partner_id.parent_id = self.bita
        self.env["res.lang"]._activate_lang("fa_IR")
        self.arash.partner_id.lang = "fa_IR"
        self.offer.with_user(self.boss)._write_to_intermediary(ANSWER)
        self.assertEqual(
            {mail.email_to for mail in self._mails()},
            {'"anahita" <anahita@example.com>', '"arash" <arash@example.com>'},
        )
        for mail in self._mails():
            self.assertIn(self.lead_url, mail.body_html)
            self.assertIn("talk_boss@us.example", mail.reply_to)

    def test_notes_and_mails_of_the_house_are_not_shown(self):
        secrets = ("Bita is cheaper", "Sent by mail", "On the offer")
        self.lead.message_post(body=secrets[0], subtype_xmlid="mail.mt_comment")
        self.deal.message_post(
            body=secrets[1],
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            author_id=self.arash.partner_id.id,
        )
        self.lead.message_post(
            body=secrets[2],
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            author_id=self.arash.partner_id.id,
        )
        self._login(self.anahita)
        for url in (self.lead_url, "/my/channel/deal/1", "/my"):
            page = self.url_open(url).text
            for secret in secrets:
                self.assertNotIn(secret, page)

    def test_who_gets_the_lead_next_reads_nothing_of_it(self):
        self.offer._hear(self.anahita.partner_id, "Ours alone")
        self.offer._give_back(self.anahita.partner_id)
        self._agree(self.bita, self.in_tehran)
        self.lead._route()
        second = self.lead.distribution_route_id
        self.assertEqual(second.partner_id, self.bita)
        second._accept(self.rival.partner_id)
        self.env.flush_all()
        self._login(self.rival)
        page = self.url_open(f"/my/channel/lead/{second.key}")
        self.assertEqual(page.status_code, 200)
        self.assertNotIn("Ours alone", page.text)
        self.assertNotIn("anahita", page.text)
        # and who had it writes no more, nor is written to
        self._login(self.anahita)
        self._post(f"{self.lead_url}/message", text="Still here")
        self.assertNotIn("Still here", self.offer.talk_ids.mapped("text"))
        with self.assertRaises(UserError):
            self.offer.with_user(self.boss)._write_to_intermediary(ANSWER)
        self.assertFalse(self._mails())

    def test_others_neither_read_nor_write(self):
        self.offer.with_user(self.boss)._write_to_intermediary(ANSWER)
        self.deal.with_user(self.boss)._write_to_intermediary(ANSWER)
        before = self.env["distribution.message"].search_count([])
        attacks = [
            (f"{self.lead_url}/message", {"text": "In"}),
            ("/my/channel/deal/1/news", {"news": "In"}),
        ]
        for user in (self.rival, None):
            if user:
                self._login(user)
            else:
                self.authenticate(None, None)
            for url, values in attacks:
                with self.subTest(user=user and user.login, url=url):
                    page = self._post(url, **values)
                    self.assertNotIn(ANSWER, page.text)
        self.assertEqual(self.env["distribution.message"].search_count([]), before)

    def test_an_archived_intermediary_neither_reads_nor_writes_nor_is_written_to(self):
        self.ava.active = False
        self.env.flush_all()
        self._login(self.anahita)
        for url in (f"{self.lead_url}/message", "/my/channel/deal/1/news"):
            self.assertEqual(self._post(url, text="In", news="In").status_code, 404)
        for subject in (self.offer, self.deal):
            self.assertFalse(subject.talk_ids)
            with self.assertRaises(UserError):
                subject.with_user(self.boss)._write_to_intermediary(ANSWER)
        self.assertFalse(self._mails())

    @mute_logger("odoo.http")
    def test_no_way_around_through_chatters(self):
        """Neither ids, nor signatures, nor tokens, nor replies open a chatter."""
        self.offer._hear(self.anahita.partner_id, "Hello")
        self.deal._hear(self.anahita.partner_id, "Hello")
        told = self.env["mail.message"].search_count([])
        keys = {"hash": "0" * 64, "pid": self.anahita.partner_id.id, "token": "x"}
        for user in (self.anahita, self.rival, None):
            if user:
                self._login(user)
            else:
                self.authenticate(None, None)
            for record in (self.offer, self.deal, self.lead):
                where = {"thread_model": record._name, "thread_id": record.id}
                with self.subTest(user=user and user.login, model=record._name):
                    for extra in ({}, keys, {**keys, "hash": self.offer.key}):
                        posted = self._rpc(
                            "/mail/message/post",
                            **where,
                            post_data={"body": "In", "message_type": "comment"},
                            **extra,
                        )
                        self.assertIn("error", posted)
                        read = self._rpc("/mail/chatter_fetch", **where, **extra)
                        self.assertFalse(read.get("result", {}).get("messages"))
                        self._rpc("/portal/chatter_init", **where, **extra)
        self.assertEqual(self.env["mail.message"].search_count([]), told)

    def test_no_rights_by_rpc(self):
        self.offer.with_user(self.boss)._write_to_intermediary(ANSWER)
        message = self.offer.talk_ids
        for user in (self.anahita, self.rival):
            self._login(user)
            for method, args in (
                ("read", [message.ids, ["text"]]),
                ("search_read", [[]]),
                ("search_count", [[]]),
                ("write", [message.ids, {"text": "We promise"}]),
                ("create", [{"text": "We promise", "is_ours": True}]),
                ("unlink", [message.ids]),
                ("action_done", [message.ids]),
                ("action_open_subject", [message.ids]),
            ):
                with self.subTest(user=user.login, method=method):
                    answer = self._call("distribution.message", method, *args)
                    self.assertIn("error", answer)
            for model, ids in (
                ("distribution.route", self.offer.ids),
                ("distribution.registration", self.deal.ids),
            ):
                answer = self._call(model, "action_write_message", ids)
                self.assertIn("error", answer)
            answer = self._call(
                "crm.lead", "action_write_to_intermediary", self.lead.ids
            )
            self.assertIn("error", answer)
            # what was told to others of the house is not theirs in the chatter either
            found = self._call(
                "mail.message", "search_read", [("model", "in", ["crm.lead"])], ["body"]
            )
            self.assertNotIn(ANSWER, json.dumps(found))
        self.env.invalidate_all()
        self.assertEqual(message.text, ANSWER)

    def test_nobody_of_the_house_rewrites_what_was_written(self):
        self.offer._hear(self.anahita.partner_id, "Hello")
        message = self.offer.talk_ids
        for values in ({"text": "Other"}, {"is_ours": True}, {"waits": False}):
            with self.assertRaises(AccessError):
                message.with_user(self.boss).write(values)
        with self.assertRaises(AccessError):
            message.with_user(self.boss).unlink()

    def test_salespeople_read_and_write_of_their_own_leads_alone(self):
        self.offer._hear(self.anahita.partner_id, "Hello")
        self.deal._hear(self.anahita.partner_id, "Hello")
        messages = self.env["distribution.message"]
        mine = messages.with_user(self.seller).search([])
        self.assertEqual(mine, self.offer.talk_ids)
        self.assertFalse(messages.with_user(self.other).search([]))
        self.offer.with_user(self.seller)._write_to_intermediary(ANSWER)
        for subject in (self.offer, self.deal):
            with self.assertRaises(AccessError):
                subject.with_user(self.other)._write_to_intermediary(ANSWER)
        wizard = self.env["distribution.message.write"].with_user(self.other)
        with self.assertRaises(AccessError):
            wizard.create({"route_id": self.offer.id, "text": "x"}).action_send()

    def test_other_companies_are_not_there(self):
        self.offer._hear(self.anahita.partner_id, "Hello")
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = new_test_user(
            self.env,
            "talk_stranger",
            "crm_distribution.group_channel_manager",
            company_id=company.id,
            company_ids=[company.id],
        )
        self.assertFalse(
            self.env["distribution.message"].with_user(stranger).search([])
        )
        with self.assertRaises(AccessError):
            self.offer.with_user(stranger)._write_to_intermediary(ANSWER)

    def test_nobody_is_flooded(self):
        with patch.object(distribution_talk_mixin, "MOST_A_DAY", 2):
            self._login(self.anahita)
            for number in range(3):
                page = self._post(f"{self.lead_url}/message", text=f"Hello {number}")
            self.assertIn("You have written a lot today", page.text)
            self.assertEqual(len(self.offer.talk_ids), 2)
            self.assertIn("Write to us", page.text)

    def test_a_second_click_says_nothing_new(self):
        self._login(self.anahita)
        for text in ("Hello", "Hello", "Hello?", "Hello"):
            self._post(f"{self.lead_url}/message", text=text)
        said = self.offer.talk_ids.sorted("id").mapped("text")
        self.assertEqual(said, ["Hello", "Hello?", "Hello"])
        self.offer.talk_ids.sorted("id")[-1].sent_on -= timedelta(hours=2)
        self._post(f"{self.lead_url}/message", text="Hello")
        self.assertEqual(len(self.offer.talk_ids), 4, "again, later")

    def test_empty_and_endless_texts(self):
        self.offer._hear(self.anahita.partner_id, "  ")
        self.assertFalse(self.offer.talk_ids)
        self.offer._hear(self.anahita.partner_id, "x" * 20_000)
        self.assertEqual(len(self.offer.talk_ids.text), 10_000)

    def test_what_needs_no_answer(self):
        self.offer._hear(self.anahita.partner_id, "Thank you")
        found = self.env["distribution.route"].search([("message_waits", "=", True)])
        self.assertEqual(found, self.offer)
        message = self.offer.talk_ids.with_user(self.seller)
        action = message.action_open_subject()
        self.assertEqual(
            (action["res_model"], action["res_id"]),
            (
                "distribution.route",
                self.offer.id,
            ),
        )
        message.action_done()
        self.assertFalse(self.offer.message_waits)

    def test_a_message_is_about_one_thing(self):
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            self.env["distribution.message"].create(
                {
                    "company_id": self.company.id,
                    "partner_id": self.ava.id,
                    "text": "About nothing",
                }
            )

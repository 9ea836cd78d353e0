import re
from datetime import timedelta

from freezegun import freeze_time
from lxml import html

from odoo import fields
from odoo.tests import HttpCase, tagged

from odoo.addons.crm_suite.tools.links import sign_link

from ..voice_common import VoiceCommon

OFFERS = ("email", "marketing")


@tagged("post_install", "-at_install")
class TestPortalPreferences(VoiceCommon, HttpCase):
    def _current(self, user=None):
        return self.consents._current((user or self.emma).partner_id)

    def _link(self, user=None):
        sheet = self.env["ecrm.preference"]._of((user or self.emma).partner_id)
        return "/voice/preferences/" + sheet._link().rsplit("/", 1)[1]

    def _mails(self):
        return (
            self.env["mail.mail"]
            .sudo()
            .search([("recipient_ids", "in", self.emma.partner_id.ids)])
        )

    def test_a_customer_says_what_he_wants_and_sees_the_proof(self):
        self._login(self.emma)
        self._post(
            "/my/voice/preferences",
            marketing_email="1",
            survey_sms="1",
            quiet="1",
            quiet_from="21:30",
            quiet_to="07:00",
        )
        self.assertEqual(self._current(), {OFFERS: True, ("sms", "survey"): True})
        sheet = self.env["ecrm.preference"]._of(self.emma.partner_id)
        self.assertRecordValues(
            sheet, [{"quiet": True, "quiet_from": 21.5, "quiet_to": 7}]
        )
        page = self.url_open("/my/voice/preferences").text
        self.assertIn("What You Said, and When", page)
        self.assertIn("Customer Portal", page)
        self._post("/my/voice/preferences", survey_sms="1")
        self.assertEqual(self._current(), {OFFERS: False, ("sms", "survey"): True})
        self.assertIn("Withdrawn", self.url_open("/my/voice/preferences").text)

    def test_nothing_ticked_by_a_person_who_said_nothing_says_nothing(self):
        self._login(self.emma)
        self._post("/my/voice/preferences")
        self.assertEqual(self._current(), {})

    def test_looking_at_the_pages_changes_nothing(self):
        link = self._link()
        self._login(self.emma)
        for url in ("/my/voice/preferences?marketing_email=1", f"{link}?survey_sms=1"):
            self.assertEqual(self.url_open(url).status_code, 200)
        self.assertEqual(self._current(), {})

    def test_a_person_writes_his_own_preferences_alone(self):
        self._login(self.emma)
        self._post(
            "/my/voice/preferences",
            marketing_email="1",
            partner_id=str(self.nasrin.partner_id.id),
            state="given",
            key="x",
        )
        self.assertEqual(self._current(self.nasrin), {})
        self.assertEqual(self._current(), {OFFERS: True})

    def test_wrong_hours_are_said_and_nothing_is_saved(self):
        self._login(self.emma)
        for hours in ("25:00", "", "ab", "12:75", "²1:00", "12:00" * 500):
            answer = self._post(
                "/my/voice/preferences",
                marketing_email="1",
                quiet="1",
                quiet_from=hours,
                quiet_to="07:00",
            )
            with self.subTest(hours[:10]):
                self.assertEqual(answer.status_code, 200)
                self.assertIn("alert-danger", answer.text)
                self.assertEqual(self._current(), {})
                # what he filled in is there still
                page = html.fromstring(answer.text)
                ticked = page.xpath("//input[@checked]/@name")
                self.assertEqual(ticked, ["marketing_email", "quiet"])
                [until] = page.xpath("//input[@name='quiet_to']/@value")
                self.assertEqual(until, "07:00")

    def test_without_a_token_of_the_form_nothing_is_taken(self):
        self._login(self.emma)
        answer = self.url_open("/my/voice/preferences", data={"marketing_email": "1"})
        self.assertEqual(answer.status_code, 400)
        self.assertEqual(self._current(), {})

    def test_a_link_withdraws_at_once(self):
        self.consents._say(self.emma.partner_id, {OFFERS: True}, "portal")
        self.authenticate(None, None)
        answer = self._post(self._link())
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(self._current(), {OFFERS: False})
        self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")
        self.assertNotIn("emma@customers.example", answer.text)

    def test_what_a_link_agrees_to_waits_for_the_address_on_file(self):
        self.authenticate(None, None)
        answer = self._post(self._link(), marketing_email="1")
        self.assertEqual(self._current(), {})
        self.assertIn("the address that we know", answer.text)
        mail = self._mails()
        self.assertEqual(len(mail), 1)
        confirm = re.search(r"/voice/consent/[^\"&\s]+", mail.body_html)[0]
        self.assertIn("I Agree", self.url_open(confirm).text)
        self.assertEqual(self._current(), {}, "looking confirms nothing")
        self.assertIn("Confirmed", self._post(confirm).text)
        self.assertEqual(self._current(), {OFFERS: True})
        line = self.consents.search([("partner_id", "=", self.emma.partner_id.id)])
        self.assertEqual(line.source, "confirmed")
        # replayed, after he changed his mind
        self.consents._say(self.emma.partner_id, {OFFERS: False}, "portal")
        self._post(confirm)
        self.assertEqual(self._current(), {OFFERS: False})

    def test_a_confirmation_is_void_once_the_address_is_another(self):
        self.authenticate(None, None)
        self._post(self._link(), marketing_email="1")
        confirm = re.search(r"/voice/consent/[^\"&\s]+", self._mails().body_html)[0]
        self.emma.partner_id.email = "other@customers.example"
        self.assertEqual(self._post(confirm).status_code, 404)
        self.assertEqual(self._current(), {})

    def test_a_link_sends_few_mails_and_tells_nobody(self):
        self.authenticate(None, None)
        link = self._link()
        texts = {self._post(link, marketing_email="1").status_code for _ in range(6)}
        self.assertEqual(texts, {200})
        self.assertEqual(len(self._mails()), 3)

    def test_links_that_open_nothing_say_the_same(self):
        sheet = self.env["ecrm.preference"]._of(self.emma.partner_id)
        other_purpose = sign_link(sheet, self.emma.partner_id, "confirm", 1)
        foreign = sign_link(sheet, self.nasrin.partner_id, "preferences", 1)
        with freeze_time(fields.Datetime.now() - timedelta(days=181)):
            old = self._link().rsplit("/", 1)[1]
        self.authenticate(None, None)
        for token in ("x", "ä", "%00", "AAAA" * 20, other_purpose, foreign, old):
            for route in ("preferences", "consent"):
                with self.subTest(token[:9], route=route):
                    answer = self.url_open(f"/voice/{route}/{token}")
                    self.assertEqual(answer.status_code, 404)
                    self.assertIn("This Link Opens Nothing", answer.text)
                    answer = self._post(f"/voice/{route}/{token}", marketing_email="1")
                    self.assertEqual(answer.status_code, 404)
        self.assertEqual(self._current(), {})

    def test_the_page_of_a_stranger_needs_a_login(self):
        self.authenticate(None, None)
        answer = self.url_open("/my/voice/preferences", allow_redirects=False)
        self.assertIn("/web/login", answer.headers.get("Location", ""))

from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..voice_common import VoiceCommon

OFFERS = ("email", "marketing")


@tagged("post_install", "-at_install")
class TestPreferences(VoiceCommon):
    def _say(self, agrees, source="portal", partner=None, what=OFFERS):
        partner = partner or self.emma.partner_id
        return self.consents._say(partner, {what: agrees}, source)

    def _may(self, partner=None, what=OFFERS, when=None):
        partner = partner or self.emma.partner_id
        return bool(partner._may_contact(*what, when))

    def test_installing_changes_nothing(self):
        partners = self.env["res.partner"]
        for medium in ("email", "sms", "phone", "post", "portal"):
            for purpose in ("marketing", "survey", "news", "service"):
                domain = partners._preference_domain(medium, purpose, None)
                with self.subTest(medium, purpose=purpose):
                    self.assertIn(self.emma.partner_id, partners.search(domain))

    def test_the_latest_statement_counts_and_every_one_is_kept(self):
        self._say(True)
        self._say(False)
        self.assertFalse(self._may())
        self._say(True)
        self.assertTrue(self._may())
        lines = self.consents.search([("partner_id", "=", self.emma.partner_id.id)])
        self.assertEqual(
            lines.mapped("state"), ["given", "withdrawn", "given"], "newest first"
        )
        self.assertEqual(lines.mapped("is_latest"), [True, False, False])

    def test_a_proof_says_when_how_by_whom_to_what_address_and_which_text(self):
        with freeze_time(datetime(2027, 3, 1, 12)):
            line = self.consents.with_user(self.emma)._say(
                self.emma.partner_id, {OFFERS: True}, "portal"
            )
        self.assertRecordValues(
            line,
            [
                {
                    "stated_on": datetime(2027, 3, 1, 12),
                    "source": "portal",
                    "user_id": self.emma.id,
                    "address": "emma@customers.example",
                }
            ],
        )
        self.assertIn("Offers and News", line.text_shown)

    def test_the_same_again_adds_nothing(self):
        self._say(True)
        self.assertFalse(self._say(True))

    def test_withdrawing_is_for_one_medium_and_purpose(self):
        self._say(False)
        self.assertFalse(self._may())
        self.assertTrue(self._may(what=("email", "survey")))
        self.assertTrue(self._may(what=("post", "marketing"), partner=self._at_home()))

    def _at_home(self):
        self.emma.partner_id.write({"street": "1 Quay", "city": "London"})
        return self.emma.partner_id

    def test_what_a_customer_asked_for_always_reaches_him(self):
        for what in (("email", "marketing"), ("email", "survey"), ("email", "news")):
            self._say(False, what=what)
        self.assertTrue(self._may(what=("email", "service")))

    def test_a_company_may_ask_for_consent_first(self):
        self.company.ecrm_consent_first = True
        self.assertFalse(self._may())
        self.assertTrue(self._may(what=("email", "survey")), "only offers wait for it")
        self._say(True)
        self.assertTrue(self._may())
        self._say(False)
        self.assertFalse(self._may())

    def test_who_may_not_read_consents_must_respect_them(self):
        self._say(False)
        partners = (self.emma | self.nasrin).partner_id.with_user(self.employee)
        self.assertEqual(
            partners._may_contact(*OFFERS), self.nasrin.partner_id, "hidden, and heeded"
        )

    def test_asking_for_many_takes_as_many_queries_as_for_one(self):
        people = self._voters(40)
        for one in people[:20]:
            self._say(False, partner=one)
        people[:1]._may_contact(*OFFERS)
        with self.assertQueryCount(3):
            found = people._may_contact(*OFFERS)
        self.assertEqual(found, people[20:])

    def test_withdrawing_offers_by_mail_stops_odoos_own_mailings(self):
        self._say(False)
        blocked = self.env["mail.blacklist"].search(
            [("email", "=", "emma@customers.example")]
        )
        self.assertTrue(blocked)
        self._say(True)
        self.assertFalse(blocked.active)

    def test_quiet_hours_are_by_the_persons_own_clock(self):
        self.emma.partner_id.tz = "Asia/Tehran"
        self.nasrin.partner_id.tz = "America/New_York"
        for user in (self.emma, self.nasrin):
            sheet = self.env["ecrm.preference"]._of(user.partner_id)
            sheet.write({"quiet": True, "quiet_from": 21.5, "quiet_to": 8})
        # 22:00 in Tehran, 14:30 in New York
        evening = datetime(2026, 7, 1, 18, 30)
        self.assertFalse(self._may(when=evening))
        self.assertTrue(self._may(self.nasrin.partner_id, when=evening))
        # 08:00 in Tehran is quiet no more; 00:30 in New York
        morning = datetime(2026, 7, 1, 4, 30)
        self.assertTrue(self._may(when=morning))
        self.assertFalse(self._may(self.nasrin.partner_id, when=morning))

    def test_quiet_hours_let_an_answer_through_by_mail_but_nothing_rings(self):
        sheet = self.env["ecrm.preference"]._of(self.emma.partner_id)
        sheet.write({"quiet": True, "quiet_from": 12, "quiet_to": 14})
        noon = datetime(2026, 7, 1, 13)
        self.assertTrue(self._may(what=("email", "service"), when=noon))
        self.assertFalse(self._may(what=("phone", "service"), when=noon))
        self.assertTrue(
            self._may(what=("phone", "service"), when=noon + timedelta(hours=1))
        )

    def test_withdrawn_beats_given_when_contacts_are_merged(self):
        other = self.env["res.partner"].create(
            {"name": "Emma C", "email": "emma@customers.example"}
        )
        with freeze_time("2027-01-01"):
            self._say(False, partner=other)
        with freeze_time("2027-02-01"):
            self._say(True)
            self._say(True, what=("sms", "survey"))
        merge = self.env["base.partner.merge.automatic.wizard"]
        merge._merge((other | self.emma.partner_id).ids, self.emma.partner_id)
        self.assertFalse(self._may())
        current = self.consents._current(self.emma.partner_id)
        self.assertEqual(current, {OFFERS: False, ("sms", "survey"): True})
        lines = self.consents.search([("partner_id", "=", self.emma.partner_id.id)])
        self.assertEqual(len(lines), 3, "every statement is kept")

    def test_whoever_wanted_quiet_as_one_of_two_contacts_has_it(self):
        other = self.env["res.partner"].create({"name": "Emma C"})
        sheets = self.env["ecrm.preference"]
        sheets._of(self.emma.partner_id)
        sheets._of(other).write({"quiet": True, "quiet_from": 10, "quiet_to": 11})
        merge = self.env["base.partner.merge.automatic.wizard"]
        merge._merge((other | self.emma.partner_id).ids, self.emma.partner_id)
        left = sheets.search([("partner_id", "=", self.emma.partner_id.id)])
        self.assertRecordValues(left, [{"quiet": True, "quiet_from": 10}])

    def test_nobody_writes_a_proof(self):
        line = self._say(True)
        for user in (self.agent, self.leader, self.manager, self.emma):
            for act in (
                lambda one: one.write({"state": "withdrawn"}),
                lambda one: one.unlink(),
                lambda one: one.copy(),
            ):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    act(line.with_user(user))

    def test_staff_note_what_was_said_on_the_phone(self):
        note = self.env["ecrm.consent.note"].with_user(self.agent)
        values = {"partner_id": self.emma.partner_id.id, "medium": "phone"}
        note.create({**values, "note": "“Please, no more calls”"}).action_note()
        self.assertFalse(self._may(what=("phone", "marketing")))
        line = self.consents.search([("partner_id", "=", self.emma.partner_id.id)])
        self.assertRecordValues(
            line,
            [
                {
                    "source": "staff",
                    "user_id": self.agent.id,
                    "note": "“Please, no more calls”",
                }
            ],
        )
        with self.assertRaises(UserError):
            note.create({**values, "note": "  "}).action_note()

    def test_requests_that_nobody_confirmed_go(self):
        requests = self.env["ecrm.consent.request"]
        requests._ask(self.emma.partner_id, [OFFERS])
        request = requests.search([("partner_id", "=", self.emma.partner_id.id)])
        requests._gc_requests()
        self.assertTrue(request.exists())
        request.requested_on = fields.Datetime.now() - timedelta(days=31)
        requests._gc_requests()
        self.assertFalse(request.exists())

import re
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.crm_suite.tools.links import sign_link

from ..voice_common import VoiceCommon

OFFERS = ("email", "marketing")


@tagged("post_install", "-at_install")
class TestLinkWishes(VoiceCommon, HttpCase):
    """An account and consent: asked for by a link, opened by the address on file."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls.env["ecrm.team"].create(
            {"name": "Support", "sequence": -1, "assigns": False}
        )
        cls.lea = cls.env["res.partner"].create(
            {
                "name": "Lea",
                "email": "lea@customers.example",
                "parent_id": cls.harbour.id,
            }
        )
        cls.case = cls._case(cls.lea)
        cls.requests = cls.env["ecrm.consent.request"]

    def setUp(self):
        super().setUp()
        self._let_people_sign_up("b2c")

    def _let_people_sign_up(self, scope):
        """Odoo's setting, which each website has of its own where there are some."""
        users = type(self.env["res.users"])
        self.patch(users, "_get_signup_invitation_scope", lambda _users: scope)

    @classmethod
    def _case(cls, partner, **values):
        return cls.env["ecrm.case"]._receive(
            {"name": "Late", "description": "Late.", **values},
            by=partner,
            medium="portal",
        )

    def _link(self, record=None, holder=None, kind="case"):
        record = record or self.case
        holder = self.lea if holder is None else holder
        return f"/voice/{kind}/{sign_link(record, holder, kind, 1)}"

    def _pages(self):
        """A page of each kind, for Lea."""
        now = fields.Datetime.now()
        touchpoint = self.env["ecrm.touchpoint"].create({"name": "How was it?"})
        asked = self.env["ecrm.feedback"].create(
            {
                "name": "How was it?",
                "touchpoint_id": touchpoint.id,
                "metric": touchpoint.metric,
                "partner_id": self.lea.id,
                "asked_on": now,
                "valid_until": now + timedelta(days=30),
            }
        )
        idea = self._idea(partner_id=self.nasrin.partner_id.id)
        return {
            "case": self.case,
            "feedback": asked,
            "idea": idea,
        }

    def _mails(self, partner=None):
        partner = partner or self.lea
        return self.env["mail.mail"].search([("recipient_ids", "in", partner.ids)])

    def _confirmation(self, mail=None):
        mail = mail or self._mails()
        return re.search(r"/voice/(?:account|consent)/[^\"&\s]+", mail.body_html)[0]

    def _text(self, answer):
        """What a page says, without what differs from one call to the next."""
        text = re.sub(r'csrf_token: "[^"]+"|href="[^"]*/voice/[^"]+"', "", answer.text)
        return re.sub(r"\s+", " ", text)

    def test_a_link_asks_for_an_account_and_the_address_opens_it(self):
        self.authenticate(None, None)
        for kind, record in self._pages().items():
            with self.subTest(kind):
                self._mails().unlink()
                self.requests.search([]).unlink()
                self.lea.user_ids.unlink()
                link = self._link(record, kind=kind)
                self.assertIn("Ask for an Account", self.url_open(link).text)
                answer = self._post(f"{link}/account")
                self.assertIn("a mail goes there", answer.text)
                self.assertNotIn("lea@", answer.text)
                self.assertFalse(self.lea.user_ids, "asking opens nothing")
                confirm = self._confirmation()
                self.assertIn("I Want an Account", self.url_open(confirm).text)
                self.assertFalse(self.lea.user_ids, "looking opens nothing")
                answer = self._post(confirm, follow=False)
                self.assertIn("/web/signup?", answer.headers["Location"])
                self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")
                user = self.lea.user_ids
                self.assertEqual(user.login, "lea@customers.example")
                self.assertTrue(user._is_portal())
                self.assertEqual(user.company_id, self.company)

    def test_the_owner_chooses_his_password_and_sees_his_case(self):
        self.authenticate(None, None)
        self._post(f"{self._link()}/account")
        confirm = self._confirmation()
        page = self._post(confirm)
        token = re.search(r'name="token" value="([^"]+)"', page.text)[1]
        answer = self._post(
            "/web/signup",
            token=token,
            login="lea@customers.example",
            name="Lea",
            password="lea-lea-lea",
            confirm_password="lea-lea-lea",
        )
        self.assertEqual(answer.status_code, 200)
        self.authenticate("lea@customers.example", "lea-lea-lea")
        self.assertIn(self.case.number, self.url_open("/my/voice").text)
        # the mail's link opens it no second time
        self.authenticate(None, None)
        self.lea.user_ids.flush_recordset()
        answer = self._post(confirm)
        self.assertIn("There is an account", answer.text)

    def test_a_mail_whose_password_was_not_chosen_leads_there_again(self):
        self.authenticate(None, None)
        self._post(f"{self._link()}/account")
        confirm = self._confirmation()
        for _again in range(2):
            answer = self._post(confirm, follow=False)
            self.assertIn("/web/signup?", answer.headers["Location"])
        self.assertEqual(len(self.lea.user_ids), 1)

    def test_where_accounts_are_opened_by_us_the_wish_is_a_case_for_us(self):
        self._let_people_sign_up("b2b")
        self.authenticate(None, None)
        self._post(f"{self._link()}/account")
        confirm = self._confirmation()
        before = self.env["ecrm.case"].search([])
        for _again in range(2):
            answer = self._post(confirm)
            self.assertIn("Accounts are opened by us here", answer.text)
        self.assertFalse(self.lea.user_ids)
        wish = self.env["ecrm.case"].search([]) - before
        self.assertEqual(len(wish), 1)
        self.assertEqual((wish.partner_id, wish.kind), (self.lea, "request"))
        self.assertIn("lea@customers.example", wish.description)

    def test_the_page_never_tells_whether_there_is_an_account(self):
        """The same words with one, with none, without an address, a second time."""
        with_account = self._case(self.emma.partner_id)
        nowhere = self.env["res.partner"].create({"name": "Without"})
        self.authenticate(None, None)
        texts = {
            self._text(self._post(f"{self._link(case, holder)}/account"))
            for case, holder in (
                (with_account, self.emma.partner_id),
                (self.case, self.lea),
                (self._case(nowhere), nowhere),
                (self.case, self.lea),
            )
        }
        self.assertEqual(len(texts), 1)
        # the owner of the address learns it, by his mail alone
        mail = self._mails(self.emma.partner_id).filtered(
            lambda one: "account" in one.subject
        )
        self.assertIn("sign in as", mail.body_html)
        self.assertNotIn("sign in as", self._mails().body_html)

    def test_an_account_of_another_contact_with_that_address_stays_the_only_one(self):
        self.lea.email = "taken@customers.example"
        new_test_user(self.env, "taken@customers.example", "base.group_portal")
        self.authenticate(None, None)
        self._post(f"{self._link()}/account")
        answer = self._post(self._confirmation())
        self.assertIn("There is an account", answer.text)
        self.assertFalse(self.lea.user_ids)

    def test_consent_waits_for_the_address_on_file(self):
        self.authenticate(None, None)
        for kind, record in self._pages().items():
            with self.subTest(kind):
                self._mails().unlink()
                self.requests.search([]).unlink()
                self.consents.search([]).unlink()
                answer = self._post(
                    f"{self._link(record, kind=kind)}/agree",
                    agree_marketing="1",
                    agree_other="1",
                    partner_id=str(self.nasrin.partner_id.id),
                )
                self.assertIn("a mail goes there", answer.text)
                self.assertEqual(self.consents._current(self.lea), {})
                confirm = self._confirmation()
                self.url_open(confirm)
                self.assertEqual(self.consents._current(self.lea), {})
                self._post(confirm)
                self.assertEqual(self.consents._current(self.lea), {OFFERS: True})
        self.assertEqual(self.consents._current(self.nasrin.partner_id), {})

    def test_nothing_ticked_sends_nothing(self):
        self.authenticate(None, None)
        answer = self._post(f"{self._link()}/agree")
        self.assertIn("Nothing was sent", answer.text)
        self.assertFalse(self._mails())

    def test_one_mail_for_a_record_wish_and_day(self):
        self.authenticate(None, None)
        link = self._link()
        for _again in range(3):
            self._post(f"{link}/account")
            self._post(f"{link}/agree", agree_news="1")
        self.assertEqual(len(self._mails()), 2)
        # and three a day for a person, whatever he has
        for _again in range(3):
            self._post(f"{self._link(self._case(self.lea))}/account")
        self.assertEqual(len(self._mails()), 3)
        with freeze_time(fields.Datetime.now() + timedelta(hours=25)):
            self._post(f"{self._link()}/account")
        self.assertEqual(len(self._mails()), 4)

    def test_each_link_is_for_its_purpose_alone(self):
        self.authenticate(None, None)
        self._post(f"{self._link()}/account")
        self._post(f"{self._link()}/agree", agree_survey="1")
        account, consent = self.requests.search([]).sorted("kind")
        wrong = {
            "/voice/account/" + sign_link(account, self.lea, "confirm", 1),
            "/voice/account/" + sign_link(consent, self.lea, "confirm", 1),
            "/voice/account/" + sign_link(consent, self.lea, "account", 1),
            "/voice/consent/" + sign_link(account, self.lea, "account", 1),
            "/voice/consent/" + sign_link(account, self.lea, "confirm", 1),
            "/voice/account/" + sign_link(account, self.noah.partner_id, "account", 1),
            self._link().replace("/case/", "/account/"),
        }
        with freeze_time(fields.Datetime.now() - timedelta(hours=2)):
            wrong.add("/voice/account/" + sign_link(account, self.lea, "account", 1))
        for url in wrong:
            with self.subTest(url[:20]):
                self.assertEqual(self.url_open(url).status_code, 404)
                self.assertEqual(self._post(url).status_code, 404)
        self.assertFalse(self.lea.user_ids)
        self.assertEqual(self.consents._current(self.lea), {})

    def test_another_address_voids_the_mail(self):
        self.authenticate(None, None)
        self._post(f"{self._link()}/account")
        confirm = self._confirmation()
        self.lea.email = "elsewhere@customers.example"
        self.assertEqual(self._post(confirm).status_code, 404)
        self.assertFalse(self.lea.user_ids)

    def test_a_vote_by_a_link_gives_no_right_in_the_name_of_the_ideas_author(self):
        idea = self._idea(partner_id=self.nasrin.partner_id.id)
        self.authenticate(None, None)
        self._post(f"{self._link(idea, kind='idea')}/account")
        self.assertFalse(self._mails(self.nasrin.partner_id))
        self.assertEqual(len(self._mails()), 1)

    def test_who_only_typed_his_address_is_written_to_there(self):
        nobody = self.env["res.partner"]
        case = self._case(nobody, email_from="new@customers.example")
        self.authenticate(None, None)
        self._post(f"{self._link(case, nobody)}/account")
        person = case.partner_id
        self.assertEqual(person.email, "new@customers.example")
        answer = self._post(self._confirmation(self._mails(person)), follow=False)
        self.assertIn("/web/signup?", answer.headers["Location"])

    def test_nothing_is_sent_where_the_sender_was_not_verified(self):
        nobody = self.env["res.partner"]
        case = self._case(nobody, email_from="lea@customers.example", sender="failed")
        self.authenticate(None, None)
        answer = self._post(f"{self._link(case, nobody)}/account")
        self.assertIn("a mail goes there", answer.text)
        self.assertFalse(self._mails())
        self.assertEqual(case.sender, "failed")

    def test_employees_ask_for_nothing_in_a_customers_name(self):
        new_test_user(self.env, "wish_staff", "base.group_user", password="wish_staff2")
        self.authenticate("wish_staff", "wish_staff2")
        for wish in ("account", "agree"):
            answer = self._post(f"{self._link()}/{wish}", agree_survey="1")
            self.assertIn("log out first", answer.text)
        self.assertFalse(self._mails())

    def test_a_colleague_of_ours_gets_no_password_by_a_link(self):
        staff = new_test_user(self.env, "new_staff", "base.group_user")
        staff.partner_id.email = "staff@us.example"
        case = self._case(staff.partner_id)
        self.authenticate(None, None)
        self._post(f"{self._link(case, staff.partner_id)}/account")
        confirm = self._confirmation(
            self._mails(staff.partner_id).filtered(lambda one: "account" in one.subject)
        )
        self.assertIn("There is an account", self._post(confirm).text)

    def test_a_foreign_site_and_a_get_ask_for_nothing(self):
        self.authenticate(None, None)
        for wish in ("account", "agree"):
            url = f"{self._link()}/{wish}"
            self.assertEqual(
                self.url_open(url, data={"agree_survey": "1"}).status_code, 400
            )
            self.assertGreaterEqual(self.url_open(url).status_code, 400)
        self.assertFalse(self.requests.search([]))

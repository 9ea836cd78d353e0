import json
import re
from datetime import timedelta
from unittest.mock import patch

from odoo import fields, http
from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from odoo.addons.crm_suite.tests.refusals import RefusalMixin

from .lead_common import LeadCommon

SECRETS = ("Secret Customer", "buyer@secret.example", "+98211234", "Hidden Street")
READING = (
    ("search_read", []),
    ("search_count", []),
    ("web_search_read", [], {"id": {}}),
    ("formatted_read_group", [], ["id"], ["__count"]),
    ("name_search", ""),
)
NOTHING = ([], 0, {"length": 0, "records": []})


@tagged("post_install", "-at_install")
class TestPortalLeads(RefusalMixin, LeadCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.ava = self._make_partner("Ava", self.in_tehran)
        self.anahita = self._make_user("anahita", self.ava)
        self.arash = self._make_user("arash", self.ava)
        self.bita = self._make_partner("Bita", self.in_fars)
        self.stranger = self._make_user("stranger", self.bita)
        self.lead = self._make_lead(
            SECRETS[0],
            partner_name=SECRETS[0],
            email_from=SECRETS[1],
            phone=SECRETS[2],
            street=SECRETS[3],
            expected_revenue=1234,
            distribution_category_id=self.goods.id,
        )
        self.offer = self.lead.distribution_route_id
        self.url = f"/my/channel/lead/{self.offer.key}"
        self.env.flush_all()

    def _login(self, user):
        self.authenticate(user.login, user.login * 3)

    def _post(self, url, **values):
        token = http.Request.csrf_token(self)
        answer = self.url_open(url, data={"csrf_token": token, **values})
        self.env.invalidate_all()
        return answer

    def _link(self, offer=None, contact=None):
        offer = offer or self.offer
        token = offer._link_token(contact or self.ava)
        return f"/channel/offer/{offer.key}/{token}"

    def assertTellsNothing(self, text):
        for secret in SECRETS:
            self.assertNotIn(secret, text)

    def test_home_answers_first(self):
        self._login(self.anahita)
        page = self.url_open("/my").text
        self.assertIn("New Leads", page)
        self.assertIn("Pumps · Tehran", page)
        self.assertRegex(page, r"\d+ (days|hours|minutes) left")
        deadline = self.offer._portal_values(self.anahita)["deadline"]
        self.assertIn(f"Answer the lead that ends first: {deadline}.", page)
        self.assertTellsNothing(page)
        self._login(self.stranger)
        self.assertNotIn("o_channel_home", self.url_open("/my").text)

    def test_home_says_what_comes_next(self):
        self.ava.distribution_level_id = self.env.ref(
            "crm_distribution.level_wholesaler"
        )
        self._login(self.anahita)
        self._post(f"{self.url}/answer", answer="accept")
        page = self.url_open("/my").text
        self.assertIn("No new lead waits for you.", page)
        self.assertIn("Work on your open leads: 1.", page)
        self._post(f"{self.url}/return", reason="No time")
        page = self.url_open("/my").text
        self.assertIn("Nothing waits for you. Register a deal", page)
        self.assertNotIn("Work on your open leads", page)

    def test_offer_tells_no_more_than_the_offer(self):
        self._login(self.anahita)
        for url in ("/my/channel/leads", self.url):
            page = self.url_open(url)
            self.assertEqual(page.status_code, 200)
            self.assertTellsNothing(page.text)
        self.assertIn("1,234", page.text)
        # looking decides nothing
        self.assertEqual(self.offer.state, "offered")

    def test_accepting_shows_whom_to_contact(self):
        self._login(self.anahita)
        page = self._post(f"{self.url}/answer", answer="accept")
        self.assertEqual(self.offer.state, "accepted")
        self.assertEqual(self.offer.answered_by_id, self.anahita.partner_id)
        for secret in SECRETS:
            self.assertIn(secret, page.text)
        self.assertIn(SECRETS[0], self.url_open("/my/channel/leads").text)

    def test_what_is_refused_late_leaves_nothing(self):
        """The page that shows the refusal has given the lead to nobody."""
        self._login(self.anahita)
        with patch.object(
            self.registry[self.offer._name], "_note", side_effect=UserError("Too late")
        ):
            page = self._post(f"{self.url}/answer", answer="accept").text
        self.assertIn("Too late", page)
        self.assertEqual(self.offer.state, "offered")
        self.assertFalse(self.lead.partner_assigned_id)

    def test_colleague_writes_corrects_and_gives_back(self):
        """C133: as the first one could, by his own name."""
        self._login(self.anahita)
        self._post(f"{self.url}/answer", answer="accept")
        self._login(self.arash)
        page = self._post(f"{self.url}/message", text="Called <b>them</b>")
        self.assertIn("Called &lt;b&gt;them", page.text)
        message = self.lead.message_ids[0]
        self.assertEqual(message.author_id, self.arash.partner_id)
        self._post(f"{self.url}/revenue", revenue="۱۲٬۵۰۰٫۵")
        self.assertEqual(self.lead.expected_revenue, 12500.5)
        page = self._post(f"{self.url}/revenue", revenue="a lot")
        self.assertIn("is not an amount", page.text)
        page = self._post(f"{self.url}/revenue", revenue="-5")
        self.assertIn("is not an amount", page.text)
        self.assertEqual(self.lead.expected_revenue, 12500.5)
        self._post(f"{self.url}/return", reason="No time")
        self.assertEqual(self.offer.state, "returned")
        self.assertIn("arash", str(self.lead.message_ids.mapped("body")))
        self.assertFalse(self.lead.message_partner_ids & self.arash.partner_id)
        page = self.url_open(self.url)
        self.assertIn("This offer is over", page.text)
        self.assertTellsNothing(page.text)
        for path in ("message", "revenue", "return", "answer"):
            before = self.lead.message_ids
            self._post(f"{self.url}/{path}", text="Again", revenue="1", answer="accept")
            self.assertEqual(self.lead.message_ids, before)
            self.assertEqual(self.lead.expected_revenue, 12500.5)

    def test_others_find_what_does_not_exist(self):
        """C139: the same answer for what exists and what does not."""
        self._login(self.stranger)
        for tail in ("", "/answer", "/return", "/message", "/revenue"):
            told = {}
            for key in (self.offer.key, "nothing", "%00", "🚰"):
                send = self.url_open if not tail else self._post
                answer = send(f"/my/channel/lead/{key}{tail}")
                # what is new in every page, and the address as it was typed
                new = f"[0-9a-f]{{40}}o[0-9]+|lead/[^\"'/ ?&<]+{tail}"
                told[key] = answer.status_code, re.sub(new, "", answer.text)
            with self.subTest(tail=tail):
                self.assertEqual(told["nothing"][0], 404)
                self.assertIn("You Have No Such Lead", told["nothing"][1])
                for key, one in told.items():
                    self.assertEqual(one, told["nothing"], key)
        self.assertEqual(self.offer.state, "offered")

    def test_others_are_refused_by_rpc_what_does_not_exist(self):
        """C139: the same error, word for word."""
        message = self.offer._keep_message(self.ava, "Wanted", waits=True)
        self._login(self.stranger)
        for record in (self.offer, self.offer.candidate_ids[:1], message):
            self.assertRefusedAsAbsent(record, "action_withdraw", "action_done")

    def test_no_login_no_page(self):
        self.authenticate(None, None)
        for url in ("/my/channel/leads", self.url):
            answer = self.url_open(url, allow_redirects=False)
            self.assertEqual(answer.status_code, 303)
            self.assertIn("/web/login", answer.headers["Location"])

    def test_archived_company_sees_nothing(self):
        """C018: no page of it opens for its contacts."""
        self.ava.active = False
        self.env.flush_all()
        self._login(self.anahita)
        self.assertEqual(self.url_open(self.url).status_code, 404)
        self.assertNotIn("Pumps", self.url_open("/my/channel/leads").text)
        self.assertEqual(
            self._post(f"{self.url}/answer", answer="accept").status_code, 404
        )

    def _call(self, model, method, *args):
        return self.url_open(
            f"/web/dataset/call_kw/{model}/{method}",
            data=json.dumps(
                {
                    "jsonrpc": "2.0",
                    "params": {
                        "model": model,
                        "method": method,
                        "args": args,
                        "kwargs": {},
                    },
                }
            ),
            headers={"Content-Type": "application/json"},
        ).json()

    def test_no_rights_by_rpc(self):
        self._login(self.anahita)
        self._post(f"{self.url}/answer", answer="accept")
        for model in (
            "distribution.route",
            "distribution.route.candidate",
            "distribution.gap",
            "distribution.response",
            "distribution.policy",
            "distribution.agreement",
        ):
            for method, *args in READING:
                with self.subTest(model=model, method=method):
                    self.assertIn("error", self._call(model, method, *args))
        for model, method, *args in (
            ("crm.lead", "action_route", self.lead.ids),
            ("crm.lead", "write", self.lead.ids, {"name": "Changed"}),
            ("distribution.route", "action_withdraw", self.offer.ids),
            ("distribution.route", "write", self.offer.ids, {}),
            ("distribution.gap", "action_recruit", [1]),
        ):
            with self.subTest(model=model, method=method):
                self.assertIn("error", self._call(model, method, *args))

    def test_offered_leads_are_not_read_by_rpc(self):
        """With Odoo's Resellers, who has accepted a lead reads it, nobody before."""
        for user in (self.anahita, self.stranger):
            self._login(user)
            for method, *args in READING:
                with self.subTest(user=user.login, method=method):
                    answer = self._call("crm.lead", method, *args)
                    if "error" not in answer:
                        self.assertIn(answer["result"], NOTHING)

    def test_a_partner_reads_of_no_offers_to_others(self):
        """Neither in its own record nor by a search for it."""
        self._login(self.anahita)
        for method, args in (
            ("read", [self.ava.ids, ["distribution_route_ids"]]),
            ("search", [[("distribution_route_ids.state", "=", "offered")]]),
        ):
            self.assertIn("error", self._call("res.partner", method, *args))

    def test_link_shows_and_only_a_form_decides(self):
        self.authenticate(None, None)
        link = self._link()
        page = self.url_open(link)
        self.assertEqual(page.status_code, 200)
        self.assertIn("Accept", page.text)
        self.assertTellsNothing(page.text)
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        self.assertEqual(self.url_open(f"{link}/answer").status_code, 405)
        self.assertEqual(self.offer.state, "offered")
        page = self._post(f"{link}/answer", answer="accept")
        self.assertIn("the lead is yours", page.text)
        self.assertTellsNothing(page.text)
        self.assertEqual(self.offer.state, "accepted")
        self.assertEqual(self.offer.answered_by_id, self.ava)
        # for those who come later with the same link
        page = self.url_open(link)
        self.assertIn("This offer is over", page.text)
        self.assertTellsNothing(page.text)
        page = self._post(f"{link}/answer", answer="decline")
        self.assertIn("This offer is over", page.text)
        self.assertEqual(self.offer.state, "accepted")

    def test_link_of_an_offer_that_ran_out(self):
        self.authenticate(None, None)
        link = self._link()
        self.offer._as_system().deadline = fields.Datetime.now() - timedelta(hours=1)
        self.env.flush_all()
        # the deadline is signed with it
        self.assertEqual(self.url_open(link).status_code, 404)
        again = self._link()
        self.assertIn("This offer is over", self.url_open(again).text)
        page = self._post(f"{again}/answer", answer="accept")
        self.assertIn("This offer is over", page.text)
        self.assertEqual(self.offer.state, "offered")

    def test_links_that_were_never_made(self):
        self.authenticate(None, None)
        made = self._link()
        for link in (
            f"/channel/offer/nothing/{made.rsplit('/', 1)[1]}",
            f"{made}0",
            f"/channel/offer/{self.offer.key}/1-0",
        ):
            self.assertEqual(self.url_open(link).status_code, 404)
            self.assertEqual(
                self._post(f"{link}/answer", answer="accept").status_code, 404
            )
        self.assertEqual(self.offer.state, "offered")

    def test_answers_need_the_page(self):
        """Another site cannot answer for whoever is logged in."""
        self._login(self.anahita)
        answer = self.url_open(f"{self.url}/answer", data={"answer": "accept"})
        self.assertEqual(answer.status_code, 400)
        self.env.invalidate_all()
        self.assertEqual(self.offer.state, "offered")

    def test_leads_of_two_companies_with_their_names(self):
        """C138: both listed, each with its company."""
        other = self.env["res.company"].create({"name": "Second Supplier"})
        self._make_policy(company_id=other.id, name="Other")
        self._agree(self.ava, company_id=other.id)
        lead = self._make_lead("From elsewhere", company_id=other.id)
        self.assertEqual(lead.distribution_route_id.company_id, other)
        self.env.flush_all()
        self._login(self.anahita)
        page = self.url_open("/my/channel/leads").text
        self.assertIn("Second Supplier", page)
        self.assertIn(self.company.name, page)

    def test_pages_can_be_used_by_keyboard_and_are_labelled(self):
        self._login(self.anahita)
        self._post(f"{self.url}/answer", answer="accept")
        pages = [self.url_open(self.url).text, self.url_open("/my/channel/leads").text]
        other = self._make_lead("Another")
        self.env.flush_all()
        pages.append(
            self.url_open(f"/my/channel/lead/{other.distribution_route_id.key}").text
        )
        for page in pages:
            main = page[page.index("<h1") :]
            for field in re.findall(r"<(?:input|textarea)[^>]*>", main):
                if 'type="hidden"' in field:
                    continue
                name = re.search(r'id="([^"]+)"', field)
                self.assertTrue(name, field)
                self.assertIn(f'for="{name[1]}"', main)
            self.assertNotIn("onclick", main)
            self.assertEqual(page.count("<h1"), 1)

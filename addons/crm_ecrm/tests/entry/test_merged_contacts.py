import re
from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from odoo.addons.crm_suite.tools.links import sign_link

from ..voice_common import VoiceCommon

OFFERS = ("email", "marketing")
# where a contact stands in a unique key; each has a test of its own below
KEYS = {
    "ecrm_consent": "partner_id",
    "ecrm_idea_vote": "voter",
    "ecrm_portal_visit": "partner_id",
    "ecrm_preference": "partner_id",
}


@tagged("post_install", "-at_install")
class TestMergedContacts(VoiceCommon, HttpCase):
    """What was said as one contact is the person's, whichever of them is left."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.person = cls.emma.partner_id
        cls.double = cls.env["res.partner"].create(
            {"name": "Emma Again", "email": cls.person.email}
        )
        cls.env["ecrm.team"].create({"name": "Support", "assigns": False})
        cls.touchpoint = cls.env["ecrm.touchpoint"].create({"name": "How was it?"})

    def _merge(self, source=None, target=None):
        source, target = source or self.double, target or self.person
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (source | target).ids, target
        )
        self.env.invalidate_all()

    def _case(self, partner):
        return self.env["ecrm.case"]._receive(
            {"name": "Late", "description": "Late."}, by=partner, medium="portal"
        )

    def _asked(self, partner):
        now = fields.Datetime.now()
        return self.env["ecrm.feedback"].create(
            {
                "name": "How was it?",
                "touchpoint_id": self.touchpoint.id,
                "metric": self.touchpoint.metric,
                "company_id": self.company.id,
                "partner_id": partner.id,
                "asked_on": now,
                "valid_until": now + timedelta(days=30),
            }
        )

    def _path(self, url):
        return re.sub(r"^https?://[^/]+", "", url)

    def _opens(self, url, text):
        answer = self.url_open(url)
        self.assertEqual(answer.status_code, 200, url)
        self.assertIn(text, answer.text)

    def test_keys_with_a_contact_are_those_that_are_tested(self):
        self.env.cr.execute(
            """
            SELECT DISTINCT owner.relname, held.attname
              FROM pg_index kept
              JOIN pg_class owner ON owner.oid = kept.indrelid
              JOIN pg_attribute held ON held.attrelid = owner.oid
                                    AND held.attnum = ANY(kept.indkey)
         LEFT JOIN pg_constraint leads ON leads.conrelid = owner.oid
                                      AND leads.contype = 'f'
                                      AND held.attnum = ANY(leads.conkey)
                                      AND leads.confrelid = 'res_partner'::regclass
             WHERE kept.indisunique
               AND owner.relname LIKE 'ecrm%'
               AND (leads.oid IS NOT NULL OR held.attname = 'voter')
            """
        )
        self.assertEqual(dict(self.env.cr.fetchall()), KEYS)

    def test_consents_of_both(self):
        self.consents._say(self.person, {OFFERS: True}, "portal")
        self.consents._say(self.double, {OFFERS: False}, "portal")
        self._merge()
        self.assertEqual(self.consents._current(self.person), {OFFERS: False})
        lines = self.consents.search([("partner_id", "=", self.person.id)])
        self.assertEqual(len(lines), 2)

    def test_votes_of_both(self):
        idea = self._idea(voters=self.person | self.double)
        self._merge()
        self.assertEqual((idea.vote_count, len(idea.vote_ids)), (1, 1))
        self.assertEqual(idea.vote_ids.partner_id, self.person)

    def test_visits_of_both(self):
        visits, today = self.env["ecrm.portal.visit"], fields.Date.today()
        for partner in self.person | self.double:
            visits._note(partner.id, self.company.id, today)
        self._merge()
        self.assertEqual(visits.search_count([("partner_id", "=", self.person.id)]), 1)

    def test_sheets_of_both_and_their_links(self):
        sheets = self.env["ecrm.preference"]
        urls = [
            self._path(sheets._of(one)._link()) for one in self.person | self.double
        ]
        self.consents._say(self.double, {OFFERS: True}, "portal")
        self._merge()
        self.assertEqual(len(sheets.search([("partner_id", "=", self.person.id)])), 1)
        self.authenticate(None, None)
        for url in urls:
            self._opens(url, "Contact Preferences")
        # the link of the sheet that is gone still withdraws
        self._post(urls[1])
        self.assertEqual(self.consents._current(self.person), {OFFERS: False})

    def test_the_sheet_of_another_person_is_not_opened(self):
        sheets = self.env["ecrm.preference"]
        sheets._of(self.person)
        gone = sheets._of(self.double)
        token = sign_link(gone, self.noah.partner_id, "preferences", 1)
        self._merge()
        self.authenticate(None, None)
        self.assertEqual(self.url_open(f"/voice/preferences/{token}").status_code, 404)

    def test_a_case_is_reached_by_its_former_link_and_in_the_portal(self):
        case = self._case(self.double)
        url = self._path(case._link())
        self._merge()
        self.assertEqual(case.partner_id, self.person)
        self.authenticate(None, None)
        self._opens(url, case.number)
        self._login(self.emma)
        self._opens(case._portal_url(), case.number)

    def test_links_survive_one_merge_after_another(self):
        case = self._case(self.double)
        url = self._path(case._link())
        third = self.env["res.partner"].create(
            {"name": "Emma Once More", "email": self.person.email}
        )
        self._merge(self.double, third)
        self._merge(third, self.person)
        self.authenticate(None, None)
        self._opens(url, case.number)

    def test_links_survive_a_merge_of_the_companies(self):
        case = self._case(self.person)
        url = self._path(case._link())
        other = self.env["res.partner"].create(
            {"name": "Harbour Hotels Ltd", "is_company": True}
        )
        self._merge(self.harbour, other)
        self.assertEqual(self.person.commercial_partner_id, other)
        self.authenticate(None, None)
        self._opens(url, case.number)
        self._login(self.emma)
        self._opens(case._portal_url(), case.number)

    def test_a_link_ends_when_the_person_goes_to_another_company_after_all(self):
        case = self._case(self.double)
        url = self._path(case._link())
        self._merge()
        self.person.parent_id = self.sepehr
        self.authenticate(None, None)
        self.assertEqual(self.url_open(url).status_code, 404)

    def test_what_was_said_for_another_company_stays_there(self):
        """The person is one, and acts for Harbour today: Sepehr's matters are not."""
        self.double.parent_id = self.sepehr
        case = self._case(self.double)
        url = self._path(case._link())
        self._merge()
        self.authenticate(None, None)
        self.assertEqual(self.url_open(url).status_code, 404)
        self._login(self.emma)
        self.assertEqual(self.url_open(case._portal_url()).status_code, 404)

    def test_a_link_ends_with_a_contact_that_is_deleted(self):
        case = self._case(self.double)
        url = self._path(case._link())
        case.partner_id = self.person
        self.double.unlink()
        self.authenticate(None, None)
        self.assertEqual(self.url_open(url).status_code, 404)

    def test_a_contact_that_gets_its_company_by_the_merge_keeps_what_it_said(self):
        """The contact without a company is left, and takes the company of the other."""
        colleague = self.env["res.partner"].create(
            {"name": "Lea", "email": "lea@x.example", "parent_id": self.harbour.id}
        )
        alone = self.env["res.partner"].create(
            {"name": "Lea", "email": "lea@x.example"}
        )
        case, other = self._case(alone), self._case(colleague)
        urls = {one: self._path(one._link()) for one in case | other}
        self._merge(colleague, alone)
        self.assertEqual(alone.commercial_partner_id, self.harbour)
        self.assertEqual((case | other).mapped("commercial_partner_id"), self.harbour)
        self.authenticate(None, None)
        for one, url in urls.items():
            self._opens(url, one.number)
        alone.parent_id = self.sepehr
        for url in urls.values():
            self.assertEqual(self.url_open(url).status_code, 404)

    def test_questions_answers_and_marks_of_both(self):
        dimension = self.env["ecrm.dimension"].create({"name": "Patience"})
        self.touchpoint.dimension_ids = dimension
        mine, other = self._asked(self.person), self._asked(self.double)
        url = self._path(other._link())
        mark = {"dimension_id": dimension.id, "score": 4}
        mine._accept(
            {"score": 5, "medium": "link", "mark_ids": [fields.Command.create(mark)]}
        )
        invitations = self.env["ecrm.invitation"].create(
            [
                {
                    "touchpoint_id": self.touchpoint.id,
                    "res_model": "sale.order",
                    "res_id": number,
                    "partner_id": partner.id,
                    "event_on": fields.Datetime.now(),
                    "ask_on": fields.Datetime.now(),
                }
                for number, partner in enumerate(self.person | self.double, 1)
            ]
        )
        self._merge()
        everything = mine | other
        self.assertEqual(everything.partner_id, self.person)
        self.assertEqual(everything.commercial_partner_id, self.harbour)
        self.assertEqual(invitations.exists().partner_id, self.person)
        self.assertEqual(len(invitations.exists()), 2)
        self.assertEqual(mine.mark_ids.partner_id, self.person)
        self.authenticate(None, None)
        self._opens(url, "How was it?")
        other._accept({"score": 2, "medium": "link", "nonce": "n"})
        self.assertEqual(other.state, "answered")

    def test_evidence_of_both(self):
        insight = self.env["ecrm.insight"].create({"name": "Hours"})
        cases = self._case(self.person) | self._case(self.double)
        insight._add_evidence(cases.with_env(self.env))
        self._merge()
        self.assertEqual(insight.evidence_ids.partner_id, self.person)
        self.assertEqual(insight.evidence_count, 2)

    def test_confirmations_that_were_asked_for(self):
        requests = self.env["ecrm.consent.request"]
        requests._ask(self.double, [OFFERS])
        request = requests.search([("partner_id", "=", self.double.id)])
        url = "/voice/consent/" + sign_link(request, self.double, "confirm", 1)
        self._merge()
        self.authenticate(None, None)
        self._post(url)
        self.assertEqual(self.consents._current(self.person), {OFFERS: True})

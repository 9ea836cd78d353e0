from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from ..portal_common import PortalCommon


@tagged("post_install", "-at_install")
class TestTierPortal(PortalCommon):
    """What a member reads of the tier, and where its benefits lead."""

    def _tiers(self):
        program = (
            self.env["loyalty.tier.program"]
            .sudo()
            .create(
                {
                    "name": "Club",
                    "company_id": self.company.id,
                    "tier_ids": [
                        Command.create({"name": "Silver", "threshold": 200}),
                        Command.create({"name": "Gold", "threshold": 1_000}),
                    ],
                }
            )
        )
        program.action_publish()
        return program

    def test_benefits_of_the_tier(self):
        silver, gold = self._tiers().tier_ids
        self.env.user.email = "eli@example.com"
        for tier, kind, values in (
            (silver, "contact", {"user_id": self.env.user.id}),
            (silver, "community", {"url": "https://club.example/"}),
            (silver, "portal", {"code": "early", "url": "/my/orders"}),
            (silver, "integration", {"code": "edi"}),
            (gold, "service", {"service_level": "premium"}),
        ):
            self.env["loyalty.tier.benefit"].sudo().create(
                {"name": f"The {kind}", "tier_id": tier.id, "kind": kind, **values}
            )
        _answer, page = self._page("points_customer", "/my/points")
        self.assertFalse(page.xpath("//ul[contains(@class, 'o_points_benefits')]"))
        answer = self.url_open("/my/benefits/early", allow_redirects=False)
        self.assertTrue(answer.headers["Location"].endswith("/my/points"))
        self._order(quantity=3)
        _answer, page = self._page("points_customer", "/my/points")
        lines = page.xpath("//ul[contains(@class, 'o_points_benefits')]/li")
        shown = [" ".join(line.text_content().split()) for line in lines]
        name = self.env.user.name
        self.assertEqual(shown, [f"The contact: {name}", "The community", "The portal"])
        links = page.xpath("//ul[contains(@class, 'o_points_benefits')]//a/@href")
        self.assertEqual(
            links,
            ["mailto:eli@example.com", "https://club.example/", "/my/benefits/early"],
        )
        answer = self.url_open("/my/benefits/early", allow_redirects=False)
        self.assertTrue(answer.headers["Location"].endswith("/my/orders"))
        answer = self.url_open("/my/benefits/edi", allow_redirects=False)
        self.assertTrue(answer.headers["Location"].endswith("/my/points"))
        # gone with the last day of the benefit
        benefits = silver.benefit_ids
        benefits.date_to = fields.Date.subtract(fields.Date.today(), days=1)
        answer = self.url_open("/my/benefits/early", allow_redirects=False)
        self.assertTrue(answer.headers["Location"].endswith("/my/points"))

    def test_trying_codes_tells_nothing(self):
        """L094 enumeration: unknown, another's, over, below the tier, a card's"""
        silver, gold = self._tiers().tier_ids
        yesterday = fields.Date.subtract(fields.Date.today(), days=1)
        for tier, code, values in (
            (silver, "over", {"date_to": yesterday}),
            (silver, "integration", {"kind": "integration"}),
            (gold, "above", {}),
        ):
            self.env["loyalty.tier.benefit"].sudo().create(
                {
                    "name": code,
                    "tier_id": tier.id,
                    "kind": "portal",
                    "code": code,
                    **({} if values.get("kind") else {"url": "/my/orders"}),
                    **values,
                }
            )
        self._order(quantity=3)
        self._order(partner=self.other_customer)
        theirs = self._card(self.other_customer)
        self.authenticate("points_customer", "points_customer")
        answers = set()
        for code in ("unknown", "over", "integration", "above", theirs.code):
            answer = self.url_open(f"/my/benefits/{code}", allow_redirects=False)
            place = answer.headers["Location"]
            answers.add((answer.status_code, place, answer.text))
        self.assertEqual(len(answers), 1)
        # nor does it tell which accounts there are
        archived = self._card()
        archived.active = False
        answers = set()
        for number in (theirs.id, archived.id, 2**31 - 1):
            answer = self.url_open(f"/my/points/{number}", allow_redirects=False)
            answers.add((answer.status_code, answer.headers["Location"]))
        self.assertEqual(len(answers), 1)

    def _door(self, login, code="early"):
        """Where the link to a portal function leads, and whether it was looked up."""
        self.authenticate(login, login)
        partners = self.env.registry["res.partner"]
        asked = patch.object(
            partners,
            "_portal_function",
            autospec=True,
            side_effect=partners._portal_function,
        )
        with asked as looked_up:
            answer = self.url_open(f"/my/benefits/{code}", allow_redirects=False)
        self.assertEqual(answer.status_code, 303)
        return answer.headers["Location"].rpartition("/my/")[2], looked_up.called

    def test_tries_of_codes_are_limited(self):
        """L094 enumeration: ten wrong ones a minute, by login and by address"""
        silver = self._tiers().tier_ids[0]
        self.env["loyalty.tier.benefit"].sudo().create(
            {
                "name": "Early",
                "tier_id": silver.id,
                "kind": "portal",
                "code": "early",
                "url": "/my/orders",
            }
        )
        self._order(quantity=3)
        attempts = self.env["suite.attempt"].sudo()
        for _number in range(12):
            self.assertEqual(self._door("points_customer"), ("orders", True))
        self.assertFalse(attempts.search([]), "who follows a link counts for nothing")
        for number in range(10):
            answer = self._door("points_customer", f"wrong{number}")
            self.assertEqual(answer, ("points", True))
        nothing = ("points", False)
        self.assertEqual(self._door("points_customer"), nothing)
        self.assertEqual(self._door("points_contact"), nothing, "the same address")
        # elsewhere, and who is elsewhere
        company, customer = self.company, self.user.sudo()
        self.assertFalse(customer._portal_function("early", company, "10.0.0.1"))
        other = self._login("points_other")
        self.assertFalse(other._portal_function("early", company, "10.0.0.1"))
        count = attempts.search_count([])
        self.assertEqual(count, 22, "one more by the other login, at the other place")
        self.env.execute_query(
            SQL(
                "UPDATE suite_attempt SET create_date = create_date - %s RETURNING id",
                timedelta(seconds=61),
            )
        )
        self.env.invalidate_all()
        self.assertEqual(self._door("points_customer"), ("orders", True))

    def test_tier_and_what_is_missing_to_the_next(self):
        self._tiers()
        self._order(quantity=3)
        _answer, page = self._page("points_customer", "/my/points")
        (tier,) = page.xpath("//section[contains(@class, 'o_points_tier')]")
        text = " ".join(tier.text_content().split())
        self.assertIn("Club: Silver", text)
        self.assertIn("700.00", text)
        (bar,) = tier.xpath(".//*[@role='progressbar']")
        self.assertEqual(
            (bar.get("aria-valuenow"), bar.get("aria-label")), ("30", "Gold")
        )

    def test_a_companys_tier_is_seen_with_permission_only(self):
        self._tiers()
        self._order(self.company_customer, quantity=3)
        partner = self.contact.partner_id
        for permitted in (False, True):
            partner.may_use_company_points = permitted
            _answer, page = self._page("points_contact", "/my/points")
            self.assertEqual("Silver" in page.text_content(), permitted)

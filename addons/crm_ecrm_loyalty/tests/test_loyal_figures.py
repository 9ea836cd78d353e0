from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .loyal_common import PAGE, LoyalCommon


@tagged("post_install", "-at_install")
class TestLoyalFigures(LoyalCommon):
    """What a customer reads of points, tiers, offers and of what may fit him."""

    def _suggested(self, user):
        needs = self.env["crm.partner.need"].with_user(user)
        return needs._portal_suggestions(user)

    def _names(self, user):
        return [one["name"] for one in self._suggested(user)]

    def test_what_may_fit_says_why(self):
        (one,) = self._suggested(self.emma)
        self.assertEqual((one["name"], one["text"]), ("Drinking", "Cups that last"))
        self.assertRegex(
            one["reason"],
            r"^You bought for “Coffee”: of customers who do, \d\d % need this too\.$",
        )
        page = self._page(self.emma)
        self.assertIn("Cups that last", page)
        self.assertIn(one["reason"].split(":")[0], page)
        # to where he may ask
        self.assertIn('value="Drinking"', self.url_open(one["ask"]).text)

    def test_needs_are_our_words_until_they_are_published(self):
        self.coffee.portal_published = False
        (one,) = self._suggested(self.emma)
        self.assertEqual(
            one["reason"], "Many customers who are like you need this too."
        )
        self.drinking.portal_published = False
        self.assertFalse(self._suggested(self.emma))
        self.assertNotIn("Drinking", self._page(self.emma))

    def test_what_a_colleague_told_us_is_not_repeated(self):
        known = self._need(self.harbour, self.coffee)
        known.note = "Said on the phone"
        self._read()
        (one,) = self._suggested(self.emma)
        self.assertNotIn("Coffee", one["reason"])

    def test_not_for_me_holds(self):
        answer = self._decline(self.emma, self.drinking)
        self.assertIn("We do not suggest it again", answer.text)
        self.assertNotIn("Cups that last", answer.text)
        need = self._need(self.harbour, self.drinking)
        self.assertRecordValues(
            need,
            [
                {
                    "strength": 0,
                    "evidence": "stated",
                    "source": "customer",
                    "declined_by_id": self.emma.partner_id.id,
                    "because_id": False,
                }
            ],
        )
        self.assertIn("Emma said “not for me” in the portal.", need.reason)
        # whatever is bought and read later; for the colleague too, for nobody else
        self._buy(self.harbour, self.cups, 5)
        self._read()
        self.assertEqual((need.strength, need.source), (0, "customer"))
        self.assertEqual(need.order_count, 1)
        self.assertFalse(self._names(self.noah))
        self.assertEqual(self._names(self.nasrin), ["Drinking"])
        self.assertFalse(
            self.env["crm.need.prospect"].search(
                [
                    ("partner_id", "=", self.harbour.id),
                    ("need_id", "=", need.need_id.id),
                ]
            )
        )

    def test_only_what_is_suggested_is_declined(self):
        stated = self._state(self.sepehr, self.milk, 0.7)
        before = self.env["crm.partner.need"].search_count([])
        for number in (self.milk.id, self.coffee.id, 99_999, 2**40, 0):
            answer = self._decline(self.nasrin, number, follow=False)
            self.assertEqual(answer.status_code, 303)
            self.assertTrue(answer.headers["Location"].endswith(PAGE))
        self.assertEqual((stated.strength, stated.source), (0.7, "staff"))
        self.assertEqual(self.env["crm.partner.need"].search_count([]), before)
        # declining twice is declining once
        for _time in range(2):
            self._decline(self.nasrin, self.drinking)
        self.assertEqual(self._need(self.sepehr, self.drinking).strength, 0)
        self.assertEqual(self.env["crm.partner.need"].search_count([]), before)

    def test_looking_declines_nothing_and_neither_does_another_site(self):
        self.env.flush_all()
        self.authenticate("emma", "emma" * 2)
        url = f"{PAGE}/need/{self.drinking.id}/decline"
        self.assertEqual(self.url_open(url).status_code, 405)
        answer = self._decline(self.emma, self.drinking, csrf_token="x")
        self.assertEqual(answer.status_code, 400)
        self.authenticate(None, None)
        answer = self.url_open(url, data={"x": "y"}, allow_redirects=False)
        self.assertNotEqual(answer.status_code, 200)
        self.assertEqual(self._names(self.emma), ["Drinking"])

    def test_who_stated_it_is_written_by_nobody(self):
        seller = new_test_user(
            self.env,
            "loyal_seller",
            "sales_team.group_sale_salesman_all_leads",
            company_id=self.company.id,
        )
        needs = self.env["crm.partner.need"].with_user(seller)
        need = needs.browse(self._need(self.harbour, self.drinking).id)
        for forged in (
            {"source": "customer"},
            {"declined_by_id": self.emma.partner_id.id},
        ):
            with self.assertRaises(AccessError):
                need.write(forged)
        self._decline(self.emma, self.drinking)
        self.assertEqual(need.source, "customer")
        # said to a salesperson later: it is stated by us
        need.write({"strength": 0.8, "note": "On the fair"})
        self.assertRecordValues(
            need, [{"source": "staff", "declined_by_id": False, "strength": 0.8}]
        )
        self.assertEqual(need.reason, "On the fair")

    def test_offers_are_those_that_were_made_to_him(self):
        """Who is held back reads what everybody reads for whom there is nothing."""
        program = self._tell(self.harbour, self.sepehr)
        held, told = program.member_ids
        self.assertEqual(len(program.member_ids), 2)
        held._as_system().write({"arm": "control", "next_touch_on": False})
        self._touch(program)
        people = {self.harbour: self.emma, self.sepehr: self.nasrin}
        self.assertIn("Come and see us", self._page(people[told.partner_id]))
        page = self._page(people[held.partner_id])
        for word in ("Come and see us", "Meant for You", "control", "Held"):
            self.assertNotIn(word, page)

    def test_what_was_mailed_to_a_person_is_his_alone(self):
        person = new_test_user(
            self.env, "lone", "base.group_portal", password="lone" * 2
        ).partner_id
        (person | self.harbour).write(
            {"category_id": [Command.link(self.tag.id)], "email": "a@b.example"}
        )
        term = self.env["account.payment.term"].create({"name": "60 days"})
        program = self._running(offer="payment_term", payment_term_id=term.id)
        self._touch(program)
        self.assertEqual(set(program.member_ids.mapped("state")), {"touched"})
        self.assertIn("60 days", self._page(person.user_ids))
        self.assertNotIn("60 days", self._page(self.emma))
        program.member_ids._as_system().offer_until = fields.Date.subtract(
            fields.Date.today(), days=1
        )
        self.assertNotIn("60 days", self._page(person.user_ids))

    def test_nothing_of_what_we_think_of_him_is_shown(self):
        self._imported_shop()
        self.runs._refresh_now(self.company)
        value = self._value(self.harbour)
        self.assertTrue(value)
        page = self._page(self.emma)
        for word in ("Lifetime", "churn", "Churn", "margin", "At Risk", "class A"):
            self.assertNotIn(word, page)
        if value.lifetime_value:
            self.assertNotIn(f"{value.lifetime_value:,.2f}", page)

    def test_points_and_tier_are_those_of_the_portal(self):
        program = self.env["loyalty.program"].create(
            {
                "name": "Bean Points",
                "program_type": "loyalty",
                "applies_on": "both",
                "trigger": "auto",
                "keep_ledger": True,
                "company_id": self.company.id,
            }
        )
        self.env["loyalty.card"].create(
            {
                "program_id": program.id,
                "partner_id": self.nasrin.partner_id.id,
                "points": 70,
            }
        )
        self.assertIn("Bean Points", self._page(self.nasrin))
        self.assertNotIn("Bean Points", self._page(self.emma))
        listed = self.url_open("/my/points").text
        self.assertNotIn("Bean Points", listed)

    def test_more_needs_take_no_more_queries(self):
        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._suggested(self.emma)
            return self.env.cr.sql_log_count - before

        queries()
        few = queries()
        needs = self.env["crm.need"].create(
            [{"name": f"Need {n}", "portal_published": True} for n in range(30)]
        )
        wanted = self.env["crm.partner.need"].create(
            [{"partner_id": self.harbour.id, "need_id": need.id} for need in needs]
        )
        wanted._as_system().write({"strength": 0.5})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_partner_need SET evidence = 'inferred', because_id = %s"
            " WHERE id = ANY(%s)",
            [self.coffee.id, wanted.ids],
        )
        self.assertLessEqual(queries(), few)
        self.assertEqual(len(self._suggested(self.emma)), 3)

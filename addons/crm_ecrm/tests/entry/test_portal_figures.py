import re
from datetime import date, datetime

from freezegun import freeze_time
from lxml import html

from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.crm_suite.tests.trade import paying

from ..case.case_common import BERLIN, CaseCommon
from ..voice_common import VoiceCommon


@tagged("post_install", "-at_install")
class TestPortalFigures(VoiceCommon, CaseCommon, HttpCase):
    """What a customer reads of himself is what Odoo's own lists would add up to."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.env["product.product"].create(
            {"name": "Pump", "type": "consu", "taxes_id": [Command.clear()]}
        )
        cls.figures = cls.env["ecrm.figures"]
        cls.company.partner_id.tz = BERLIN
        cls.team.calendar_id = cls._hours((0, 24), days="0123456", zone="UTC")

    def _order(self, user, at, amount=100, **values):
        line = {"product_id": self.product.id, "price_unit": amount}
        return self.env["sale.order"].create(
            {
                "partner_id": user.partner_id.id,
                "state": "sale",
                "date_order": at,
                "order_line": [Command.create(line)],
                **values,
            }
        )

    def _move(self, user, kind, day, amount=100, **values):
        line = {
            "product_id": self.product.id,
            "price_unit": amount,
            "tax_ids": [Command.clear()],
        }
        move = self.env["account.move"].create(
            {
                "move_type": kind,
                "partner_id": user.partner_id.id,
                "invoice_date": day,
                "invoice_line_ids": [Command.create(line)],
                **values,
            }
        )
        move.action_post()
        return move

    def _of(self, user, whose="", lang="en_US"):
        self.env.flush_all()
        return (
            self.figures.with_user(user)
            .with_context(lang=lang)
            ._portal_figures(user, whose)
        )

    def _number(self, text):
        return float(re.sub(r"[^\d.]", "", text))

    def _years(self, told):
        return {
            year["name"]: (year["orders"], self._number(year["ordered"]))
            for year in told["years"]
        }

    @freeze_time("2027-03-01 10:00:00")
    def test_a_year_begins_where_the_company_is(self):
        """At 23:30 UTC of the last of December it is the new year in Berlin."""
        for at in ("2026-12-31 22:30:00", "2026-12-31 23:30:00", "2019-05-01 12:00:00"):
            self._order(self.emma, at)
        told = self._years(self._of(self.emma))
        self.assertEqual(
            told, {"2027": (1, 100), "2026": (1, 100), "Earlier": (1, 100)}
        )
        self.env["res.lang"]._activate_lang("fa_IR")
        told = self._years(self._of(self.emma, lang="fa_IR"))
        self.assertEqual([*told], ["1405", "پیش\u200cتر"])
        self.assertEqual(told["1405"], (2, 200))

    @freeze_time("2027-03-01 10:00:00")
    def test_another_currency_counts_by_the_rate_of_its_day(self):
        other = self.env["res.currency"].create(
            {
                "name": "XTS",
                "symbol": "X",
                "rate_ids": [
                    Command.create({"name": date(2027, 1, 1), "rate": 4}),
                    Command.create({"name": date(2027, 2, 1), "rate": 2}),
                ],
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "X", "currency_id": other.id}
        )
        self._order(self.emma, "2027-01-15 12:00:00", pricelist_id=pricelist.id)
        self._order(self.emma, "2027-02-15 12:00:00", pricelist_id=pricelist.id)
        self.assertEqual(self._years(self._of(self.emma)), {"2027": (2, 75)})

    @freeze_time("2027-03-01 10:00:00")
    def test_credits_and_what_is_still_to_be_paid(self):
        self._move(self.emma, "out_invoice", date(2027, 2, 1), 300)
        late = {"invoice_date_due": date(2027, 2, 20)}
        self._move(self.emma, "out_invoice", date(2027, 1, 1), 50, **late)
        rebate = self._move(self.emma, "out_refund", date(2026, 6, 1), 40)
        told = self._of(self.emma)
        self.assertEqual((told["open"]["count"], told["open"]["late"]), (2, 1))
        self.assertEqual(self._number(told["open"]["amount"]), 350)
        self.assertEqual(self._number(told["open"]["late_amount"]), 50)
        (year,) = told["years"]
        self.assertEqual(
            (year["name"], year["orders"], year["credits"]), ("2026", 0, 1)
        )
        self.assertEqual(self._number(year["credited"]), 40)
        with paying(rebate):
            self.assertFalse(self._of(self.emma)["years"])

    @freeze_time("2027-03-01 10:00:00")
    def test_it_is_what_odoos_own_list_shows(self):
        """Of the company, also of branches of it; of strangers and drafts nothing."""
        branch = self.env["res.partner"].create(
            {"name": "Harbour East", "parent_id": self.harbour.id, "is_company": True}
        )
        self._order(self.emma, "2027-01-15 12:00:00")
        self._order(self.noah, "2027-01-16 12:00:00", 30)
        at = {"partner_id": branch.id}
        self._order(self.noah, "2027-01-17 12:00:00", 7, **at)
        self._order(self.emma, "2027-01-18 12:00:00", 1000, state="sent")
        self._order(self.nasrin, "2027-01-19 12:00:00", 5000)
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        other = self._order(self.emma, "2027-01-20 12:00:00", 900)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order SET company_id = %s WHERE id = %s",
            [elsewhere.id, other.id],
        )
        self.env.invalidate_all()
        listed = self.env["sale.order"].with_user(self.emma)
        here = [("state", "=", "sale"), ("company_id", "=", self.company.id)]
        orders = listed.search(here)
        told = self._years(self._of(self.emma))
        self.assertEqual(
            told, {"2027": (len(orders), sum(orders.mapped("amount_total")))}
        )
        self.assertEqual(told, {"2027": (3, 137)})
        self.assertEqual(self._years(self._of(self.emma, "mine")), {"2027": (1, 100)})
        self.assertEqual(self._years(self._of(self.nasrin)), {"2027": (1, 5000)})
        # an employee without rights on orders reads nothing of them
        told = self._of(self.employee)
        self.assertEqual((told["years"], told["open"]), ([], {}))

    def test_what_a_colleague_kept_to_himself_is_not_counted(self):
        def said(user, whose=""):
            told = self._of(user, whose)
            return told["cases"]["count"], told["said"]["ideas"]

        self._receive(self.noah.partner_id)
        self._receive(self.noah.partner_id, name="Shared", visibility="company")
        self._receive(self.emma.partner_id, name="Mine")
        idea = self._idea("An hour", self.emma.partner_id)
        idea.partner_id = self.noah.partner_id
        self.assertEqual(said(self.noah), (2, 1))
        self.assertEqual(said(self.emma), (2, 0))
        self.assertEqual(said(self.emma, "mine"), (1, 0))
        self.assertEqual(said(self.nasrin), (0, 0))
        self.assertEqual(self._of(self.emma)["said"]["votes"], 1)
        self.assertEqual(self._of(self.noah)["said"]["votes"], 0)

    def test_how_fast_we_answered(self):
        person = self.emma.partner_id
        with freeze_time("2027-03-01 10:00:00") as clock:
            cases = [self._receive(person, name=f"Case {n}") for n in range(3)]
            for case, at in zip(cases, ("10:30", "12:00", "18:00"), strict=True):
                clock.move_to(f"2027-03-01 {at}:00")
                case._say("We look.", user=self.agent)
            told = self._of(self.emma)["cases"]
        self.assertEqual((told["count"], told["open"]), (3, 3))
        self.assertEqual(told["first"], "2.0 hours")
        self.assertEqual(told["solution"], "")
        # an hour was promised, and kept once
        self.assertEqual((told["met"], told["settled"]), (1, 3))

    @freeze_time("2027-03-01 10:00:00")
    def test_it_takes_as_many_queries_for_60_as_for_6(self):
        def fill(count):
            line = {"product_id": self.product.id, "price_unit": 5}
            self.env["sale.order"].create(
                [
                    {
                        "partner_id": self.emma.partner_id.id,
                        "state": "sale",
                        "date_order": datetime(2026, 1 + number % 12, 1),
                        "order_line": [Command.create(line)],
                    }
                    for number in range(count)
                ]
            )
            self.env["ecrm.case"].create(
                [
                    {
                        "name": f"Case {number}",
                        "partner_id": self.emma.partner_id.id,
                        "team_id": self.team.id,
                    }
                    for number in range(count)
                ]
            )

        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.figures.with_user(self.emma)._portal_figures(self.emma)
            return self.env.cr.sql_log_count - before

        fill(6)
        queries()
        few = queries()
        fill(54)
        self.assertLessEqual(queries(), few)

    def test_the_page_of_who_has_nothing_leads_on(self):
        self.env.flush_all()
        self._login(self.nasrin)
        page = html.fromstring(self.url_open("/my/voice/figures").text)
        said = " ".join(page.xpath("//*[@id='wrap']")[0].text_content().split())
        self.assertIn("Nothing was ordered yet.", said)
        self.assertIn("Nothing yet. Write to us", said)
        self.assertFalse(page.xpath("//table"))

    def test_whose_they_are_is_chosen_and_shown(self):
        self._order(self.emma, datetime.now())
        self._order(self.noah, datetime.now(), 31)
        self.env.flush_all()
        self._login(self.emma)
        shown = {}
        for query in ("", "?whose=mine", "?whose=%00", "?whose=x&declined=1"):
            page = html.fromstring(self.url_open(f"/my/voice/figures{query}").text)
            (chosen,) = page.xpath("//nav//a[@aria-current='true']")
            (ordered,) = page.xpath("//tbody/tr/td[2]")
            amount = self._number(ordered.text_content())
            shown[query] = (chosen.text_content(), amount)
        self.assertEqual(shown.pop("?whose=mine"), ("Only Me", 100))
        self.assertEqual(set(shown.values()), {("My Company", 131)})

    def test_anonymous_people_are_asked_to_sign_in(self):
        self.authenticate(None, None)
        answer = self.url_open("/my/voice/figures", allow_redirects=False)
        self.assertIn("/web/login", answer.headers["Location"])

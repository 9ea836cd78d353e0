from datetime import date, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.crm_suite.tests.trade import paying

from ...metrics import engagement
from ..voice_common import VoiceCommon


@tagged("post_install", "-at_install")
class TestSignals(VoiceCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visits = cls.env["ecrm.portal.visit"]
        cls.signals = cls.env["ecrm.signal"]
        cls.today = fields.Date.today()

    def _visited(self, user):
        return self.visits.search([("partner_id", "=", user.partner_id.id)])

    def _open(self, url, user=None, **headers):
        if user:
            self._login(user)
        answer = self.url_open(url, headers=headers or None)
        self.env.invalidate_all()
        return answer

    def _of(self, customer):
        self.env.flush_all()
        found = self.signals.search([("partner_id", "=", customer.id)])
        return {(one.source, one.day): one.count for one in found}

    def _engagement(self, customer):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["ecrm.engagement"].search([("partner_id", "=", customer.id)])

    def _ago(self, days):
        return self.today - timedelta(days=days)

    def _visit(self, user, day):
        self.visits._note(user.partner_id.id, self.company.id, day)

    def _order(self, customer, day):
        return self.env["sale.order"].create(
            {
                "partner_id": customer.id,
                "company_id": self.company.id,
                "state": "sale",
                "date_order": fields.Datetime.to_datetime(day),
            }
        )

    def test_a_day_in_the_portal_is_one_row(self):
        for url in ("/my", "/my/voice", "/my/voice/ideas", "/my"):
            self._open(url, self.emma)
        self.assertRecordValues(
            self._visited(self.emma),
            [{"company_id": self.company.id, "day": self.company._today()}],
        )

    def test_what_is_no_page_of_a_customer_is_no_visit(self):
        self._login(self.emma)
        self._open("/my/voice/idea/nothing")
        self._open("/web/login")
        self._open("/my", **{"User-Agent": "Googlebot/2.1"})
        self.assertFalse(self._visited(self.emma))
        employee = new_test_user(
            self.env, "inside", "base.group_user", password="insideinside"
        )
        self._open("/my", employee)
        self.assertFalse(self._visited(employee))
        self.authenticate(None, None)
        before = self.visits.search_count([])
        self._open("/my")
        self.assertEqual(self.visits.search_count([]), before)

    def test_visits_of_merged_contacts_are_one_a_day(self):
        other = self.env["res.partner"].create({"name": "Emma C"})
        for partner in (self.emma.partner_id, other):
            self.visits._note(partner.id, self.company.id, self._ago(1))
        self.visits._note(other.id, self.company.id, self._ago(2))
        merge = self.env["base.partner.merge.automatic.wizard"]
        merge._merge((other | self.emma.partner_id).ids, self.emma.partner_id)
        days = self._visited(self.emma).mapped("day")
        self.assertEqual(sorted(days), [self._ago(2), self._ago(1)])

    def test_signals_are_one_row_a_customer_day_and_source(self):
        for user, day in (
            (self.emma, self._ago(3)),
            (self.noah, self._ago(3)),
            (self.noah, self._ago(2)),
        ):
            self._visit(user, day)
        self._order(self.emma.partner_id, self._ago(5))
        self.ideas.create({"name": "A", "partner_id": self.noah.partner_id.id})
        self.assertEqual(
            self._of(self.harbour),
            {
                ("visit", self._ago(3)): 2,
                ("visit", self._ago(2)): 1,
                ("order", self._ago(5)): 1,
                ("idea", fields.Datetime.now().date()): 1,
            },
        )
        self.assertEqual(self._of(self.sepehr), {})

    def test_credit_notes_and_overdue_invoices_are_signals(self):
        def invoice(kind, due):
            return self.env["account.move"].create(
                {
                    "move_type": kind,
                    "partner_id": self.harbour.id,
                    "invoice_date": self._ago(40),
                    "invoice_date_due": due,
                    "invoice_line_ids": [
                        (0, 0, {"name": "x", "price_unit": 10, "tax_ids": False})
                    ],
                }
            )

        late, due, refund = (
            invoice("out_invoice", self._ago(10)),
            invoice("out_invoice", self._ago(-10)),
            invoice("out_refund", self._ago(40)),
        )
        (late | due | refund).action_post()
        self.assertEqual(
            self._of(self.harbour),
            {("late", self._ago(10)): 1, ("refund", self._ago(40)): 1},
        )
        with paying(refund):
            self.assertEqual(self._of(self.harbour), {("late", self._ago(10)): 1})

    def test_cases_are_signals_by_medium_and_open_complaints_take_away(self):
        cases = self.env["ecrm.case"]
        team = self.env["ecrm.team"].search(
            [("company_id", "=", self.company.id)], limit=1
        ) or self.env["ecrm.team"].create({"name": "Service"})
        cases.create(
            [
                {
                    "name": medium,
                    "partner_id": self.emma.partner_id.id,
                    "team_id": team.id,
                    "kind": kind,
                    "medium": medium,
                }
                for kind, medium in (
                    ("complaint", "mail"),
                    ("question", "mail"),
                    ("request", "portal"),
                    ("request", "staff"),
                )
            ]
        )
        self.env.flush_all()
        found = self.signals.search([("partner_id", "=", self.harbour.id)])
        self.assertEqual(
            {(one.source, one.medium): one.count for one in found},
            {("case", "mail"): 2, ("case", "portal"): 1, ("complaint", False): 1},
        )
        self.assertIn(
            "Open Complaints: 1 (-5, 50 %)", self._engagement(self.harbour).reasons
        )

    def test_what_is_not_installed_is_not_measured(self):
        """Other add-ons measure mailings and goods; without them it is no silence."""
        sources = {
            name: events
            for name, events in self.signals._sources().items()
            if name not in ("opened", "clicked", "return")
        }
        self._visit(self.emma, self._ago(1))
        with patch.object(type(self.signals), "_sources", return_value=sources):
            one = self._engagement(self.harbour)
            for label in ("Mailings Opened", "Goods Sent Back, Not Credited"):
                self.assertIn(label, self.signals._not_measured())
                self.assertIn(label, one.not_measured)
            self.assertNotIn("Mailings", one.reasons)
            self.assertAlmostEqual(
                one.score, engagement.score({"visit": 1}, sources), 4
            )
        self.env.invalidate_all()

    def test_the_figure_is_what_its_reasons_add_up_to(self):
        for days in range(1, 7):
            self._visit(self.emma, self._ago(days))
        for days in (10, 50, 120, 130, 140):
            self._order(self.harbour, self._ago(days))
        one = self._engagement(self.harbour)
        measured = self.signals._sources()
        counts = {"visit": 6, "order": 2}
        self.assertAlmostEqual(one.score, engagement.score(counts, measured), 4)
        before = engagement.score({"order": 3}, measured)
        self.assertAlmostEqual(one.score_before, before, 4)
        self.assertAlmostEqual(one.trend, one.score - before, 4)
        self.assertIn("Orders: 2", one.reasons)
        self.assertIn("Days in the Portal: 6", one.reasons)
        self.assertRecordValues(
            one, [{"last_order_on": self._ago(10), "last_day": self._ago(1)}]
        )

    def test_an_order_that_is_late_by_its_own_rhythm_shows(self):
        for days in (300, 270, 240, 210):
            self._order(self.harbour, self._ago(days))
        one = self._engagement(self.harbour)
        self.assertEqual((one.order_gap, one.order_drift), (30, 7))
        self.assertEqual(one.score, 0)
        self.assertIn("Nothing for 90 days", one.reasons)
        self._order(self.sepehr, self._ago(5))
        self.assertFalse(
            self._engagement(self.sepehr).order_gap, "one order, no rhythm"
        )

    def test_the_edges_of_the_period_count_once(self):
        for days, now, before in ((89, 1, 0), (90, 0, 1), (179, 0, 1), (180, 0, 0)):
            customer = self.env["res.partner"].create({"name": f"Edge {days}"})
            self._order(customer, self._ago(days))
            one = self._engagement(customer)
            with self.subTest(days):
                self.assertEqual((one.score > 0, one.score_before > 0), (now, before))

    def test_figures_are_seen_by_who_may_see_the_customer(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        hidden = self.env["res.partner"].create(
            {"name": "Hidden", "company_id": elsewhere.id}
        )
        self._order(self.harbour, self._ago(3))
        self.env["sale.order"].create(
            {
                "partner_id": hidden.id,
                "company_id": elsewhere.id,
                "state": "sale",
            }
        )
        self.env.flush_all()
        for model in ("ecrm.signal", "ecrm.engagement"):
            rows = self.env[model].with_user(self.agent)
            self.assertFalse(rows.search([("partner_id", "=", hidden.id)]))
            self.assertTrue(rows.search([("partner_id", "=", self.harbour.id)]))
            self.assertFalse(
                self.env[model].with_user(self.employee).has_access("read")
            )

    def test_why_opens_what_was_counted(self):
        self._order(self.harbour, self._ago(3))
        one = self._engagement(self.harbour).with_user(self.agent)
        action = one.action_open_signals()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found.mapped("source"), ["order"])

    def test_a_list_of_signals_is_read_once(self):
        self._order(self.harbour, self._ago(3))
        self.env.flush_all()
        signals = self.signals.with_user(self.agent)
        mine = [("partner_id", "=", self.harbour.id)]
        signals.web_search_read(mine, {"day": {}})
        self.env.invalidate_all()
        asked = []
        query = type(self.cr).execute

        def count(cursor, text, *args, **kwargs):
            asked.append(" AS source" in str(getattr(text, "code", text)))
            return query(cursor, text, *args, **kwargs)

        with patch.object(type(self.cr), "execute", count):
            rows = signals.web_search_read(mine, {"day": {}, "count": {}}, limit=80)
        self.assertEqual(rows["length"], 1)
        self.assertEqual(sum(asked), 1)

    def test_old_visits_go(self):
        self._visit(self.emma, date(2000, 1, 1))
        self._visit(self.emma, self._ago(1))
        self.visits._gc_visits()
        self.assertEqual(self._visited(self.emma).mapped("day"), [self._ago(1)])

    def test_every_tile_of_the_first_page_counts(self):
        for user in (self.agent, self.manager):
            tiles = self.env["suite.tile"].with_user(user)
            tiles = tiles.search([("app", "=", "voice")])
            self.assertTrue(tiles)
            for tile in tiles:
                self.assertGreaterEqual(tile.count, 0)
                self.assertTrue(tile.action_open())

import base64
from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .term_common import TermCommon

FEBRUARY = date(2027, 2, 10)
COUNTS = (
    "offered",
    "ended",
    "responded",
    "accepted",
    "leads_won",
    "leads_lost",
    "deals_won",
    "conflicts",
    "reports_due",
    "reports_in_time",
)
# what counts lines of documents or the goods on them, or has a row for these
OF_DOCUMENTS = {
    ("distribution.assortment", "lines"),
    ("distribution.assortment", "rows"),
    ("distribution.assortment.buyer", "categories"),
    ("distribution.assortment.buyer", "combined"),
    ("distribution.assortment.buyer", "widest"),
    ("distribution.balance", "rows"),
    ("distribution.sellout.month", "rows"),
}


@tagged("post_install", "-at_install")
class TestScorecard(TermCommon):
    """One row for an intermediary, a company and a month, whatever happened in it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cards = cls.env["distribution.scorecard"]
        cls._policy()
        cls._agreement(cls.x, cls.north)
        cls.pump.standard_price = 60
        cls.leads = cls.env["crm.lead"].create(
            [
                {
                    "name": f"Lead {number}",
                    "type": "lead",
                    "user_id": False,
                    "country_id": cls.country.id,
                    "zip": "12",
                    "distribution_category_id": cls.pumps.id,
                }
                for number in range(5)
            ]
        )
        cls.routes = cls.leads.distribution_route_id
        assert cls.routes.partner_id == cls.x and len(cls.routes) == 5
        for route in cls.routes[:2]:
            route._accept(cls.x)
        cls.routes[2]._decline(cls.x)
        cls.routes[3]._expire()
        cls.leads[0].action_set_won()
        cls.leads[1].action_set_lost()
        cls.deal = cls._protected(cls.x)
        cls.deal._end_with("won", False)
        cls.conflict = cls.conflicts.create(
            {
                "kind": "registration",
                "direction": "horizontal",
                "subject": "card",
                "key": "card",
                "company_id": cls.company.id,
                "partner_id": cls.y.id,
                "other_partner_id": cls.x.id,
            }
        )
        # the database's clock runs on
        cls.env.cr.execute(
            "UPDATE distribution_conflict SET create_date = %s WHERE id = %s",
            (cls.env.cr.now().replace(year=2027, month=3, day=1), cls.conflict.id),
        )
        cls.env["distribution.reporter"].create(
            {
                "partner_id": cls.x.id,
                "frequency": "monthly",
                "date_from": "2026-12-01",
                "due_days": 5,
            }
        )
        with freeze_time("2027-02-03 12:00:00"):
            cls.report = cls.env["distribution.sellout"].create(
                {
                    "partner_id": cls.x.id,
                    "file": base64.b64encode(b"product,quantity,date\n"),
                    "date_from": "2027-01-01",
                    "date_to": "2027-01-31",
                }
            )
        cls.env.flush_all()

    def _cards(self, partner=None):
        self.env.flush_all()
        self.cards.invalidate_model()
        return self.cards.search([("partner_id", "=", (partner or self.x).id)])

    def _of(self, day, partner=None):
        return self._cards(partner).filtered(
            lambda card: card.month == day.replace(day=1)
        )

    def _sums(self, *names, partner=None):
        self.env.flush_all()
        (sums,) = self.cards._read_group(
            [("partner_id", "=", (partner or self.x).id)],
            [],
            [f"{name}:{'avg' if name not in COUNTS else 'sum'}" for name in names],
        )
        return sums

    def _shown(self, action):
        model = self.env[action["res_model"]].with_context(active_test=False)
        return model.search(action["domain"])

    def test_invoices_and_accruals_change_no_count(self):
        before = self._sums(*COUNTS)
        # an offer that was declined or ran out is made again
        self.assertGreaterEqual(before[0], 5)
        self.assertEqual(before[1:6], (4, 3, 2, 1, 1))
        self.assertEqual(before[6:], (1, 1, 2, 1))
        self._term()
        for amount in (100, 200, 300):
            self._invoice(amount, 50)
        entries = self.entries.search([("partner_id", "=", self.x.id)])
        self.assertGreaterEqual(len(entries), 2)
        self.assertEqual(self._sums(*COUNTS), before)
        card = self._of(date(2027, 3, 1))
        self.assertEqual(len(card), 1)
        self.assertAlmostEqual(card.sell_in, 750)

    def test_invoices_change_no_count_in_any_report_of_the_channel(self):
        """One grain a report: what is counted is not what money is booked on."""
        self.pump.type = "consu"
        order = self._order(100, 200, partner=self.x)
        self._link_everything()
        before = self._counts()
        self.assertGreater(len(before), 20)
        self._term()
        for invoice in (
            order._create_invoices(),
            self._invoice(100, 50, post=False),
            self._invoice(300, partner=self.y, post=False),
        ):
            invoice.invoice_date = date(2027, 3, 1)
            invoice.action_post()
            self._credit(invoice, amount=10)
        self.assertGreater(self._of(date(2027, 3, 1)).invoiced, 0)
        after = self._counts()
        self.assertEqual(
            {
                key: (before[key], after[key])
                for key in before
                if before[key] != after[key]
            },
            {},
        )

    def _link_everything(self):
        """So that every report has something to count."""
        self.env["distribution.link"].create(
            [
                {"supplier_id": self.company.partner_id.id, "buyer_id": partner.id}
                for partner in (self.x, self.y)
            ]
        )
        self.env["distribution.target"].create(
            {
                "partner_id": self.x.id,
                "date_from": date(2027, 1, 1),
                "date_to": date(2027, 3, 31),
                "target": 100,
            }
        )

    def _counts(self):
        """Every number of every report that counts something, and its rows."""
        self.env.flush_all()
        self.env.invalidate_all()
        found = {}
        for name, model in self.env.items():
            if not name.startswith("distribution.") or model._auto or model._abstract:
                continue
            counts = [
                column
                for column, field in model._fields.items()
                if field.type == "integer" and field.store and column != "id"
            ]
            rows = model.search([])
            found[name, "rows"] = len(rows)
            for column in counts:
                found[name, column] = sum(rows.mapped(column))
        return {key: found[key] for key in found.keys() - OF_DOCUMENTS}

    def test_rates_are_of_sums_and_nothing_is_none_yet(self):
        """C130: 2 of 4 with one open; who has none has no share."""
        march = self._of(date(2027, 3, 1))
        self.assertEqual(march.acceptance_text, "50.0 % (2 of 4)")
        self.assertEqual(march.response_text, "75.0 % (3 of 4)")
        self.assertEqual(march.win_rate_text, "66.7 % (2 of 3)")
        self.assertEqual(march.returns_text, "none yet")
        self.assertEqual(march.attainment_text, "none yet")
        (december,) = self._of(date(2026, 12, 1))
        self.assertEqual(december.discipline_text, "0.0 % (0 of 1)")
        self.assertAlmostEqual(self._sums("discipline")[0], 50)
        back = self._invoice(100, day=FEBRUARY)
        self._credit(back, day=FEBRUARY, amount=50)
        self._invoice(300)
        self.assertAlmostEqual(self._of(FEBRUARY).returns, 50)
        self.assertAlmostEqual(self._sums("returns")[0], 12.5)
        none = self._cards(self.y)
        self.assertEqual(none.conflicts, 1)
        self.assertEqual(none.win_rate_text, "none yet")
        self.assertIs(self._sums("win_rate", partner=self.y)[0], False)

    def test_a_deal_that_is_one_of_its_leads_is_won_once(self):
        self.deal._as_system().lead_id = self.leads[0]
        march = self._of(date(2027, 3, 1))
        self.assertEqual((march.leads_won, march.deals_won, march.won), (1, 0, 1))

    def test_targets_in_amounts_and_quantities_stand_apart(self):
        values = {
            "partner_id": self.x.id,
            "category_id": self.pumps.id,
            "date_from": date(2027, 2, 1),
            "date_to": date(2027, 3, 31),
        }
        targets = self.env["distribution.target"].create(
            [
                {**values, "measure": "amount", "target": 800},
                {**values, "measure": "quantity", "target": 20},
                # inside the first one
                {
                    **values,
                    "category_id": self.small_pumps.id,
                    "measure": "amount",
                    "target": 100,
                },
            ]
        )
        self._invoice((self.pump, 100, 5), day=FEBRUARY)
        february = self._of(FEBRUARY)
        self.assertAlmostEqual(february.goal, 400)
        self.assertAlmostEqual(february.attainment, 125)
        self.assertAlmostEqual(february.attainment_quantity, 50)
        self.assertEqual(self._shown(february.action_open_targets()), targets[:2])
        self.assertAlmostEqual(self._sums("attainment")[0], 62.5)

    def test_a_sale_with_shares_is_brokered_and_its_margin_divided(self):
        order = self._order(
            100,
            partner=self.buyer,
            distribution_share_ids=[
                Command.create({"partner_id": self.x.id, "percent": 75}),
                Command.create({"partner_id": self.y.id, "percent": 25}),
            ],
        )
        own = self._order(200, partner=self.x)
        invoice = order._create_invoices()
        invoice.invoice_date = date(2027, 3, 1)
        invoice.action_post()
        march = self._of(date(2027, 3, 1))
        self.assertAlmostEqual(march.brokered, 75)
        self.assertAlmostEqual(march.sell_in, 0)
        self.assertAlmostEqual(march.margin_amount, 0.75 * 40 + 140)
        self.assertAlmostEqual(self._cards(self.y).margin_amount, 10)
        self.assertFalse(self._cards(self.buyer))
        self.assertEqual(self._shown(march.action_open_margin()).order_id, order | own)
        self.assertEqual(
            self._shown(march.action_open_brokered()), invoice.invoice_line_ids
        )

    def test_a_figure_opens_what_it_counts(self):
        invoice = self._invoice(100, 50)
        march = self._of(date(2027, 3, 1))
        offers = self._shown(march.action_open_offers())
        self.assertEqual(len(offers), march.offered)
        self.assertLessEqual(self.routes, offers)
        for action, found in (
            ("invoices", invoice.invoice_line_ids),
            ("leads", self.leads[:2]),
            ("deals", self.deal),
            ("conflicts", self.conflict),
            ("sellout", self.env["distribution.sellout.line"]),
        ):
            with self.subTest(action):
                self.assertEqual(
                    self._shown(getattr(march, f"action_open_{action}")()), found
                )
        january = self._of(date(2027, 1, 1))
        self.assertEqual(self._shown(january.action_open_reports()), self.report)
        action = self.x.action_open_distribution_scorecard()
        self.assertEqual(self._shown(action), self._cards())

    def test_a_card_is_for_those_who_work_with_the_intermediary(self):
        march = self._of(date(2027, 3, 1))
        own = new_test_user(self.env, "card_own", "crm_distribution.group_channel_own")
        with self.assertRaises(AccessError):
            march.with_user(own).action_open_offers()
        self.x.user_id = own
        self.assertEqual(self.cards.with_user(own).search([]).partner_id, self.x)
        march.with_user(own).action_open_offers()
        with self.assertRaises(AccessError):
            march.with_user(self.seller).read(["sell_in"])
        with self.assertRaises(AccessError):
            self.x.with_user(self.seller).action_open_distribution_scorecard()


@tagged("post_install", "-at_install")
class TestEconomics(TermCommon):
    """What is left of sales through intermediaries and of those without, by area."""

    def test_direct_and_indirect_sales_stand_side_by_side(self):
        self.pump.standard_price = 60
        self.company.distribution_contact_cost = 40
        self.x.write({"country_id": self.country.id, "zip": "25"})
        shared = self._order(
            100,
            distribution_share_ids=[
                Command.create({"partner_id": self.x.id, "percent": 75})
            ],
        )
        direct = self._order(200)
        self._order(300)
        indirect = self._order(80, partner=self.x)
        self.env.flush_all()
        rows = self.env["distribution.economics"].search(
            [
                ("quarter", "=", "2027-01-01"),
                ("territory_id", "in", (self.north | self.south).ids),
            ]
        )
        by = {(row.territory_id, row.way): row for row in rows}
        self.assertEqual(len(by), 3)
        ours = by[self.north, "direct"]
        self.assertAlmostEqual(ours.revenue, 25 + 500)
        self.assertAlmostEqual(ours.margin, 10 + 140 + 240)
        # one buyer, a quarter of a year's cost
        self.assertEqual((ours.contacts, ours.contacts_cost), (1, 10))
        self.assertAlmostEqual(ours.left, 380)
        through = by[self.north, "indirect"]
        self.assertAlmostEqual(through.revenue, 75)
        self.assertAlmostEqual(through.left, 30 - 10)
        own = by[self.south, "indirect"]
        self.assertAlmostEqual(own.margin_percent, 25)
        orders = self.env["sale.order"]
        found = orders.search(through.action_open_orders()["domain"])
        self.assertEqual(found, shared)
        found = orders.search(ours.action_open_orders()["domain"])
        self.assertLessEqual(shared | direct, found)
        self.assertNotIn(indirect, found)
        partners = self.env["res.partner"]
        found = partners.search(through.action_open_contacts()["domain"])
        self.assertEqual(found, self.x)
        ((share,),) = rows._read_group(
            [("id", "in", rows.ids), ("way", "=", "indirect")],
            [],
            ["margin_percent:avg"],
        )
        self.assertAlmostEqual(share, 100 * 50 / 155)

from datetime import date, timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .term_common import DAY, TermCommon


@tagged("post_install", "-at_install")
class TestTerms(TermCommon):
    """What lines earn, and what their returns take back."""

    def test_credit_notes_count_below_nothing_for_every_kind_of_term(self):
        for product, values in (
            (self.pump, {}),
            (self.valve, {"product_id": self.valve.id}),
            (self.small_pump, {"category_id": self.small_pumps.id}),
        ):
            term = self._term(rate=4, **values)
            self._invoice((product, 1000))
            # one that names no invoice
            self._invoice((product, 200), move_type="out_refund")
            self.assertEqual(self._sums(term=term)[0], 32)

    def test_without_a_term_nothing_is_written(self):
        self._invoice(1000)
        self.assertFalse(self.entries.search([("partner_id", "=", self.x.id)]))

    def test_tiers_have_no_gap_and_a_start_belongs_to_its_tier(self):
        term = self._term(tiers=[(0, 5), (1001, 10)], retroactive=True)
        self._invoice(1000.50)
        self.assertEqual(self._sums(term=term)[0], 50.03)
        self._invoice(0.50)
        self.assertEqual(self._sums(term=term)[0], 100.10)

    @mute_logger("odoo.sql_db")
    def test_two_tiers_with_one_start_are_refused(self):
        with self.assertRaises(IntegrityError):
            self._term(tiers=[(44, 5), (44, 10)])

    def test_below_the_first_tier_a_line_says_that_it_earns_nothing(self):
        term = self._term(tiers=[(500, 5)])
        self._invoice(400)
        entry = self.entries.search([("term_id", "=", term.id)])
        self.assertRecordValues(entry, [{"earned": 0, "rate": 0, "turnover": 400}])

    def test_exactly_reached_is_reached(self):
        term = self._term(tiers=[(0, 5), (10_000, 20)], retroactive=True)
        self._invoice(10_000)
        self.assertEqual(self._sums(term=term)[0], 2000)

    def test_a_reached_tier_takes_off_what_was_settled(self):
        term = self._term(tiers=[(0, 5), (1000, 10), (10_000, 20)], retroactive=True)
        self._invoice(990)
        self.assertEqual(self._sums(term=term)[1], 49.50)
        first = self._run()
        first.action_draft_bill()
        self._invoice(10_510, day=date(2027, 8, 1))
        self.assertEqual(self._sums(term=term)[1], 2300)
        self.assertEqual(self._run().amount, 2250.50)
        self.assertEqual(first.amount, 49.50)
        catch_up = self.entries.search(
            [("term_id", "=", term.id), ("reason", "=", "catch_up")]
        )
        self.assertRecordValues(
            catch_up, [{"earned": 148.50, "date": date(2027, 8, 1)}]
        )

    def test_one_line_is_cut_where_a_tier_starts(self):
        term = self._term(tiers=[(0, 5), (1000, 10)])
        self._invoice(1300)
        self.assertEqual(self._sums(term=term)[0], 80)

    def test_the_sequence_of_posting_changes_no_total(self):
        one = self._term(tiers=[(0, 5), (1000, 10)])
        other = self._term(self.y, tiers=[(0, 5), (1000, 10)])
        self._invoice(700, day=DAY - timedelta(1))
        self._invoice(600)
        self._invoice(600, partner=self.y)
        self._run().action_draft_bill()
        self._invoice(700, partner=self.y, day=DAY - timedelta(1))
        self.assertEqual(self._sums(term=one)[0], 80)
        self.assertEqual(self._sums(self.y, term=other)[0], 80)

    def test_what_was_earned_stays_when_the_term_changes(self):
        term = self._term(rate=5)
        invoice = self._invoice(1000)
        self._run().action_draft_bill()
        with self.assertRaises(UserError):
            term.rate = 8
        version = self.terms.browse(term.action_new_version()["res_id"])
        version.write({"rate": 8, "date_from": date(2027, 4, 1)})
        version.action_activate()
        self.assertEqual(term.date_to, date(2027, 3, 31))
        self.entries.sudo()._follow_moves(invoice)
        self._invoice(1000, day=date(2027, 4, 1))
        self.assertEqual(self._sums(term=term), (50, 50, 0))
        self.assertEqual(self._sums(term=version), (80, 80, 0))
        entry = self.entries.search([("term_id", "=", term.id)])
        self.assertEqual(entry.rate, 5)
        # a return takes back what was stated then, in whatever year
        self._credit(invoice, date(2027, 5, 1))
        self.assertEqual(self._sums(term=term)[0], 0)

    def test_turnover_of_a_former_version_counts_towards_the_tiers(self):
        term = self._term(tiers=[(0, 5), (1000, 10)], retroactive=True)
        self._invoice(900)
        version = self.terms.browse(term.action_new_version()["res_id"])
        version.date_from = date(2027, 4, 1)
        version.action_activate()
        self._invoice(200, day=date(2027, 4, 2))
        self.assertEqual(self._sums(term=version)[0], 20)
        self.assertEqual(self._sums(term=term)[0], 45)

    def test_each_line_has_the_closest_term_alone(self):
        self._term(rate=10)
        self._term(rate=50, product_id=self.valve.id)
        self._invoice((self.pump, 20), (self.valve, 30))
        self.assertEqual(self._sums()[0], 17)

    def test_the_base_is_without_tax_and_without_what_does_not_count(self):
        tax = self.env["account.tax"].create(
            {
                "name": "10 % included",
                "amount": 10,
                "price_include_override": "tax_included",
            }
        )
        carriage, travel = self.env["product.product"].create(
            [
                {"name": name, "type": "service", "distribution_exempt": True}
                for name in ("Delivery", "Travel")
            ]
        )
        self._term()
        invoice = self._invoice(110, (carriage, 15), (travel, 20), post=False)
        invoice.invoice_line_ids[0].tax_ids = tax
        invoice.action_post()
        self.assertEqual(self._sums()[0], 10)

    def test_discounts_are_shared_over_the_goods(self):
        self._term(rate=10, product_id=self.valve.id)
        self._invoice((self.pump, 300), (self.valve, 100), (self.small_pump, -40))
        self.assertEqual(self._sums()[0], 9)

    def test_margin_is_by_the_cost_of_the_sale_and_a_loss_earns_nothing(self):
        self._term(kind="commission", measure="margin")
        self.pump.standard_price = 60
        order = self._order(100, **self._shares(x=100))
        invoice = self._bill(order)
        self.pump.standard_price = 80
        self.entries.sudo()._follow_moves(invoice)
        self.assertEqual(self._sums()[0], 4)
        self._credit(invoice)
        self.assertEqual(self._sums()[0], 0)
        self.pump.standard_price = 110
        loss = self._bill(self._order(100, **self._shares(x=100)))
        self.assertEqual(self._sums()[0], 0)
        self._credit(loss)
        self.assertEqual(self._sums()[0], 0)

    def test_pieces_are_counted_in_the_unit_of_the_product(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        term = self._term(rate=2, measure="piece")
        invoice = self._invoice((self.pump, 12, 5), post=False)
        invoice.invoice_line_ids.product_uom_id = dozen
        invoice.action_post()
        self.assertEqual(self._sums(term=term)[0], 120)
        credit = invoice._reverse_moves([{"invoice_date": DAY}], cancel=False)
        credit.invoice_line_ids.write(
            {"product_uom_id": self.pump.uom_id.id, "quantity": 12}
        )
        credit.action_post()
        entry = self.entries.search([("reason", "=", "return")])
        self.assertRecordValues(entry, [{"earned": -24, "quantity": -12}])

    def test_lines_are_rounded_each_by_itself_and_return_each_by_itself(self):
        self._term(rate=2.5)
        invoice = self._invoice(33.33, 33.33, 33.33)
        self.assertEqual(self._sums()[0], 2.49)
        settlement = self._run()
        settlement.action_draft_bill()
        self.assertEqual(settlement.amount, 2.49)
        self.assertEqual(settlement.move_ids.amount_untaxed, 2.49)
        self._credit(invoice)
        self.assertEqual(self._sums()[0], 0)

    def test_currencies_without_and_with_three_decimals(self):
        yen, dinar = self.env.ref("base.JPY"), self.env.ref("base.KWD")
        (yen | dinar).active = True
        one = self._term(rate=2.5, currency_id=yen.id)
        self._invoice(1999, currency_id=yen.id)
        self.assertEqual(self._sums(term=one)[0], 50)
        two = self._term(self.y, rate=2.5, currency_id=dinar.id)
        self._invoice(1.25, partner=self.y, currency_id=dinar.id)
        self.assertEqual(self._sums(self.y, term=two)[0], 0.031)

    def _euro(self, **rates):
        euro = self.env.ref("base.EUR")
        if euro == self.company.currency_id:
            euro = self.env.ref("base.USD")
        euro.active = True
        euro.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            [
                {
                    "currency_id": euro.id,
                    "company_id": self.company.id,
                    "name": day,
                    "rate": 1 / rate,
                }
                for day, rate in rates.values()
            ]
        )
        return euro

    def test_each_document_counts_by_the_rate_of_its_day(self):
        euro = self._euro(one=("2027-02-01", 1.10), two=("2027-02-15", 1.20))
        term = self._term(tiers=[(0, 5), (1000, 10)], retroactive=True)
        self._invoice(600, day=date(2027, 2, 2), currency_id=euro.id)
        self._invoice(400, day=date(2027, 2, 20), currency_id=euro.id)
        self.assertEqual(self._sums(term=term)[0], 114)

    def test_two_currencies_are_paid_in_one_and_both_are_shown(self):
        euro = self._euro(one=("2027-01-01", 1.10))
        self._term()
        self._invoice(1000, currency_id=euro.id)
        self._invoice(500)
        settlement = self._run()
        self.assertEqual(settlement.amount, 160)
        lines = settlement._portal_page()["lines"]
        self.assertEqual(
            {(line["source"], line["source_currency"]) for line in lines},
            {(1000, euro), (500, self.company.currency_id)},
        )

    def test_who_shares_equally_loses_no_cent(self):
        grade = self.env["res.partner.grade"].create({"name": "Agents"})
        partners = self.x | self.y | self.z
        partners.grade_id = grade
        self._term(kind="commission", grade_id=grade.id)
        order = self._order(1000, **self._shares(x=33.34, y=33.33, z=33.33))
        order.distribution_share_ids.percent = 33.33
        self._bill(order)
        self.assertEqual(
            [self._sums(one)[0] for one in partners], [33.34, 33.33, 33.33]
        )

    def test_shares_are_those_of_the_confirmed_order(self):
        grade = self.env["res.partner.grade"].create({"name": "Agents"})
        fourth = self.x.copy({"name": "Fourth Trade", "is_company": True})
        partners = self.x | self.y | self.z | fourth
        partners.grade_id = grade
        self._term(kind="commission", base="ordered", grade_id=grade.id)
        order = self._order(
            100, confirm=False, **self._shares(x=33.34, y=33.33, z=33.33)
        )
        order.distribution_share_ids.percent = 25
        order.distribution_share_ids = [
            Command.create({"partner_id": fourth.id, "percent": 25})
        ]
        order.action_confirm()
        self.assertEqual([self._sums(one)[0] for one in partners], [2.5] * 4)

    def test_a_return_takes_from_whom_it_was_stated_whoever_has_the_order_now(self):
        self._term(kind="commission")
        self._term(self.y, kind="commission", rate=30)
        order = self._order(100, **self._shares(x=100))
        invoice = self._bill(order)
        order.distribution_share_ids.partner_id = self.y
        self._credit(invoice, amount=40)
        self.assertEqual((self._sums()[0], self._sums(self.y)[0]), (6, 0))
        self._credit(invoice, amount=60)
        self.assertEqual((self._sums()[0], self._sums(self.y)[0]), (0, 0))

    def test_a_changed_order_promises_what_it_says_now(self):
        self._term(kind="commission", rate=10)
        order = self._order(100, quantity=10, **self._shares(x=100))
        self.assertEqual(self._projected(), 100)
        order.order_line.product_uom_qty = 7
        self.assertEqual(self._projected(), 70)
        order.order_line = [
            Command.create(
                {
                    "product_id": self.valve.id,
                    "product_uom_qty": 1,
                    "price_unit": 50,
                }
            )
        ]
        self.assertEqual(self._projected(), 75)
        self.assertEqual(self._sums(), (0, 0, 0))
        order._action_cancel()
        self.assertEqual(self._projected(), 0)

    def test_what_is_invoiced_is_projected_no_more(self):
        self._term(kind="commission", rate=10)
        order = self._order(10, quantity=10, **self._shares(x=100))
        self._bill(order)
        self.assertEqual((self._projected(), self._sums()[0]), (0, 10))

    def test_ordered_and_invoiced_take_each_its_own_day(self):
        self._on("2027-06-30 10:00")
        ordered = self._term(kind="commission", base="ordered", rate=5)
        invoiced = [
            self._term(
                self.y,
                kind="commission",
                rate=rate,
                date_from=first,
                date_to=last,
            )
            for rate, first, last in (
                (5, date(2027, 1, 1), date(2027, 6, 30)),
                (3, date(2027, 7, 1), False),
            )
        ]
        order = self._order(1000, **self._shares(x=50, y=50))
        self._bill(order, date(2027, 7, 2))
        self.assertEqual(self._sums(term=ordered)[0], 25)
        self.assertEqual(self._sums(self.y, term=invoiced[0])[0], 0)
        self.assertEqual(self._sums(self.y, term=invoiced[1])[0], 15)
        entry = self.entries.search([("term_id", "=", ordered.id)])
        self.assertEqual(entry.date, date(2027, 6, 30))

    def test_an_order_that_comes_back_takes_back_what_it_earned(self):
        for measure, rate in (("percent", 10), ("piece", 2), ("margin", 10)):
            term = self._term(
                kind="commission", base="ordered", measure=measure, rate=rate
            )
            order = self._order(100, quantity=3, **self._shares(x=100))
            self.assertGreater(self._sums(term=term)[0], 0)
            invoice = self._bill(order)
            self._credit(invoice)
            self.assertEqual(self._sums(term=term), (0, 0, 0))
            term.action_end()
            term.date_to = date(2027, 1, 1)

    def test_an_invoice_and_its_full_return_are_nothing_for_every_kind(self):
        for values in (
            {},
            {"measure": "piece", "rate": 1.37},
            {"measure": "margin", "rate": 33.3},
            {"base": "paid"},
            {"tiers": [(0, 3.3), (100, 7.7)]},
            {"tiers": [(0, 3.3), (100, 7.7)], "retroactive": True},
        ):
            with self.subTest(values=values):
                term = self._term(**values)
                invoice = self._invoice(33.33, (self.valve, 66.66), 99.99)
                self.assertGreater(self._sums(term=term)[0], 0)
                credit = self._credit(invoice)
                self.assertEqual(self._sums(term=term), (0, 0, 0))
                self._settle_with(invoice, credit)
                self.assertEqual(self._sums(term=term), (0, 0, 0))
                term.action_end()
                term.date_to = date(2027, 1, 1)

    def test_an_allowance_for_no_goods_lessens_all_of_them(self):
        self._term()
        invoice = self._invoice(300, (self.valve, 100))
        allowance = invoice._reverse_moves([{"invoice_date": DAY}], cancel=False)
        allowance.invoice_line_ids = [
            Command.clear(),
            Command.create({"name": "Goodwill", "price_unit": 40, "tax_ids": []}),
        ]
        allowance.action_post()
        self.assertEqual(self._sums()[0], 36)

    def test_recomputing_changes_nothing(self):
        self._term(tiers=[(0, 5), (1000, 10)], retroactive=True, base="paid")
        self._term(kind="commission", rate=7)
        invoice = self._invoice(700, 600)
        order = self._order(100, quantity=3, **self._shares(x=100))
        other = self._bill(order)
        credit = self._credit(invoice, amount=100)
        self._pay(invoice, 500)
        before = self.entries.search_count([])
        entries = self.entries.sudo()
        for _again in range(2):
            entries._follow_moves(invoice | other | credit)
            entries._follow_orders(order)
            entries._follow_payments(invoice | other | credit)
        self.assertEqual(self.entries.search_count([]), before)

    def test_a_withdrawn_invoice_earns_nothing_and_a_settled_one_owes(self):
        self._term()
        invoice = self._invoice(1000)
        self._run().action_draft_bill()
        invoice.button_draft()
        self.assertEqual(self._sums(), (0, 0, 0))
        invoice.button_cancel()
        self.assertEqual(self._sums(), (0, 0, 0))
        self._invoice(3000)
        self.assertEqual(self._run().amount, 200)

    def test_an_edited_invoice_earns_by_the_rate_that_was_stated(self):
        self._term()
        invoice = self._invoice(1000)
        invoice.button_draft()
        invoice.invoice_line_ids.price_unit = 400
        invoice.action_post()
        self.assertEqual(self._sums()[0], 40)

    def test_sales_to_own_companies_earn_when_they_are_sold_on(self):
        sister = self.env["res.company"].create({"name": "Sister"})
        self._term(sister.partner_id)
        self._invoice(1000, partner=sister.partner_id)
        self.assertEqual(self._sums(sister.partner_id)[0], 0)
        self._term(sister.partner_id, counts_sisters=True, category_id=self.pumps.id)
        self._invoice(1000, partner=sister.partner_id)
        self.assertEqual(self._sums(sister.partner_id)[0], 100)

    def test_an_agreement_that_ended_earns_no_more(self):
        agreement = self.env["distribution.agreement"].create(
            {
                "partner_id": self.x.id,
                "date_from": date(2027, 1, 1),
                "date_to": date(2027, 4, 30),
            }
        )
        agreement.action_activate()
        self._term(agreement_id=agreement.id)
        self._invoice(100, day=date(2027, 4, 30))
        self._invoice(100, day=date(2027, 5, 1))
        self.assertEqual(self._sums()[0], 10)

    def test_a_place_has_its_own_term(self):
        self._term(rate=1)
        self._term(rate=10, territory_id=self.north.id)
        self.x.write({"country_id": self.country.id, "zip": "12"})
        self._invoice(100)
        self.assertEqual(self._sums()[0], 10)
        self.x.zip = "25"
        self._invoice(100)
        self.assertEqual(self._sums()[0], 11)

    def test_merged_buyers_reach_a_tier_together(self):
        grade = self.env["res.partner.grade"].create({"name": "Buyers"})
        (self.x | self.y).grade_id = grade
        self._term(grade_id=grade.id, tiers=[(0, 5), (1000, 10)], retroactive=True)
        self._invoice(600)
        settled = self._run()
        settled.action_draft_bill()
        self._invoice(500, partner=self.y)
        self._on("2027-06-15")
        merge = self.env["base.partner.merge.automatic.wizard"].create({})
        merge._merge((self.x | self.y).ids, self.x)
        self.assertEqual(self._sums()[0], 110)
        self.assertEqual(settled.amount, 30)
        self.assertEqual(self._run().amount, 80)

    def test_invoices_from_before_a_term_was_known_are_looked_through(self):
        self._invoice(1000, day=date(2027, 2, 1))
        term = self._term()
        self.assertEqual(self._sums()[0], 0)
        term.is_walked = False
        with self.enter_registry_test_mode():
            self.env.ref("crm_distribution.cron_state_earnings").method_direct_trigger()
        self.assertTrue(term.is_walked)
        self.assertEqual(self._sums()[0], 100)

    def _walk(self, term):
        term.is_walked = False
        with self.enter_registry_test_mode():
            self.env.ref("crm_distribution.cron_state_earnings").method_direct_trigger()
        self.assertTrue(term.is_walked)

    def test_an_invoice_from_before_and_its_credit_note_are_nothing(self):
        invoice = self._invoice(1000, day=date(2027, 2, 1))
        self._credit(invoice, date(2027, 2, 3))
        self._credit(self._invoice(200, day=date(2027, 2, 1)), amount=50)
        term = self._term()
        self._walk(term)
        self.assertEqual(self._sums(term=term), (15, 15, 0))

    def test_a_tier_is_caught_up_on_the_day_when_it_was_crossed(self):
        for month, amount in ((11, 100), (5, 600), (2, 600)):
            self._invoice(amount, day=date(2027, month, 9))
        term = self._term(tiers=[(0, 5), (1000, 10)], retroactive=True)
        self._walk(term)
        self.assertEqual(self._sums(term=term)[0], 130)
        catch_up = self.entries.search(
            [("term_id", "=", term.id), ("reason", "=", "catch_up")]
        )
        self.assertRecordValues(catch_up, [{"earned": 30, "date": date(2027, 5, 9)}])

    def test_a_tier_that_is_lost_is_caught_up_too(self):
        term = self._term(tiers=[(0, 5), (1000, 10)], retroactive=True)
        self._invoice(600, day=date(2027, 2, 9))
        second = self._invoice(600, day=date(2027, 5, 9))
        self._run().action_draft_bill()
        self._credit(second, date(2027, 6, 9), amount=300)
        self.assertEqual(self._sums(term=term), (45, 45, 0))
        catch_up = self.entries.search(
            [("term_id", "=", term.id), ("reason", "=", "catch_up")], order="date"
        )
        self.assertRecordValues(
            catch_up,
            [
                {"earned": 30, "date": date(2027, 5, 9)},
                {"earned": -45, "date": date(2027, 6, 9)},
            ],
        )
        # also below what was paid: carried
        self.assertFalse(self._run())

    def test_queries_do_not_grow_with_lines(self):
        self._term(tiers=[(0, 5), (1000, 10)], base="paid")
        small, big = self._invoice(1, 2), self._invoice(*range(1, 60))
        counts = []
        for move in (small, big):
            start = self.env.cr.sql_log_count
            self.entries.sudo()._follow_moves(move)
            counts.append(self.env.cr.sql_log_count - start)
        self.assertLessEqual(counts[1], counts[0])

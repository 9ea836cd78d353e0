import base64
import random
from datetime import date

from odoo.tests import tagged

from .term_common import DAY, TermCommon


@tagged("post_install", "-at_install")
class TestPayments(TermCommon):
    """What the money of customers releases."""

    def setUp(self):
        super().setUp()
        self._term(base="paid")

    def test_a_full_credit_note_releases_nothing(self):
        invoice = self._invoice(1000)
        self._settle_with(invoice, self._credit(invoice))
        self.assertEqual(self._sums(), (0, 0, 0))

    def test_a_credit_note_and_a_payment_release_what_was_paid(self):
        invoice = self._invoice(1000)
        self._settle_with(invoice, self._credit(invoice, amount=400))
        self._pay(invoice, 600)
        self.assertEqual(self._sums(), (60, 60, 0))

    def test_a_part_is_a_part_of_the_gross_total(self):
        tax = self.env["account.tax"].create({"name": "9 %", "amount": 9})
        invoice = self._invoice(1000, post=False)
        invoice.invoice_line_ids.tax_ids = tax
        invoice.action_post()
        self._pay(invoice, 545)
        self.assertEqual(self._sums(), (100, 50, 0))
        self._pay(invoice)
        self.assertEqual(self._sums(), (100, 100, 0))

    def test_a_payment_that_bounces_is_taken_off_and_comes_again(self):
        invoice = self._invoice(1000)
        payment = self._pay(invoice)
        self._run().action_draft_bill()
        payment.move_id.line_ids.remove_move_reconcile()
        self.assertEqual(self._sums(), (100, 0, 0))
        entry = self.entries.search(
            [("partner_id", "=", self.x.id), ("payable", "=", -100)]
        )
        self.assertEqual(entry.state, "payable")
        line = (payment.move_id | invoice).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        line.reconcile()
        self.assertEqual(self._sums(), (100, 100, 0))

    def test_it_is_payable_on_the_day_of_the_money(self):
        invoice = self._invoice(1000, day=date(2027, 4, 27))
        self._pay(invoice, day=date(2027, 5, 3))
        self.assertFalse(self._run(date(2027, 4, 30)))
        self.assertEqual(self._run(date(2027, 5, 31)).amount, 100)

    def test_an_early_payment_closes_what_it_did_not_bring(self):
        invoice = self._invoice(1000)
        self._pay(
            invoice,
            980,
            payment_difference_handling="reconcile",
            writeoff_account_id=self.env["account.account"]
            .search([("account_type", "=", "expense")], limit=1)
            .id,
        )
        self.assertEqual(invoice.amount_residual, 0)
        self.assertEqual(self._sums(), (100, 98, 2))

    def test_several_parts_add_up_to_the_cent(self):
        invoice = self._invoice(33.35)
        for amount in (11.11, 11.11, 11.13):
            self._pay(invoice, amount)
        self.assertEqual(self._sums(), (3.34, 3.34, 0))

    def test_goods_that_come_back_after_payment_take_it_back(self):
        invoice = self._invoice(400)
        self._pay(invoice)
        self._run().action_draft_bill()
        credit = self._credit(invoice, amount=100)
        self.assertEqual(self._sums(), (30, 30, 0))
        self._pay(credit)
        self.assertEqual(self._sums(), (30, 30, 0))

    def test_a_credit_that_pays_the_next_invoice_brings_its_money_along(self):
        invoice = self._invoice(400)
        self._pay(invoice)
        credit = self._credit(invoice, amount=100)
        self._settle_with(self._invoice(100), credit)
        self.assertEqual(self._sums(), (40, 40, 0))

    def test_a_catch_up_waits_for_the_money_of_its_lines(self):
        tiers = [(0, 5), (1000, 10)]
        term = self._term(self.y, tiers=tiers, retroactive=True, base="paid")
        first = self._invoice(600, partner=self.y)
        self._pay(first)
        self.assertEqual(self._sums(self.y, term=term), (30, 30, 0))
        second = self._invoice(600, partner=self.y)
        # 60 of 90 of the lines, and of the catch-up of 30
        self.assertEqual(self._sums(self.y, term=term), (120, 40, 0))
        self._pay(second)
        self.assertEqual(self._sums(self.y, term=term), (120, 120, 0))


@tagged("post_install", "-at_install")
class TestFullPayments(TermCommon):
    def test_only_when_fully_paid(self):
        self._term(base="paid", in_full=True)
        invoice = self._invoice(1000)
        self._pay(invoice, 600, date(2027, 3, 10))
        self.assertEqual(self._sums(), (100, 0, 0))
        self._pay(invoice, 400, date(2027, 4, 10))
        self.assertEqual(self._sums(), (100, 100, 0))
        self.assertFalse(self._run(date(2027, 3, 31)))
        self.assertEqual(self._run(date(2027, 4, 30)).amount, 100)

    def test_down_payments_earn_through_the_final_invoice(self):
        self._term(kind="commission")
        order = self._order(1000, **self._shares(x=100))
        advance = self.env["sale.advance.payment.inv"].with_context(
            active_model="sale.order", active_ids=order.ids
        )
        for values in (
            {"advance_payment_method": "percentage", "amount": 30},
            {"advance_payment_method": "delivered"},
        ):
            advance.create(values).create_invoices()
            invoice = order.invoice_ids.filtered(lambda one: one.state == "draft")
            invoice.invoice_date = DAY
            invoice.action_post()
        self.assertEqual(self._sums()[0], 100)

    def test_a_sale_earns_for_the_holder_of_its_lead(self):
        self._term(kind="commission")
        lead = self.env["crm.lead"].create(
            {"name": "Pumps", "type": "opportunity", "partner_id": self.buyer.id}
        )
        lead.sudo().partner_assigned_id = self.x
        order = self._order(100, opportunity_id=lead.id)
        self._bill(order)
        self.assertEqual(self._sums()[0], 10)
        self.assertFalse(self.entries.search([("partner_id", "=", self.buyer.id)]))


@tagged("post_install", "-at_install")
class TestSoldOut(TermCommon):
    """What an intermediary reports that consumers bought."""

    def _report(self, *rows, kind="original"):
        text = "product,quantity,date,price,type,document\n" + "\n".join(rows)
        report = self.env["distribution.sellout"].create(
            {
                "partner_id": self.x.id,
                "company_id": self.company.id,
                "kind": kind,
                "file": base64.b64encode(text.encode()),
            }
        )
        report.action_check()
        report.action_accept()
        return report

    def test_reports_earn_and_a_correction_takes_back(self):
        self.pump.default_code = "PUMP"
        term = self._term(base="sold_out", measure="piece", rate=2)
        self._report("PUMP,10,2027-02-01,,sale,A", "PUMP,-1,2027-02-02,,return,B")
        self.assertEqual(self._sums(term=term), (18, 18, 0))
        self._report("PUMP,7,2027-02-01,,sale,A", kind="replaces")
        self.assertEqual(self._sums(term=term)[0], 12)
        # what we sell in earns nothing by it
        self._invoice(100)
        self.assertEqual(self._sums(term=term)[0], 12)


@tagged("post_install", "-at_install")
class TestAnySequence(TermCommon):
    """Random invoices, returns, allowances, payments and edits, by a tiny model."""

    def test_sums_are_those_of_the_tiny_model(self):
        random_ = random.Random(20270301)
        for _round in range(4):
            flat = self._term(rate=7, base="paid", category_id=self.valves.id)
            tiered = self._term(
                rate=0,
                tiers=[(0, 3), (500, 5), (1500, 8)],
                retroactive=_round % 2,
                category_id=self.pumps.id,
            )
            # by invoice: amount, what is left of it, what is paid, and which goods
            held, entries = [], 0
            for _step in range(14):
                open_ = [one for one in held if one["left"] > 1]
                unpaid = [one for one in open_ if one["paid"] < one["left"] - 1]
                act = random_.choice(["sell", "sell", "return", "pay", "draft"])
                if act == "sell" or not open_:
                    amount = random_.randint(1000, 90_000) / 100
                    product = random_.choice([self.pump, self.valve])
                    invoice = self._invoice((product, amount))
                    held.append(
                        {
                            "move": invoice,
                            "amount": amount,
                            "left": amount,
                            "paid": 0.0,
                            "flat": product == self.valve,
                        }
                    )
                elif act == "return":
                    one = random_.choice(open_)
                    part = one["left"] - one["paid"]
                    if random_.random() < 0.6:
                        part = round(part * random_.random(), 2)
                    if part > 0.01:
                        self._credit(one["move"], amount=round(part, 2))
                        one["left"] = round(one["left"] - round(part, 2), 2)
                elif act == "pay" and unpaid:
                    one = random_.choice(unpaid)
                    part = round((one["left"] - one["paid"]) * random_.random(), 2)
                    if part > 0:
                        self._pay(one["move"], part)
                        one["paid"] = round(one["paid"] + part, 2)
                elif act == "draft":
                    one = random_.choice(open_)
                    if one["left"] == one["amount"] and not one["paid"]:
                        one["move"].button_draft()
                        self.assertTrue(self._sums()[0] >= 0)
                        one["move"].action_post()
                self._compare(flat, tiered, held)
                # nothing that was written is written anew
                count = self.entries.search_count([])
                self.assertGreaterEqual(count, entries)
                entries = count
            for one in held:
                if one["left"] and not one["paid"]:
                    self._credit(one["move"], amount=one["left"])
                    one["left"] = 0.0
            self._compare(flat, tiered, held)
            for term in flat | tiered:
                term.action_end()
                term.date_to = date(2027, 1, 1)

    def _compare(self, flat, tiered, held):
        turnover = sum(one["left"] for one in held if not one["flat"])
        owed = tiered._tiers().given(round(turnover, 2))
        earned, payable, closed = self._sums(term=tiered)
        self.assertAlmostEqual(earned, round(owed, 2), delta=0.011)
        self.assertEqual((payable, closed), (earned, 0))
        wanted = paid = 0.0
        for one in held:
            if one["flat"]:
                wanted += one["left"] * 0.07
                paid += min(one["paid"], one["left"]) * 0.07
        earned, payable, closed = self._sums(term=flat)
        slack = 0.02 * (1 + sum(one["flat"] for one in held))
        self.assertAlmostEqual(earned, wanted, delta=slack)
        self.assertAlmostEqual(payable, paid, delta=slack)
        self.assertLessEqual(payable + closed, earned + 1e-6)
        for one in held:
            if not one["left"]:
                entries = self.entries.search(
                    [("move_line_id", "in", one["move"].invoice_line_ids.ids)]
                )
                self.assertEqual(round(sum(entries.mapped("earned")), 6), 0)

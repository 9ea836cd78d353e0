import base64
import random
from datetime import date, timedelta

from odoo.fields import Command
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

    def test_a_payment_without_an_entry_is_no_money_until_the_bank_says_so(self):
        invoice = self._invoice(1000)
        payment = self._pay(invoice, 400)
        entry = payment.move_id
        payment.outstanding_account_id = False
        payment.move_id = False
        entry.button_draft()
        entry.unlink()
        payment.state = "in_process"
        self.assertEqual(self._sums(), (100, 0, 0))
        line = self.env["account.bank.statement.line"].create(
            {"journal_id": payment.journal_id.id, "amount": 400, "date": DAY}
        )
        account = invoice.line_ids.account_id.filtered(
            lambda account: account.account_type == "asset_receivable"
        )
        _liquidity, suspense, _other = line._seek_for_lines()
        line.move_id.button_draft()
        suspense.write({"account_id": account.id, "partner_id": self.x.id})
        line.move_id.action_post()
        (suspense | invoice.line_ids.filtered("amount_residual")).reconcile()
        self.assertEqual(self._sums(), (100, 40, 0))

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
        head = "product,quantity,date,price,type,document,place,customer"
        text = "\n".join([head, *rows])
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

    def test_what_a_settled_report_said_too_much_is_in_the_next_statement(self):
        """C055: 100 become 80 after the commission of 10 is settled."""
        self.pump.default_code = "PUMP"
        self._term(base="sold_out")
        self._report("PUMP,10,2027-01-05,10,sale,A")
        january = self._run()
        january.action_draft_bill()
        self._report("PUMP,8,2027-01-05,10,sale,A", kind="replaces")
        self._report("PUMP,30,2027-02-05,10,sale,B")
        self.assertEqual(self._run().amount, 28)
        self.assertEqual(january.amount, 10)

    def test_a_late_report_earns_by_the_terms_of_its_own_days(self):
        """C060: 5 % in January, 3 % now; what is settled of January stays."""
        self.pump.default_code = "PUMP"
        term = self._term(base="sold_out", rate=5, date_to=date(2027, 1, 31))
        self._term(base="sold_out", rate=3, date_from=date(2027, 2, 1))
        self._report("PUMP,1,2027-01-05,200,sale,A")
        january = self._run(date(2027, 1, 31))
        january.action_draft_bill()
        self._report("PUMP,1,2027-02-10,100,sale,B")
        self._report("PUMP,1,2027-01-20,1000,sale,C", kind="adds")
        later = self._run(date(2027, 2, 28))
        self.assertEqual((january.amount, later.amount), (10, 53))
        late = later.line_ids.filtered(lambda line: line.term_id == term)
        self.assertRecordValues(
            late, [{"amount": 50, "rate": 5, "date": date(2027, 1, 20)}]
        )

    def test_transfers_and_sales_to_members_earn_nothing(self):
        """C058; a piece earns when a consumer buys it, and once."""
        self.pump.default_code = "PUMP"
        term = self._term(base="sold_out")
        self._report(
            "PUMP,-30,2027-02-01,10,transfer,,B1",
            "PUMP,30,2027-02-01,10,transfer,,B2",
            "PUMP,5,2027-02-02,10,sale,A,,Ymir Trade",
            "PUMP,2,2027-02-02,10,sale,B,,Somebody",
        )
        lines = self.env["distribution.sellout.line"].search(
            [("partner_id", "=", self.x.id), ("customer_id", "=", self.y.id)]
        )
        self.assertEqual(lines.quantity, 5)
        self.assertEqual(self._sums(term=term)[0], 2)


@tagged("post_install", "-at_install")
class TestAnySequence(TermCommon):
    """Random invoices, returns, allowances, payments and new terms, by a tiny model."""

    def test_sums_are_those_of_the_tiny_model(self):
        for number in range(4):
            # on days that no former world's terms have
            world = World(self, number, retroactive=number % 2)
            entries = 0
            for _step in range(16):
                world.act()
                world.compare()
                # nothing that was written is written anew
                count = self.entries.search_count([])
                self.assertGreaterEqual(count, entries)
                entries = count
            world.end()

    def test_documents_from_before_a_term_come_to_the_same(self):
        """Whether they are looked through at once or in many parts."""
        chance = random.Random(20270302)
        for batch_size in (500, 3):
            for retroactive in (False, True):
                left = 0.0
                for step in range(12):
                    day = DAY + timedelta(days=chance.randrange(200))
                    amount = chance.randint(1000, 60_000) / 100
                    invoice = self._invoice(amount, partner=self.y, day=day)
                    left += amount
                    if step % 3 == 0:
                        back = round(amount * chance.choice([0.3, 1]), 2)
                        self._credit(invoice, day + timedelta(days=9), amount=back)
                        left -= back
                term = self._term(
                    self.y,
                    tiers=[(0, 3), (500, 5), (1500, 8)],
                    retroactive=retroactive,
                )
                term.is_walked = False
                while not term.is_walked:
                    term._state_earlier(batch_size)
                owed = round(term._tiers().given(round(left, 2)), 2)
                earned = self._sums(self.y, term=term)[0]
                self.assertAlmostEqual(earned, owed, delta=0.011)
                term.action_end()
                term.date_to = date(2027, 1, 1)
                for invoice in self.env["account.move"].search(
                    [("partner_id", "=", self.y.id), ("state", "=", "posted")]
                ):
                    invoice.button_draft()


class World:
    """What a handful of documents should come to, added up by hand."""

    def __init__(self, case, number, retroactive):
        self.case, self.chance = case, random.Random(20270301 + number)
        self.day = DAY + timedelta(days=number)
        goods = case.valves, case.pumps
        flat = case._term(rate=7, base="paid", category_id=goods[0].id)
        tiered = case._term(
            rate=0,
            tiers=[(0, 3), (500, 5), (1500, 8)],
            retroactive=retroactive,
            category_id=goods[1].id,
        )
        # the latest version of each, all of them, and what was sold by which
        self.versions = {"flat": [flat], "tiered": [tiered]}
        self.held = []

    def act(self):
        open_ = [one for one in self.held if one["left"] > 1]
        acts = ["sell", "sell", "give_back", "allow", "pay", "redraft", "change"]
        act = self.chance.choice(acts)
        if act in ("sell", "change") or not open_:
            getattr(self, act if act == "change" else "sell")()
        else:
            getattr(self, act)(self.chance.choice(open_))

    def sell(self):
        amount = self.chance.randint(1000, 90_000) / 100
        kind = self.chance.choice(["flat", "tiered"])
        product = self.case.valve if kind == "flat" else self.case.pump
        self.held.append(
            {
                "move": self.case._invoice((product, amount), day=self.day),
                "amount": amount,
                "left": amount,
                "paid": 0.0,
                "term": self.versions[kind][-1],
            }
        )

    def part(self, one):
        part = one["left"] - one["paid"]
        if self.chance.random() < 0.6:
            part *= self.chance.random()
        return round(part, 2)

    def give_back(self, one):
        if (part := self.part(one)) > 0.01:
            self.case._credit(one["move"], self.day, amount=part)
            one["left"] = round(one["left"] - part, 2)

    def allow(self, one):
        """Money for no goods in particular: they stay sold, for less."""
        if (part := self.part(one)) > 0.01:
            note = one["move"]._reverse_moves([{"invoice_date": self.day}])
            note.invoice_line_ids = [
                Command.clear(),
                Command.create({"name": "Goodwill", "price_unit": part, "tax_ids": []}),
            ]
            note.action_post()
            one["left"] = round(one["left"] - part, 2)

    def pay(self, one):
        part = round((one["left"] - one["paid"]) * self.chance.random(), 2)
        if part > 0.01:
            self.case._pay(one["move"], part, self.day)
            one["paid"] = round(one["paid"] + part, 2)

    def redraft(self, one):
        if one["left"] == one["amount"] and not one["paid"]:
            one["move"].button_draft()
            one["move"].action_post()

    def change(self):
        """From the next week on the terms are others."""
        self.day += timedelta(days=7)
        kind = self.chance.choice(["flat", "tiered"])
        versions = self.versions[kind]
        if len(versions) > 3:
            return
        action = versions[-1].action_new_version()
        version = self.case.terms.browse(action["res_id"])
        version.date_from = self.day
        if kind == "flat":
            version.rate = self.chance.choice([2, 5.5, 11])
        else:
            version.tier_ids[-1].rate = self.chance.choice([6, 9.25])
        version.action_activate()
        version.is_walked = True
        versions.append(version)

    def compare(self):
        case = self.case
        before = 0.0
        for term in self.versions["tiered"]:
            own = round(sum(one["left"] for one in self.of(term)), 2)
            owed = term._tiers().owed(before, own, own)
            before += own
            earned, payable, closed = case._sums(term=term)
            case.assertAlmostEqual(earned, round(owed, 2), delta=0.011)
            case.assertEqual((payable, closed), (earned, 0))
        for term in self.versions["flat"]:
            own = self.of(term)
            rate, slack = term.rate / 100, 0.02 * (1 + len(own))
            earned, payable, closed = case._sums(term=term)
            wanted = sum(one["left"] for one in own) * rate
            case.assertAlmostEqual(earned, wanted, delta=slack)
            paid = sum(min(one["paid"], one["left"]) for one in own) * rate
            case.assertAlmostEqual(payable, paid, delta=slack)
            case.assertLessEqual(payable + closed, earned + 1e-6)
        for one in self.held:
            if not one["left"]:
                lines = one["move"].invoice_line_ids
                entries = case.entries.search([("move_line_id", "in", lines.ids)])
                case.assertEqual(round(sum(entries.mapped("earned")), 6), 0)

    def of(self, term):
        return [one for one in self.held if one["term"] == term]

    def end(self):
        for one in self.held:
            if one["left"] and not one["paid"]:
                self.case._credit(one["move"], self.day, amount=one["left"])
                one["left"] = 0.0
        self.compare()
        for term in (term for versions in self.versions.values() for term in versions):
            term.action_end()
            term.date_to = term.date_from

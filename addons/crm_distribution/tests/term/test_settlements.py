import os
import shutil
import subprocess
import sys
from contextlib import ExitStack
from datetime import date
from io import BytesIO
from pathlib import Path
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, HttpCase, new_test_user, tagged
from odoo.tools import mute_logger
from odoo.tools.pdf import OdooPdfFileReader

from odoo.addons.base.models import ir_actions_report

from .term_common import DAY, TermCommon


@tagged("post_install", "-at_install")
class TestSettlements(TermCommon):
    """Statements of what is due, what they carry, and the bills that pay them."""

    def _by_accountant(self, settlement):
        return settlement.with_user(self.accountant)

    def test_a_commission_becomes_a_vendor_bill_and_a_rebate_a_credit_note(self):
        self._term(kind="commission")
        self._term(self.y)
        self._bill(self._order(100, **self._shares(x=100)))
        self._invoice(500, partner=self.y)
        statements = self._by_accountant(self._run())
        statements.action_draft_bill()
        self.assertRecordValues(
            statements.sorted("kind").move_ids,
            [
                {
                    "move_type": "in_invoice",
                    "state": "draft",
                    "partner_id": self.x.id,
                    "amount_untaxed": 10,
                },
                {
                    "move_type": "out_refund",
                    "state": "draft",
                    "partner_id": self.y.id,
                    "amount_untaxed": 50,
                },
            ],
        )
        self.assertEqual(set(statements.mapped("state")), {"billed"})
        entries = self.entries.search([("settlement_line_id", "!=", False)])
        self.assertEqual(set(entries.mapped("state")), {"settled"})

    def test_our_own_credit_note_is_no_return(self):
        self._term()
        self._invoice(500)
        statement = self._run()
        statement.action_draft_bill()
        credit = statement.move_ids
        credit.invoice_date = DAY
        credit.action_post()
        self.assertEqual(self._sums(), (50, 50, 0))

    def test_the_last_day_belongs_to_the_statement(self):
        self._term()
        self._invoice(100, day=date(2027, 5, 31))
        self.assertFalse(self._run(date(2027, 5, 30)))
        self.assertEqual(self._run(date(2027, 5, 31)).amount, 10)

    def test_when_nothing_is_due_the_screen_says_why(self):
        self._term(base="paid")
        self._term(kind="commission")
        self._invoice(1000)
        self._order(300, **self._shares(x=100))
        run = self.env["distribution.settlement.run"].with_user(self.accountant)
        form = Form(run)
        self.assertFalse(form.has_due)
        overview = str(form.overview)
        self.assertIn("Nothing is due", overview)
        for amount in ("100.00", "30.00"):
            self.assertIn(amount, overview)
        with self.assertRaises(UserError):
            form.save().action_run()
        self.assertFalse(self.settlements.search([("partner_id", "=", self.x.id)]))

    def test_below_zero_and_below_the_minimum_are_carried(self):
        self._term(rate=100)
        may = self._invoice(50, day=date(2027, 4, 30))
        self._run(date(2027, 4, 30)).action_draft_bill()
        self._invoice(20, day=date(2027, 5, 10))
        self._credit(may, date(2027, 5, 20))
        self.assertFalse(self._run(date(2027, 5, 31), minimum=25))
        self._invoice(100, day=date(2027, 6, 10))
        june = self._run(date(2027, 6, 30), minimum=25)
        self.assertEqual(june.amount, 70)
        june.action_draft_bill()
        self._invoice(15, day=date(2027, 7, 10))
        self.assertFalse(self._run(date(2027, 7, 31), minimum=25))
        self._invoice(15, day=date(2027, 8, 10))
        self.assertEqual(self._run(date(2027, 8, 31), minimum=25).amount, 30)

    def test_a_return_after_the_payment_is_taken_off_once(self):
        self._term(rate=10)
        sale = self._invoice(500)
        self._run().action_draft_bill()
        self._credit(sale)
        self._invoice(2000)
        self.assertEqual(self._run().amount, 150)
        self.assertFalse(self._run())

    def test_a_part_that_comes_back_is_the_same_everywhere(self):
        self._term(rate=10)
        sale = self._invoice(400)
        self._run().action_draft_bill()
        self._credit(sale, amount=100)
        self.env.flush_all()
        balance = self.env["distribution.balance"].search(
            [("partner_id", "=", self.x.id)]
        )
        self.assertRecordValues(
            balance, [{"earned": 30, "due": -10, "settled": 40, "coming": 0}]
        )
        (told,) = self.settlements._portal_balances(self.x)
        self.assertEqual((told["earned"], told["payable"]), (30, -10))

    def test_each_line_is_on_one_bill_however_often_it_is_asked(self):
        self._term()
        self._invoice(100, 200, 300)
        statement = self._by_accountant(self._run())
        first, second, third = statement.line_ids
        (first | second).action_bill()
        self.assertEqual(statement.state, "open")
        (first | second).action_bill()
        self.assertEqual(statement.move_ids.mapped("amount_untaxed"), [30])
        statement.action_draft_bill()
        statement.action_draft_bill()
        self.assertEqual(sorted(statement.move_ids.mapped("amount_untaxed")), [30, 30])
        self.assertEqual(len(third.move_id | first.move_id), 2)
        self.assertEqual(statement.state, "billed")

    def test_a_bill_that_is_no_more_frees_its_lines(self):
        self._term()
        self._invoice(100)
        statement = self._run()
        for end in ("unlink", "button_cancel"):
            statement.action_draft_bill()
            self.assertEqual(statement.state, "billed")
            getattr(statement.move_ids.filtered(lambda m: m.state == "draft"), end)()
            self.assertEqual(statement.state, "open")
        # else it would be paid twice
        with self.assertRaises(UserError):
            statement.move_ids.button_draft()
        self.assertEqual(self.entries.search([("earned", "=", 10)]).state, "payable")

    def test_a_cancelled_statement_is_found_by_the_next_run(self):
        self._term()
        self._invoice(100)
        statement = self._by_accountant(self._run())
        statement.action_cancel()
        self.assertEqual(statement.state, "cancelled")
        self.assertEqual(self._run().amount, 10)

    def test_a_dispute_holds_its_line_and_what_it_ends_with_is_billed_later(self):
        self._term(rate=10)
        self._invoice(1000, 400, 600)
        statement = self._by_accountant(self._run())
        line = statement.line_ids.filtered(lambda one: one.amount == 40)
        wizards = self.env["distribution.dispute"].with_user(self.accountant)
        wizard = wizards.browse(line.action_dispute()["res_id"])
        with self.assertRaises(UserError):
            wizard.action_confirm()
        wizard.reason = "The customer was ours before."
        wizard.action_confirm()
        statement.action_draft_bill()
        self.assertEqual(statement.move_ids.amount_untaxed, 160)
        self.assertEqual(statement.state, "disputed")
        wizard = wizards.browse(line.action_decide()["res_id"])
        wizard.write({"granted": 25, "reason": "Half of the visit was theirs."})
        wizard.action_confirm()
        self.assertRecordValues(
            line,
            [
                {
                    "amount": 25,
                    "written_off": 15,
                    "state": "open",
                    "decided_by_id": self.accountant.id,
                    "outcome": "Half of the visit was theirs.",
                }
            ],
        )
        statement.action_draft_bill()
        self.assertEqual(sorted(statement.move_ids.mapped("amount_untaxed")), [25, 160])
        self.assertEqual(self._sums(), (200, 185, 15))

    def test_an_archived_partner_is_paid_and_owes(self):
        agreement = self.env["distribution.agreement"].create(
            {
                "partner_id": self.x.id,
                "date_from": date(2027, 1, 1),
                "date_to": date(2027, 4, 30),
            }
        )
        agreement.action_activate()
        self._term(kind="commission", agreement_id=agreement.id)
        sale = self._bill(
            self._order(500, 300, **self._shares(x=100)), date(2027, 4, 20)
        )
        self.x.active = False
        statement = self._run(date(2027, 5, 31))
        self.assertEqual(statement.amount, 80)
        statement.action_draft_bill()
        credit = sale._reverse_moves([{"invoice_date": date(2027, 6, 5)}], cancel=False)
        credit.invoice_line_ids[0].unlink()
        credit.action_post()
        self.assertFalse(self._run(date(2027, 6, 30)))
        self.env.flush_all()
        owed = self.env["distribution.balance"].search(
            [("due", "<", 0), ("partner_id", "=", self.x.id)]
        )
        self.assertEqual(owed.due, -30)

    def test_each_company_pays_its_own(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self._term()
        self._invoice(100)
        accountant = new_test_user(
            self.env,
            "term_elsewhere",
            "account.group_account_user",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        runs = self.env["distribution.settlement.run"].with_user(accountant)
        with self.assertRaises(UserError):
            runs.with_company(other).create({}).action_run()
        with self.assertRaises(AccessError):
            runs.create({"company_id": self.company.id}).action_run()
        run = self.env["distribution.settlement.run"].with_user(self.accountant)
        run.create({}).action_run()
        statement = self.settlements.search([("partner_id", "=", self.x.id)])
        self.assertEqual(statement.company_id, self.company)
        with self.assertRaises(AccessError):
            statement.with_user(accountant).read(["amount"])
        # the same agent earns there, too
        self.env.flush_all()
        self.env.cr.execute(
            """
            INSERT INTO distribution_accrual (
                   company_id, term_id, partner_id, kind, currency_id, reason, date,
                   earned, payable, state)
            SELECT %s, term_id, partner_id, kind, currency_id, reason, date, 7, 7,
                   'payable'
              FROM distribution_accrual WHERE partner_id = %s
            """,
            [other.id, self.x.id],
        )
        self.entries.invalidate_model()
        with self.assertRaises(UserError):
            run.create({}).action_run()
        runs.with_company(other).create({}).action_run()
        theirs = self.settlements.search(
            [("partner_id", "=", self.x.id), ("company_id", "=", other.id)]
        )
        self.assertEqual((statement.amount, theirs.amount), (10, 7))

    def _booked(self, day):
        provision = self.env["distribution.provision"].with_user(self.accountant)
        one = provision.create({"date": day})
        one.action_book()
        one.move_id.action_post()
        return one

    def test_what_is_owed_is_an_expense_of_its_month_and_reversed_when_settled(self):
        accounts = self.env["account.account"]
        expense = accounts.search([("account_type", "=", "expense")], limit=1)
        accrued = accounts.create(
            {
                "name": "Accrued",
                "code": "298877",
                "account_type": "liability_current",
            }
        )
        self.company.write(
            {
                "distribution_expense_account_id": expense.id,
                "distribution_accrued_account_id": accrued.id,
                "distribution_journal_id": self.env["account.journal"]
                .search([("type", "=", "general")], limit=1)
                .id,
            }
        )
        self._on("2028-02-01")
        self._term()
        sale = self._invoice(600, day=date(2027, 12, 10))
        other = self._invoice(400, day=date(2027, 12, 12))
        december = self._booked(date(2027, 12, 31))
        self.assertRecordValues(december, [{"owed": 100, "change": 100}])
        statement = self._run(date(2027, 12, 10))
        statement.action_draft_bill()
        statement.move_ids.invoice_date = date(2028, 1, 15)
        statement.move_ids.action_post()
        self.company.fiscalyear_lock_date = date(2027, 12, 31)
        self._credit(other, date(2028, 1, 20), amount=100)
        january = self._booked(date(2028, 1, 31))
        self.assertRecordValues(
            january, [{"owed": 30, "before": 100, "settled": 60, "change": -70}]
        )
        self.assertEqual(
            sorted(
                january.move_id.line_ids.filtered(
                    lambda line: line.account_id == accrued
                ).mapped("balance")
            ),
            [10, 60],
        )
        self.assertEqual(sale.state, "posted")
        self.env.flush_all()
        balance = sum(
            self.env["account.move.line"]
            .search([("account_id", "=", accrued.id)])
            .mapped("balance")
        )
        self.assertEqual(-balance, 30)

    def test_the_paper_names_no_customer(self):
        self._term(kind="commission")
        self.buyer.name = "Secret Steel"
        self._bill(self._order(100, **self._shares(x=100)))
        statement = self._run()
        report = self.env["ir.actions.report"]
        html, _type = report._render_qweb_html(
            "crm_distribution.report_settlement", statement.ids
        )
        text = html.decode()
        self.assertIn(statement.name, text)
        self.assertNotIn("Secret Steel", text)

    def _paper(self, statement):
        """What becomes a PDF, page by page."""
        report = self.env["ir.actions.report"]
        html, _type = report._render_qweb_html(
            "crm_distribution.report_settlement",
            statement.ids,
            data={"report_type": "pdf"},
        )
        bodies, ids, _header, _footer, _args = report._prepare_html(
            html, report_model=statement._name
        )
        self.assertEqual(ids, statement.ids)
        return bodies

    def test_each_paper_is_in_the_language_of_whom_it_is_for(self):
        self.env["res.lang"]._activate_lang("fa_IR")
        self.env["ir.module.module"].search(
            [("name", "=", "crm_distribution")]
        )._update_translations(["fa_IR"])
        self.x.lang = "fa_IR"
        self._term()
        self._term(self.y)
        self._invoice(1000, 600)
        self._invoice(70, partner=self.y)
        statements = self._run().sorted("amount")
        left, right = self._paper(statements)
        for word in ('dir="ltr"', "Statement", "Pump", "70.00", "7.00"):
            self.assertIn(word, left)
        self.assertNotIn('dir="rtl"', left)
        for word in ('dir="rtl"', "صورت‌حساب", "Pump", "100.00", "60.00", "160.00"):
            self.assertIn(word, right)
        self.assertNotIn('dir="ltr"', right)

    def _pdf_maker(self) -> str | None:
        """The machine's wkhtmltopdf, else that of the test libraries, if it starts."""
        places = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
        for name in ("wkhtmltopdf", "wkhtmltopdf-pack"):
            found = shutil.which(name, path=places)
            asked = [found, "--version"]
            if found and not subprocess.run(asked, capture_output=True).returncode:
                return found
        return None

    def test_it_becomes_a_pdf_that_says_what_is_paid(self):
        self._term()
        self._invoice(1000)
        statement = self._run()
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        maker = self._pdf_maker()
        made = ir_actions_report.WkhtmlInfo(
            "ok", True, maker or "", "0.12.3", True, "", None
        )
        with ExitStack() as stack:
            stack.enter_context(
                patch.object(ir_actions_report, "_wkhtml", lambda: made)
            )
            # that no server hands out its style sheets
            stack.enter_context(mute_logger(ir_actions_report.__name__))
            if not maker:
                # a machine on which none starts
                told = {"_run_wkhtmltopdf": lambda _self, *bodies, **how: b"%PDF-1.4"}
                stack.enter_context(patch.multiple(type(report), **told))
            content, kind = report._render_qweb_pdf(
                "crm_distribution.report_settlement", statement.ids
            )
        self.assertEqual((kind, content[:5]), ("pdf", b"%PDF-"))
        if maker:
            pages = OdooPdfFileReader(BytesIO(content)).pages
            text = "\n".join(page.extract_text() for page in pages)
            for said in (statement.name, "Xenon Trade", "Pump", "1,000.00", "100.00"):
                self.assertIn(said, text)


@tagged("post_install", "-at_install")
class TestPortalMoney(TermCommon, HttpCase):
    """An intermediary sees its own, and learns nothing of others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for login, partner in (("money_x", cls.x), ("money_y", cls.y)):
            user = new_test_user(
                cls.env, login, "base.group_portal", password=login * 2
            )
            user.partner_id.parent_id = partner
        cls._term(kind="commission", tiers=[(0, 10), (1000, 12)])
        cls.buyer.name = "Secret Steel"
        order = cls.env["sale.order"].create({"partner_id": cls.buyer.id})
        order.distribution_share_ids.create(
            {"order_id": order.id, "partner_id": cls.x.id, "percent": 100}
        )
        order.order_line.create(
            {"order_id": order.id, "product_id": cls.pump.id, "price_unit": 123}
        )
        order.action_confirm()
        cls.invoice = order._create_invoices()
        cls.invoice.invoice_date = DAY
        cls.invoice.action_post()
        cls.statement = cls.settlements.sudo()._run(cls.company, DAY)

    def _page(self, login, address):
        self.authenticate(login, login * 2)
        return self.url_open(f"/my/channel/{address}")

    def test_one_sees_what_one_earned_and_ones_statements(self):
        page = self._page("money_x", "money").text
        for word in ("12.30", self.statement.name, "877.00"):
            self.assertIn(word, page)
        self.assertNotIn("Secret Steel", page)
        page = self._page("money_x", f"statement/{self.statement.id}").text
        self.assertIn("12.30", page)
        self.assertNotIn("Secret Steel", page)
        self.assertIn(self.statement.name, self._page("money_x", "statements").text)

    def test_the_paper_is_a_page_where_nothing_makes_pdfs(self):
        report = type(self.env["ir.actions.report"])
        for state, kind in (("ok", "application/pdf"), ("install", "text/html")):
            with patch.object(
                report, "get_wkhtmltopdf_state", lambda _self, s=state: s
            ):
                answer = self._page("money_x", f"statement/{self.statement.id}/pdf")
            self.assertEqual(answer.status_code, 200)
            self.assertIn(kind, answer.headers["Content-Type"])
            self.assertIn("12.30", answer.text)

    def test_others_see_nothing_of_it(self):
        self.assertNotIn("12.30", self._page("money_y", "money").text)
        for address in ("", "/pdf"):
            answer = self._page("money_y", f"statement/{self.statement.id}{address}")
            self.assertEqual(answer.status_code, 404)
            self.assertNotIn(self.statement.name, answer.text)

    def test_customers_documents_show_neither_commission_nor_intermediary(self):
        html, _type = self.env["ir.actions.report"]._render_qweb_html(
            "account.report_invoice", self.invoice.ids
        )
        self.assertNotIn("Xenon", html.decode())
        self.assertNotIn("12.30", html.decode())


@tagged("post_install", "-at_install")
class TestMoneyTour(HttpCase):
    """On the real clock, which a browser needs."""

    def _partner(self, name):
        return self.env["res.partner"].create(
            {
                "name": name,
                "is_company": True,
                "distribution_level_id": self.env.ref(
                    "crm_distribution.level_wholesaler"
                ).id,
            }
        )

    def _sold(self, partner, base, *amounts):
        term = self.env["distribution.term"].create(
            {
                "name": "Rebate",
                "kind": "rebate",
                "partner_id": partner.id,
                "base": base,
                "rate": 10,
            }
        )
        term.action_activate()
        product = self.env["product.product"].create({"name": "Pump"})
        self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_date": self.env.company._today(),
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                    for amount in amounts
                ],
            }
        ).action_post()

    def test_an_accountant_pays_and_the_intermediary_sees_it(self):
        xenon = self._partner("Xenon Trade")
        self._sold(xenon, "invoiced", 1000, 600)
        self._sold(self._partner("Ymir Trade"), "paid", 100)
        for login, group in (
            ("money-payer", "account.group_account_user"),
            ("money-earner", "base.group_portal"),
        ):
            new_test_user(self.env, login, group, password=login)
        earner = self.env["res.users"].search([("login", "=", "money-earner")])
        earner.partner_id.parent_id = xenon
        action = "crm_distribution.distribution_settlement_action"
        self.start_tour(
            f"/odoo/action-{action}", "crm_distribution_settle", login="money-payer"
        )
        statement = self.env["distribution.settlement"].search(
            [("partner_id", "=", xenon.id)]
        )
        self.assertRecordValues(
            statement, [{"amount_billed": 100, "amount_disputed": 60}]
        )
        self.start_tour(
            "/my/channel/money", "crm_distribution_see_statement", login="money-earner"
        )

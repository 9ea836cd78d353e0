from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from .liability_common import FEBRUARY, JANUARY, MARCH, LiabilityCommon


@tagged("post_install", "-at_install")
class TestPointLiabilityRules(LiabilityCommon):
    """Which months and programs are valued, by whom, and what bad input says."""

    def test_currency_without_rate_is_said_and_made_good(self):
        with self._on("2024-01-10"):
            self._order(quantity=10)
        self.program.currency_id = currency = self._currency()
        valuation = self._value(JANUARY)
        self.assertIn("no rate of QQQ", valuation.problem)
        self.assertEqual(valuation.liability, 0)
        with self.assertRaisesRegex(UserError, "no rate of QQQ"):
            valuation.action_propose_entry()
        self.env["res.currency.rate"].create(
            {"currency_id": currency.id, "name": "2024-01-31", "rate": 2}
        )
        valuation.action_value_again()
        self.assertFalse(valuation.problem)
        self.assertEqual(valuation.point_price, 0.5)

    def test_a_month_with_a_problem_is_covered_by_the_next(self):
        with self._on("2024-01-10"):
            self._order(quantity=10)
        rewards = self.program.reward_ids
        rewards.write({"discount_mode": "percent"})
        self.assertIn("set the price", self._value(JANUARY).problem)
        rewards.write({"discount_mode": "per_point"})
        february = self._value(FEBRUARY)
        self.assertEqual((february.sales, february.problem), (1_000, False))

    def test_months_come_in_sequence(self):
        february = self._value(FEBRUARY)
        for day, words in (
            (JANUARY, "valued already"),
            ("2024-03-15", "not the last day"),
            (fields.Date.today() + timedelta(400), "not"),
        ):
            with self.assertRaisesRegex(UserError, words), self.cr.savepoint():
                self._value(day)
        march = self._value(MARCH)
        self.assertEqual(march.previous_id, february)
        for act in (february.unlink, february.action_value_again):
            with self.assertRaises(UserError):
                act()
        march.unlink()
        february.unlink()

    def test_only_loyalty_programs_of_the_company_are_valued(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        wallet = self._make_program(name="Wallet", program_type="gift_card")
        foreign = self._make_program(name="Foreign", company_id=other.id)
        for program, words in ((wallet, "no loyalty"), (foreign, "belongs to")):
            with self.assertRaisesRegex(UserError, words), self.cr.savepoint():
                self._value(JANUARY, program)

    def test_a_price_needs_its_reason(self):
        with self.assertRaises(ValidationError):
            self.program.point_price = 2

    def test_an_accountant_saves_the_form_and_has_it_computed(self):
        with self._on("2024-01-10"):
            self._order(quantity=10)
        user = new_test_user(self.env, "liability_form", "account.group_account_user")
        mine = self.liabilities.sudo(False).with_user(user)
        arch = etree.fromstring(mine.get_view(view_type="form")["arch"])
        # or the web client offers no way to save
        self.assertNotIn(arch.get("edit", "1"), ("0", "False", "false"))
        self.assertNotIn(arch.get("create", "1"), ("0", "False", "false"))
        form = Form(mine)
        form.program_id = self.program
        form.date = JANUARY
        valuation = form.save()
        self.assertEqual(valuation.sales, 1_000)
        self.assertGreater(valuation.liability, 0)
        before = valuation.liability
        valuation.action_value_again()
        self.assertEqual(valuation.liability, before)
        # saved once more, nothing is written; what it values stays
        valuation.write({"program_id": self.program.id, "date": JANUARY})
        for values in ({"date": FEBRUARY}, {"program_id": self._make_program().id}):
            with self.assertRaises(AccessError):
                valuation.write(values)

    def test_who_may_what(self):
        valuation = self._value(JANUARY)
        users = {
            name: new_test_user(self.env, f"liability_{name}", groups)
            for name, groups in (
                ("seller", "sales_team.group_sale_salesman_all_leads"),
                ("manager", "crm_loyalty.group_loyalty_manager"),
                ("accountant", "account.group_account_user"),
                ("administrator", "account.group_account_manager"),
            )
        }
        values = {"program_id": self.program.id, "date": FEBRUARY}
        with self.assertRaises(AccessError):
            valuation.with_user(users["seller"]).read(["liability"])
        valuation.with_user(users["manager"]).read(["liability"])
        for name in ("seller", "manager"):
            mine = valuation.with_user(users[name])
            for act in (
                mine.action_value_again,
                mine.action_propose_entry,
                mine.unlink,
                lambda mine=mine: mine.create(values),
            ):
                with self.assertRaises(AccessError):
                    act()
        for name in ("accountant", "administrator"):
            mine = valuation.with_user(users[name])
            for figure in ("liability", "deferred", "recognised"):
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    mine.create({**values, figure: 5_000})
            made = mine.with_context(default_liability=5_000).create(values)
            self.assertEqual((made.liability, made.deferred), (0, 0))
            self.assertTrue(made.program_id.name)
            with self.assertRaises(AccessError):
                made.write({"liability": 5_000})
            made.unlink()

    def test_the_cron_values_each_program_once(self):
        self._make_program(name="Second")
        job = self.env.ref("crm_loyalty.cron_value_points_liability").sudo()
        before = self.liabilities.search_count([])
        for _time in range(2):
            with self.enter_registry_test_mode():
                job.method_direct_trigger()
            self.assertEqual(self.liabilities.search_count([]), before + 2)
        made = self.liabilities.search([], limit=2)
        self.assertEqual(
            set(made.mapped("date")),
            {fields.Date.today().replace(day=1) - timedelta(1)},
        )
        self.assertFalse(made.move_id)

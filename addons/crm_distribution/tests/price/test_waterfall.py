from contextlib import nullcontext
from datetime import date, datetime
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from ...report.distribution_waterfall import PARTS, STEPS
from .price_common import PriceCommon


@tagged("post_install", "-at_install")
class TestWaterfall(PriceCommon):
    """Where the price of what was sold went: each line once, without a gap."""

    def _sell(self, quantity=1, price=100, discount=0, more=(), **values):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.buyer.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": quantity,
                            "price_unit": price,
                            "discount": discount,
                        }
                    ),
                    *map(Command.create, more),
                ],
                **values,
            }
        )
        order.action_confirm()
        return order.order_line[0]

    def _earned(self, *rows):
        """Accruals as (line, accrued, settled); without any, those that there are."""
        if not rows:
            return nullcontext()
        values = (
            SQL("(%s::int, %s::float8, %s::float8)", line.id, accrued, settled)
            for line, accrued, settled in rows
        )
        sql = SQL("VALUES %s", SQL(", ").join(values))
        model = type(self.env["distribution.waterfall"])
        return patch.object(model, "_accruals_sql", lambda _self: sql)

    def _row(self, line, *earned):
        self.env.flush_all()
        self.env.invalidate_all()
        with self._earned(*earned):
            row = self.env["distribution.waterfall"].search([("line_id", "=", line.id)])
            self.assertEqual(len(row), 1)
            found = {name: row[name] for name, _label in STEPS}
            found["margin_percent"] = row.margin_percent
            found["day"] = row.day
        # every step is kept, and the sum shows no gap
        left = found["list_amount"] + sum(found[name] for name in PARTS)
        self.assertAlmostEqual(left, found["margin_amount"], places=2)
        return found

    def assertSteps(self, row, **steps):
        for name, amount in steps.items():
            self.assertAlmostEqual(row[name], amount, places=2, msg=name)

    def test_from_the_list_to_the_pocket_at_the_cost_of_then(self):
        """C122: 100, 10 % off, 5 % rebate, cost 60: 85.50 and 25.50 are 29.8 %."""
        line = self._sell(discount=10)
        self.product.standard_price = 75
        row = self._row(line, (line, 4.5, None))
        self.assertSteps(
            row,
            list_amount=100,
            discount_step=-10,
            invoice_amount=90,
            accrued_step=-4.5,
            settled_step=0,
            pocket_amount=85.5,
            cost_step=-60,
            margin_amount=25.5,
        )
        self.assertAlmostEqual(row["margin_percent"], 29.8, places=1)

    def _term(self, partner, rate, **values):
        term = self.env["distribution.term"].create(
            {
                "name": "Term",
                "kind": "rebate",
                "partner_id": partner.id,
                "rate": rate,
                "date_from": date(2027, 1, 1),
                **values,
            }
        )
        term.action_activate()
        return term

    def _bill(self, line, day):
        invoice = line.order_id._create_invoices()
        invoice.invoice_date = day
        invoice.action_post()
        return invoice

    def test_what_a_term_earned_is_the_rebate_of_the_line(self):
        """C122, of an invoice: a rebate of 5 % of the invoice price."""
        self._term(self.buyer, 5)
        line = self._sell(discount=10)
        self.product.standard_price = 75
        self.assertSteps(self._row(line), accrued_step=0, pocket_amount=90)
        self._bill(line, date(2027, 6, 20))
        row = self._row(line)
        self.assertSteps(
            row,
            list_amount=100,
            discount_step=-10,
            invoice_amount=90,
            allowance_step=0,
            accrued_step=-4.5,
            settled_step=0,
            pocket_amount=85.5,
            cost_step=-60,
            margin_amount=25.5,
        )
        self.assertAlmostEqual(row["margin_percent"], 29.8, places=1)

    def test_what_a_statement_pays_otherwise_is_a_step_of_the_sale(self):
        """C123: sold in March, credited in January: 42 of 50, after a dispute."""
        self._term(self.buyer, 5)
        line = self._sell(quantity=10)
        line.order_id.date_order = datetime(2027, 3, 10, 12)
        self._bill(line, date(2027, 3, 15))
        self.assertSteps(self._row(line), accrued_step=-50, settled_step=0)
        settlements = self.env["distribution.settlement"].sudo()
        statement = settlements._run(self.company, date(2027, 12, 31))
        statement = statement.filtered(lambda one: one.partner_id == self.buyer)
        self.assertEqual(statement.amount, 50)
        statement.line_ids._hold("Two pieces were late.")
        statement.line_ids._decide(42, "As agreed by telephone.")
        statement.action_draft_bill()
        credit = statement.move_ids
        credit.invoice_date = date(2028, 1, 10)
        credit.action_post()
        self.assertEqual(credit.amount_untaxed, 42)
        row = self._row(line)
        self.assertEqual(row["day"], date(2027, 3, 10))
        self.assertSteps(
            row,
            allowance_step=0,
            accrued_step=-50,
            settled_step=8,
            pocket_amount=958,
        )

    def test_real_commissions_payments_and_returns_do_not_multiply_a_line(self):
        """C124: two who brought it, three payments, 2 of 10 pieces back."""
        agents = self.env["res.partner"].create(
            [{"name": name, "is_company": True} for name in ("Agent A", "Agent B")]
        )
        for agent in agents:
            self._term(agent, 10, kind="commission", base="paid")
        line = self._sell(
            quantity=10,
            distribution_share_ids=[
                Command.create({"partner_id": agent.id, "percent": 50})
                for agent in agents
            ],
        )
        invoice = self._bill(line, date(2027, 6, 20))
        for amount in (100, 200, 300):
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=invoice.ids
            ).create({"amount": amount})._create_payments()
        self.assertSteps(
            self._row(line), list_amount=1000, accrued_step=-100, cost_step=-600
        )
        credit = invoice._reverse_moves(
            [{"invoice_date": date(2027, 6, 20)}], cancel=False
        )
        credit.invoice_line_ids.quantity = 2
        credit.action_post()
        self.assertSteps(
            self._row(line),
            list_amount=800,
            invoice_amount=800,
            allowance_step=0,
            accrued_step=-80,
            settled_step=0,
            pocket_amount=720,
            cost_step=-480,
            margin_amount=240,
        )

    def test_discounts_one_after_the_other_are_steps_of_their_own(self):
        """C116: list 1,000, a pricelist of 10 % less, and then 5 %: 855."""
        self.product.list_price = 1000
        line = self._sell(price=900, discount=5)
        self.assertSteps(
            self._row(line),
            list_amount=1000,
            pricelist_step=-100,
            discount_step=-45,
            invoice_amount=855,
        )

    def test_a_rebate_belongs_to_the_sale_whenever_it_is_paid(self):
        """C123: sold in March, credited in January otherwise than accrued."""
        line = self._sell(quantity=10)
        line.order_id.date_order = datetime(2027, 3, 10, 12)
        row = self._row(line, (line, 50, 42))
        self.assertEqual(row["day"], date(2027, 3, 10))
        self.assertSteps(row, accrued_step=-50, settled_step=8, pocket_amount=958)
        # not settled yet, the difference is not there
        row = self._row(line, (line, 50, None))
        self.assertSteps(row, accrued_step=-50, settled_step=0, pocket_amount=950)

    def test_commissions_payments_and_returns_do_not_multiply_a_line(self):
        """C124: two commissions, three payments, 2 of 10 pieces back: 800 once."""
        line = self._sell(quantity=10)
        invoice = line.order_id._create_invoices()
        invoice.invoice_date = date(2027, 6, 20)
        invoice.action_post()
        for amount in (100, 200, 300):
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=invoice.ids
            ).create({"amount": amount})._create_payments()
        credit = invoice._reverse_moves(
            [{"invoice_date": date(2027, 6, 20)}], cancel=False
        )
        credit.invoice_line_ids.quantity = 2
        credit.action_post()
        row = self._row(line, (line, 20, None), (line, 12, None))
        self.assertSteps(
            row,
            list_amount=800,
            invoice_amount=800,
            allowance_step=0,
            accrued_step=-32,
            cost_step=-480,
            margin_amount=288,
        )
        self.assertEqual(
            self._step_sums(line)["00_list_amount"],
            800,
        )
        action = (
            self.env["distribution.waterfall"]
            .browse(line.id)
            .with_user(self.manager)
            .action_open_credits()
        )
        self.assertEqual(action["domain"], [("id", "in", credit.ids)])

    def test_what_is_credited_below_the_price_is_an_allowance(self):
        line = self._sell(quantity=10)
        invoice = line.order_id._create_invoices()
        invoice.invoice_date = date(2027, 6, 20)
        invoice.action_post()
        credit = invoice._reverse_moves(
            [{"invoice_date": date(2027, 6, 20)}], cancel=False
        )
        credit.invoice_line_ids.price_unit = 7
        credit.action_post()
        self.assertSteps(
            self._row(line), list_amount=1000, allowance_step=-70, pocket_amount=930
        )

    def test_discounts_of_an_order_are_shared_over_what_it_sells(self):
        other = self._product("Valve", 10)
        off = self._product("Off", 0)
        line = self._sell(
            quantity=3,
            more=[
                {"product_id": other.id, "price_unit": 100},
                {"product_id": off.id, "price_unit": -40},
            ],
        )
        rows = [self._row(one)["shared_step"] for one in line.order_id.order_line[:2]]
        self.assertEqual([round(one, 2) for one in rows], [-30, -10])
        self.env.flush_all()
        self.assertFalse(
            self.env["distribution.waterfall"].search_count(
                [("line_id", "=", line.order_id.order_line[2].id)]
            )
        )

    def test_tax_in_the_price_is_no_discount(self):
        tax = self.env["account.tax"].create(
            {
                "name": "Included",
                "amount": 10,
                "type_tax_use": "sale",
                "price_include_override": "tax_included",
            }
        )
        self.product.taxes_id = tax
        self.product.list_price = 110
        line = self._sell(price=110, quantity=2)
        self.assertSteps(
            self._row(line), list_amount=200, discount_step=0, invoice_amount=200
        )

    def test_quotations_and_down_payments_are_not_there(self):
        line = self._sell()
        draft = line.order_id.copy().order_line
        self.env.flush_all()
        found = self.env["distribution.waterfall"].search(
            [("line_id", "in", (line | draft).ids)]
        )
        self.assertEqual(found.line_id, line)

    def test_the_picture_has_each_step_and_opens_what_makes_it(self):
        line = self._sell(discount=10)
        sums = self._step_sums(line)
        self.assertEqual([key[3:] for key in sums], [name for name, _label in STEPS])
        self.assertAlmostEqual(sums["10_margin_amount"], 30)
        labels = self.env["distribution.waterfall.step"].fields_get(["step"])["step"]
        self.assertEqual([key for key, _label in labels["selection"]], list(sums))
        step = self.env["distribution.waterfall.step"].search(
            [("order_id", "=", line.order_id.id)], limit=1
        )
        self.assertEqual(
            step.with_user(self.user).action_open_order()["res_id"], line.order_id.id
        )

    def _step_sums(self, line):
        self.env.flush_all()
        with self._earned():
            rows = self.env["distribution.waterfall.step"]._read_group(
                [("waterfall_id", "=", line.id)],
                ["step"],
                ["amount:sum"],
            )
        return dict(rows)

    def test_who_works_with_own_intermediaries_sees_those_alone(self):
        """C136: the same in list, sums and picture."""
        own = new_test_user(self.env, "price_own", "crm_distribution.group_channel_own")
        self._sell()
        mine = self.env["res.partner"].create(
            {
                "name": "Mine",
                "is_company": True,
                "user_id": own.id,
                "distribution_level_id": self.retailer.id,
            }
        )
        self._sell(partner_id=mine.id)
        self.env.flush_all()
        for name in ("distribution.waterfall", "distribution.waterfall.step"):
            report = self.env[name].with_user(own)
            self.assertEqual(report.search([]).partner_id.ids, mine.ids)

from itertools import permutations

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .statement_common import StatementCommon


@tagged("post_install", "-at_install")
class TestPointNetting(StatementCommon):
    """What leaves a line is netted over all its documents, in whatever sequence."""

    def test_parts_of_a_small_rate_leave_nothing(self):
        """L011 netting, sums"""
        self.rule.reward_point_amount = 0.1
        for number, parts in enumerate(sorted(set(permutations((3.34, 3.34, 3.33))))):
            customer = self.env["res.partner"].create({"name": f"Part {number}"})
            order = self._sell(10.01, partner=customer)
            self.assertEqual(self._points(customer), 1)
            invoice = self._invoice(order)
            for part in parts:
                self._credit(invoice, {order.order_line: {"price_unit": part}})
            self.assertEqual(self._points(customer), 0)

    def test_each_step_of_a_credit_note_posts_the_difference(self):
        """L012 netting"""
        order = self._sell({"product_uom_qty": 5})
        refund = self._credit(self._invoice(order), post=False)
        self.assertEqual(self._points(), 500)
        seen = []
        for step in ("action_post", "button_draft", "action_post", "button_draft"):
            getattr(refund, step)()
            seen.append(self._points())
        refund.button_cancel()
        self.assertEqual([*seen, self._points()], [0, 500, 0, 500, 500])
        self.assertWhole()

    def test_what_came_back_before_it_had_earned_earns_when_it_is_kept_after_all(self):
        self.rule.minimum_qty = 2
        order = self._sell({"product_uom_qty": 1})
        refund = self._credit(self._invoice(order), {order.order_line: {"quantity": 2}})
        # of the two pieces that reach the minimum none is left
        order.order_line.product_uom_qty = 2
        order._update_programs_and_rewards()
        self.assertEqual(self._points(), 0)
        refund.button_draft()
        self.assertEqual(self._points(), 200)
        refund.action_post()
        self.assertEqual(self._points(), 0)
        self.assertWhole()

    def test_credited_and_invoiced_anew_in_any_sequence(self):
        """L017 netting: nothing is earned twice"""
        for number, steps in enumerate(permutations(("credit", "anew", "draft"))):
            customer = self.env["res.partner"].create({"name": f"Anew {number}"})
            order = self._sell({"product_uom_qty": 5}, partner=customer)
            invoice = self._invoice(order)
            for step in steps:
                if step == "credit":
                    self._credit(invoice)
                elif step == "draft":
                    self._credit(invoice, post=False)
                else:
                    anew = invoice.copy()
                    anew.invoice_line_ids.sale_line_ids = order.order_line
                    anew.invoice_line_ids.quantity = 4
                    anew.partner_id = self.env["res.partner"].create(
                        {"name": "Invoices", "parent_id": customer.id}
                    )
                    anew.action_post()
            self.assertEqual(self._points(customer), 400, steps)

    def test_a_negative_line_of_the_next_invoice_counts_once(self):
        """L019 netting"""
        order = self._sell({"product_uom_qty": 5, "discount": 10})
        self.assertEqual(self._points(), 450)
        self._invoice(order)
        self._net(order.order_line, self.other_product, quantity=-1).action_post()
        self.assertEqual(self._points(), 360)

    def test_an_allowance_on_the_next_invoice_hides_no_return(self):
        """L020 allowance: points by piece"""
        self.program.rule_ids.write(
            {"reward_point_mode": "unit", "reward_point_amount": 10}
        )
        order = self._sell({"product_uom_qty": 5})
        invoice = self._invoice(order)
        allowed = {"quantity": 1, "price_unit": -20}
        self._net(order.order_line, self.other_product, **allowed).action_post()
        self.assertEqual(self._points(), 50)
        self._credit(invoice, {order.order_line: {"quantity": 2}})
        self.assertEqual(self._points(), 30)

    def test_a_down_payment_earns_and_takes_nothing(self):
        """L015 netting, vesting"""
        self.program.point_vesting = "invoice"
        order = self._sell({"product_uom_qty": 10})
        card = self._card()

        def pay(**values):
            wizard = self.env["sale.advance.payment.inv"].create(
                {"sale_order_ids": [Command.set(order.ids)], **values}
            )
            invoice = wizard._create_invoices(order)
            invoice.action_post()
            self._night()
            return invoice

        down = pay(advance_payment_method="fixed", fixed_amount=300)
        self._credit(down)
        pay(advance_payment_method="fixed", fixed_amount=300)
        self.assertEqual((card.points, card.pending_points), (0, 1_000))
        pay(advance_payment_method="delivered")
        self.assertEqual((card.points, card.pending_points), (1_000, 0))

    def test_points_follow_the_money_credited_of_goods_and_code(self):
        """L016 netting, discounts"""
        code = self.env["loyalty.program"].create(
            {
                "name": "Thirty",
                "program_type": "promo_code",
                "trigger": "with_code",
                "applies_on": "current",
                "rule_ids": [Command.create({"mode": "with_code", "code": "THIRTY"})],
                "reward_ids": [Command.create({"discount": 30})],
            }
        )
        for with_code in (True, False):
            customer = self.env["res.partner"].create({"name": f"Code {with_code}"})
            order = self._offer(50, 20, partner=customer)
            ((card, rewards),) = order._try_apply_code("THIRTY").items()
            order._apply_program_reward(rewards, card)
            order.action_confirm()
            self.assertEqual(code.total_order_count, 1 + (not with_code))
            off = order.order_line.filtered("reward_id")
            dear, cheap = order.order_line - off
            self.assertEqual(self._points(customer), 49)
            invoice = self._invoice(order)
            if with_code:
                self._credit(invoice, {cheap: {}, off: {"price_unit": -6}})
                self.assertEqual(self._points(customer), 35)
            else:
                self._credit(invoice, {cheap: {}})
                self.assertEqual(self._points(customer), 29)
                self._credit(invoice, {dear: {}})
                self.assertEqual(self._points(customer), 0)
        self.assertWhole()

    def test_the_same_goods_leave_once(self):
        """L020 netting"""
        for cancelled_first in (True, False):
            customer = self.env["res.partner"].create({"name": f"{cancelled_first}"})
            order = self._sell({"product_uom_qty": 3}, partner=customer)
            invoice = self._invoice(order)
            if cancelled_first:
                order._action_cancel()
                self._credit(invoice)
            else:
                self._credit(invoice)
                order._action_cancel()
            self.assertEqual(self._points(customer), 0)

    def test_an_allowance_takes_money_and_no_piece(self):
        """L120 allowance, in points"""
        by_piece = self._make_program(
            name="Pieces", rule_ids=[Command.create({"reward_point_mode": "unit"})]
        )
        order = self._sell({"product_uom_qty": 5})
        invoice = self._invoice(order)
        self._credit(invoice, {order.order_line: {"quantity": 1, "price_unit": 50}})
        self.assertEqual(self._points(), 450)
        self.assertEqual(self._points(program=by_piece), 5)
        self._credit(invoice, {order.order_line: {"quantity": 1}})
        self.assertEqual(self._points(), 350)
        self.assertEqual(self._points(program=by_piece), 4)

    def test_spent_points_come_back_with_their_reward_line(self):
        self._order(quantity=2)
        order = self._order(claim=True)
        self.assertEqual(self._points(), 200)
        invoice = self._invoice(order)
        half = {line: {"quantity": 0.5} for line in order.order_line}
        self._credit(invoice, half)
        self.assertEqual(self._points(), 200 - 50 + 50)
        self._credit(invoice, half)
        self.assertEqual(self._points(), 200)
        self.assertWhole()

    def test_what_is_free_takes_nothing_back(self):
        """L045 same goods"""
        by_piece = self._make_program(
            name="Pieces", rule_ids=[Command.create({"reward_point_mode": "unit"})]
        )
        free = self.env["loyalty.program"].create(
            {
                "name": "Two and one",
                "program_type": "buy_x_get_y",
                "trigger": "auto",
                "applies_on": "current",
                "rule_ids": [
                    Command.create({"reward_point_mode": "order", "minimum_qty": 2})
                ],
                "reward_ids": [
                    Command.create(
                        {
                            "reward_type": "product",
                            "reward_product_id": self.product.id,
                        }
                    )
                ],
            }
        )
        order = self._offer({"product_uom_qty": 2})
        card = order.coupon_point_ids.coupon_id.filtered(
            lambda card: card.program_id == free
        )
        order._apply_program_reward(free.reward_ids, card)
        order.action_confirm()
        gift = order.order_line.filtered("reward_id")
        paid = order.order_line - gift
        self.assertEqual((self._points(), self._points(program=by_piece)), (200, 2))
        invoice = self._invoice(order)
        self._credit(invoice, {gift: {}})
        self.assertEqual((self._points(), self._points(program=by_piece)), (200, 2))
        self._credit(invoice, {paid: {"quantity": 1}})
        self.assertEqual((self._points(), self._points(program=by_piece)), (100, 1))

    def test_goods_that_come_back_after_their_points_expired(self):
        self.program.point_valid_days = 10
        with freeze_time("2026-03-01"):
            order = self._sell(100)
            card = self._card()
            spent = self._offer({"price_unit": 0.4})
            self.env["loyalty.card"]._post_adjustments({card: -40}, "Spent")
            self.assertEqual(card.points, 60)
            spent.unlink()
        with freeze_time("2026-03-20"):
            self._night()
            self.assertEqual(card.points, 0)
            refund = self._credit(self._invoice(order))
            self.assertEqual(card.points, -40)
            self.assertWhole()
            # withdrawn, what had expired is not there again
            refund.button_draft()
            self.assertEqual(card.points, 0)
            refund.action_post()
            self.assertEqual(card.points, -40)
        self.assertWhole()


@tagged("post_install", "-at_install")
class TestPointDebts(StatementCommon):
    """No sale and no return is refused for an old debt, and none is paid twice."""

    def _owe(self, points, program=None):
        card = self.env["loyalty.card"].create(
            {"program_id": (program or self.program).id, "partner_id": self.customer.id}
        )
        card.sudo()._post_adjustments({card: -points}, "Owed")
        return card.sudo()

    def test_who_owes_may_buy(self):
        """L031 debt"""
        card = self._owe(99)
        order = self._offer(50)
        self.assertFalse(order._get_claimable_rewards())
        order.action_confirm()
        self.assertEqual(card.points, -49)

    def test_pending_points_pay_no_debt(self):
        """L032 debt, vesting"""
        self.program.point_vesting = "delivery"
        card = self._owe(98)
        order = self._sell(150)
        self.assertEqual((card.points, card.pending_points), (-98, 150))
        order.order_line.qty_delivered = 1
        self._night()
        self.assertEqual((card.points, card.pending_points), (52, 0))

    def test_cancelling_and_confirming_mints_nothing(self):
        """L033 debt, written off"""
        self.program.point_debt_policy = "write_off"
        order = self._sell(100)
        card = self._card()
        card._post_adjustments({card: -70}, "Spent elsewhere")
        for _round in range(3):
            order._action_cancel()
            self.assertEqual(card.points, 0)
            order.action_draft()
            order._update_programs_and_rewards()
            order.action_confirm()
            self.assertEqual(card.points, 30)
        self.assertWhole()

    def test_only_points_of_the_same_order_refuse_its_return(self):
        """L035 debt"""
        self.program.point_debt_policy = "block"
        order = self._sell(100)
        card = self._card()
        card._post_adjustments({card: -100}, "Spent elsewhere")
        invoice = self._invoice(order)
        with self.assertRaisesRegex(ValidationError, "100"), self.cr.savepoint():
            self._credit(invoice)
        self.assertEqual(card.points, 0)
        self._sell(100)
        self.assertEqual(card.points, 100)
        self._credit(invoice)
        self.assertEqual(card.points, 0)
        # what paid an old debt is owed again, and refuses nothing
        card._post_adjustments({card: -30}, "Owed")
        other = self._sell(100)
        self.assertEqual(card.points, 70)
        self._credit(self._invoice(other))
        self.assertEqual(card.points, -30)
        self.assertWhole()

    def test_goods_that_earned_nothing_are_never_refused(self):
        """L035 debt: goods that earned nothing"""
        self.program.point_debt_policy = "block"
        self.rule.product_ids = self.product
        order = self._sell(100, {"product_id": self.other_product.id})
        card = self._card()
        card._post_adjustments({card: -100}, "Spent elsewhere")
        self._credit(self._invoice(order), {order.order_line[1]: {}})
        self.assertEqual(card.points, 0)

    def test_a_wallet_that_owes_is_topped_up(self):
        """L036 debt"""
        wallet = self.env["loyalty.program"].create(
            {
                "name": "Wallet",
                "keep_ledger": True,
                "program_type": "ewallet",
                "trigger": "auto",
                "applies_on": "future",
                "rule_ids": [
                    Command.create(
                        {
                            "reward_point_mode": "money",
                            "product_ids": [Command.set(self.other_product.ids)],
                        }
                    )
                ],
                "reward_ids": [
                    Command.create(
                        {
                            "reward_type": "discount",
                            "discount": 1,
                            "discount_mode": "per_point",
                            "discount_applicability": "order",
                            "required_points": 1,
                        }
                    )
                ],
            }
        )
        card = self._owe(30, wallet)
        self._sell({"product_id": self.other_product.id, "price_unit": 100})
        self.assertEqual(card.points, 70)
        # and what is money changed earns no points of the other program
        self.assertFalse(self._card())
        order = self._offer(80)
        order._apply_program_reward(wallet.reward_ids, card)
        self.assertEqual(order.amount_total, 10)
        order.action_confirm()
        self.assertEqual((card.points, self._points()), (0, 80))
        # the payment comes back to the wallet with its own line, and no other way
        invoice = self._invoice(order)
        goods, paid = order.order_line
        self._credit(invoice, {goods: {"quantity": 0.5}, paid: {"quantity": 0.5}})
        self.assertEqual((card.points, self._points()), (35, 40))
        self.assertWhole()


@tagged("post_install", "-at_install")
class TestPointSums(StatementCommon):
    """Sums are shared to the unit, and money is compared as it is shown."""

    def test_odoos_rounding_is_given_and_taken(self):
        """L048 sums, as Odoo"""
        self.rule.reward_point_amount = 0.015
        order = self._sell(33.33, 33.33, 33.33)
        self.assertEqual(self._points(), 1.49)
        self._credit(self._invoice(order))
        self.assertEqual(self._points(), 0)

    def test_a_minimum_is_met_by_what_the_order_shows(self):
        """L049 sums, comparing"""
        self.rule.minimum_amount = 101
        self._sell(*[10.10] * 10)
        self.assertEqual(self._points(), 101)

    def test_a_minimum_is_not_met_by_what_is_rounded_away(self):
        """L050 sums, comparing"""
        tax = self.env["account.tax"].create({"name": "21", "amount": 21})
        self.rule.write({"minimum_amount": 100, "minimum_amount_tax_mode": "incl"})
        taxed = {"tax_ids": [Command.set(tax.ids)]}
        self._sell({"price_unit": 82.64, **taxed})
        self.assertFalse(self._card())
        self._sell({"price_unit": 82.65, **taxed})
        self.assertEqual(self._points(), 100.01)

    def test_points_for_an_order_are_shared_over_its_lines(self):
        """L055 sums"""
        self.rule.write({"reward_point_mode": "order", "reward_point_amount": 100})
        order = self._sell(60, 30, 10)
        invoice = self._invoice(order)
        self._credit(invoice, {order.order_line[1]: {}})
        self.assertEqual(self._points(), 70)
        equal = self._sell(20, 20, 20, partner=self.other_customer)
        points = self.statements.search([("order_id", "=", equal.id)]).mapped("points")
        self.assertEqual(sorted(points), [33.3333, 33.3333, 33.3334])
        invoice = self._invoice(equal)
        for line in equal.order_line:
            self._credit(invoice, {line: {}})
        self.assertEqual(self._points(self.other_customer), 0)
        self.assertWhole()

    def test_a_discount_is_no_piece_but_lessens_the_money(self):
        """L043 same goods, in a managed program"""
        by_piece = self._make_program(
            name="Pieces", rule_ids=[Command.create({"reward_point_mode": "unit"})]
        )
        discount = self._make_product("Discount", 0)
        order = self._sell(
            {"product_uom_qty": 3}, {"product_id": discount.id, "price_unit": -30}
        )
        self.assertEqual((self._points(), self._points(program=by_piece)), (270, 3))
        invoice = self._invoice(order)
        self._credit(invoice, {order.order_line[0]: {}})
        self.assertEqual((self._points(), self._points(program=by_piece)), (0, 0))

    def test_two_rules_share_by_what_each_gives(self):
        self.program.rule_ids = [
            Command.create(
                {
                    "reward_point_mode": "unit",
                    "reward_point_amount": 7,
                    "product_ids": [Command.set(self.other_product.ids)],
                }
            )
        ]
        order = self._sell(100, {"product_id": self.other_product.id})
        self.assertEqual(self._points(), 157)
        invoice = self._invoice(order)
        self._credit(invoice, {order.order_line[1]: {"price_unit": 10}})
        self.assertEqual(self._points(), 147)
        self._credit(invoice, {order.order_line[1]: {}})
        self.assertEqual(self._points(), 100)

    def test_a_reward_takes_points_two_at_a_time(self):
        """L052 sums, as Odoo: a reward of 1.50 a point, two points at a time"""
        self.rule.write({"reward_point_mode": "order", "reward_point_amount": 3})
        reward = self.program.reward_ids
        reward.write(
            {"discount": 1.5, "discount_mode": "per_point", "required_points": 2}
        )
        order = self._offer(100)
        card = order.coupon_point_ids.coupon_id
        self.assertFalse(order._apply_program_reward(reward, card))
        self.assertEqual(order.reward_amount, -3)
        self.assertEqual(order.order_line.filtered("reward_id").points_cost, 2)
        order.action_confirm()
        self.assertEqual(self._points(), 1)

    def test_three_decimals_of_a_dinar(self):
        """L053 sums, currency: points have two decimals, as Odoo's"""
        dinar = self.env.ref("base.KWD")
        dinar.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": dinar.id, "company_id": self.company.id, "rate": 1}
        )
        self.env["decimal.precision"].search(
            [("name", "=", "Product Price")]
        ).digits = 3
        pricelist = self.env["product.pricelist"].create(
            {"name": "Dinar", "currency_id": dinar.id}
        )
        self.program.currency_id = dinar
        order = self._sell(10.005, pricelist_id=pricelist.id)
        self.assertEqual(order.amount_total, 10.005)
        self.assertEqual(self._points(), 10)
        self._credit(self._invoice(order))
        self.assertEqual(self._points(), 0)

    def test_taxes_that_are_rounded_globally(self):
        """L054 sums"""
        self.company.tax_calculation_rounding_method = "round_globally"
        tax = self.env["account.tax"].create({"name": "15", "amount": 15})
        taxed = {"price_unit": 11.50, "tax_ids": [Command.set(tax.ids)]}
        order = self._sell(taxed, taxed)
        self.assertEqual(order.amount_total, 26.45)
        self.assertEqual(self._points(), 26.46)
        invoice = self._invoice(order)
        self._credit(invoice, {order.order_line[0]: {}})
        self.assertEqual(self._points(), 13.23)
        self._credit(invoice, {order.order_line[1]: {}})
        self.assertEqual(self._points(), 0)

    def test_a_minimum_in_another_currency(self):
        """L056 sums, currency: 1,500 and 1,499 yen at 150, minimum 10"""
        self.rule.minimum_amount = 10
        pricelist = self._yen_pricelist()
        self._sell(1_499, pricelist_id=pricelist.id)
        self.assertFalse(self._card())
        self._sell(1_500, pricelist_id=pricelist.id)
        self.assertEqual(self._points(), 10)

    def test_what_a_discount_leaves_to_earn_is_odoos(self):
        """L028 payment as discount, as Odoo: by points of the same program, by a code
        for all products, by a code for this product only"""
        self._sell({"product_uom_qty": 2})
        card = self._card()
        order = self._offer(100)
        order._apply_program_reward(self.program.reward_ids, card)
        order.action_confirm()
        self.assertEqual((order.amount_total, card.points), (90, 200 + 100 - 100))
        self._credit(self._invoice(order))
        self.assertEqual(card.points, 200)
        for code, named, earned in (("ALL", False, 90), ("THIS", True, 100)):
            self.rule.product_ids = self.product if named else False
            self.env["loyalty.program"].create(
                {
                    "name": code,
                    "program_type": "promo_code",
                    "trigger": "with_code",
                    "applies_on": "current",
                    "rule_ids": [Command.create({"mode": "with_code", "code": code})],
                    "reward_ids": [Command.create({"discount": 10})],
                }
            )
            customer = self.env["res.partner"].create({"name": code})
            order = self._offer(100, partner=customer)
            ((coupon, reward),) = order._try_apply_code(code).items()
            order._apply_program_reward(reward, coupon)
            order.action_confirm()
            self.assertEqual(order.amount_total, 90)
            self.assertEqual(self._points(customer), earned)
            self._credit(self._invoice(order))
            self.assertEqual(self._points(customer), 0)

    def test_paid_on_the_last_day_and_confirmed_on_the_next(self):
        """L068 used coupons, the day: what he paid is the order's total, as Odoo"""
        promotion = self.env["loyalty.program"].create(
            {
                "name": "June",
                "program_type": "promotion",
                "trigger": "auto",
                "applies_on": "current",
                "date_to": "2026-06-30",
                "rule_ids": [Command.create({"minimum_qty": 1})],
                "reward_ids": [Command.create({"discount": 10})],
            }
        )
        self.company.partner_id.tz = "Europe/Brussels"
        self.program.date_to = "2026-06-30"
        with freeze_time("2026-06-30 21:50:00"):
            order = self._offer(100)
            coupon = order.coupon_point_ids.coupon_id.filtered(
                lambda card: card.program_id == promotion
            )
            order._apply_program_reward(promotion.reward_ids, coupon)
            self.assertEqual(order.order_line.reward_id, promotion.reward_ids)
            provider = self.env["payment.provider"].create({"name": "Dummy"})
            paid = self.env["payment.transaction"].create(
                {
                    "provider_id": provider.id,
                    "payment_method_id": self.env.ref(
                        "payment.payment_method_unknown"
                    ).id,
                    "amount": order.amount_total,
                    "currency_id": order.currency_id.id,
                    "partner_id": order.partner_id.id,
                    "sale_order_ids": order.ids,
                    "reference": "June",
                    "state": "done",
                }
            )
            self.env.flush_all()
            self.cr.execute(
                "UPDATE payment_transaction SET create_date = %s WHERE id = %s",
                ["2026-06-30 21:50:00", paid.id],
            )
            paid.invalidate_recordset()
        with freeze_time("2026-06-30 22:10:00"):
            order._update_programs_and_rewards()
            order.action_confirm()
            self.assertEqual(order.amount_total, 90)
            self.assertEqual(self._points(), 90)

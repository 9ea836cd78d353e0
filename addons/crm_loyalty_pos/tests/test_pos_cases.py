from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .till_points_common import TillPointsCommon


@tagged("post_install", "-at_install")
class TestPosCredits(TillPointsCommon):
    """What Accounting credits of a sale at the till came back, once."""

    def _invoiced(self, quantity=2):
        """A sale with its invoice, in the sequence in which a till makes them."""
        sale = self._ring_up(quantity)
        sale.sudo()._generate_pos_order_invoice()
        self._tell(self.program, 100 * quantity, self._card() or None, sale)
        return sale.sudo(), sale.sudo().account_move

    def _credit(self, invoice, **values):
        refund = invoice._reverse_moves()
        refund.invoice_line_ids.write(values)
        refund.action_post()
        return refund

    def _revenue(self):
        self.env.flush_all()
        history = self.env["crm.purchase.history"].search(
            [
                ("partner_id", "=", self.customer.id),
                ("company_id", "=", self.company.id),
            ]
        )
        return history.revenue

    def test_a_credit_note_of_accounting_counts_once(self):
        """L073 doors"""
        sale, invoice = self._invoiced(1)
        card = self._card()
        self.assertEqual(card.points, 100)
        refund = self._credit(invoice)
        self.assertEqual(card.points, 0)
        taken = card.entry_ids.filtered(lambda entry: entry.kind == "claw_back")
        self.assertEqual((taken.move_id, taken.pos_order_id), (refund, sale))
        # the till shows that the piece is back
        self.assertEqual(sale.lines.refunded_qty, 1)
        self.assertFalse(sale.has_refundable_lines)
        # and one that did not hear of it takes nothing more
        self._bring_back(sale)
        self.assertEqual(card.points, 0)
        self.assertWhole()

    def test_the_other_piece_still_comes_back_at_the_till(self):
        """L073 doors"""
        sale, invoice = self._invoiced(3)
        refund = self._credit(invoice, quantity=1)
        self.assertEqual(self._card().points, 200)
        self.assertEqual(sale.lines.refunded_qty, 1)
        self._bring_back(sale)
        self.assertEqual(self._card().points, 100)
        self.assertEqual(sale.lines.refunded_qty, 2)
        for step, points in (("button_draft", 200), ("action_post", 100)):
            getattr(refund, step)()
            self.assertEqual(self._card().points, points)
        self.assertEqual(self._revenue() - 100, 100)
        self.assertWhole()

    def test_an_allowance_keeps_the_piece(self):
        """L073 doors: and points go by the money"""
        sale, invoice = self._invoiced(2)
        self._credit(invoice, quantity=1, price_unit=30)
        self.assertEqual(self._card().points, 170)
        self.assertEqual(sale.lines.refunded_qty, 0)
        self.assertEqual(self._revenue() - 100, 170)

    def test_who_got_all_his_money_back_keeps_nothing_by_piece(self):
        """L120 allowance, and then the return at what was left of the price"""
        self.program.rule_ids.write(
            {"reward_point_mode": "unit", "reward_point_amount": 10}
        )
        sale = self._ring_up(2)
        sale.sudo()._generate_pos_order_invoice()
        self._tell(self.program, 20, self._card() or None, sale)
        invoice = sale.sudo().account_move
        self._credit(invoice, quantity=1, price_unit=30)
        self.assertEqual(self._card().points, 20)
        rest = self._credit(invoice, price_unit=85)
        self.assertEqual(self._card().points, 0)
        self.assertEqual(sale.lines.refunded_qty, 2)
        rest.button_draft()
        self.assertEqual(self._card().points, 20)
        self.assertWhole()

    def test_it_is_the_buyers_account_whoever_gets_the_credit_note(self):
        """L073 doors: in the right account"""
        _sale, invoice = self._invoiced(1)
        refund = invoice._reverse_moves()
        refund.partner_id = self.other_customer
        refund.action_post()
        self.assertEqual(self._card().points, 0)
        self.assertFalse(self._card(self.other_customer))

    def test_credited_and_invoiced_anew_leaves_all_as_before(self):
        """L017 netting, at the till"""
        _sale, invoice = self._invoiced(2)
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id})
        )
        action = wizard.modify_moves()
        anew = self.env["account.move"].browse(action["res_id"])
        self.assertEqual(self._card().points, 0)
        anew.action_post()
        self.assertEqual(self._card().points, 200)
        self.assertEqual(self._revenue() - 100, 200)
        self.assertWhole()

    def test_a_sale_on_account_earns_once(self):
        """L077 till: a payment in Accounting a week later gives nothing more"""
        _sale, invoice = self._invoiced(1)
        self.assertEqual(self._card().points, 100)
        if invoice.amount_residual:
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=invoice.ids
            ).create({})._create_payments()
        self.assertEqual(invoice.amount_residual, 0)
        self.assertEqual(self._card().points, 100)
        self.assertWhole()

    def test_a_sale_without_points_is_odoos(self):
        """What is refundable at the till is not touched where no points are stated"""
        sale = self._ring_up(2).sudo()
        sale._generate_pos_order_invoice()
        self._credit(sale.account_move, quantity=1)
        self.assertEqual(sale.lines.refunded_qty, 0)


@tagged("post_install", "-at_install")
class TestPosGiftCards(TillPointsCommon):
    """What a card paid at the till goes back to it where it can be used."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        reward = {"reward_type": "discount", "discount_mode": "per_point"}
        cls.gifts = cls.env["loyalty.program"].create(
            {
                "name": "Gifts",
                "program_type": "gift_card",
                "keep_ledger": True,
                "reward_ids": [Command.create(reward)],
            }
        )
        cls.today = fields.Date.today()
        cls.gift = cls.env["loyalty.card"].create(
            {
                "program_id": cls.gifts.id,
                "points": 50,
                "code": "GIFT",
                "expiration_date": cls.today + timedelta(30),
            }
        )

    def _pay(self):
        sale = self._ring_up(reward=self.gifts.reward_ids, cost=50)
        # as the screen does
        sale.lines.filtered("reward_id").coupon_id = self.gift
        self._tell(self.gifts, -50, self.gift, sale)
        self.assertEqual(self.gift.points, 0)
        return sale

    def test_an_expired_card_gets_no_money_back_at_the_till(self):
        """L029 payment as discount, expiry: whoever takes the goods back is told"""
        sale = self._pay()
        with freeze_time(self.today + timedelta(31)):
            with self.assertRaisesRegex(UserError, "expired on"), self.cr.savepoint():
                self._bring_back(sale, reward=True)
            self._bring_back(sale)
        self.assertEqual(self.gift.points, 0)

    def test_a_card_gets_its_money_back_on_its_last_day(self):
        """L029 payment as discount, expiry"""
        sale = self._pay()
        with freeze_time(self.today + timedelta(30)):
            refund = self._bring_back(sale, reward=True)
        self.assertEqual(self.gift.points, 50)
        # whose invoice may be asked for later
        refund = refund.sudo()
        refund.lines.filtered("refunded_orderline_id.reward_id").write(
            {"reward_id": self.gifts.reward_ids.id, "coupon_id": self.gift.id}
        )
        with freeze_time(self.today + timedelta(31)):
            refund._generate_pos_order_invoice()
        self.assertEqual(refund.account_move.state, "posted")

    def test_nor_by_a_credit_note_of_the_sales_invoice(self):
        """L029 payment as discount, expiry: by another door"""
        sale = self._pay().sudo()
        sale._generate_pos_order_invoice()
        with freeze_time(self.today + timedelta(31)):
            refund = sale.account_move._reverse_moves()
            with self.assertRaisesRegex(UserError, "expired on"), self.cr.savepoint():
                refund.action_post()
            refund.invoice_line_ids.filtered("pos_line_id.reward_id").unlink()
            refund.action_post()
        self.assertEqual((refund.state, self.gift.points), ("posted", 0))


@tagged("post_install", "-at_install")
class TestPosSettledOrder(TillPointsCommon):
    """A sales order that is settled at the till earns as an order, what is added there
    as a sale."""

    def _settle(self):
        """An order of 100 whose money the till collects, with 20 of tea.

        :return: the order, the till's sale and the customer's card
        """
        order = self._quote()
        tea = self._make_product("Tea", 20)
        settled = {
            "sale_order_origin_id": order.id,
            "sale_order_line_id": order.order_line.id,
        }
        lines = [
            {
                "product_id": product.id,
                "qty": 1,
                "price_unit": product.list_price,
                "price_subtotal": product.list_price,
                "price_subtotal_incl": product.list_price,
                "tax_ids": [Command.set([])],
                "uuid": f"line of {product.name}",
                **of_order,
            }
            for product, of_order in ((self.product, settled), (tea, {}))
        ]
        method = self.till.payment_method_ids[:1]
        told = {
            "session_id": self.till.current_session_id.id,
            "partner_id": self.customer.id,
            "company_id": self.company.id,
            "user_id": self.env.uid,
            "state": "paid",
            "uuid": "settled",
            "name": "Settled",
            "amount_total": 120,
            "amount_paid": 120,
            "amount_tax": 0,
            "amount_return": 0,
            "fiscal_position_id": False,
            "lines": [Command.create(line) for line in lines],
            "payment_ids": [
                Command.create({"amount": 120, "payment_method_id": method.id})
            ],
            # as a screen sends it, which knows all relations
            "purchaser_id": False,
        }
        self.env["pos.order"].sync_from_ui([told])
        sale = self.env["pos.order"].search([("uuid", "=", "settled")])
        return order, sale, self._card()

    def test_each_part_earns_once(self):
        """L078 till"""
        order, sale, card = self._settle()
        tea = sale.lines.product_id - self.product
        self.assertEqual(order.state, "sale")
        self.assertEqual(card.points, 100)
        # the screen leaves the order's lines out; whoever does not is refused
        with self.assertRaises(AccessError), self.cr.savepoint():
            self._tell(self.program, 120, card, sale)
        self._tell(self.program, 20, card, sale)
        self.assertEqual(self._card(), card)
        self.assertEqual(card.points, 120)
        self.assertEqual(
            [
                (stated.pos_line_id.product_id, stated.points)
                for stated in sale.sudo().point_statement_ids
            ],
            [(tea, 20)],
        )
        earned = self.entries.search([("pos_order_id", "=", sale.id)])
        self.assertEqual(earned.mapped("sales_amount"), [20])
        self.assertWhole()

    def test_goods_that_come_back_take_what_they_earned_on_the_order(self):
        """L078 till: at the till"""
        order, sale, card = self._settle()
        self._tell(self.program, 20, card, sale)
        self._bring_back(sale)
        self.assertEqual(card.points, 20)
        taken = self.entries.search([("kind", "=", "claw_back")])
        self.assertEqual((taken.order_id, taken.points), (order, -100))
        self.assertWhole()

    def test_so_do_goods_that_accounting_credits(self):
        """L078 till: on the invoice that the till made"""
        _order, sale, card = self._settle()
        self._tell(self.program, 20, card, sale)
        sale = sale.sudo()
        sale._generate_pos_order_invoice()
        self.assertEqual(card.points, 120)
        refund = sale.account_move._reverse_moves()
        refund.invoice_line_ids.filtered(
            lambda line: line.product_id != self.product
        ).unlink()
        refund.action_post()
        self.assertEqual(card.points, 20)
        refund.button_draft()
        self.assertEqual(card.points, 120)
        self.assertWhole()


@tagged("post_install", "-at_install")
class TestPosTiers(TillPointsCommon):
    """A tier's factor of points counts at the till as on orders."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tiers = (
            cls.env["loyalty.tier.program"]
            .sudo()
            .create(
                {
                    "name": "Club",
                    "company_id": cls.company.id,
                    "measure": "points",
                    "tier_ids": [Command.create({"name": "Silver", "threshold": 1e6})],
                }
            )
        )
        cls.tiers.action_publish()
        cls.silver = cls.tiers.tier_ids
        cls.env["loyalty.tier.benefit"].sudo().create(
            {
                "name": "Double",
                "tier_id": cls.silver.id,
                "kind": "point_factor",
                "point_factor": 2,
                "cost_by": "points",
                "unit_cost": 0.1,
            }
        )
        until = cls.company._today() + timedelta(30)
        cls.silver._invite(cls.customer, until, "Test")

    def test_the_factor_multiplies_what_the_till_tells(self):
        answer = self._tell(self.program, 100)
        card = self._card()
        self.assertEqual(card.points, 200)
        self.assertEqual(answer["coupon_updates"][0]["points"], 200)
        statement = self.sale.sudo().point_statement_ids
        self.assertRecordValues(statement, [{"factor": 2, "rate": 1, "points": 200}])
        # told again it changes nothing, and a refund takes what was given
        self._tell(self.program, 100, card)
        self.assertEqual(card.points, 200)
        self.silver.benefit_ids.point_factor = 5
        self._bring_back(self.sale)
        self.assertEqual(card.points, 0)
        self.assertWhole()

    def test_rewards_cost_what_they_cost(self):
        self._tell(self.program, 100)
        sale = self._ring_up(2, reward=self.program.reward_ids)
        self._tell(self.program, 90, self._card(), sale)
        entries = self._card().entry_ids.filtered(
            lambda entry: entry.pos_order_id == sale
        )
        self.assertEqual(
            sorted((entry.kind, entry.points) for entry in entries),
            [("earn", 380), ("spend", -100)],
        )

    def test_who_has_no_tier_earns_as_the_till_says(self):
        sale = self._ring_up(partner_id=self.other_customer.id)
        self._tell(self.program, 100, sale=sale)
        self.assertEqual(self._card(self.other_customer).points, 100)

    def test_a_cashier_claims_no_factor_of_his_own(self):
        with self.assertRaises(AccessError):
            self._tell(self.program, 200)

    def test_the_factor_helps_nobody_to_the_next_tier_and_is_its_cost(self):
        self._tell(self.program, 100)
        self.env.flush_all()
        day = self.company._day_of(self.sale.date_order)
        question = self.customer.id, day, day
        found = self.env["loyalty.tier.amount"]._read_amounts(self.tiers, [question])
        self.assertEqual(found[question].amount, 100)
        self.assertEqual(self.silver.yearly_cost, 10)


@tagged("post_install", "-at_install")
class TestPosDay(TillPointsCommon):
    """A sale counts on the day on which it was made, where the company is."""

    def test_a_program_ends_with_the_companys_day(self):
        """L070 the day, till"""
        self.company.partner_id.tz = "Europe/Brussels"
        self.program.date_to = date(2026, 6, 30)
        for moment, earns in (
            ("2026-06-30 21:30:00", True),
            ("2026-06-30 22:10:00", False),
        ):
            # each is told long after it was made
            customer = self.env["res.partner"].create({"name": moment})
            sale = self._ring_up(
                partner_id=customer.id, date_order=datetime.fromisoformat(moment)
            )
            if earns:
                self._tell(self.program, 100, sale=sale)
                self.assertEqual(self._card(customer).points, 100)
            else:
                with self.assertRaises(AccessError):
                    self._tell(self.program, 100, sale=sale)

    def test_a_customer_named_later_counts_but_earns_nothing_by_itself(self):
        """L083 doors: in the value history from then on"""
        sale = self._ring_up(2, partner_id=False)
        history = self.env["crm.purchase.history"]
        mine = [("partner_id", "=", self.other_customer.id)]
        self.env.flush_all()
        self.assertFalse(history.search(mine))
        sale.partner_id = self.other_customer
        self.env.flush_all()
        self.assertEqual(history.search(mine).revenue, 200)
        self.assertFalse(self._card(self.other_customer))

    def test_earned_at_the_till_and_spent_on_an_order(self):
        """L086 doors: one balance"""
        self._tell(self.program, 100)
        card = self._card()
        order = self._order(quantity=0.5, claim=True)
        self.assertEqual(order.amount_total, 40)
        # 100 of the till less the reward; what is below a piece earns nothing
        self.assertEqual(card.points, 0)
        self.assertWhole()


@tagged("post_install", "-at_install")
class TestPosMenu(TillPointsCommon):
    """A menu is sold as a whole, and one of its parts alone as itself."""

    def test_a_menu_and_one_of_its_parts_are_told_apart(self):
        """L047 same goods, till"""
        drink = self._make_product("Drink", 5)
        menu = self._make_product("Menu", 12)
        self.program.rule_ids.product_ids = drink
        lines = [
            {"product_id": menu.id, "qty": 1, "price_unit": 0},
            {"product_id": drink.id, "qty": 1, "price_unit": 12},
            {"product_id": drink.id, "qty": 1, "price_unit": 5},
        ]
        for line in lines:
            line["price_subtotal"] = line["price_subtotal_incl"] = line["price_unit"]
        sale = self._ring_up(lines=[Command.create(line) for line in lines])
        whole, part, alone = sale.lines
        part.combo_parent_id = whole
        self._tell(self.program, 5, sale=sale)
        self.assertEqual(self._card().points, 5)
        self.assertEqual(sale.sudo().point_statement_ids.pos_line_id, alone)
        for brought, left in ((whole | part, 5), (alone, 0)):
            back = [
                {
                    "product_id": line.product_id.id,
                    "qty": -1,
                    "price_unit": line.price_unit,
                    "price_subtotal": -line.price_subtotal,
                    "price_subtotal_incl": -line.price_subtotal,
                    "refunded_orderline_id": line.id,
                }
                for line in brought
            ]
            refund = self._ring_up(
                lines=[Command.create(line) for line in back],
                is_refund=True,
                state="draft",
            )
            refund.with_user(self.cashier).action_pos_order_paid()
            self.assertEqual(self._card().points, left)
        self.assertWhole()

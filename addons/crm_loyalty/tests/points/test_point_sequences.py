import os
import random
from collections import defaultdict
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ...points import UNITS_PER_POINT
from .point_common import PointCommon

OPERATIONS = int(os.environ.get("STEPS", 1_000 if os.environ.get("DEEP") else 130))
SEED = int(os.environ.get("SEED", 19))
CUSTOMERS = 12


@tagged("post_install", "-at_install")
class TestPointSequences(PointCommon):
    """Whatever is done in whatever sequence, the balance is what the entries say."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dice = random.Random(SEED)
        cls.day = fields.Date.today()
        cls.waiting = cls._make_program(
            name="Waiting",
            point_vesting="invoice",
            point_vesting_days=2,
            point_valid_days=20,
            point_holder="company",
        )
        cls.forgiving = cls._make_program(
            name="Forgiving", point_valid_days=3, point_debt_policy="write_off"
        )
        cls.blocking = cls._make_program(
            name="Blocking",
            point_valid_days=9,
            point_debt_policy="block",
            point_vesting="delivery",
        )
        cls.pieces = cls._make_program(
            name="Pieces",
            rule_ids=[
                Command.create(
                    {
                        "reward_point_mode": "unit",
                        "reward_point_amount": 10,
                        "product_ids": cls.product.ids,
                    }
                )
            ],
        )
        cls.oil = cls._make_product("Oil", 100)
        cls.top_up_product = cls._make_product("Top-up", 100)
        cls.wallet = cls._make_wallet()
        companies = cls.env["res.partner"].create(
            [{"name": name, "is_company": True} for name in "CD"]
        )
        cls.companies = companies
        cls.partners = cls.env["res.partner"].create(
            [
                {"name": f"P{n}", "parent_id": companies[0].id if n % 3 == 0 else False}
                for n in range(CUSTOMERS)
            ]
        )
        cls.orders = cls.env["sale.order"]
        cls.earning = (
            cls.program | cls.waiting | cls.forgiving | cls.blocking | cls.pieces
        )
        cls.programs = cls.earning | cls.wallet
        # the tiny model: of how many pieces of each line rules were asked, and what
        # they gave for which of them, by line and program
        cls.asked, cls.given = {}, {}

    @classmethod
    def _make_wallet(cls):
        return cls.env["loyalty.program"].create(
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
                            "reward_point_amount": 1,
                            "product_ids": cls.top_up_product.ids,
                        }
                    )
                ],
                "reward_ids": [
                    Command.create(
                        {
                            "reward_type": "discount",
                            "discount_mode": "per_point",
                            "discount": 1,
                            "discount_applicability": "order",
                            "required_points": 1,
                        }
                    )
                ],
            }
        )

    def _goods(self, orders):
        return orders.order_line.filtered(
            lambda line: (
                not (line.reward_id or line.is_downpayment or line.display_type)
            )
        )

    def _counts(self, line, program):
        """Money that is changed earns nowhere else, pieces are those of flour."""
        if line.product_id == self.top_up_product:
            return program == self.wallet
        if program == self.pieces:
            return line.product_id == self.product
        return program != self.wallet

    def _ask(self, order, *, confirmed=False):
        """What is new since the rules were asked earns by the rule of today."""
        lines = self._goods(order)
        for line in lines if confirmed else ():
            self.asked[line] = 0
            for program in self.programs:
                self.given[line, program] = []
        for program in self.programs.filtered("active"):
            rate = program.rule_ids.reward_point_amount
            counted = lines.filtered(
                lambda line, program=program: self._counts(line, program)
            )
            pieces = sum(counted.mapped("product_uom_qty"))
            known = any(self.given.get((line, program)) for line in counted) or (
                sum(
                    min(self.asked.get(line, 0), line.product_uom_qty)
                    for line in counted
                )
                >= 1
            )
            if pieces < 1:
                # nothing is given for less than one piece
                continue
            for line in counted:
                start = self.asked.get(line, 0) if known else 0
                if line.product_uom_qty > start:
                    stretch = start, line.product_uom_qty, rate
                    self.given.setdefault((line, program), []).append(stretch)
        for line in lines:
            self.asked[line] = max(self.asked.get(line, 0), line.product_uom_qty)

    def _pick(self, *states):
        orders = self.orders.filtered(lambda order: order.state in states)
        return self.dice.choice(orders) if orders else orders

    def _pick_card(self):
        cards = self.env["loyalty.card"].search(
            [("program_id", "in", self.programs.ids)]
        )
        return self.dice.choice(cards).sudo() if cards else cards

    def _pick_line(self, *states):
        """Goods of an order that is mostly one of a single line."""
        lines = self._goods(self._pick(*states))
        return self.dice.choice(lines) if lines else lines

    def earn(self):
        order = self._quote(self.dice.choice(self.partners), self.dice.randint(1, 5))
        self._confirm(order)

    def _confirm(self, order):
        self.orders |= order
        order.action_confirm()
        self._ask(order, confirmed=True)

    def quote(self):
        """Its points are promised to others as well until it is confirmed."""
        order = self._quote(self.dice.choice(self.partners), self.dice.choice([0.5, 2]))
        self.orders |= order
        self._claim_all(order)

    def _claim_all(self, order):
        for card, rewards in order._get_claimable_rewards().items():
            order._apply_program_reward(rewards[0], card)

    def confirm_quote(self):
        if order := self._pick("draft"):
            if self.dice.random() < 0.3:
                order.partner_id = self.dice.choice(self.partners)
            order._update_programs_and_rewards()
            self._confirm(order)

    def top_up(self):
        order = self._quote(self.dice.choice(self.partners), 0)
        order.order_line.product_id = self.top_up_product
        order.order_line.product_uom_qty = self.dice.randint(1, 2)
        order._update_programs_and_rewards()
        self._confirm(order)

    def sell_again(self):
        if order := self._pick("sale", "cancel"):
            again = order.copy()
            again._update_programs_and_rewards()
            self._confirm(again)

    def add_line(self):
        if (order := self._pick("sale")) and len(self._goods(order)) < 3:
            product = self.dice.choice([self.product, self.oil])
            order.order_line = [
                Command.create(
                    {
                        "product_id": product.id,
                        "product_uom_qty": self.dice.choice([0.5, 1, 2]),
                    }
                )
            ]
            order._update_programs_and_rewards()
            self._ask(order)

    def swap(self):
        """Other goods on the same line, as long as nobody has got the first."""
        line = self._pick_line("sale")
        if line and line.product_updatable and line.product_id != self.top_up_product:
            line.product_id = (
                self.oil if line.product_id == self.product else self.product
            )
            line.order_id._update_programs_and_rewards()
            self.asked[line] = 0
            for program in self.programs:
                self.given[line, program] = []
            self._ask(line.order_id)

    def archive(self):
        gone = self.earning.filtered(lambda program: not program.active)
        program = gone or self.dice.choice(self.earning)
        program.active = not program.active

    def free_credit(self):
        """Who names no sale takes nothing."""
        self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": self.dice.choice(self.partners).id,
                "invoice_line_ids": [
                    Command.create({"product_id": self.product.id, "price_unit": 100})
                ],
            }
        ).action_post()

    def pay_down(self):
        if (order := self._pick("sale")) and order.invoice_status == "to invoice":
            self.env["sale.advance.payment.inv"].create(
                {
                    "sale_order_ids": [Command.set(order.ids)],
                    "advance_payment_method": "fixed",
                    "fixed_amount": 30,
                }
            )._create_invoices(order).action_post()

    def move_away(self):
        contact = self.dice.choice(self.partners)
        if contact.parent_id:
            contact.parent_id = self.companies - contact.parent_id

    def change_rule(self):
        rule = self.dice.choice(self.earning).rule_ids
        rule.reward_point_amount = self.dice.choice([0.5, 1, 1, 3])

    def spend(self):
        order = self._quote(self.dice.choice(self.partners), self.dice.choice([0.2, 1]))
        self._claim_all(order)
        self._confirm(order)

    def edit(self):
        if line := self._pick_line("sale"):
            line.product_uom_qty = self.dice.randint(0, 6)
            line.order_id._update_programs_and_rewards()
            self._ask(line.order_id)

    def drop_reward(self):
        if order := self._pick("sale", "draft"):
            order.order_line.filtered("reward_id").unlink()

    def cancel(self):
        if order := self._pick("sale", "draft"):
            order._action_cancel()

    def confirm_again(self):
        if order := self._pick("cancel"):
            order.action_draft()
            order._update_programs_and_rewards()
            order.action_confirm()
            self._ask(order, confirmed=True)

    def refund(self):
        """All of an invoice, with rewards and payments; or some pieces of a line."""
        if line := self._pick_line("sale"):
            self._credit(line, self.dice.choice([None, 1, 1, 2]))

    def _credit(self, line, quantity=None, **values):
        invoices = line.invoice_lines.move_id.filtered(
            lambda move: move.move_type == "out_invoice" and move.state == "posted"
        )
        if not invoices:
            if line.order_id.invoice_status != "to invoice":
                return
            invoices = line.order_id._create_invoices(final=self.dice.random() < 0.5)
            invoices.action_post()
        refund = self.dice.choice(invoices)._reverse_moves()
        if quantity or values:
            others = refund.invoice_line_ids.filtered(
                lambda item: item.sale_line_ids != line
            )
            others.unlink()
            refund.invoice_line_ids.write({"quantity": quantity or 1, **values})
        if refund.invoice_line_ids:
            refund.action_post()

    def _pick_invoiced(self):
        lines = self._goods(self.orders).filtered(
            lambda line: (
                line.state == "sale" and line.invoice_lines and line.product_uom_qty > 0
            )
        )
        return self.dice.choice(lines) if lines else lines

    def allow(self):
        """Some money is credited, and no goods come back; or at last all of it is."""
        if line := self._pick_invoiced():
            self._credit(line, 1, price_unit=self.dice.choice([30, 70]))

    def invoice(self):
        if (order := self._pick("sale")) and order.invoice_status == "to invoice":
            final = self.dice.random() < 0.5
            order._create_invoices(final=final).action_post()

    def net(self):
        """What comes back is a negative line of the next invoice."""
        if line := self._pick_invoiced():
            back = -self.dice.choice([1, 1, 2])
            self._net(line, self.oil, quantity=back).action_post()

    def withdraw_entries(self):
        """Set back to draft, and cancelled or deleted or posted again."""
        moves = self.orders.invoice_ids.filtered(lambda move: move.state == "posted")
        if moves:
            move = self.dice.choice(moves)
            move.button_draft()
            after = self.dice.choice(["button_cancel", "action_post"])
            getattr(move, after)()

    def withdraw_invoice(self):
        invoices = self.orders.invoice_ids.filtered(
            lambda m: m.move_type == "out_invoice" and m.state == "posted"
        )
        if invoices:
            self.dice.choice(invoices).button_draft()

    def deliver(self):
        """All of it, or a part, or some of it was noted by mistake."""
        if line := self._pick_line("sale"):
            line.qty_delivered = self.dice.choice(
                [line.product_uom_qty, line.product_uom_qty, 1, 0]
            )

    def withdraw_refund(self):
        refunds = self.orders.invoice_ids.filtered(
            lambda m: m.move_type == "out_refund" and m.state == "posted"
        )
        if refunds:
            self.dice.choice(refunds).button_draft()

    def by_hand(self):
        if card := self._pick_card():
            self.env["loyalty.card.update.balance"].sudo().create(
                {
                    "card_id": card.id,
                    "new_balance": self.dice.randint(0, 900),
                    "description": "By hand",
                }
            ).action_update_card_point()

    def at_the_counter(self):
        """A balance written directly, as another add-on may; tills post documents."""
        if card := self._pick_card():
            card.points += round(self.dice.uniform(-120, 120), 2)

    def merge(self):
        if len(self.partners) > 4:
            source, target = self.dice.sample(list(self.partners), 2)
            if source.parent_id == target.parent_id:
                self.env["base.partner.merge.automatic.wizard"].create({})._merge(
                    (source | target).ids, target
                )
                self.partners -= source

    def next_day(self):
        type(self).day += timedelta(self.dice.randint(1, 4))

    def close_day(self):
        lots = self.env["loyalty.point.lot"].sudo()
        lots._vest_on_event(lots.search(lots._event_domain()))
        lots._close_day(lots.search(lots._due_domain()))

    def test_many_operations(self):
        weights = {
            self.earn: 10,
            self.spend: 12,
            self.quote: 3,
            self.confirm_quote: 3,
            self.top_up: 4,
            self.sell_again: 1,
            self.add_line: 5,
            self.swap: 4,
            self.archive: 3,
            self.free_credit: 1,
            self.pay_down: 2,
            self.move_away: 1,
            self.withdraw_entries: 2,
            self.edit: 9,
            self.drop_reward: 4,
            self.cancel: 9,
            self.confirm_again: 6,
            self.refund: 8,
            self.allow: 2,
            self.net: 5,
            self.withdraw_invoice: 2,
            self.deliver: 4,
            self.change_rule: 5,
            self.invoice: 6,
            self.withdraw_refund: 3,
            self.by_hand: 6,
            self.at_the_counter: 8,
            self.merge: 0.5,
            self.next_day: 5,
            self.close_day: 5,
        }
        # those that moved points; a click on nothing is no operation
        moved, refused, tried = dict.fromkeys(weights, 0), 0, 0
        # one frozen clock that moves: freezing anew goes through every loaded module
        with freeze_time(self.day) as clock:
            while sum(moved.values()) < OPERATIONS:
                clock.move_to(self.day)
                (operation,) = self.dice.choices(list(weights), list(weights.values()))
                before, tried = self._last_entry().id, tried + 1
                kept = dict(self.asked), {k: [*v] for k, v in self.given.items()}
                former = self.partners, self.orders
                try:
                    with self.env.cr.savepoint():
                        operation()
                        self.env.flush_all()
                    moved[operation] += self._last_entry().id != before
                except UserError:
                    refused += 1
                    type(self).asked, type(self).given = kept
                    self.partners, self.orders = former
                if tried % 50 == 0:
                    self._check_all()
        self._check_all()
        # what two bring comes with the night; Odoo refuses the third once confirmed
        silent = {self.next_day, self.invoice, self.drop_reward, self.change_rule}
        silent |= {self.allow, self.deliver, self.quote, self.archive, self.pay_down}
        silent |= {self.free_credit, self.move_away, self.merge}
        if OPERATIONS < 1_000:
            # what seldom happens may not happen in a short life
            silent |= {operation for operation in weights if weights[operation] < 5}
        for operation, count in moved.items():
            self.assertTrue(count or operation in silent, operation.__name__)
        self.assertLess(refused, tried / 4)
        self.assertLess(tried, 4 * OPERATIONS)
        kinds = {kind for (kind,) in self.entries._read_group([], ["kind"])}
        self.assertGreaterEqual(
            kinds,
            {
                "earn",
                "spend",
                "return",
                "claw_back",
                "vest",
                "expire",
                "settle",
                "adjust",
            },
        )

    def _check_all(self):
        self._check_orders()
        self._check_lots()
        self.assertWhole()

    def _check_orders(self):
        """Each order has posted what the tiny model says: its goods, as kept by now, at
        the rates of their days; and each reward what its own line keeps.
        """
        found, wanted = (defaultdict(lambda: [0.0, 0.0]) for _side in "fw")
        for (order, card), effect in self.orders.sudo()._posted_effects()[0].items():
            for side, units in enumerate(effect):
                found[order, card.program_id][side] += units / UNITS_PER_POINT
        for order in self.orders.filtered(lambda order: order.state == "sale"):
            for line in self._goods(order):
                for program in self.programs:
                    by_piece = program == self.pieces
                    kept = (
                        self._kept_pieces(line) if by_piece else self._kept(line) / 100
                    )
                    wanted[order, program][0] += sum(
                        rate * (1 if by_piece else 100) * max(min(kept, end) - start, 0)
                        for start, end, rate in self.given.get((line, program), ())
                    )
            for line in order.order_line.filtered("reward_id"):
                share = self._kept(line) / (abs(line.price_subtotal) or 1)
                program = line.coupon_id.program_id
                wanted[order, program][1] += line.points_cost * share
        for place in {*found, *wanted}:
            for points, told in zip(found[place], wanted[place], strict=True):
                self.assertAlmostEqual(points, told, 3, (SEED, place))
        self._check_write_offs()

    def _check_write_offs(self):
        """Forgiven is what was taken back and was not there, and never more."""
        sums = defaultdict(float)
        for order, kind, points in self.entries._read_group(
            [("order_id", "in", self.orders.ids), ("key", "!=", False)],
            ["order_id", "kind"],
            ["points:sum"],
        ):
            sums[order, kind] += points
        for order in self.orders:
            forgiven = sums[order, "write_off"]
            self.assertGreater(forgiven, -0.001, order)
            self.assertLess(forgiven, 0.001 - sums[order, "claw_back"], order)

    def _kept_pieces(self, line):
        """How many pieces; of who has all his money back none are left."""
        if not self._kept(line):
            return 0
        given = back = 0.0
        for item in line.invoice_lines.filtered(lambda i: i.parent_state == "posted"):
            if item.move_type == "out_invoice":
                given += max(item.quantity, 0)
                back -= min(item.quantity, 0)
            elif item.price_subtotal > item.quantity * 100 - 0.01:
                back += item.quantity
        kept = max(line.product_uom_qty, given) - back
        return min(max(kept, 0), line.product_uom_qty)

    def _kept(self, line):
        """How much of its money the customer keeps; each piece costs a hundred."""
        # what goes against the line's own direction comes back, on whatever document
        side = -1 if line.price_subtotal < 0 else 1
        invoiced = credited = 0.0
        for item in line.invoice_lines.filtered(lambda i: i.parent_state == "posted"):
            way = -1 if item.move_type == "out_refund" else 1
            money = side * way * item.price_subtotal
            invoiced += max(money, 0)
            credited += max(-money, 0)
        bought = abs(line.price_subtotal)
        kept = max(bought, invoiced) - credited
        return min(max(kept, 0), bought)

    def _check_lots(self):
        """Nobody waits for what is owed, and what may be spent pays debts first."""
        lots = self.env["loyalty.point.lot"].sudo().search([("points", "!=", 0)])
        self.assertFalse(lots.filtered(lambda lot: lot.pending and lot.points < 0))
        indebted = lots.filtered(lambda lot: lot.points < 0).card_id
        usable = lots.filtered(
            lambda lot: (
                lot.points > 0
                and not lot.pending
                and (not lot.expires_on or lot.expires_on >= self.day)
            )
        )
        self.assertFalse(indebted & usable.card_id)
        sums = defaultdict(float)
        for lot in lots:
            sums[lot.card_id, lot.pending] += lot.points
        for (card, pending), points in sums.items():
            held = card.pending_points if pending else card.points
            self.assertAlmostEqual(points, held, 3)

import os
import random
from dataclasses import dataclass

from odoo import models
from odoo.tests import tagged

from .test_pos_exchange import ExchangeCommon

OPERATIONS = int(os.environ.get("STEPS", 1_000 if os.environ.get("DEEP") else 160))
SEED = int(os.environ.get("SEED", 19))


@dataclass
class Told:
    """The tiny model of a sale: what it gave, and how many pieces came back."""

    customer: models.BaseModel
    # what its screen said, when it said it; none: not yet
    said: float | None
    earned: float
    spent: float
    sold: int
    back: int = 0

    @property
    def held(self) -> float:
        if self.said is None:
            return 0.0
        kept = max(self.sold - self.back, 0)
        return self.earned * kept / self.sold - (self.spent if kept else 0)


@tagged("post_install", "-at_install")
class TestPosSequences(ExchangeCommon):
    """Whatever the till does in whatever sequence, the card holds what is kept."""

    def setUp(self):
        super().setUp()
        self.dice = random.Random(SEED)
        self.rule = self.program.rule_ids
        self.oil = self._make_product("Oil", 50)
        self.told = {}
        # whose screen has not been heard of yet, by rules that may be gone then
        self.unheard = []

    def _gives(self, quantity, off=0.0):
        """By the rule of this moment, whatever it says when the goods come back."""
        if not self.program.active or self.rule.product_ids or quantity < 1:
            return 0.0
        rate = self.rule.reward_point_amount
        if self.rule.reward_point_mode == "unit":
            return rate * quantity
        return rate * (100 * quantity - off)

    def _note(self, sale, said, earned, spent, quantity):
        sale.invalidate_recordset()
        one = Told(sale.partner_id, None, earned, spent, quantity)
        self.told[sale] = one
        if self.program.active:
            if self.dice.random() < 0.2:
                self.unheard.append((sale, said))
            else:
                self._say(sale, said)

    def _say(self, sale, said):
        one = self.told[sale]
        one.said = said
        self._tell(self.program, said, self._card(one.customer) or None, sale)

    def sell(self):
        quantity = self.dice.randint(1, 4)
        customer = self.dice.choice([self.customer, self.other_customer])
        rewards = self.program.reward_ids if self.program.active else None
        reward = self.dice.choice([None, rewards])
        if not self._card(customer):
            reward = None
        sale = self._ring_up(quantity, reward=reward, partner_id=customer.id)
        if not reward and self.dice.random() < 0.3:
            sale.sudo()._generate_pos_order_invoice()
        earned = self._gives(quantity, 10 if reward else 0)
        spent = 100 if reward else 0
        self._note(sale, earned - spent, earned, spent, quantity)

    def hear(self):
        """What a till without connection had to say comes after all."""
        if self.unheard and self.program.active:
            place = self.dice.randrange(len(self.unheard))
            self._say(*self.unheard.pop(place))

    def _pick(self, condition=lambda _sale, _one: True):
        some = [
            sale
            for sale, one in self.told.items()
            if one.back < one.sold and condition(sale, one)
        ]
        return self.dice.choice(some) if some else None

    def bring_back(self):
        if sale := self._pick():
            one = self.told[sale]
            one.back += 1
            # with the last piece the reward comes back, too
            self._bring_back(sale, reward=one.spent and one.back == one.sold)

    def exchange(self):
        """Goods come back and others are taken, perhaps as many, on one receipt."""
        if sale := self._pick(lambda _sale, one: not one.spent):
            one = self.told[sale]
            one.back += 1
            taken = self.dice.randint(1, 3)
            new = self._exchange(sale, taken, partner_id=one.customer.id)
            self._note(new, self._gives(taken - 1), self._gives(taken), 0, taken)

    def credit(self):
        """A piece is credited in Accounting, or a credit note is withdrawn."""
        if sale := self._pick(lambda sale, _one: sale.sudo().account_move):
            refund = sale.sudo().account_move._reverse_moves()
            refund.invoice_line_ids.quantity = 1
            refund.action_post()
            self.told[sale].back += 1
            if self.dice.random() < 0.3:
                refund.button_draft()
                self.told[sale].back -= 1

    def change_rule(self):
        """It gives more or less, or for other goods; or nothing is left of it."""
        # what was not heard of is refused by a rule that gives less
        self.unheard = []
        choices = ["rate", "rate", "mode", "goods", "anew"]
        # an archived one is no program of the till
        choice = self.dice.choice([*choices, "archive"] if self.told else choices)
        if choice == "rate":
            self.rule.reward_point_amount = self.dice.choice([0.5, 1, 1, 3])
        elif choice == "mode":
            self.rule.reward_point_mode = self.dice.choice(["unit", "money"])
        elif choice == "goods":
            self.rule.product_ids = self.oil - self.rule.product_ids
        elif choice == "anew":
            former = self.rule
            self.rule = former.copy({"reward_point_amount": 2, "product_ids": False})
            former.unlink()
        else:
            self.program.active = not self.program.active

    def tell_again(self):
        """Of a sale that moved points, even if Odoo's history is gone."""
        moved = self.env["loyalty.point.entry"].sudo()
        moved = moved.search([("pos_order_id", "in", [sale.id for sale in self.told])])
        if moved and self.program.active:
            sale = self.dice.choice(moved).pos_order_id.sudo(False)
            one = self.told[sale]
            card = self._card(one.customer)
            card.history_ids.sudo().unlink()
            self._tell(self.program, one.said, card, sale)

    def pay_again(self):
        refunds = self.env["pos.order"].search([("is_refund", "=", True)])
        if refunds:
            self.dice.choice(refunds).sudo().write({"state": "paid"})

    def test_many_operations(self):
        weights = {
            self.sell: 5,
            self.hear: 2,
            self.bring_back: 5,
            self.exchange: 3,
            self.credit: 2,
            self.change_rule: 2,
            self.tell_again: 2,
            self.pay_again: 1,
        }
        for number in range(OPERATIONS):
            (operation,) = self.dice.choices(list(weights), list(weights.values()))
            operation()
            for customer in (self.customer, self.other_customer):
                told = [one for one in self.told.values() if one.customer == customer]
                held = sum(one.held for one in told)
                points = self._card(customer).points
                self.assertAlmostEqual(points, held, 2, (SEED, number, operation))
            if number % 50 == 0:
                self.assertWhole()
        self.assertWhole()
        kinds = set(self._card().entry_ids.mapped("kind"))
        self.assertGreaterEqual(kinds, {"earn", "spend", "claw_back", "return"})

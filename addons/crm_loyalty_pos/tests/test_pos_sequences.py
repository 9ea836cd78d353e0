import os
import random

from odoo.tests import tagged

from .till_points_common import TillPointsCommon

OPERATIONS = int(os.environ.get("STEPS", 1_000 if os.environ.get("DEEP") else 200))
SEED = int(os.environ.get("SEED", 19))


@tagged("post_install", "-at_install")
class TestPosSequences(TillPointsCommon):
    """Whatever the till does in whatever sequence, the card holds what is kept."""

    def setUp(self):
        super().setUp()
        self.dice = random.Random(SEED)
        self.rule = self.program.rule_ids
        self.oil = self._make_product("Oil", 50)
        # by sale: what it earned and spent, how many pieces were sold and came back
        self.told = {}

    def sell(self):
        quantity = self.dice.randint(1, 4)
        rewards = self.program.reward_ids if self.program.active else None
        reward = self.dice.choice([None, rewards])
        sale = self._ring_up(quantity, reward=reward)
        # by the rule of this moment, whatever it says when the goods come back
        counts = self.program.active and not self.rule.product_ids
        rate = self.rule.reward_point_amount if counts else 0
        earned = rate * (100 * quantity - (10 if reward else 0))
        spent = 100 if reward else 0
        if self.program.active:
            self._tell(self.program, earned - spent, self._card() or None, sale)
        self.told[sale] = [earned, spent, quantity, 0]

    def bring_back(self):
        some = [sale for sale, (*_p, sold, back) in self.told.items() if back < sold]
        if some:
            sale = self.dice.choice(some)
            self.told[sale][3] += 1
            _earned, spent, sold, back = self.told[sale]
            # with the last piece the reward comes back, too
            self._bring_back(sale, reward=spent and back == sold)

    def change_rule(self):
        """It gives more or less, or for other goods; or nothing is left of it."""
        choices = ["rate", "rate", "goods", "anew"]
        # an archived one is no program of the till
        choice = self.dice.choice([*choices, "archive"] if self.told else choices)
        if choice == "rate":
            self.rule.reward_point_amount = self.dice.choice([0.5, 1, 1, 3])
        elif choice == "goods":
            self.rule.product_ids = self.oil - self.rule.product_ids
        elif choice == "anew":
            former = self.rule
            self.rule = former.copy({"reward_point_amount": 2, "product_ids": False})
            former.unlink()
        else:
            self.program.active = not self.program.active

    def tell_again(self):
        if self.told and self.program.active:
            sale = self.dice.choice(list(self.told))
            earned, spent, *_pieces = self.told[sale]
            self._card().history_ids.sudo().unlink()
            self._tell(self.program, earned - spent, self._card(), sale)

    def pay_again(self):
        refunds = self.env["pos.order"].search([("is_refund", "=", True)])
        if refunds:
            self.dice.choice(refunds).sudo().write({"state": "paid"})

    def test_many_operations(self):
        weights = {
            self.sell: 5,
            self.bring_back: 7,
            self.change_rule: 2,
            self.tell_again: 2,
            self.pay_again: 1,
        }
        for number in range(OPERATIONS):
            (operation,) = self.dice.choices(list(weights), list(weights.values()))
            operation()
            held = sum(
                earned * (sold - back) / sold - (spent if back < sold else 0)
                for earned, spent, sold, back in self.told.values()
            )
            self.assertAlmostEqual(self._card().points, held, 2, (number, operation))
            if number % 50 == 0:
                self.assertWhole()
        self.assertWhole()
        kinds = set(self._card().entry_ids.mapped("kind"))
        self.assertGreaterEqual(kinds, {"earn", "spend", "claw_back", "return"})

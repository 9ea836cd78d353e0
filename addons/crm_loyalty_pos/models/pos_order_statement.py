from collections import defaultdict

from odoo import fields, models
from odoo.tools import float_round

from odoo.addons.crm_loyalty.models.points.loyalty_point_document_mixin import (
    effects_of,
)
from odoo.addons.crm_loyalty.models.points.loyalty_point_statement import kept_of
from odoo.addons.crm_loyalty.points import in_proportion, to_points, to_units
from odoo.addons.crm_loyalty.statements import (
    By,
    Gain,
    Seen,
    Size,
    Stretch,
    Terms,
    gain,
    share_gains,
    share_left,
)


class PosOrder(models.Model):
    """What a sale at the till earned is stated line by line, as that of an order."""

    _inherit = "pos.order"

    point_statement_ids = fields.One2many(
        "loyalty.point.statement",
        "pos_order_id",
        readonly=True,
        copy=False,
        groups=fields.NO_ACCESS,
    )

    def _state_till_points(self, told: dict, factor: float = 1.0) -> None:
        """State what the till told: by card, the units that it gave.

        :param factor: of the customer's tier, which they include in loyalty programs
        """
        given = {card: units for card, units in told.items() if units > 0}
        pieces = self._pieces_of_cards(given)
        self.env["loyalty.point.statement"]._state(
            [
                {**values, "factor": factor if of_points else 1.0}
                for card, units in given.items()
                for of_points in [card.program_id.program_type == "loyalty"]
                for values in pieces.get(card) or self._share_over_lines(card, units)
            ]
        )

    def _pieces_of_cards(self, given: dict) -> dict:
        """Values of statements by card, where each piece that was sold has a card.

        The till does not say whose piece is which: they are dealt out.
        """
        cards = self.env["loyalty.card"].union(*given)
        values = {}
        for program, some in cards.grouped("program_id").items():
            rules = program.rule_ids.filtered("reward_point_split")
            if len(some) < 2 or program.applies_on != "future" or len(rules) != 1:
                continue
            goods = self._point_goods(program).filtered(lambda line: line.qty > 0)
            named = program._get_valid_products(goods.product_id).get(rules, ())
            sizes, worth = goods._point_sizes(), goods._loyalty_worth()
            pieces = [
                {
                    "pos_line_id": line.id,
                    "rule_id": rules.id,
                    "by": rules.reward_point_mode,
                    "rate": rules.reward_point_amount,
                    "quantity": 1.0,
                    "amount": worth[line] / line.qty,
                    **stretch._asdict(),
                }
                for line in goods
                if line.product_id in named
                for stretch in Stretch.of_pieces(sizes[line])
            ]
            if len(pieces) == len(some):
                # worth and points alike; of those, the lower number was sold first
                some = some.sorted(lambda card: (given[card], card.id))
                pieces.sort(key=lambda piece: piece["amount"])
                values |= {
                    card: [
                        {
                            **self._prepare_statement_values(card),
                            **piece,
                            "points": to_points(given[card]),
                        }
                    ]
                    for card, piece in zip(some, pieces, strict=True)
                }
        return values

    def _prepare_statement_values(self, card) -> dict:
        return {
            "pos_order_id": self.id,
            "company_id": self.company_id.id,
            "card_id": card.id,
            "program_id": card.program_id.id,
            "day": self.company_id._today(),
        }

    def _state_past(self) -> None:
        """State what was posted without statements, so that no balance moves."""
        posted, _past = self.filtered(
            lambda order: not order.point_statement_ids
        )._posted_effects()
        Statement = self.env["loyalty.point.statement"]
        Line = self.env["pos.order.line"]
        values_list = []
        for (order, card), effect in posted.items():
            if effect.earned > 0:
                values = order._share_over_lines(card, effect.earned)
                left = order.lines._point_sizes_left()
                values_list += Statement._fit_to(
                    values,
                    effect.earned,
                    [left[Line.browse(one["pos_line_id"])] for one in values],
                    order.company_id._day_of(order.date_order),
                )
        Statement.create(values_list)

    def _share_over_lines(self, card, units: int) -> list[dict]:
        """The till tells the sum: each line that earned it has its share."""
        sizes, worth = self.lines._point_sizes(), self.lines._loyalty_worth()
        gains = self._rule_gains(card.program_id, worth)
        gains = [each for each in gains if each[2].points]
        common, values = self._prepare_statement_values(card), []
        shared = share_gains(units, [new for *_rule, new in gains])
        for (rule, terms, _new), parts in zip(gains, shared, strict=True):
            values += [
                {
                    **common,
                    "pos_line_id": line.id,
                    "rule_id": rule.id,
                    "by": terms.by.value,
                    "rate": terms.rate,
                    "quantity": sizes[line].pieces,
                    "amount": worth[line],
                    "points": to_points(part),
                    **Stretch.between(Size(), sizes[line])._asdict(),
                }
                for line, part in parts.items()
                if part
            ]
        return values

    def _rule_gains(self, program, worth: dict) -> list[tuple]:
        """Each rule that is met, as it is today, with the lines by their weights.

        :param worth: of each line
        """
        gains = self._gains_of(program, self._lines_new(), worth)
        if any(new.points for *_rule, new in gains):
            return gains
        # what the screen knows more of than the server
        goods = self._point_goods(program) or self._goods() or self.lines
        goods = goods & self._lines_new() or goods
        weights = {line: worth[line] for line in goods}
        rule = self.env["loyalty.rule"]
        return [(rule, Terms(By.ORDER, 0), Gain(1.0, weights, known=False))]

    def _gains_of(self, program, lines, worth: dict) -> list[tuple]:
        """What the rules give for these lines."""
        goods = self._point_goods(program) & lines
        against = self._lines_against_points(program) & lines
        named = program._get_valid_products(self.lines.product_id)
        gains = []
        for rule in program.rule_ids:
            products = named.get(rule, self.env["product.product"])
            seen = {}
            for line in goods | against:
                reward = line.reward_id
                free = reward.reward_type == "product"
                counted = reward.reward_product_ids if free else line.product_id
                if counted & products:
                    pieces = 0.0 if line in against else line.qty
                    seen[line] = Seen(worth[line], pieces, worth[line])
            terms = Terms(
                By(rule.reward_point_mode),
                rule.reward_point_amount,
                rule.minimum_amount - self.currency_id.rounding / 2,
                rule.minimum_qty,
            )
            if new := gain(terms, seen, {}, _round_points):
                gains.append((rule, terms, new))
        return gains

    def _lines_new(self):
        """What is no return of goods that were sold before."""
        return self.lines.filtered(lambda line: not line.refunded_orderline_id)

    def _told_too_little(self, program) -> int:
        """By how much the screen lessens what new goods earn, for those that came back.

        It knows of one sale only. What goods that come back take is what they earned,
        and is posted by the sale that sold them. Money on a wallet goes by itself.
        """
        if program.program_type != "loyalty" or self.lines == self._lines_new():
            return 0
        worth = self.lines._loyalty_worth()
        given = [
            sum(new.points for *_rule, new in self._gains_of(program, lines, worth))
            for lines in (self._lines_new(), self.lines)
        ]
        return to_units(given[0] - given[1])

    def _post_points(self, document=None, *, cancelled=False, withdrawn=False):
        # sudo: statements are the ledger's own
        self.sudo()._state_past()
        return super()._post_points(document, cancelled=cancelled, withdrawn=withdrawn)

    def _point_effects(self) -> dict:
        left = self.lines._point_sizes_left()
        stated = self.point_statement_ids._as_stated("pos_order_id", "pos_line_id")
        earned = defaultdict(int)
        for (order, card), units in kept_of(stated, left).items():
            earned[order, card._account()] += units
        return effects_of(earned, self._spent_points(left))

    def _spent_points(self, left) -> dict:
        """What was spent, but for rewards whose own lines were brought back."""
        groups = self.env["loyalty.point.entry"]._read_group(
            [
                ("pos_order_id", "in", self.ids),
                ("kind", "=", "spend"),
                ("key", "!=", False),
            ],
            ["pos_order_id", "card_id"],
            ["points:sum"],
        )
        spent = defaultdict(int)
        for order, card, points in groups:
            rewards = order._reward_lines(card)
            share = share_left(rewards._point_sizes(), left)
            spent[order, card._account()] += in_proportion(to_units(-points), share)
        return spent


def _round_points(points: float) -> float:
    """As the till rounds what money earns."""
    return float_round(points, precision_digits=2)

from collections import defaultdict
from datetime import timedelta
from typing import NamedTuple

from odoo import models
from odoo.exceptions import AccessError
from odoo.models import BaseModel

from odoo.addons.crm_loyalty.models.points.loyalty_point_document_mixin import (
    Effect,
    effects_of,
)
from odoo.addons.crm_loyalty.points import (
    in_proportion,
    kept_share,
    to_points,
    to_units,
)

SOLD_STATES = ("paid", "done")
# points that a till's rounding may add
ROUNDING = 0.01


class TillSale(NamedTuple):
    """In the context: whose points are posted; no call from outside has one."""

    order: BaseModel


class PosOrder(models.Model):
    """A sale at the till earns and spends what its screen said, once; a refund takes
    its share of both back."""

    _name = "pos.order"
    _inherit = ["pos.order", "loyalty.point.document.mixin"]

    _point_field = "pos_order_id"

    def confirm_coupon_programs(self, coupon_data):
        """
        :raise AccessError: the caller may not write this sale, or names none
        """
        if len(self) != 1:
            raise AccessError(self.env._("Points belong to a sale: name one."))
        self.check_access("write")
        # sudo: the ledger is the same for every cashier
        told = self.with_context(till_sale=TillSale(self.sudo()))
        return super(PosOrder, told).confirm_coupon_programs(coupon_data)

    def _process_existing_gift_cards(self, coupon_data):
        """Cashiers pay with gift cards, though nobody may write points himself."""
        # sudo: what the till sends changes the card, not the cashier's own call
        till = self.sudo()
        return super(PosOrder, till)._process_existing_gift_cards(coupon_data)

    def write(self, vals):
        res = super().write(vals)
        if vals.get("state") == "paid":
            for refund in self.filtered("lines.refunded_orderline_id"):
                sold = refund.lines.refunded_orderline_id.order_id
                sold._post_points(refund)
        return res

    def _post_till_points(self, changes: dict) -> None:
        """Post what this sale does to cards.

        :param changes: by card, the points it earned less those it spent
        """
        wanted, past = self._posted_effects()
        beyond = {}
        for card, change in changes.items():
            place = self, card._account()
            # what the till tells again is known
            if past[place].count:
                continue
            told = self._till_effect(card, to_units(change))
            most = self._most_units(card.program_id)
            if told.earned > most + to_units(ROUNDING):
                beyond[card] = to_points(told.earned - most)
                told = told._replace(earned=most)
            wanted[place] = told
        self._post_effects(wanted)
        if beyond:
            beyond_sale = self.env._(
                "Beyond what %(sale)s can earn, told by %(user)s",
                sale=self.display_name,
                user=self.env.user.name,
            )
            self.env["loyalty.card"]._post_adjustments(beyond, beyond_sale)

    def _most_units(self, program) -> int:
        """The most that the rules can give for these goods, minimums left aside.

        The till reckons by itself; what it claims beyond stands as given by hand.
        """
        goods = self._goods().filtered(lambda line: line.qty > 0)
        most = 0.0
        for rule, products in program._get_valid_products(goods.product_id).items():
            lines = goods.filtered(
                lambda line, named=products: line.product_id in named
            )
            by_mode = {
                "order": 1.0,
                "money": sum(lines.mapped("price_subtotal_incl")),
                "unit": sum(lines.mapped("qty")),
            }
            if lines:
                most += rule.reward_point_amount * by_mode[rule.reward_point_mode]
        return to_units(most)

    def _till_effect(self, card, net: int) -> Effect:
        """The till tells the sum only; what its rewards cost tells the parts."""
        rewards = self.lines.filtered(
            lambda line: (
                line.reward_id.program_id == card.program_id and line.coupon_id <= card
            )
        )
        spent = to_units(sum(rewards.mapped("points_cost")))
        if net + spent < 0:
            return Effect(0, -net)
        return Effect(net + spent, spent)

    def _point_effects(self) -> dict:
        groups = self.env["loyalty.point.entry"]._read_group(
            [
                ("pos_order_id", "in", self.ids),
                ("kind", "in", ("earn", "spend")),
                ("key", "!=", False),
            ],
            ["pos_order_id", "card_id", "kind"],
            ["points:sum"],
        )
        # refunds only grow: what was earned and spent first is the whole
        earned, spent = defaultdict(int), defaultdict(int)
        for order, card, kind, points in groups:
            place, units = (order, card._account()), to_units(points)
            if kind == "earn":
                share = order._kept_share(card.program_id)
                earned[place] += in_proportion(units, share)
            else:
                spent[place] += in_proportion(-units, order._kept_share())
        return effects_of(earned, spent)

    def _goods(self):
        """What was bought, without rewards."""
        return self.lines.filtered(lambda line: not line.reward_id)

    def _kept_share(self, program=None) -> float:
        """Which share of the goods the customer keeps after refunds.

        :param program: count the goods it gives points for
        """
        goods = self._goods()
        if program:
            products = program._rewarded_products(goods.product_id)
            goods = goods.filtered(lambda line: line.product_id in products)
        refunds = goods.refund_orderline_ids.filtered(
            lambda line: line.order_id.state in SOLD_STATES
        )
        sold = sum(goods.mapped("price_subtotal_incl"))
        back = -sum(refunds.mapped("price_subtotal_incl"))
        share = kept_share(sold, sold, back)
        return program._kept_points_share(share) if program else share

    def _sale_of_points(self, card, units) -> float:
        groups = self.env["loyalty.point.entry"]._read_group(
            [("pos_order_id", "=", self.id), ("kind", "=", "earn")],
            ["card_id"],
            ["points:sum"],
        )
        own = [points for earner, points in groups if earner._account() == card]
        promised = to_units(sum(own)) or units
        if not promised:
            return 0.0
        untaxed = self.amount_total - self.amount_tax
        return untaxed / (self.currency_rate or 1.0) * units / promised

    def _earn_points(self, card, book, points):
        """At the till all events are one; only days can be waited for."""
        program = card.program_id
        days = program.point_vesting_days if program.is_nominative else 0
        book.earn(
            points,
            origin=self._point_origin(),
            pending=days > 0,
            available_on=book.day + timedelta(days),
        )

    def _spend_points(self, card, book, points):
        """The sale is over: what is missing is owed."""
        book.spend(points, overdraw=True)

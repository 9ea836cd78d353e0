from collections import defaultdict

from odoo import fields, models

from ...points import in_proportion, to_units
from .loyalty_point_document_mixin import effects_of


class SaleOrder(models.Model):
    """What a sales order does to points once it is confirmed."""

    _name = "sale.order"
    _inherit = ["sale.order", "loyalty.point.document.mixin"]

    _point_field = "order_id"

    def _points_note(self, card, number, document):
        note = super()._points_note(card, number, document)
        if document:
            note.values["move_id"] = document.id
        return note

    def _sale_of_points(self, card, units) -> float:
        lines = self.coupon_point_ids.filtered(
            lambda line: line.coupon_id._account() == card
        )
        promised = sum(to_units(line.points) for line in lines)
        if not (promised and units):
            return 0.0
        return self.amount_untaxed / (self.currency_rate or 1.0) * units / promised

    def _point_effects(self) -> dict:
        earned, spent = defaultdict(int), defaultdict(int)
        for order in self.filtered(lambda order: order.state == "sale"):
            goods = order.order_line._goods()
            kept = goods._kept_share()
            for line in order.coupon_point_ids:
                card = line.coupon_id
                if not order._card_expired(card):
                    # what is kept whole is kept of every product
                    share = kept if kept == 1 else goods._kept_share(card.program_id)
                    points = in_proportion(to_units(line.points), share)
                    earned[order, card._account()] += points
            for line in order.order_line:
                if line.reward_id and line.coupon_id:
                    points = in_proportion(to_units(max(line.points_cost, 0)), kept)
                    spent[order, line.coupon_id._account()] += points
        return effects_of(earned, spent)

    def _card_expired(self, card) -> bool:
        return bool(card.expiration_date) and (
            card.expiration_date < fields.Date.to_date(self.date_order)
        )

from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import ormcache

from odoo.addons.crm_loyalty.models.points.sale_order_line import SIGNS
from odoo.addons.crm_loyalty.statements import Size, left_of

from .pos_order import SOLD_STATES

# A line with one of these collects the money of a sales order.
SETTLES = {"sale_order_line_id", "sale_order_origin_id"}


class PosOrderLine(models.Model):
    _inherit = "pos.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        self._tell_settled(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._tell_settled([vals])
        return super().write(vals)

    @api.model
    @ormcache()
    def _any_settled(self) -> bool:
        """Whether any order was settled at a till: else orders look for none there."""
        if SETTLES - self._fields.keys():
            return False
        # sudo: of any company; it only spares everybody work
        lines = self.sudo()
        settled = Domain.OR(Domain(name, "!=", False) for name in sorted(SETTLES))
        return bool(lines.search_count(settled, limit=1))

    def _tell_settled(self, vals_list) -> None:
        """With the first such line whoever has looked for one looks again."""
        settles = any(vals.get(name) for vals in vals_list for name in SETTLES)
        if settles and not self._any_settled():
            self.env["loyalty.program"]._forget_answers()

    @api.constrains("coupon_id", "order_id")
    def _check_coupon(self):
        self.filtered("coupon_id").order_id._check_cards()

    @api.depends("refund_orderline_ids", "refund_orderline_ids.order_id.state")
    def _compute_refund_qty(self):
        """What was credited in Accounting is back: a till brings it back no more."""
        res = super()._compute_refund_qty()
        if self.env["loyalty.program"]._any_ledger():
            # sudo: a cashier reads neither invoices nor the ledger
            invoiced = self.sudo().filtered("order_id.account_move")
            stated = invoiced.filtered("order_id.point_statement_ids")
            for line, credited in stated._credited_by_invoice().items():
                line.with_env(self.env).refunded_qty += credited.pieces
        return res

    def _loyalty_worth(self) -> dict:
        """What each costs with taxes by its price, a combo with its parts.

        Whatever total a till has sent.
        """
        # what taxes ask of products is read for all lines of the sale at once
        parts = self | self.combo_line_ids
        alone = {part: part._worth_alone() for part in parts}
        return {
            line: alone[line] + sum(alone[part] for part in line.combo_line_ids)
            for line in self
        }

    def _worth_alone(self) -> float:
        if self.tax_ids:
            return self._compute_amount_line_all()["price_subtotal_incl"]
        # without taxes there is nothing to ask of products
        price = self.price_unit * (1 - (self.discount or 0.0) / 100.0)
        return self.order_id.currency_id.round(price * self.qty)

    def _point_sizes(self) -> dict:
        """What each line came to: untaxed, a combo with its parts, and in pieces."""
        return {
            line: Size(
                sum((line | line.combo_line_ids).mapped("price_subtotal")), line.qty
            )
            for line in self
        }

    def _point_sizes_left(self) -> dict:
        """What the customer keeps of each after what came back: at the till, so far
        paid, or by a credit note on its invoice."""
        left = {}
        credited = (self | self.combo_line_ids)._credited_by_invoice()
        for line, size in self._point_sizes().items():
            parts = line | line.combo_line_ids
            money = sum(credited[part].money for part in parts)
            money -= sum(parts._brought_back().mapped("price_subtotal"))
            pieces = credited[line].pieces
            pieces -= sum(line._brought_back().mapped("qty"))
            left[line] = Size(
                left_of(size.money, size.money, money),
                left_of(size.pieces, size.pieces, pieces),
            )
        return left

    def _settled_orders(self):
        """The sales orders of whose goods these collected the money."""
        if "sale_order_line_id" not in self._fields:
            return self.env["sale.order"]
        # sudo: who sells at a till need not read orders
        orders = self.sudo().sale_order_line_id.order_id
        return orders.filtered(lambda order: order.state == "sale")

    def _brought_back(self):
        return self.refund_orderline_ids.filtered(
            lambda line: line.order_id.state in SOLD_STATES
        )

    def _credited_by_invoice(self) -> dict:
        """What credit notes took back of each, less what was invoiced anew.

        Its own invoice gives what was sold; less than the price credited for a piece
        is an allowance, and the goods stay.
        """
        lost = defaultdict(Size)
        # sudo: who brings goods back need not read invoices
        invoiced = self.sudo().filtered(lambda line: line.order_id.account_move)
        if not invoiced:
            return lost
        given, back = defaultdict(Size), defaultdict(Size)
        for item in invoiced.env["account.move.line"].search(
            [
                ("pos_line_id", "in", invoiced.ids),
                ("parent_state", "=", "posted"),
                ("move_id.move_type", "in", list(SIGNS)),
            ]
        ):
            line, credited = item.pos_line_id, item.move_type == "out_refund"
            if line.qty > 0:
                allowed = credited and line._is_allowance(item)
                part = Size(item.price_subtotal, 0.0 if allowed else item.quantity)
                sums = back if credited else given
                sums[line] = Size(*map(sum, zip(sums[line], part, strict=True)))
        for line, size in back.items():
            own = Size(line.price_subtotal, line.qty)
            gone = Size(
                *(
                    came - max(gave - sold, 0.0)
                    for came, gave, sold in zip(size, given[line], own, strict=True)
                )
            )
            if own.money and line.order_id.currency_id.is_zero(own.money - gone.money):
                # who has all his money back keeps no goods, however it went
                gone = own
            lost[line] = gone
        return lost

    def _is_allowance(self, item) -> bool:
        if not (self.qty and item.quantity):
            return False
        price = abs(self.price_subtotal / self.qty)
        slack = item.currency_id.rounding / abs(item.quantity)
        return abs(item.price_subtotal / item.quantity) < price - slack

from odoo import api, models

from odoo.addons.crm_suite.tools.numbers import check_numbers

from ...points import MOST_POINTS
from ...statements import Size, left_of
from .loyalty_card import CARDS_MERGE, POSTED_BY_CALLER

# what an invoice gives, and a credit note takes back
SIGNS = {"out_invoice": 1, "out_refund": -1}


class SaleOrderLine(models.Model):
    """Odoo changes cards when reward lines of confirmed orders change; we post that."""

    _inherit = "sale.order.line"

    @api.constrains("coupon_id", "order_id")
    def _check_coupon(self):
        if not CARDS_MERGE.on(self):
            self.filtered("coupon_id").order_id._check_cards()

    @api.model_create_multi
    def create(self, vals_list):
        if not any(vals.get("coupon_id") for vals in vals_list):
            return super().create(vals_list)
        for vals in vals_list:
            self._check_cost(vals)
        orders = {vals["order_id"] for vals in vals_list if vals.get("order_id")}
        orders = self.env["sale.order"].browse(orders)
        lines = super(SaleOrderLine, self._leaving_points(orders)).create(vals_list)
        lines = lines.with_env(self.env)
        lines._confirmed_orders()._post_points_now()
        return lines

    def write(self, vals):
        if "points_cost" not in vals:
            res = super().write(vals)
            if "qty_delivered" in vals:
                self.order_id._wake_vesting()
            return res
        self._check_cost(vals)
        lines = self._leaving_points(self.order_id)
        res = super(SaleOrderLine, lines).write(vals)
        self._confirmed_orders()._post_points_now()
        return res

    def unlink(self):
        orders = self.filtered("coupon_id")._confirmed_orders()
        if not orders:
            return super().unlink()
        lines = self._leaving_points(orders)
        res = super(SaleOrderLine, lines).unlink()
        orders._post_points_now()
        return res

    def _check_cost(self, vals):
        cost = {name: vals[name] for name in {"points_cost"} & vals.keys()}
        check_numbers(self, cost, {"points_cost": (-MOST_POINTS, MOST_POINTS)})

    def _point_sizes(self) -> dict:
        """What each line comes to: untaxed, in the order's currency, and in pieces."""
        return {
            line: Size(
                sum(line._get_lines_with_price().mapped("price_subtotal")),
                line.product_uom_qty,
            )
            for line in self
        }

    def _point_sizes_left(self) -> dict:
        """What the customer keeps of each, netted over invoices and credit notes."""
        sizes = self._point_sizes()
        priced = {line: line._get_lines_with_price() for line in self}
        moved = self.union(*priced.values())._given_and_back()
        if not moved:
            return sizes
        return {
            line: line._size_left(size, priced[line], moved)
            for line, size in sizes.items()
        }

    def _size_left(self, whole: Size, priced, moved: dict) -> Size:
        """
        :param priced: the lines that have its price, which of a combo are its parts
        """
        kept = [part._kept_of(moved) for part in priced]
        money = sum(part.money for part in kept)
        if whole.money and self.currency_id.is_zero(money):
            # who has all his money back keeps no goods, however it went
            return Size()
        pieces = sum(part.pieces for part in kept)
        if priced != self:
            # a combo is on an invoice by its parts: what is above them is a title
            share = pieces / (sum(priced.mapped("product_uom_qty")) or 1.0)
            pieces = whole.pieces * share
        return Size(money, pieces)

    def _pieces_to_come(self) -> dict:
        """How many pieces of each the customer gets in the end."""
        rests = self._delivered_for_good()
        return {
            line: min(size.pieces, rests.get(line, size.pieces))
            for line, size in self._point_sizes_left().items()
        }

    def _delivered_for_good(self) -> dict:
        """Hook: of lines whose rest will never be delivered, the pieces that were."""
        return {}

    def _is_piece(self) -> bool:
        """Whether it is goods at all: not what lessens the price of others."""
        if self.price_unit > 0 < self.product_uom_qty and not self.reward_id:
            # of most lines Odoo need not be asked
            return True
        lessens = self.price_unit < 0 < self.product_uom_qty
        return not (lessens or self._is_discount_line())

    def _own_size(self) -> Size:
        """Of this line alone, without the parts of a combo."""
        return Size(self.price_subtotal, self.product_uom_qty)

    def _kept_of(self, moved: dict) -> Size:
        """What of it was invoiced and not credited, or is to be."""
        own = self._own_size()
        if self not in moved:
            return own
        return Size(*map(left_of, own, *moved[self]))

    def _given_and_back(self) -> dict:
        """Of each line that was invoiced: what that gave, and what came back of it.

        A line of an invoice that goes against the order's counts as credited.
        """
        moved = {}
        for line in self.filtered("invoice_lines"):
            given, back = [0.0, 0.0], [0.0, 0.0]
            for item in line.invoice_lines:
                if item.parent_state != "posted" or item.move_type not in SIGNS:
                    continue
                sizes = zip(line._size_of(item), line._own_size(), strict=True)
                for place, (size, own) in enumerate(sizes):
                    size *= SIGNS[item.move_type]
                    if size * (own or 1.0) > 0:
                        given[place] += size
                    else:
                        back[place] -= size
            moved[line] = Size(*given), Size(*back)
        return moved

    def _size_of(self, item) -> Size:
        pieces = 0.0
        if not self._is_allowance(item):
            pieces = self._pieces_of(item)
        return Size(self._money_of(item), pieces)

    def _money_of(self, item) -> float:
        return item.currency_id._convert(
            item.price_subtotal,
            self.currency_id,
            self.company_id,
            self.order_id.date_order,
        )

    def _pieces_of(self, item) -> float:
        return item.product_uom_id._compute_quantity(
            item.quantity, self.product_uom_id, round=False
        )

    def _is_allowance(self, item) -> bool:
        """Money goes back and the goods stay: less than the price is credited for a
        piece, or an invoice has a line that lessens the money and no pieces."""
        if not (self.product_uom_qty and item.quantity):
            return False
        own = self.price_subtotal * self.product_uom_qty
        if item.price_subtotal * item.quantity * own < 0:
            return True
        if item.move_type == "out_invoice":
            return False
        price = self.price_subtotal / self.product_uom_qty
        pieces = self._pieces_of(item)
        credited = self._money_of(item) / pieces if pieces else 0.0
        # what rounding by line makes of a piece is no allowance
        slack = item.currency_id.rounding / abs(pieces or 1.0)
        return abs(credited) < abs(price) - slack

    def _confirmed_orders(self):
        return self.order_id.filtered(lambda order: order.state == "sale")

    def _leaving_points(self, orders):
        return POSTED_BY_CALLER.put(self, orders)

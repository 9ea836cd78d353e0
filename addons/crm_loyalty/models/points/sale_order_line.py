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
        sizes = {}
        for line in self:
            priced = line._get_lines_with_price()
            bought = sum(priced.mapped("price_subtotal"))
            money = sum(one._netted("price_subtotal") for one in priced)
            if bought and line.currency_id.is_zero(money):
                # who has all his money back keeps no goods, however it went
                sizes[line] = Size()
            elif priced == line:
                sizes[line] = Size(money, line._netted("product_uom_qty"))
            else:
                # a combo is on an invoice by its parts: what is above them is a title
                share = sum(one._netted("product_uom_qty") for one in priced)
                share /= sum(priced.mapped("product_uom_qty")) or 1.0
                sizes[line] = Size(money, line.product_uom_qty * share)
        return sizes

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

    def _netted(self, name: str) -> float:
        """Of its money or its pieces, what was invoiced and not credited, or is to be.

        A line of an invoice that goes against the order's counts as credited.
        """
        return left_of(self[name], *self._given_and_back(name))

    def _given_and_back(self, name: str) -> tuple[float, float]:
        self.ensure_one()
        given = back = 0.0
        for item in self.invoice_lines:
            if item.parent_state != "posted" or item.move_type not in SIGNS:
                continue
            size = SIGNS[item.move_type] * self._size_of(item, name)
            if size * (self[name] or 1.0) > 0:
                given += size
            else:
                back -= size
        return given, back

    def _size_of(self, item, name: str) -> float:
        if name == "price_subtotal":
            return item.currency_id._convert(
                item.price_subtotal,
                self.currency_id,
                self.company_id,
                self.order_id.date_order,
            )
        if self._is_allowance(item):
            return 0.0
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
        pieces = item.product_uom_id._compute_quantity(
            item.quantity, self.product_uom_id, round=False
        )
        credited = self._size_of(item, "price_subtotal") / pieces if pieces else 0.0
        # what rounding by line makes of a piece is no allowance
        slack = item.currency_id.rounding / abs(pieces or 1.0)
        return abs(credited) < abs(price) - slack

    def _confirmed_orders(self):
        return self.order_id.filtered(lambda order: order.state == "sale")

    def _leaving_points(self, orders):
        return POSTED_BY_CALLER.put(self, orders)

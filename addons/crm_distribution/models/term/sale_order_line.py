from odoo import models

EARNING = {
    "discount",
    "price_unit",
    "product_id",
    "product_uom_id",
    "product_uom_qty",
    "tax_ids",
}


class SaleOrderLine(models.Model):
    """A confirmed order that is changed promises what it says now."""

    _inherit = "sale.order.line"

    def write(self, vals):
        res = super().write(vals)
        if not EARNING.isdisjoint(vals):
            self._state_earnings()
        return res

    def unlink(self):
        orders = self._sold_orders()
        res = super().unlink()
        orders.exists()._state_earnings()
        return res

    def _sold_orders(self):
        return self.order_id.filtered(lambda order: order.state == "sale")

    def _state_earnings(self) -> None:
        self._sold_orders()._state_earnings()

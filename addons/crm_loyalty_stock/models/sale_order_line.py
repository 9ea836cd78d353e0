from odoo import models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _delivered_for_good(self):
        """Where the rest of a delivery was cancelled and nothing is on its way.

        Of an order of which something was delivered: one whose only delivery was
        cancelled may get another.
        """
        found = super()._delivered_for_good()
        for order, lines in self.grouped("order_id").items():
            if "done" not in order.order_line.move_ids.mapped("state"):
                continue
            for line in lines:
                states = set(line.move_ids.mapped("state"))
                if (
                    "cancel" in states <= {"cancel", "done"}
                    and line.qty_delivered < line.product_uom_qty
                ):
                    found[line] = max(line.qty_delivered, 0.0)
        return found

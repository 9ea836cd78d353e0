from odoo import api, models
from odoo.fields import Domain


class SaleOrder(models.Model):
    """Points that wait for the delivery wait for the warehouse."""

    _inherit = "sale.order"

    @api.model
    def _reduced_domain(self):
        cancelled = Domain("order_line", "any", [("move_ids.state", "=", "cancel")])
        return super()._reduced_domain() | cancelled

    def _event_day(self, event):
        """When the last goods left, whenever the job hears of it."""
        if event == "delivery":
            left = self.order_line.move_ids.filtered(
                lambda move: (
                    move.state == "done" and move.location_dest_id.usage == "customer"
                )
            )
            if left:
                return self.company_id._day_of(max(left.mapped("date")))
        return super()._event_day(event)

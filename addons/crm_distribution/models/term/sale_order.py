from odoo import models


class SaleOrder(models.Model):
    """An order that is confirmed, changed or cancelled: what it earns or promises."""

    _inherit = "sale.order"

    def _action_confirm(self):
        res = super()._action_confirm()
        self._state_earnings()
        return res

    def _action_cancel(self):
        sold = self.filtered(lambda order: order.state == "sale")
        res = super()._action_cancel()
        sold._state_earnings()
        return res

    def _state_earnings(self) -> None:
        # sudo: entries are the system's, whoever sells
        self.env["distribution.accrual"].sudo()._follow_orders(self)

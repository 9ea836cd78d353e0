from odoo import fields, models


class AccountMove(models.Model):
    """Credit notes take points back in proportion, and give spent ones back."""

    _inherit = "account.move"

    point_liability_id = fields.Many2one(
        "loyalty.point.liability",
        "Points Liability",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )

    def _invoice_paid_hook(self):
        res = super()._invoice_paid_hook()
        self._wake_vesting(self._rewarded_orders())
        return res

    def _rewarded_orders(self):
        """The orders behind these invoices that have moved points."""
        sales = self.filtered(lambda m: m.move_type in ("out_invoice", "out_refund"))
        if not self.env["loyalty.program"]._any_ledger():
            return self.env["sale.order"]
        # sudo: who posts invoices need not be a salesperson
        orders = sales.sudo().invoice_line_ids.sale_line_ids.order_id
        if not orders:
            return orders
        # sudo: nor read the ledger
        entries = self.env["loyalty.point.entry"].sudo()
        groups = entries._read_group([("order_id", "in", orders.ids)], ["order_id"])
        return orders.browse(order.id for (order,) in groups)

    def _update_points(self):
        orders = self._rewarded_orders()
        if not orders:
            return
        for move in self.filtered(lambda m: m.move_type == "out_refund"):
            (orders & move._rewarded_orders())._post_points(move)
        orders._post_points()
        self._wake_vesting(orders)

    def _wake_vesting(self, orders):
        if orders:
            # sudo: anybody's invoice may wake the scheduler
            self.env.ref("crm_loyalty.cron_close_points_day").sudo()._trigger()

from odoo import api, models


class SaleOrderLine(models.Model):
    """What happens to an order's line: Odoo's hooks that several themes need, once.

    The steps stand in the themes: ``deal``, ``term``.
    """

    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        sold = lines.filtered(lambda line: line.state == "sale")
        if sold:
            sold._keep_list_price()
            sold._state_earnings()
        return lines

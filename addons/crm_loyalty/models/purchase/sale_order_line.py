from odoo import models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    # what is paid by a card is rare, and asked for of all orders
    _paid_by_reward_idx = models.Index("(reward_id) WHERE reward_id IS NOT NULL")

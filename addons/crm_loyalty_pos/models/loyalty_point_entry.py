from odoo import fields, models


class LoyaltyPointEntry(models.Model):
    _inherit = "loyalty.point.entry"

    pos_order_id = fields.Many2one(
        "pos.order",
        "Sale at the Till",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )

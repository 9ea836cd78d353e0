from odoo import fields, models


class LoyaltyPointStatement(models.Model):
    """A line of a sale at the till states what it earned as that of an order does."""

    _inherit = "loyalty.point.statement"

    _protected_fields = {"pos_order_id", "pos_line_id"}

    pos_order_id = fields.Many2one(
        "pos.order",
        "Sale at the Till",
        readonly=True,
        groups=fields.NO_ACCESS,
        index="btree_not_null",
        ondelete="cascade",
    )
    pos_line_id = fields.Many2one(
        "pos.order.line",
        "Line at the Till",
        readonly=True,
        groups=fields.NO_ACCESS,
        index="btree_not_null",
        ondelete="set null",
    )

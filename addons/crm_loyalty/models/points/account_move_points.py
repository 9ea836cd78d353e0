from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    point_liability_id = fields.Many2one(
        "loyalty.point.liability",
        "Points Liability",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )

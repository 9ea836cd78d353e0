from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    distribution_share_ids = fields.One2many(
        "distribution.share",
        "order_id",
        "Intermediaries",
        copy=False,
        groups="crm_distribution.group_channel_own",
    )

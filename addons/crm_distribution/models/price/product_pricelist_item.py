from odoo import fields, models


class ProductPricelistItem(models.Model):
    _name = "product.pricelist.item"
    _inherit = ["product.pricelist.item", "suite.protected.mixin"]
    _protected_fields = {"distribution_price_id"}

    distribution_price_id = fields.Many2one(
        "distribution.price",
        "From the Price Plan",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="crm_distribution.group_channel_own",
    )

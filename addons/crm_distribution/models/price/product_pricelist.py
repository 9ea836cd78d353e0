from odoo import fields, models


class ProductPricelist(models.Model):
    """A level has one pricelist in each currency, kept by price plans."""

    _name = "product.pricelist"
    _inherit = ["product.pricelist", "suite.protected.mixin"]
    _protected_fields = {"distribution_level_id"}

    distribution_level_id = fields.Many2one(
        "distribution.level",
        "What This Level Pays",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="Price plans publish here what buyers of this level pay.",
    )

    _distribution_level_uniq = models.UniqueIndex(
        "(company_id, distribution_level_id, currency_id)"
        " WHERE distribution_level_id IS NOT NULL",
        "A level has one pricelist in each currency.",
    )

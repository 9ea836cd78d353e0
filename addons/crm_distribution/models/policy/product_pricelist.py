from odoo import models


class ProductPricelist(models.Model):
    _inherit = "product.pricelist"

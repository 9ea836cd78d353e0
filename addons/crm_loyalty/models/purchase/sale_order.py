from odoo import fields, models

from ...tools.prefetch import SELDOM_READ


class SaleOrder(models.Model):
    """An order stays a purchase of the customer whom its contact bought it for."""

    _name = "sale.order"
    _inherit = ["sale.order", "suite.protected.mixin"]

    _protected_fields = {"purchaser_id"}

    purchaser_id = fields.Many2one(
        "res.partner",
        "Bought For",
        readonly=True,
        copy=False,
        index="btree_not_null",
        prefetch=SELDOM_READ,
        groups=fields.NO_ACCESS,
        help="The company of the contact when he bought it, if he has left it since.",
    )

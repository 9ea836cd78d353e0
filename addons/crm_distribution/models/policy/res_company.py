from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    distribution_exclusive_most = fields.Integer(
        "Exclusive Buyers at Most",
        default=5,
        help="A policy that allows more of them in one territory shows a warning: as a "
        "rule of thumb, sales are hardly exclusive any more.",
        groups="base.group_user",
    )

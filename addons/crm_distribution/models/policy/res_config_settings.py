from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    distribution_exclusive_most = fields.Integer(
        related="company_id.distribution_exclusive_most", readonly=False
    )

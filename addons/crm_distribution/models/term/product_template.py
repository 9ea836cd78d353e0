from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    distribution_exempt = fields.Boolean(
        "Earns No Commission or Rebate",
        groups="crm_distribution.group_channel_own,account.group_account_invoice",
        help="Such as delivery and travel costs: the base of every term is without it.",
    )

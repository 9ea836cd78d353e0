from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    ecrm_consent_first = fields.Boolean(
        "Ask for Consent First",
        help="Offers go only to who agreed to them. Otherwise to everybody who did not "
        "withdraw.",
        groups="base.group_user",
    )

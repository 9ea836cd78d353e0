from odoo import fields, models


class CrmNeed(models.Model):
    """Needs are our own words until somebody lets customers read them."""

    _inherit = "crm.need"

    portal_published = fields.Boolean(
        "Suggest in the Portal",
        help="Customers who probably have this need read of it on My Figures, and can "
        "say that it is not for them.",
    )
    portal_text = fields.Char(
        "For Customers",
        translate=True,
        help="What it is about, as customers read it below the name.",
    )

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _may_contact_domain(self, medium, purpose, when=None):
        """Who asked mailings to stop gets no offers by mail from anybody."""
        allowed = super()._may_contact_domain(medium, purpose, when)
        if (medium, purpose) == ("email", "marketing"):
            allowed &= Domain.custom(to_sql=_not_on_the_blacklist)
        return allowed


def _not_on_the_blacklist(partners, alias, query) -> SQL:
    """Odoo's own search lists every contact's id; here the database compares."""
    # sudo: everybody must respect the blacklist, not everybody may read it
    blocked = partners.env["mail.blacklist"].sudo()
    blocked = blocked._search([("active", "=", True)])
    return SQL(
        "(%(own)s IS NULL OR %(own)s NOT IN %(listed)s)",
        own=partners._field_to_sql(alias, "email_normalized", query),
        listed=blocked.subselect(SQL.identifier(blocked.table, "email")),
    )

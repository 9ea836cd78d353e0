from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_suite.models.res_partner import MEDIA


def _contactable(medium, label):
    return fields.Boolean(
        label,
        compute="_compute_contactable",
        search=lambda self, operator, value: self._search_contactable(
            medium, operator, value
        ),
        groups="base.group_user",
    )


class ResPartner(models.Model):
    """Who may be contacted, through which medium: one rule, asked by every sender."""

    _inherit = "res.partner"

    contactable_by_email = _contactable("email", "Contactable by E-mail")
    contactable_by_sms = _contactable("sms", "Contactable by Text Message")
    contactable_by_phone = _contactable("phone", "Contactable by Phone")
    contactable_by_post = _contactable("post", "Contactable by Letter")
    contactable_by_portal = _contactable("portal", "Contactable in the Portal")

    @api.depends("email_normalized", "phone", "phone_sanitized", "street", "city")
    def _compute_contactable(self):
        for medium, _label in MEDIA:
            allowed = self._origin._may_contact(medium, "marketing")
            for partner in self:
                partner[f"contactable_by_{medium}"] = partner._origin in allowed

    def _search_contactable(self, medium, operator, value):
        if operator != "in":
            return NotImplemented
        return self._may_contact_domain(medium, "marketing")

    @api.model
    def _may_contact_domain(self, medium, purpose, when=None):
        """An address must be known and not be blacklisted, whatever the purpose."""
        return super()._may_contact_domain(medium, purpose, when) & (
            self._reachable_domain(medium)
        )

    def _reachable_domain(self, medium: str) -> Domain:
        if medium == "email":
            return Domain("email_normalized", "!=", False) & self._not_blacklisted(
                "mail.blacklist", "email", "email_normalized"
            )
        if medium in ("sms", "phone"):
            address = "phone_sanitized" if medium == "sms" else "phone"
            return Domain(address, "!=", False) & self._not_blacklisted(
                "phone.blacklist", "number", "phone_sanitized"
            )
        if medium == "post":
            return Domain("street", "!=", False) & Domain("city", "!=", False)
        return Domain("user_ids", "any", [("share", "=", True)])

    def _not_blacklisted(self, model: str, column: str, address: str) -> Domain:
        """Odoo's own search lists every contact's id; here the database compares."""
        # sudo: everybody must respect the blacklist, not everybody may read it
        blocked = self.env[model].sudo()._search([("active", "=", True)])
        listed = blocked.subselect(SQL.identifier(blocked.table, column))

        def compare(partners, alias, query):
            return SQL(
                "(%(own)s IS NULL OR %(own)s NOT IN %(listed)s)",
                own=SQL.identifier(alias, address),
                listed=listed,
            )

        return Domain.custom(to_sql=compare)

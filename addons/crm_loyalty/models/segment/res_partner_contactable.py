from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

MEDIA = [
    ("email", "E-mail"),
    ("sms", "Text Message"),
    ("phone", "Phone"),
    ("post", "Letter"),
    ("portal", "Customer Portal"),
]


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

    def _may_contact(self, medium: str, purpose: str):
        """Those of these contacts who may be contacted so; one query for them all."""
        domain = self._may_contact_domain(medium, purpose)
        contacts = self.with_context(active_test=False)
        return self & contacts.search(Domain("id", "in", self.ids) & domain)

    @api.model
    def _may_contact_domain(self, medium: str, purpose: str) -> Domain:
        """Hook: who may be contacted; other modules refine it.

        Here an address must be known and not be blacklisted, whatever the purpose.

        :param medium: a key of ``MEDIA``
        :param purpose: what for, such as ``marketing`` or ``service``
        """
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
        if medium == "portal":
            return Domain("user_ids", "any", [("share", "=", True)])
        raise ValueError(f"unknown medium {medium!r}")

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

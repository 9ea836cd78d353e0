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
    """A contact's segments, what it owns, and how it may be contacted: never stored."""

    _inherit = "res.partner"

    customer_segment_ids = fields.Many2many(
        "crm.customer.segment",
        string="Segments",
        store=False,
        search="_search_customer_segment_ids",
        groups="base.group_user",
        help="To search by: the members of a segment now.",
    )
    purchased_product_ids = fields.Many2many(
        "product.product",
        string="Owned Products",
        store=False,
        search="_search_purchased_product_ids",
        groups="sales_team.group_sale_salesman",
        help="To search by: bought from the current company and not returned.",
    )
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

    def _search_customer_segment_ids(self, operator, value):
        """Members of the segments, as the user would see them; so mailings can ask.

        Who may not read segments finds them empty.
        """
        segments = self._search_chosen("crm.customer.segment", operator, value)
        if segments is NotImplemented:
            return NotImplemented
        return Domain.OR(segment._customers_domain() for segment in segments)

    def _search_purchased_product_ids(self, operator, value):
        products = self._search_chosen("product.product", operator, value)
        if products is NotImplemented:
            return NotImplemented
        buyers = self.env["crm.purchase.line"]._buyers_sql(
            self.env.company, SQL("(SELECT unnest(%s))", products.ids)
        )
        return self._visible_customers_domain() & self._in_query(buyers)

    def _search_chosen(self, model: str, operator, value):
        """What a search names, by ids or by a condition, as far as the user sees it."""
        records = self.env[model].with_context(active_test=False)
        if not records.has_access("read"):
            return records
        if operator == "any":
            return records.search(Domain(value))
        if operator == "in" and all(value):
            return records.search([("id", "in", list(value))])
        return NotImplemented

    @api.model
    def _visible_customers_domain(self) -> Domain:
        """The customers whose dealings the user may know: as with their values."""
        if self.env.su:
            return Domain.TRUE
        if not self.env["crm.customer.value"].has_access("read"):
            return Domain.FALSE
        if self.env.user.has_group("sales_team.group_sale_salesman_all_leads"):
            return Domain.TRUE
        return Domain("commercial_partner_id.user_id", "in", [self.env.uid, False])

    @api.model
    def _in_query(self, ids: SQL) -> Domain:
        """Contacts whose id a query gives."""
        return Domain.custom(
            to_sql=lambda partners, alias, query: SQL(
                "%s IN (%s)", SQL.identifier(alias, "id"), ids
            )
        )

    @api.model
    def _having_documents(self, model: str, domain: Domain) -> Domain:
        """Customers with such a document, their own or one of their contacts'."""
        # sudo: a fact about the customer; who may see the customer is decided elsewhere
        documents = self.env[model].sudo()._search(domain)
        self.flush_model(["commercial_partner_id"])
        return self._in_query(
            SQL(
                """
                SELECT contact.commercial_partner_id
                  FROM %s document
                  JOIN res_partner contact ON contact.id = document.partner_id
                """,
                documents.subselect("partner_id"),
            )
        )

    @api.model
    def _pursuable_domain(self, company, segment, chosen, skip_pursued) -> Domain:
        """Whom to make an opportunity of: those chosen, or a whole segment."""
        domain = self._visible_customers_domain()
        if chosen:
            domain &= Domain("id", "in", chosen.ids)
        elif segment:
            domain &= segment._customers_domain()
        else:
            return Domain.FALSE
        if skip_pursued:
            pursued = self.env["crm.lead"]._open_opportunities_domain(company)
            domain &= ~self._having_documents("crm.lead", pursued)
        return domain

    @api.model
    def _may_contact_domain(self, medium, purpose, when=None):
        """An address must be known, and for offers not be blacklisted."""
        allowed = super()._may_contact_domain(medium, purpose, when)
        allowed &= self._reachable_domain(medium)
        if purpose == "marketing":
            # Odoo's blacklists are about mailings, not about answers to a customer
            allowed &= self._not_refused_domain(medium)
        return allowed

    def _reachable_domain(self, medium: str) -> Domain:
        if medium == "email":
            return Domain("email_normalized", "!=", False)
        if medium in ("sms", "phone"):
            address = "phone_sanitized" if medium == "sms" else "phone"
            return Domain(address, "!=", False)
        if medium == "post":
            return Domain("street", "!=", False) & Domain("city", "!=", False)
        return Domain("user_ids", "any", [("share", "=", True)])

    def _not_refused_domain(self, medium: str) -> Domain:
        if medium == "email":
            return self._not_blacklisted("mail.blacklist", "email", "email_normalized")
        if medium in ("sms", "phone"):
            return self._not_blacklisted("phone.blacklist", "number", "phone_sanitized")
        return Domain.TRUE

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

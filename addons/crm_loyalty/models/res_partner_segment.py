from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class ResPartner(models.Model):
    """A contact's needs and segments, and what it owns: looked up, never stored."""

    _inherit = "res.partner"

    customer_need_ids = fields.One2many(
        "crm.partner.need",
        "partner_id",
        "Needs",
        groups="sales_team.group_sale_salesman",
    )
    customer_segment_ids = fields.Many2many(
        "crm.customer.segment",
        string="Segments",
        compute="_compute_customer_segment_ids",
        search="_search_customer_segment_ids",
        groups="base.group_user",
    )
    purchased_product_ids = fields.Many2many(
        "product.product",
        string="Owned Products",
        store=False,
        search="_search_purchased_product_ids",
        groups="sales_team.group_sale_salesman",
        help="To search by: bought from the current company and not returned.",
    )

    @api.depends_context("company", "uid")
    def _compute_customer_segment_ids(self):
        """One query per segment, however many contacts."""
        self.customer_segment_ids = False
        if not self.env["crm.customer.segment"].has_access("read"):
            return
        origins = Domain("id", "in", self._origin.ids)
        for segment in self.env["crm.customer.segment"].search([]):
            members = self.search(origins & segment._customers_domain())
            for partner in self.filtered(lambda p, m=members: p._origin in m):
                partner.customer_segment_ids += segment

    def _search_customer_segment_ids(self, operator, value):
        """Members of the segments, as the user would see them; so mailings can ask.

        Who may not read segments finds them empty.
        """
        if operator != "in" or not all(isinstance(one, int) and one for one in value):
            return NotImplemented
        Segment = self.env["crm.customer.segment"]
        if not Segment.has_access("read"):
            return Domain.FALSE
        segments = Segment.search([("id", "in", list(value))])
        return Domain.OR(segment._customers_domain() for segment in segments)

    def _search_purchased_product_ids(self, operator, value):
        if operator != "in" or not all(isinstance(one, int) and one for one in value):
            return NotImplemented
        products = SQL("(SELECT unnest(%s))", list(value))
        return self._visible_customers_domain() & self._in_query(
            self.env["crm.purchase.line"]._buyers_sql(self.env.company, products)
        )

    @api.model
    def _visible_customers_domain(self) -> Domain:
        """The customers whose dealings the user may know: as with their values."""
        if self.env.su or self.env.user.has_group(
            "sales_team.group_sale_salesman_all_leads"
        ):
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

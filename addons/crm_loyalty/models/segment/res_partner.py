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

    def action_open_needs(self):
        """The smart button: what the customer, or the contact's company, needs."""
        self.ensure_one()
        self.env["crm.partner.need"].check_access("read")
        customer = self.commercial_partner_id
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty.crm_partner_need_action"
        )
        return {
            **action,
            "domain": [("partner_id", "=", customer.id)],
            "context": {"default_partner_id": customer.id},
        }

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

from ast import literal_eval

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..value.value_words import LIFECYCLES, VALUE_CLASSES
from .crm_customer_segment import BAD_DOMAIN


class CrmCustomerSegment(models.Model):
    """From the rule to the query of its members."""

    _inherit = "crm.customer.segment"

    def _members_query(self):
        """The query of the members; not to be kept."""
        return self.env["res.partner"]._search(self._customers_domain())

    def _customers_domain(self) -> Domain:
        """The commercial partners who match, seen with the eyes of the user.

        What is known of them (purchases, values, needs) is the same for everybody and
        read as superuser; whom a search with this condition shows follows the rules of
        the user who searches.
        """
        self.ensure_one()
        company = self.company_id or self.env.company
        criteria = self._criteria(company)
        if not criteria:
            return Domain.FALSE
        return Domain.AND(
            [
                Domain("active", "=", True),
                Domain("is_company", "=", True) | Domain("parent_id", "=", False),
                Domain("partner_share", "=", True),
                Domain("id", "!=", company.partner_id.id),
                Domain("company_id", "in", [False, company.id]),
                self.env["res.partner"]._visible_customers_domain(),
                *criteria,
            ]
        )

    def _criteria(self, company) -> list[Domain]:
        """Hook: one condition on customers for each criterion that is set."""
        return [
            *self._value_criteria(company),
            *self._need_criteria(company),
            *self._master_data_criteria(),
            *(line._customers_domain(company) for line in self.purchase_ids),
            *self._document_criteria(company),
            *self._domain_criteria(company),
        ]

    def _value_criteria(self, company) -> list[Domain]:
        chosen = Domain.TRUE
        for field, prefix, choices in (
            ("value_class", "class", VALUE_CLASSES),
            ("lifecycle", "lifecycle", LIFECYCLES),
        ):
            keys = [key for key, _label in choices if self[f"{prefix}_{key}"]]
            if keys:
                chosen &= Domain(field, "in", keys)
        if chosen.is_true():
            return []
        return [self._known_customers("crm.customer.value", company, chosen)]

    def _need_criteria(self, company) -> list[Domain]:
        if not self.need_ids:
            return []
        wanted = Domain("need_id", "in", self.need_ids.ids)
        wanted &= Domain("strength", ">=", self.need_strength)
        # zero is what was stated not to be a need
        wanted &= Domain("strength", ">", 0)
        if self.need_unserved:
            wanted &= Domain("bought_on", "=", False)
        return [self._known_customers("crm.partner.need", company, wanted)]

    def _known_customers(self, model: str, company, domain: Domain) -> Domain:
        # sudo: a fact about the customer; who may see the customer is decided above
        records = self.env[model].sudo()
        found = records._search(Domain("company_id", "=", company.id) & domain)
        return self.env["res.partner"]._in_query(
            SQL("SELECT partner_id FROM %s known", found.subselect("id", "partner_id"))
        )

    def _master_data_criteria(self) -> list[Domain]:
        fields_of = {
            "country_id": self.country_ids,
            "industry_id": self.industry_ids,
            "category_id": self.tag_ids,
            "user_id": self.user_ids,
        }
        return [
            Domain(field, "in", chosen.ids)
            for field, chosen in fields_of.items()
            if chosen
        ]

    def _document_criteria(self, company) -> list[Domain]:
        partners = self.env["res.partner"]
        orders, leads = self.env["sale.order"], self.env["crm.lead"]
        found = []
        for documents, open_domain, wanted in (
            (orders, orders._open_quotations_domain, self.quotation),
            (orders, orders._open_contracts_domain, self.contract),
            (leads, leads._open_opportunities_domain, self.opportunity),
        ):
            if wanted:
                open_ones = open_domain(company)
                having = partners._having_documents(documents._name, open_ones)
                found.append(having if wanted == "open" else ~having)
        if self.contactable_by:
            found.append(partners._may_contact_domain(self.contactable_by, "marketing"))
        return found

    def _domain_criteria(self, company) -> list[Domain]:
        """The free conditions, evaluated in the company of the segment."""
        text = (self.domain or "").strip()
        if text in ("", "[]"):
            return []
        partners = self.env["res.partner"].with_company(company)
        try:
            return [Domain("id", "in", partners._search(literal_eval(text)))]
        except BAD_DOMAIN as error:  # it may name what is gone by now
            raise UserError(self._domain_problem(error)) from error

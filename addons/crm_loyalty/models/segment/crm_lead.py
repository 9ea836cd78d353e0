from datetime import datetime

from odoo import api, models
from odoo.fields import Domain


class CrmLead(models.Model):
    """Leads made of customers, and who may be contacted: by the rule for customers."""

    _inherit = "crm.lead"

    @api.model
    def _create_for_customers(self, customers, values: dict, owner=None):
        """One lead or opportunity for each customer, in one batch.

        :param owner: who gets them; without one, each customer's own salesperson, or
            the user where there is none
        """
        # one message to an owner for each of hundreds of customers helps nobody
        leads = self.with_context(mail_auto_subscribe_no_notify=True)
        return leads.create(
            [
                {
                    **values,
                    "name": f"{values['name']}: {customer.display_name}",
                    "partner_id": customer.id,
                    "user_id": (owner or customer.user_id or self.env.user).id,
                }
                for customer in customers
            ]
        )

    @api.model
    def _open_opportunities_domain(self, company) -> Domain:
        """Opportunities that a company is pursuing."""
        return (
            Domain("type", "=", "opportunity")
            & Domain("won_status", "=", "pending")
            & Domain("company_id", "in", [False, company.id])
        )

    def _may_contact(self, medium: str, purpose: str, when: datetime | None = None):
        """Those of these leads who may be contacted so.

        A lead that has a customer goes by the rule for the customer too.
        """
        domain = self._may_contact_domain(medium, purpose, when)
        reachable = self & self.search(Domain("id", "in", self.ids) & domain)
        allowed = reachable.partner_id._may_contact(medium, purpose, when)
        return reachable.filtered(
            lambda lead: not lead.partner_id or lead.partner_id in allowed
        )

    @api.model
    def _may_contact_domain(
        self, medium: str, purpose: str, when: datetime | None = None
    ) -> Domain:
        """Hook: as the one of ``res.partner``, for what a lead itself says."""
        partners = self.env["res.partner"]
        return self._reachable_domain(medium) & partners._not_refused_domain(medium)

    @api.model
    def _reachable_domain(self, medium: str) -> Domain:
        if medium == "portal":
            # for customers
            return Domain.FALSE
        return self.env["res.partner"]._reachable_domain(medium)

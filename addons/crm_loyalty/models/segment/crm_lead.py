from odoo import api, models
from odoo.fields import Domain


class CrmLead(models.Model):
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

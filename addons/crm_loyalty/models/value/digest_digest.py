from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from odoo.addons.crm_suite.tools.digests import count_in_period, kpi_links

ACTIONS = {
    "kpi_loyalty_new_customers": "crm_loyalty.crm_customer_value_action",
    "kpi_loyalty_lost_customers": "crm_loyalty.crm_customer_value_action",
    "kpi_loyalty_customers_to_contact": "crm_loyalty.crm_customer_value_action_leaving",
}


class DigestDigest(models.Model):
    """Who came, who was let go, and who is to be contacted next."""

    _inherit = "digest.digest"

    kpi_loyalty_new_customers = fields.Boolean("New Customers")
    kpi_loyalty_new_customers_value = fields.Integer(
        compute="_compute_kpi_loyalty_new_customers_value"
    )
    kpi_loyalty_lost_customers = fields.Boolean("Customers Lost")
    kpi_loyalty_lost_customers_value = fields.Integer(
        compute="_compute_kpi_loyalty_lost_customers_value"
    )
    kpi_loyalty_customers_to_contact = fields.Boolean("Customers to Contact Next")
    kpi_loyalty_customers_to_contact_value = fields.Integer(
        compute="_compute_kpi_loyalty_customers_to_contact_value"
    )

    def _compute_kpi_loyalty_new_customers_value(self):
        """First purchases in the period."""
        self._count_customers("kpi_loyalty_new_customers_value", "first_purchase")

    def _compute_kpi_loyalty_lost_customers_value(self):
        """Those whose contact-before day went by in the period without a purchase."""
        self._count_customers(
            "kpi_loyalty_lost_customers_value",
            "contact_before",
            Domain("lifecycle", "=", "lost"),
        )

    def _compute_kpi_loyalty_customers_to_contact_value(self):
        """Those to contact before a day in the equally long period that follows."""
        self._count_customers(
            "kpi_loyalty_customers_to_contact_value", "contact_before", following=True
        )

    def _count_customers(self, kpi, day, domain=Domain.TRUE, following=False):
        values = self.env["crm.customer.value"]
        if not values.has_access("read"):
            # Odoo then leaves the figure out of this user's mail
            raise AccessError(self.env._("You may not see the values of customers."))
        count_in_period(self, kpi, values, day, domain, following)

    def _compute_kpis_actions(self, company, user):
        ours = kpi_links(self.env, ACTIONS, "crm_loyalty.menu_loyalty")
        return super()._compute_kpis_actions(company, user) | ours

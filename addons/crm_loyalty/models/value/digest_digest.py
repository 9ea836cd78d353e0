from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

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
        start, end, companies = self._get_kpi_compute_parameters()
        if not (start and end):
            # asked outside a mail, which alone names a period
            self[kpi] = 0
            return
        start = fields.Datetime.to_datetime(start)
        end = fields.Datetime.to_datetime(end)
        if following:
            start, end = end, end + max(end - start, timedelta(days=1))
        counts = dict(
            values._read_group(
                Domain("company_id", "in", companies.ids)
                & Domain(day, ">=", start.date())
                & Domain(day, "<", end.date())
                & domain,
                ["company_id"],
                ["__count"],
            )
        )
        for digest in self:
            digest[kpi] = counts.get(digest.company_id or self.env.company, 0)

    def _compute_kpis_actions(self, company, user):
        # whose menu is gone comes to the page without one
        menu = self.env.ref("crm_loyalty.menu_loyalty", raise_if_not_found=False)
        below = f"?menu_id={menu.id}" if menu else ""
        ours = {kpi: f"{action}{below}" for kpi, action in ACTIONS.items()}
        return super()._compute_kpis_actions(company, user) | ours

from odoo import api, fields, models

from .tier_words import SERVICE_LEVELS


class CrmCustomerValue(models.Model):
    """The customer's page says which tier it has, what comes next and what it grants.

    It takes some queries for each customer, so lists and the contact's form leave it.
    """

    _inherit = "crm.customer.value"

    tier_progress = fields.Char(
        compute="_compute_tier", groups="sales_team.group_sale_salesman"
    )
    service_level = fields.Selection(SERVICE_LEVELS, compute="_compute_tier")
    tier_contact_id = fields.Many2one(
        "res.users", "Named Contact", compute="_compute_tier"
    )
    tier_community_url = fields.Char("Community", compute="_compute_tier")

    @api.depends("partner_id", "company_id")
    @api.depends_context("uid", "lang")
    def _compute_tier(self):
        for value in self:
            partner = value.partner_id.with_company(value.company_id)
            value.tier_progress = partner.customer_tier_progress
            value.service_level = partner.service_level
            value.tier_contact_id = partner.tier_contact_id
            value.tier_community_url = partner.tier_community_url

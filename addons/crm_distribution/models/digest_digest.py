from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from odoo.addons.crm_suite.tools.digests import count_in_period, kpi_links

ACTIONS = {
    "kpi_channel_leads": "crm_distribution.distribution_route_action",
    "kpi_channel_deals": "crm_distribution.distribution_registration_action",
    "kpi_channel_conflicts": "crm_distribution.distribution_conflict_action",
    "kpi_channel_sellout": "crm_distribution.distribution_sellout_action",
}


class DigestDigest(models.Model):
    """What intermediaries took, registered and reported, and where sides met."""

    _inherit = "digest.digest"

    kpi_channel_leads = fields.Boolean("Leads Accepted by Intermediaries")
    kpi_channel_leads_value = fields.Integer(compute="_compute_kpi_channel_leads_value")
    kpi_channel_deals = fields.Boolean("Deals Registered")
    kpi_channel_deals_value = fields.Integer(compute="_compute_kpi_channel_deals_value")
    kpi_channel_conflicts = fields.Boolean("Channel Conflicts")
    kpi_channel_conflicts_value = fields.Integer(
        compute="_compute_kpi_channel_conflicts_value"
    )
    kpi_channel_sellout = fields.Boolean("Sell-Out Reports")
    kpi_channel_sellout_value = fields.Integer(
        compute="_compute_kpi_channel_sellout_value"
    )

    def _compute_kpi_channel_leads_value(self):
        accepted = Domain("state", "=", "accepted")
        self._count_channel("leads", "distribution.route", "answered_on", accepted)

    def _compute_kpi_channel_deals_value(self):
        self._count_channel("deals", "distribution.registration", "submitted_on")

    def _compute_kpi_channel_conflicts_value(self):
        self._count_channel("conflicts", "distribution.conflict", "create_date")

    def _compute_kpi_channel_sellout_value(self):
        self._count_channel("sellout", "distribution.sellout", "reported_on")

    def _count_channel(self, what, model, moment, domain=Domain.TRUE):
        records = self.env[model]
        if not records.has_access("read"):
            # Odoo then leaves the figure out of this user's mail
            raise AccessError(self.env._("You may not see the figures of the channel."))
        count_in_period(self, f"kpi_channel_{what}_value", records, moment, domain)

    def _compute_kpis_actions(self, company, user):
        ours = kpi_links(self.env, ACTIONS, "crm_distribution.menu_channel")
        return super()._compute_kpis_actions(company, user) | ours

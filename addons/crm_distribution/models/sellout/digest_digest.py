from odoo import fields, models

from odoo.addons.crm_suite.tools.digests import kpi_links

ACTIONS = {"kpi_channel_sellout": "crm_distribution.distribution_sellout_action"}


class DigestDigest(models.Model):
    """How many files intermediaries sent."""

    _inherit = "digest.digest"

    kpi_channel_sellout = fields.Boolean("Sell-Out Reports")
    kpi_channel_sellout_value = fields.Integer(
        compute="_compute_kpi_channel_sellout_value"
    )

    def _compute_kpi_channel_sellout_value(self):
        self._count_channel("sellout", "distribution.sellout", "reported_on")

    def _compute_kpis_actions(self, company, user):
        ours = kpi_links(self.env, ACTIONS, "crm_distribution.menu_channel")
        return super()._compute_kpis_actions(company, user) | ours

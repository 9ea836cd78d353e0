from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from odoo.addons.crm_suite.tools.digests import count_in_period, kpi_links

ACTIONS = {
    "kpi_voice_entries": "crm_ecrm.ecrm_entry_action",
    "kpi_voice_ideas": "crm_ecrm.ecrm_idea_action",
    "kpi_voice_answers": "crm_ecrm.ecrm_idea_action",
}


class DigestDigest(models.Model):
    """What customers said, and what they were told."""

    _inherit = "digest.digest"

    kpi_voice_entries = fields.Boolean("Entries of Customers")
    kpi_voice_entries_value = fields.Integer(compute="_compute_kpi_voice_entries_value")
    kpi_voice_ideas = fields.Boolean("Ideas of Customers")
    kpi_voice_ideas_value = fields.Integer(compute="_compute_kpi_voice_ideas_value")
    kpi_voice_answers = fields.Boolean("Ideas Answered")
    kpi_voice_answers_value = fields.Integer(compute="_compute_kpi_voice_answers_value")

    def _compute_kpi_voice_entries_value(self):
        self._count_voice("entries", "ecrm.entry", "opened_on")

    def _compute_kpi_voice_ideas_value(self):
        self._count_voice("ideas", "ecrm.idea", "opened_on")

    def _compute_kpi_voice_answers_value(self):
        answered = Domain("answered_on", "!=", False)
        self._count_voice("answers", "ecrm.idea", "answered_on", answered)

    def _count_voice(self, what, model, moment, domain=Domain.TRUE):
        records = self.env[model]
        if not records.has_access("read"):
            # Odoo then leaves the figure out of this user's mail
            raise AccessError(self.env._("You may not see what customers said."))
        count_in_period(self, f"kpi_voice_{what}_value", records, moment, domain)

    def _compute_kpis_actions(self, company, user):
        ours = kpi_links(self.env, ACTIONS, "crm_ecrm.menu_voice")
        return super()._compute_kpis_actions(company, user) | ours

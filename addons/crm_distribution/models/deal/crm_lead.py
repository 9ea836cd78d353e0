from odoo import api, fields, models

from ...channel import matching
from .distribution_matched_mixin import calling_code


class CrmLead(models.Model):
    _inherit = ["crm.lead", "distribution.matched.mixin"]

    registration_ids = fields.One2many(
        "distribution.registration",
        "lead_id",
        groups="crm_distribution.group_channel_user",
    )

    _distribution_match_keys_idx = models.Index(
        "USING gin (string_to_array(distribution_match_keys, ' '))"
    )

    @api.depends("partner_name", "email_from", "phone", "website", "country_id")
    def _compute_distribution_match_keys(self):
        return super()._compute_distribution_match_keys()

    def _match_identity(self) -> matching.Identity:
        country = self.country_id or self.company_id.country_id
        country = country or self.env.company.country_id
        return matching.Identity(
            name=self.partner_name or "",
            email=self.email_from or "",
            phone=self.phone or "",
            website=self.website or "",
            country=country.code or "",
            calling_code=calling_code(country),
        )

    def _handle_won_lost(self, old_status_by_lead, new_status_by_lead):
        res = super()._handle_won_lost(old_status_by_lead, new_status_by_lead)
        self._close_registrations(new_status_by_lead)
        return res

    def _close_registrations(self, new_status_by_lead):
        """A deal ends with its opportunity."""
        # sudo: whoever closes an opportunity need not see registrations
        registrations = self.env["distribution.registration"].sudo()
        for lead in self:
            status = new_status_by_lead.get(lead.id) or {}
            state = (status.get("is_won") and "won") or (
                status.get("is_lost") and "lost"
            )
            if state:
                open_ones = registrations.search(
                    [("lead_id", "=", lead.id), ("state", "=", "approved")]
                )
                open_ones.state = state

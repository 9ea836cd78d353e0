from odoo import models
from odoo.fields import Domain


class CrmLead(models.Model):
    """Leads may be contacted by the same rule as customers."""

    _inherit = "crm.lead"

    def _may_contact(self, medium: str, purpose: str):
        """Those of these leads who may be contacted so.

        A lead that has a customer goes by the rule for the customer too.
        """
        domain = self._may_contact_domain(medium, purpose)
        reachable = self & self.search(Domain("id", "in", self.ids) & domain)
        allowed = reachable.partner_id._may_contact(medium, purpose)
        return reachable.filtered(
            lambda lead: not lead.partner_id or lead.partner_id in allowed
        )

    def _may_contact_domain(self, medium: str, purpose: str) -> Domain:
        """Hook: as the one of ``res.partner``, for what a lead itself says."""
        not_blacklisted = self.env["res.partner"]._not_blacklisted
        if medium == "email":
            return Domain("email_normalized", "!=", False) & not_blacklisted(
                "mail.blacklist", "email", "email_normalized"
            )
        if medium in ("sms", "phone"):
            address = "phone_sanitized" if medium == "sms" else "phone"
            return Domain(address, "!=", False) & not_blacklisted(
                "phone.blacklist", "number", "phone_sanitized"
            )
        if medium == "post":
            return Domain("street", "!=", False) & Domain("city", "!=", False)
        # the portal is for customers
        return Domain.FALSE

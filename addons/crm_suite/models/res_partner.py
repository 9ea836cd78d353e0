from datetime import datetime

from odoo import api, models
from odoo.fields import Domain

# by what a person can be reached
MEDIA = [
    ("email", "E-mail"),
    ("sms", "Text Message"),
    ("phone", "Phone"),
    ("post", "Letter"),
    ("portal", "Customer Portal"),
]


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        """The zone of a company's own contact says which day it is there."""
        res = super().write(vals)
        # sudo: whose contact it is is no secret
        if "tz" in vals and self.sudo().ref_company_ids:
            self.env.registry.clear_cache()
        return res

    def _may_contact(self, medium: str, purpose: str, when: datetime | None = None):
        """Those of these contacts who may be contacted so; one query for them all."""
        allowed = self._may_contact_domain(medium, purpose, when)
        if allowed.is_true():
            return self
        contacts = self.with_context(active_test=False)
        return self & contacts.search(Domain("id", "in", self.ids) & allowed)

    @api.model
    def _may_contact_domain(
        self, medium: str, purpose: str, when: datetime | None = None
    ) -> Domain:
        """Hook: who may be contacted; each add-on adds its condition to super's.

        :param medium: a key of ``MEDIA``
        :param purpose: what for, such as ``marketing`` or ``service``
        :param when: at which moment (UTC); now, if none is given
        """
        if medium not in dict(MEDIA):
            raise ValueError(f"unknown medium {medium!r}")
        return Domain.TRUE

from odoo import api, models

from ...channel import matching
from .distribution_matched_mixin import calling_code


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "distribution.matched.mixin"]

    _distribution_match_keys_idx = models.Index(
        "USING gin (string_to_array(distribution_match_keys, ' '))"
    )

    @api.depends(
        "name",
        "email",
        "phone",
        "vat",
        "website",
        "country_id",
        "parent_id",
        "is_company",
    )
    def _compute_distribution_match_keys(self):
        return super()._compute_distribution_match_keys()

    def _match_identity(self) -> matching.Identity:
        country = self.country_id or self.env.company.country_id
        # the name of a person at a customer is not the customer's
        named = self.is_company or not self.parent_id
        return matching.Identity(
            name=(named and self.name) or "",
            email=self.email or "",
            phone=self.phone or "",
            vat=self.vat or "",
            website=self.website or "",
            country=country.code or "",
            calling_code=calling_code(country),
        )

from odoo import api, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _may_contact_domain(self, medium, purpose, when=None):
        """What a customer said and what he waits for, each asked by its room."""
        allowed = super()._may_contact_domain(medium, purpose, when)
        allowed &= self._preference_domain(medium, purpose, when)
        allowed &= self._complaint_domain(purpose)
        return allowed

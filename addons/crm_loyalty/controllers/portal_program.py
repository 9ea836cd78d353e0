from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal


class CustomerPortalProgram(CustomerPortal):
    """What programs have to say to a customer, on the portal's first page."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if not counters:
            partner = request.env.user.partner_id
            values["program_messages"] = partner._program_messages()
        return values

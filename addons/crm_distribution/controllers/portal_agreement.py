from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal

from .acting import acting_intermediary
from .missing import missing_page


class AgreementPortal(CustomerPortal):
    """An intermediary reads what was agreed with it."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if not counters:
            values["channel_agreement"] = bool(acting_intermediary(required=False))
        return values

    @route(
        "/my/channel/agreement", type="http", auth="user", website=True, readonly=True
    )
    def portal_my_agreement(self, **kw):
        partner = acting_intermediary()
        values = self._prepare_portal_layout_values() | {
            "page_name": "channel_agreement",
            "agreements": request.env["distribution.agreement"]._portal_agreements(
                partner
            ),
        }
        return request.render("crm_distribution.portal_my_agreement", values)

    @route(
        "/my/channel/agreement/<int:number>/document/<int:position>",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_agreement_document(self, number, position, **kw):
        agreements = request.env["distribution.agreement"]
        document = agreements._portal_document(acting_intermediary(), number, position)
        if not document:
            return missing_page("crm_distribution.portal_no_document")
        stream = request.env["ir.binary"]._get_stream_from(document)
        return stream.get_response(as_attachment=True)

from odoo.http import request, route

from odoo.addons.crm_ecrm.controllers.portal_voice import VoicePortal


class VoicePortalLoyalty(VoicePortal):
    """A customer's own figures, with his points, his tier and what is meant for him."""

    def _figures_values(self, whose, declined="", **asked):
        user, company = request.env.user, request.env.company
        partner = user.partner_id
        needs = request.env["crm.partner.need"]
        return super()._figures_values(whose, **asked) | {
            "accounts": partner._point_accounts()._portal_summary(),
            "tiers": partner._portal_tiers(company),
            "offers": partner._portal_offers(),
            "suggestions": needs._portal_suggestions(user),
            "declined": bool(declined),
        }

    @route(
        "/my/voice/figures/need/<int:need_id>/decline",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_decline_need(self, need_id, **post):
        """“Not for me”: the customer says so himself."""
        needs = request.env["crm.partner.need"]
        if needs._portal_decline(request.env.user, need_id):
            return request.redirect("/my/voice/figures?declined=1")
        return request.redirect("/my/voice/figures")

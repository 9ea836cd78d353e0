from odoo.http import request, route

from odoo.addons.crm_suite.tools.pages import leave_no_trace, whole_or_nothing
from odoo.addons.crm_suite.tools.uploads import texts_only
from odoo.addons.portal.controllers.portal import CustomerPortal

from .missing import missing_page


class PortalChannelLead(CustomerPortal):
    """Leads that an intermediary is offered and has, for each contact of it."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if not counters:
            values["channel"] = self._channel_values()
        return values

    def _channel_values(self):
        """What waits for the user's company, answers first."""
        return request.env["distribution.route"]._portal_list(request.env.user)

    @route("/my/channel/leads", type="http", auth="user", website=True, readonly=True)
    def portal_channel_leads(self, **kw):
        values = self._prepare_portal_layout_values()
        values.update(page_name="channel_leads", channel=self._channel_values())
        return request.render("crm_distribution.portal_channel_leads", values)

    @route(
        "/my/channel/lead/<string:key>",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_channel_lead(self, key, error=None, **kw):
        """One of them; what belongs to others is not there."""
        offer = self._channel_offer(key)
        if not offer:
            return missing_page("crm_distribution.portal_no_lead")
        return self._channel_lead_page(offer)

    @route(
        "/my/channel/lead/<string:key>/answer",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @texts_only
    def portal_channel_lead_answer(self, key, answer="", reason="", **kw):
        offer = self._channel_offer(key)
        if not offer:
            return missing_page("crm_distribution.portal_no_lead")
        error = self._answer(offer, request.env.user.partner_id, answer, reason)
        if error:
            return self._channel_lead_page(offer, error)
        if answer == "accept":
            return request.redirect(f"/my/channel/lead/{offer.key}")
        return request.redirect("/my/channel/leads")

    @route(
        "/my/channel/lead/<string:key>/return",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @texts_only
    def portal_channel_lead_return(self, key, reason="", **kw):
        offer = self._channel_offer(key)
        if not offer:
            return missing_page("crm_distribution.portal_no_lead")
        with whole_or_nothing(request.env) as attempt:
            offer._give_back(request.env.user.partner_id, reason)
        if attempt.refusal:
            return self._channel_lead_page(offer, attempt.refusal)
        return request.redirect("/my/channel/leads")

    @route(
        "/my/channel/lead/<string:key>/message",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @texts_only
    def portal_channel_lead_message(self, key, text="", **kw):
        offer = self._channel_offer(key)
        if not offer:
            return missing_page("crm_distribution.portal_no_lead")
        with whole_or_nothing(request.env) as attempt:
            offer._post_message(request.env.user.partner_id, text)
        if attempt.refusal:
            return self._channel_lead_page(offer, attempt.refusal)
        return request.redirect(f"/my/channel/lead/{offer.key}#channel_messages")

    @route(
        "/my/channel/lead/<string:key>/revenue",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @texts_only
    def portal_channel_lead_revenue(self, key, revenue="", **kw):
        offer = self._channel_offer(key)
        if not offer:
            return missing_page("crm_distribution.portal_no_lead")
        try:
            with whole_or_nothing(request.env) as attempt:
                offer._set_revenue(request.env.user.partner_id, revenue[:50])
        except ValueError:
            attempt.refusal = request.env._("“%s” is not an amount.", revenue[:50])
        if attempt.refusal:
            return self._channel_lead_page(offer, attempt.refusal)
        return request.redirect(f"/my/channel/lead/{offer.key}")

    @route(
        "/channel/offer/<string:key>/<string:token>",
        type="http",
        auth="public",
        website=True,
        readonly=True,
        sitemap=False,
    )
    def channel_offer(self, key, token, **kw):
        """The page that the mail leads to: it shows, and decides nothing."""
        offer, contact = self._linked_offer(key, token)
        if not offer:
            return leave_no_trace(missing_page("crm_distribution.channel_no_offer"))
        return self._offer_page(offer, contact, key, token)

    @route(
        "/channel/offer/<string:key>/<string:token>/answer",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        sitemap=False,
    )
    @texts_only
    def channel_offer_answer(self, key, token, answer="", reason="", **kw):
        offer, contact = self._linked_offer(key, token)
        if not offer:
            return leave_no_trace(missing_page("crm_distribution.channel_no_offer"))
        error = self._answer(offer, contact, answer, reason)
        done = None if error else answer
        return self._offer_page(offer, contact, key, token, error, done)

    def _channel_offer(self, key):
        return request.env["distribution.route"]._portal_find(request.env.user, key)

    def _linked_offer(self, key, token):
        # in the language of the page, as everything around it
        return request.env["distribution.route"]._by_link(key, token)

    def _answer(self, offer, contact, answer, reason):
        """
        :return: why it could not be
        """
        if answer not in ("accept", "decline"):
            return request.env._("Accept or decline.")
        with whole_or_nothing(request.env) as attempt:
            if answer == "accept":
                offer._accept(contact)
            else:
                offer._decline(contact, reason)
        return attempt.refusal

    def _channel_lead_page(self, offer, error=None):
        values = self._prepare_portal_layout_values()
        values.update(
            page_name="channel_lead",
            offer=offer._portal_values(request.env.user),
            error=error,
        )
        return request.render("crm_distribution.portal_channel_lead", values)

    def _offer_page(self, offer, contact, key, token, error=None, done=None):
        user = contact.user_ids[:1] or request.env.user
        values = {
            "offer": offer._portal_values(user),
            "contact_name": contact.name,
            "answer_url": f"/channel/offer/{key}/{token}/answer",
            "error": error,
            "done": done,
        }
        if not values["offer"]["is_open"]:
            # what was accepted by now is shown to a login alone
            values["offer"] = {"is_open": False, "facts": []}
        return leave_no_trace(request.render("crm_distribution.channel_offer", values))

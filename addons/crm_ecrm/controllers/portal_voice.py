from odoo.http import request, route

from odoo.addons.crm_suite.tools.pages import pager, whole_or_nothing
from odoo.addons.crm_suite.tools.uploads import texts_only
from odoo.addons.portal.controllers.portal import CustomerPortal

from .page import link_over, render_private, speak

NEWS_AT_HOME = 3


class VoicePortal(CustomerPortal):
    """What a customer said to us, and how he wants to be contacted."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if not counters:
            user = request.env.user
            entries = request.env["ecrm.entry"]
            values["voice"] = {
                "waiting": entries._portal_list(user, filterby="waiting", limit=5),
                "news": request.env["ecrm.idea.news"]._portal_news(user, NEWS_AT_HOME),
            }
        return values

    @route(
        ["/my/voice", "/my/voice/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_voice(
        self, page=1, filterby="all", kind="", sortby="new", search="", **kw
    ):
        user = request.env.user
        entries = request.env["ecrm.entry"]
        sortings, filters = self._voice_sortings(), self._voice_filters()
        sortby = sortby if sortby in sortings else "new"
        filterby = filterby if filterby in filters else "all"
        asked = {"filterby": filterby, "kind": kind, "search": search}
        total = entries._portal_count(user, **asked)
        paged = pager(
            "/my/voice", total, page, self._items_per_page, **asked, sortby=sortby
        )
        values = self._prepare_portal_layout_values() | {
            "page_name": "voice",
            "entries": entries._portal_list(
                user,
                **asked,
                sortby=sortby,
                limit=self._items_per_page,
                offset=paged["offset"],
            ),
            "total": total,
            "is_narrowed": bool(kind or search or filterby != "all"),
            "pager": paged,
            "kinds": entries._portal_kinds(),
            "sortings": sortings,
            "filters": filters,
            "asked": {**asked, "sortby": sortby},
        }
        return request.render("crm_ecrm.portal_my_voice", values)

    @route(
        "/my/voice/figures",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_figures(self, whose="", **kw):
        values = self._prepare_portal_layout_values()
        values |= self._figures_values(whose, **kw)
        return request.render("crm_ecrm.portal_my_figures", values)

    def _figures_values(self, whose, **asked):
        """Hook: what the page of a customer's own figures shows, by name.

        :param asked: what else stands in the address
        """
        figures = request.env["ecrm.figures"]
        return {
            "page_name": "voice_figures",
            "figures": figures._portal_figures(request.env.user, whose),
        }

    @route(
        "/my/voice/preferences",
        type="http",
        auth="user",
        website=True,
        methods=["GET", "POST"],
    )
    @texts_only
    def portal_my_preferences(self, saved="", **post):
        user = request.env.user
        preferences = request.env["ecrm.preference"]
        error = None
        if request.httprequest.method == "POST":
            with whole_or_nothing(request.env) as attempt:
                preferences._portal_save(user, post)
            if not attempt.refusal:
                return request.redirect("/my/voice/preferences?saved=1")
            error = attempt.refusal
        values = self._prepare_portal_layout_values() | {
            "page_name": "voice_preferences",
            "sheet": preferences._portal_typed(user.partner_id, post)
            if error
            else preferences._portal_values(user.partner_id),
            "action": "/my/voice/preferences",
            "error": error,
            "saved": bool(saved) and not error,
        }
        return request.render("crm_ecrm.portal_my_preferences", values)

    @route(
        "/voice/preferences/<string:token>",
        type="http",
        auth="public",
        website=True,
        methods=["GET", "POST"],
        sitemap=False,
    )
    @texts_only
    def voice_preferences(self, token, **post):
        """The page that mails lead to: who holds the link withdraws, and no more."""
        sheet = request.env["ecrm.preference"]._by_link(token)
        if not sheet:
            return link_over()
        speak(sheet.partner_id)
        preferences = request.env["ecrm.preference"]
        withdrawn = waits = False
        if request.httprequest.method == "POST":
            withdrawn, waits = preferences._link_save(sheet, post)
        values = {
            "sheet": preferences._portal_values(sheet.partner_id, with_proof=False),
            "action": f"/voice/preferences/{token}",
            "withdrawn": withdrawn,
            "waits": waits,
            "sent": request.httprequest.method == "POST",
        }
        return render_private("crm_ecrm.voice_preferences", values)

    @route(
        "/voice/consent/<string:token>",
        type="http",
        auth="public",
        website=True,
        methods=["GET", "POST"],
        sitemap=False,
    )
    @texts_only
    def voice_consent(self, token, **post):
        """What the address on file confirms; looking at the page confirms nothing."""
        consent = request.env["ecrm.consent.request"]._by_link(token)
        if not consent:
            return link_over()
        consent = consent.with_context(lang=speak(consent.partner_id))
        if request.httprequest.method == "POST":
            consent._confirm()
        values = {
            "texts": consent._portal_texts(),
            "done": bool(consent.confirmed_on),
            "action": f"/voice/consent/{token}",
        }
        return render_private("crm_ecrm.voice_consent", values)

    def _voice_sortings(self):
        return {
            "new": request.env._("Newest"),
            "old": request.env._("Oldest"),
            "name": request.env._("Subject"),
            "status": request.env._("Status"),
        }

    def _voice_filters(self):
        return {
            "all": request.env._("All"),
            "open": request.env._("Still Open"),
            "done": request.env._("Answered"),
        }

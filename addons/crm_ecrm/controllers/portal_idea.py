from odoo.http import request, route

from odoo.addons.crm_suite.tools.pages import pager, whole_or_nothing
from odoo.addons.crm_suite.tools.uploads import texts_only
from odoo.addons.portal.controllers.portal import CustomerPortal

from ..models.idea.idea_words import LONGEST_COMMENT
from .page import link_over, nothing_here, render_private, speak

PAGE_SIZE = 20


class IdeaPortal(CustomerPortal):
    """Customers have ideas, find those of others, vote, and see what comes of them."""

    @route(
        ["/my/voice/ideas", "/my/voice/ideas/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_ideas(self, page=1, search="", status="", sortby="votes", **kw):
        ideas = request.env["ecrm.idea"]
        user = request.env.user
        asked = {"search": search, "status": status}
        _none, total = ideas._portal_list(user, **asked, limit=1)
        paged = pager("/my/voice/ideas", total, page, PAGE_SIZE, **asked, sortby=sortby)
        found, _total = ideas._portal_list(
            user, **asked, sort=sortby, limit=PAGE_SIZE, offset=paged["offset"]
        )
        values = self._prepare_portal_layout_values() | {
            "page_name": "voice_ideas",
            "ideas": found,
            "total": total,
            "pager": paged,
            "statuses": ideas._portal_statuses(),
            "asked": {**asked, "sortby": sortby},
        }
        return request.render("crm_ecrm.portal_ideas", values)

    @route(
        "/my/voice/idea/new",
        type="http",
        auth="user",
        website=True,
        methods=["GET", "POST"],
    )
    @texts_only
    def portal_new_idea(self, **post):
        ideas = request.env["ecrm.idea"]
        error = None
        if request.httprequest.method == "POST":
            with whole_or_nothing(request.env) as attempt:
                url = ideas._portal_submit(request.env.user, post)
            if not attempt.refusal:
                return request.redirect(url)
            error = attempt.refusal
        values = self._prepare_portal_layout_values() | {
            "page_name": "voice_idea_new",
            "typed": ideas._portal_typed(post),
            "may_share": ideas._portal_may_share(request.env.user.partner_id),
            "similar": ideas._portal_similar(request.env.user, post.get("name", "")),
            "error": error,
        }
        return request.render("crm_ecrm.portal_new_idea", values)

    @route("/my/voice/ideas/similar", type="jsonrpc", auth="user", readonly=True)
    def portal_similar_ideas(self, text="", **kw):
        """What others wanted before, while somebody types."""
        if not isinstance(text, str):
            return []
        return request.env["ecrm.idea"]._portal_similar(request.env.user, text)

    @route(
        "/my/voice/idea/<string:key>",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_idea(self, key, **kw):
        idea = request.env["ecrm.idea"]._portal_find(request.env.user, key)
        return self._idea_page(idea) if idea else nothing_here()

    @route(
        "/my/voice/idea/<string:key>/vote",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @texts_only
    def portal_idea_vote(self, key, vote="", **kw):
        idea = _idea(key)
        error = _vote(idea, request.env.user.partner_id, vote)
        if error:
            return self._idea_page(idea, error)
        return request.redirect(idea._portal_url())

    @route(
        "/my/voice/idea/<string:key>/comment",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @texts_only
    def portal_idea_comment(self, key, text="", **kw):
        idea = _idea(key)
        error = _act(idea._comment, request.env.user.partner_id, text)
        if error:
            return self._idea_page(idea, error, text)
        return request.redirect(idea._portal_url())

    @route(
        "/voice/idea/<string:token>",
        type="http",
        auth="public",
        website=True,
        readonly=True,
        sitemap=False,
    )
    def voice_idea(self, token, **kw):
        """The page that a mail leads to; looking at it changes nothing."""
        return self._linked_idea_page(token)

    @route(
        "/voice/idea/<string:token>/vote",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        sitemap=False,
    )
    @texts_only
    def voice_idea_vote(self, token, vote="", **kw):
        idea, holder = self._linked_idea(token)
        error = _vote(idea, holder, vote) if idea else None
        return self._linked_idea_page(token, error, done=not error)

    def _idea_page(self, idea, error=None, written=""):
        user = request.env.user
        values = self._prepare_portal_layout_values() | {
            "page_name": "voice_idea",
            "idea": idea._portal_page(user.partner_id, user),
            "error": error,
            "written": written[:LONGEST_COMMENT],
        }
        return request.render("crm_ecrm.portal_idea", values)

    def _linked_idea_page(self, token, error=None, done=False):
        idea, holder = self._linked_idea(token)
        if not idea:
            return link_over()
        values = {
            "idea": idea._portal_page(holder),
            "action": f"/voice/idea/{token}/vote",
            "wish_url": f"/voice/idea/{token}",
            "wishes": request.env["ecrm.consent.request"]._offered(),
            "error": error,
            "done": done,
        }
        return render_private("crm_ecrm.voice_idea", values)

    def _linked_idea(self, token):
        idea, holder = request.env["ecrm.idea"]._by_link(token)
        return idea.with_context(lang=speak(holder)), holder


def _idea(key):
    """The same answer for another's idea as for one that nobody has."""
    idea = request.env["ecrm.idea"]._portal_find(request.env.user, key)
    if not idea:
        raise request.not_found()
    return idea


def _vote(idea, partner, vote: str) -> str | None:
    """
    :param vote: what the button says; nothing else is a vote, or takes one back
    :return: why it could not be
    """
    wanted = {"1": True, "0": False}.get(vote)
    return None if wanted is None else _act(idea._vote, partner, wanted)


def _act(method, *args) -> str:
    """
    :return: why it could not be
    """
    with whole_or_nothing(request.env) as attempt:
        method(*args)
    return attempt.refusal

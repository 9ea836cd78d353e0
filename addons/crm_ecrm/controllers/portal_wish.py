from odoo.http import request, route

from odoo.addons.crm_suite.tools.links import read_link
from odoo.addons.crm_suite.tools.pages import leave_no_trace, whole_or_nothing
from odoo.addons.portal.controllers.portal import CustomerPortal

from .page import link_over, render_private, speak


class WishPortal(CustomerPortal):
    """What whoever holds a link cannot do himself: the address on file confirms it."""

    @route(
        "/voice/<any(case,feedback,idea):kind>/<string:link>/<any(account,agree):wish>",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        sitemap=False,
    )
    def voice_wish(self, kind, link, wish, **post):
        """One page for all: it tells neither the address nor whether it is known."""
        record, holder = read_link(request.env[f"ecrm.{kind}"], kind, link)
        if not record:
            return link_over()
        speak(holder)
        requests = request.env["ecrm.consent.request"]
        is_staff = request.env.user._is_internal()
        nothing = False
        if not is_staff and wish == "account":
            requests._ask_account(record._link_person(holder), record)
        elif not is_staff:
            chosen = [
                ("email", purpose)
                for purpose, _label in requests._offered()
                if post.get(f"agree_{purpose}")
            ]
            nothing = not chosen
            if chosen:
                requests._ask(record._link_person(holder), chosen, record)
        values = {
            "wish": wish,
            "is_staff": is_staff,
            "nothing": nothing,
            "back": f"/voice/{kind}/{link}",
        }
        return render_private("crm_ecrm.voice_wish_sent", values)

    @route(
        "/voice/account/<string:token>",
        type="http",
        auth="public",
        website=True,
        methods=["GET", "POST"],
        sitemap=False,
    )
    def voice_account(self, token, **post):
        """What the address on file opens; looking at the page opens nothing."""
        wish = request.env["ecrm.consent.request"]._by_link(token, "account")
        if not wish:
            return link_over()
        wish = wish.with_context(lang=speak(wish.partner_id))
        done = error = None
        if request.httprequest.method == "POST":
            with whole_or_nothing(request.env) as attempt:
                url = wish._open_account()
            if not attempt.refusal and url:
                return leave_no_trace(request.redirect(url, local=False))
            error = attempt.refusal
            done = None if error else "known" if wish._known_user() else "asked"
        values = {"done": done, "error": error, "action": f"/voice/account/{token}"}
        return render_private("crm_ecrm.voice_account", values)

from odoo.http import request, route

from odoo.addons.crm_suite.tools.pages import pager, whole_or_nothing
from odoo.addons.crm_suite.tools.uploads import read_uploads, texts_only
from odoo.addons.portal.controllers.portal import CustomerPortal

from .acting import acting_intermediary
from .missing import missing_page

PAGE_SIZE = 20
SHOWN_AT_HOME = 3


class DealPortal(CustomerPortal):
    """An intermediary registers deals and follows them; it learns nothing of others."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if not counters:
            partner = acting_intermediary(required=False)
            deals = request.env["distribution.registration"]
            values["channel_deals"] = (
                deals._portal_deals(partner, SHOWN_AT_HOME, 0) if partner else None
            )
        return values

    @route(
        ["/my/channel/deals", "/my/channel/deals/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_deals(self, page=1, **kw):
        partner = acting_intermediary()
        deals = request.env["distribution.registration"]
        paged = pager(
            "/my/channel/deals", deals._portal_count(partner), page, PAGE_SIZE
        )
        values = self._prepare_portal_layout_values() | {
            "page_name": "channel_deals",
            "deals": deals._portal_deals(partner, PAGE_SIZE, paged["offset"]),
            "shows_company": deals._portal_is_of_several(partner),
            "pager": paged,
        }
        return request.render("crm_distribution.portal_my_deals", values)

    @route(
        "/my/channel/deal/new",
        type="http",
        auth="user",
        website=True,
        methods=["GET", "POST"],
    )
    @texts_only
    def portal_new_deal(self, **post):
        partner = acting_intermediary()
        deals = request.env["distribution.registration"]
        errors: dict[str, str] = {}
        if request.httprequest.method == "POST":
            values, errors = deals._portal_read(partner, post)
            files, wrong = _read_files()
            errors |= wrong
            if not errors:
                with whole_or_nothing(request.env) as attempt:
                    deal = deals._portal_submit(request.env.user, values, files)
                if not attempt.refusal:
                    return request.redirect(f"/my/channel/deal/{deal['number']}")
                errors["form"] = attempt.refusal
        values = self._prepare_portal_layout_values() | {
            "page_name": "channel_deal_new",
            "typed": deals._portal_typed(post),
            "errors": errors,
            "choices": deals._portal_choices(partner),
        }
        return request.render("crm_distribution.portal_new_deal", values)

    @route(
        "/my/channel/deal/<int:number>",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_deal(self, number, **kw):
        deal = _deal(number)
        if not deal:
            return missing_page("crm_distribution.portal_no_deal")
        return self._deal_page(deal)

    @route(
        "/my/channel/deal/<int:number>/news",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @texts_only
    def portal_deal_news(self, number, news="", extension="", **post):
        deal = _deal(number)
        if not deal:
            return missing_page("crm_distribution.portal_no_deal")
        files, errors = _read_files()
        if errors:
            return self._deal_page(deal, errors["evidence"], news)
        with whole_or_nothing(request.env) as attempt:
            by = request.env.user.partner_id
            deal._portal_news(by, news, files, bool(extension))
        if attempt.refusal:
            return self._deal_page(deal, attempt.refusal, news)
        return request.redirect(f"/my/channel/deal/{number}#deal_messages")

    def _deal_page(self, deal, error=None, news=""):
        values = self._prepare_portal_layout_values() | {
            "page_name": "channel_deal",
            "deal": deal._portal_page(request.env.user),
            "error": error,
            "news": news,
        }
        return request.render("crm_distribution.portal_my_deal", values)

    @route(
        "/my/channel/deal/<int:number>/file/<int:position>",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_deal_file(self, number, position, **kw):
        files = _deal(number).evidence_ids.sorted("id")
        if not 1 <= position <= len(files):
            return missing_page("crm_distribution.portal_no_deal")
        stream = request.env["ir.binary"]._get_stream_from(files[position - 1])
        return stream.get_response(as_attachment=True)


def _deal(number):
    """The same answer for another's number as for one that nobody has."""
    deals = request.env["distribution.registration"]
    return deals._portal_one(acting_intermediary(), number)


def _read_files():
    uploads = request.httprequest.files.getlist("evidence")
    files, wrong = read_uploads(request.env, uploads)
    evidence = [{"name": name, "raw": content} for name, content in files]
    return evidence, {"evidence": wrong} if wrong else {}

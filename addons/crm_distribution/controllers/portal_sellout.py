from werkzeug.exceptions import NotFound

from odoo.exceptions import AccessError
from odoo.http import content_disposition, request, route

from odoo.addons.crm_suite.tools.pages import pager, whole_or_nothing
from odoo.addons.crm_suite.tools.uploads import read_uploads, texts_only
from odoo.addons.portal.controllers.portal import CustomerPortal

from .acting import acting_intermediary
from .missing import missing_page

PAGE_SIZE = 20
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class SelloutPortal(CustomerPortal):
    """An intermediary reports its sell-out, mends it, and sees its stock."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if not counters:
            values["channel_sellout"] = bool(acting_intermediary(required=False))
        return values

    @route(
        ["/my/channel/sellout", "/my/channel/sellout/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_sellout(self, page=1, **kw):
        return self._list_page(page)

    @route(
        "/my/channel/sellout/upload",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @texts_only
    def portal_sellout_upload(self, **post):
        acting_intermediary()
        file, error = _read_file()
        if not error:
            with whole_or_nothing(request.env) as attempt:
                report = request.env["distribution.sellout"]._portal_submit(
                    request.env.user, file, post
                )
            if not attempt.refusal:
                return request.redirect(f"/my/channel/sellout/{report.id}")
            error = attempt.refusal
        return self._list_page(1, error, post)

    @route(
        "/my/channel/sellout/<int:number>",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_sellout_report(self, number, **kw):
        report = _report(number)
        if not report:
            return missing_page("crm_distribution.portal_no_sellout")
        return self._report_page(report)

    @route(
        "/my/channel/sellout/<int:number>/do",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @texts_only
    def portal_sellout_do(self, number, action="", **post):
        report = _report(number)
        if not report:
            return missing_page("crm_distribution.portal_no_sellout")
        with whole_or_nothing(request.env) as attempt:
            if action == "answer":
                report._portal_answer(post)
            else:
                report._portal_act(action)
        if attempt.refusal:
            return self._report_page(report, attempt.refusal)
        return request.redirect(f"/my/channel/sellout/{report.id}")

    @route(
        "/my/channel/sellout/<int:number>/mend",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @texts_only
    def portal_sellout_mend(self, number, **post):
        report = _report(number)
        if not report:
            return missing_page("crm_distribution.portal_no_sellout")
        file, error = _read_file()
        if not error:
            with whole_or_nothing(request.env) as attempt:
                mended = report._portal_submit(request.env.user, file, post, report)
            if not attempt.refusal:
                return request.redirect(f"/my/channel/sellout/{mended.id}")
            error = attempt.refusal
        return self._report_page(report, error)

    @route(
        "/my/channel/sellout/<int:number>/file/<any(sent,issues):which>",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_sellout_file(self, number, which, **kw):
        report = _report(number)
        if not report:
            return missing_page("crm_distribution.portal_no_sellout")
        return _download(report, which)

    @route("/my/channel/stock", type="http", auth="user", website=True, readonly=True)
    def portal_channel_stock(self, **kw):
        partner = acting_intermediary()
        values = self._prepare_portal_layout_values() | {
            "page_name": "channel_stock",
            "stock": request.env["distribution.sellout"]._portal_stock(partner),
        }
        return request.render("crm_distribution.portal_channel_stock", values)

    @route(
        "/channel/sellout/<int:number>/issues",
        type="http",
        auth="user",
        readonly=True,
    )
    def sellout_issues(self, number, **kw):
        """For those of the house, by their own rights on the report."""
        reports = request.env["distribution.sellout"]
        if not 0 < number < 2**31 or not reports.has_access("read"):
            raise NotFound
        report = reports.browse(number).exists()
        try:
            report.check_access("read")
        except AccessError as error:
            raise NotFound from error
        if not report:
            raise NotFound
        return _download(report, "issues")

    def _list_page(self, page, error=None, sent=None):
        partner = acting_intermediary()
        reports = request.env["distribution.sellout"]
        paged = pager(
            "/my/channel/sellout", reports._portal_count(partner), page, PAGE_SIZE
        )
        values = self._prepare_portal_layout_values() | {
            "page_name": "channel_sellout",
            "reports": reports._portal_reports(partner, PAGE_SIZE, paged["offset"]),
            "choices": reports._portal_choices(),
            "pager": paged,
            "error": error,
            "sent": {
                name: (sent or {}).get(name, "")[:50]
                for name in ("kind", "date_from", "date_to")
            },
        }
        return request.render("crm_distribution.portal_sellout", values)

    def _report_page(self, report, error=None):
        values = self._prepare_portal_layout_values() | {
            "page_name": "channel_sellout_report",
            "report": report._portal_page(),
            "error": error,
        }
        return request.render("crm_distribution.portal_sellout_report", values)


def _report(number):
    """The same answer for another's number as for one that nobody has."""
    reports = request.env["distribution.sellout"]
    return reports._portal_one(acting_intermediary(), number)


def _read_file():
    uploads = request.httprequest.files.getlist("report")
    files, wrong = read_uploads(request.env, uploads[:1])
    if not files and not wrong:
        wrong = request.env._("Choose a file.")
    return (files[0] if files else None), wrong


def _download(report, which):
    if which == "issues":
        content = report._issues_file()
        name = request.env._("issues of report %s.xlsx", report.id)
        kind = XLSX
    else:
        # never shown as a page, whatever it says it is
        content, name = report._bytes(), report.filename or "report"
        kind = "application/octet-stream"
    return request.make_response(
        content,
        headers=[
            ("Content-Type", kind),
            ("Content-Length", len(content)),
            ("Content-Disposition", content_disposition(name)),
            ("X-Content-Type-Options", "nosniff"),
        ],
    )

from odoo.http import request, route

from odoo.addons.crm_suite.tools.pages import pager
from odoo.addons.portal.controllers.portal import CustomerPortal

from .acting import acting_intermediary
from .missing import missing_page

PAGE_SIZE = 20
NO_PDF = ("install", "broken")


class MoneyPortal(CustomerPortal):
    """An intermediary sees what it earned, what is coming, what it owes, and its
    statements."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if not counters:
            values["channel_money"] = bool(_earner(required=False))
        return values

    @route("/my/channel/money", type="http", auth="user", website=True, readonly=True)
    def portal_my_money(self, **kw):
        partner = _earner()
        settlements = request.env["distribution.settlement"]
        corrections = request.env["distribution.claim.correction"]
        values = self._prepare_portal_layout_values() | {
            "page_name": "channel_money",
            "debts": corrections._portal_debts(partner),
            "corrections": corrections._portal_entries(partner),
            "balances": settlements._portal_balances(partner),
            "terms": settlements._portal_terms(partner),
            "entries": settlements._portal_earned(partner),
            "statements": settlements._portal_statements(partner, 5, 0),
        }
        return request.render("crm_distribution.portal_my_money", values)

    @route(
        ["/my/channel/statements", "/my/channel/statements/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_statements(self, page=1, **kw):
        partner = _earner()
        settlements = request.env["distribution.settlement"]
        paged = pager(
            "/my/channel/statements",
            settlements._portal_count(partner),
            page,
            PAGE_SIZE,
        )
        values = self._prepare_portal_layout_values() | {
            "page_name": "channel_statements",
            "statements": settlements._portal_statements(
                partner, PAGE_SIZE, paged["offset"]
            ),
            "pager": paged,
        }
        return request.render("crm_distribution.portal_my_statements", values)

    @route(
        "/my/channel/statement/<int:number>",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_statement(self, number, **kw):
        statement = _statement(number)
        if not statement:
            return missing_page("crm_distribution.portal_no_statement")
        values = self._prepare_portal_layout_values() | {
            "page_name": "channel_statement",
            "statement": statement._portal_page(),
        }
        return request.render("crm_distribution.portal_my_statement", values)

    @route(
        "/my/channel/statement/<int:number>/pdf",
        type="http",
        auth="user",
        website=True,
    )
    def portal_statement_pdf(self, number, **kw):
        statement = _statement(number)
        if not statement:
            return missing_page("crm_distribution.portal_no_statement")
        # where nothing makes PDFs, the same paper as a page, which a browser prints
        state = request.env["ir.actions.report"].get_wkhtmltopdf_state()
        return self._show_report(
            model=statement,
            report_type="html" if state in NO_PDF else "pdf",
            report_ref="crm_distribution.report_distribution_settlement",
            download=True,
        )


def _earner(required=True):
    """Also who is no intermediary any more, and has earned or owes from before."""
    settlements = request.env["distribution.settlement"]
    corrections = request.env["distribution.claim.correction"]

    def has_money(partner):
        of_terms = settlements._portal_has_money(partner)
        return of_terms or bool(corrections._portal_count(partner))

    return acting_intermediary(required, also=has_money)


def _statement(number):
    """The same answer for another's number as for one that nobody has."""
    settlements = request.env["distribution.settlement"]
    return settlements._portal_one(_earner(), number)

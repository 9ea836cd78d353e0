from odoo.http import request, route

from odoo.addons.crm_suite.tools.pages import pager
from odoo.addons.portal.controllers.portal import CustomerPortal

from .acting import acting_intermediary

PAGE_SIZE = 50


class PricePortal(CustomerPortal):
    """An intermediary reads what its level pays."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if not counters:
            partner = acting_intermediary(required=False)
            prices = request.env["product.pricelist"]
            values["channel_has_prices"] = bool(
                partner and prices._portal_price_count(partner)
            )
        return values

    @route(
        ["/my/channel/prices", "/my/channel/prices/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_prices(self, page=1, **kw):
        partner = acting_intermediary()
        prices = request.env["product.pricelist"]
        paged = pager(
            "/my/channel/prices", prices._portal_price_count(partner), page, PAGE_SIZE
        )
        found = prices._portal_prices(partner, PAGE_SIZE, paged["offset"])
        values = self._prepare_portal_layout_values() | {
            "page_name": "channel_prices",
            "prices": found,
            "shows_company": len({one["company"] for one in found}) > 1,
            "pager": paged,
        }
        return request.render("crm_distribution.portal_my_prices", values)

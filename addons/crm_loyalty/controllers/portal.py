from odoo.http import request, route

from odoo.addons.crm_suite.tools.pages import pager
from odoo.addons.loyalty.controllers.portal import CustomerPortalLoyalty

PAGE_SIZE = 20


class CustomerPortalPoints(CustomerPortalLoyalty):
    """A customer's points, as the ledger has them, what his tiers give him, and what
    campaigns have to say to him on the first page.
    """

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        partner = request.env.user.partner_id
        if "point_account_count" in counters:
            values["point_account_count"] = len(partner._point_accounts())
        if not counters:
            # wallets keep Odoo's own tile, which also tops them up
            values["cards_per_programs"] = {
                program: cards
                for program, cards in values["cards_per_programs"].items()
                if program.program_type != "loyalty" or not program.keep_ledger
            }
            loyalty = partner._point_accounts().filtered(
                lambda card: card.program_type == "loyalty"
            )
            values["point_accounts"] = loyalty._portal_summary()
            values["program_messages"] = partner._program_messages()
        return values

    @route("/my/points", type="http", auth="user", website=True, readonly=True)
    def portal_my_points(self, **kw):
        """The list of the customer's accounts."""
        partner = request.env.user.partner_id
        values = self._prepare_portal_layout_values()
        values.update(
            page_name="points",
            accounts=partner._point_accounts()._portal_summary(),
            tiers=partner._portal_tiers(request.env.company),
        )
        return request.render("crm_loyalty.portal_my_points", values)

    @route(
        ["/my/points/<int:card_id>", "/my/points/<int:card_id>/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_points_account(self, card_id, page=1, sortby="date", **kw):
        """One account; whose it is not is sent back, as Odoo does."""
        user = request.env.user
        card = user.partner_id._point_accounts().filtered(lambda c: c.id == card_id)
        if not card:
            return request.redirect("/my")
        sortby = "points" if sortby == "points" else "date"
        paged = pager(
            f"/my/points/{card_id}",
            card._portal_entry_count(),
            page,
            PAGE_SIZE,
            sortby=sortby,
        )
        values = self._prepare_portal_layout_values()
        values.update(
            page_name="points_account",
            account=card._portal_summary()[0],
            history=card._portal_history(user, sortby, PAGE_SIZE, paged["offset"]),
            pager=paged,
            sortby=sortby,
            tiers=user.partner_id._portal_tiers(request.env.company),
        )
        return request.render("crm_loyalty.portal_my_points_account", values)

    @route(
        "/my/benefits/<string:code>",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_benefit(self, code, **kw):
        """To a portal function, for whom a tier grants it today."""
        url = request.env.user._portal_function(
            code, request.env.company, request.httprequest.remote_addr
        )
        # a manager set the link: it may lead elsewhere
        return request.redirect(url or "/my/points", local=not url)

    @route()
    def portal_my_loyalty_card_history(self, card_id, page=1, sortby="date", **kw):
        """Odoo's own page reads what is not the ledger."""
        partner = request.env.user.partner_id
        if card_id in partner._point_accounts().ids:
            return request.redirect(f"/my/points/{card_id}")
        # sudo: as Odoo looks for it; another's card is none
        own = (
            request.env["loyalty.card"]
            .sudo()
            .search_count(
                [
                    ("id", "=", card_id),
                    ("partner_id", "=", partner.id),
                    ("program_id.keep_ledger", "=", False),
                ],
                limit=1,
            )
        )
        if own:
            return super().portal_my_loyalty_card_history(
                card_id, page=page, sortby=sortby, **kw
            )
        return request.redirect("/my/points")

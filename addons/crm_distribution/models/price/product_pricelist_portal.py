from typing import Any

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import formatLang

from odoo.addons.crm_suite.tools.dates import written_day


class ProductPricelist(models.Model):
    """What an intermediary pays, by name: nothing of costs, margins or others.

    It has no access to pricelists; whose they are follows from its level alone, so that
    no number in an address leads to another's.
    """

    _inherit = "product.pricelist"

    @api.model
    def _portal_items(self, partner):
        """Published prices of its level, of companies that it works with."""
        # sudo: whoever asks acts for this company
        partner = partner.sudo()
        agreements = partner.distribution_agreement_ids
        companies = agreements.filtered(lambda one: one.state == "active").company_id
        # sudo: whose customer its login is
        companies |= self.env.user.sudo().company_ids
        # sudo: its own level's prices alone are found
        items = self.env["product.pricelist.item"].sudo()
        return items, (
            Domain("pricelist_id.distribution_level_id", "=", _level(partner))
            & Domain("pricelist_id.active", "=", True)
            & Domain("company_id", "in", companies.ids)
            & Domain("distribution_price_id", "!=", False)
        )

    @api.model
    def _portal_price_count(self, partner) -> int:
        items, own = self._portal_items(partner)
        return items.search_count(own & self._in_force())

    @api.model
    def _portal_prices(self, partner, limit: int, offset: int) -> list[dict[str, Any]]:
        """What holds now, and what follows where it is published already."""
        items, own = self._portal_items(partner)
        now = items.search(
            own & self._in_force(),
            limit=limit,
            offset=offset,
            order="product_tmpl_id, product_id, company_id, id",
        )
        later = items.search(
            own
            & Domain("product_id", "in", now.product_id.ids)
            & Domain("date_start", ">", fields.Datetime.now()),
            order="date_start",
        ).grouped(lambda item: (item.pricelist_id, item.product_id))
        return [
            {
                "product": item.product_id.display_name,
                "unit": item.product_id.uom_id.name,
                "price": self._portal_money(item),
                "from": self._portal_day(item),
                "company": item.company_id.name,
                "next": [
                    (self._portal_money(one), self._portal_day(one))
                    for one in later.get((item.pricelist_id, item.product_id), [])[:1]
                ],
            }
            for item in now
        ]

    @api.model
    def _in_force(self) -> Domain:
        now = fields.Datetime.now()
        return (Domain("date_start", "=", False) | Domain("date_start", "<=", now)) & (
            Domain("date_end", "=", False) | Domain("date_end", ">=", now)
        )

    def _portal_money(self, item) -> str:
        return formatLang(self.env, item.fixed_price, currency_obj=item.currency_id)

    def _portal_day(self, item) -> str:
        """Where the company is that day begins."""
        return written_day(self.env, item.company_id._day_of(item.date_start))


def _level(partner) -> int:
    """Nobody's prices for who has no level."""
    return partner.distribution_level_id.id or 0

from collections.abc import Iterable

from odoo import api, fields, models
from odoo.tools import SQL


class ResPartner(models.Model):
    _inherit = "res.partner"

    distribution_agreement_ids = fields.One2many(
        "distribution.agreement",
        "partner_id",
        "Channel Agreements",
        groups="crm_distribution.group_channel_own",
    )

    @api.model
    def _route_key_sql(self) -> SQL:
        """By what equals are told apart, whatever ids a database gave them.

        In a query of partners under the name `partner`; `read_route_key` reads it.
        """
        return SQL(
            """
            ARRAY[
                partner.ref, partner.vat, partner.name,
                (SELECT code FROM res_country WHERE id = partner.country_id),
                partner.zip, partner.email
            ]::text[]
            """
        )

    def _agreed_levels(self, vals):
        """Only where agreements grant levels; elsewhere Odoo leaves the pricelist."""
        levels = super()._agreed_levels(vals)
        if "grade_id" in vals and "specific_property_product_pricelist" not in vals:
            levels |= {
                partner: partner.grade_id
                for partner in self
                if partner.grade_id and partner._is_grade_agreed()
            }
        return levels

    def _take_pricelists(self, levels):
        for partner, grade in levels.items():
            pricelist = grade.default_pricelist_id
            own = partner.specific_property_product_pricelist
            if partner.grade_id != grade and pricelist and own == pricelist:
                partner.specific_property_product_pricelist = False
        return super()._take_pricelists(levels)

    def _is_of_channel(self):
        """Also who was an intermediary once."""
        # sudo: whether there is one
        agreements = self.env["distribution.agreement"].sudo()
        return super()._is_of_channel() or bool(
            agreements.with_context(active_test=False).search_count(
                [("partner_id", "=", self.id)], limit=1
            )
        )

    def _is_grade_agreed(self) -> bool:
        self.ensure_one()
        # sudo: whether there is one, for whoever may change the level
        agreements = self.env["distribution.agreement"].sudo()
        return bool(
            agreements.search_count(
                [
                    ("partner_id", "=", self.commercial_partner_id.id),
                    ("grade_id", "=", self.grade_id.id),
                ],
                limit=1,
            )
        )


def read_route_key(values: Iterable[str | None]) -> tuple[str, ...]:
    return tuple((value or "").strip().casefold() for value in values)

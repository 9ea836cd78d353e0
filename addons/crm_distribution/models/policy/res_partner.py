from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    distribution_agreement_ids = fields.One2many(
        "distribution.agreement",
        "partner_id",
        "Channel Agreements",
        groups="crm_distribution.group_channel_user",
    )

    def _route_keys(self) -> dict[int, tuple[str, ...]]:
        """By what equals are told apart: the same in every database.

        Reference, VAT, name, country, zip and mail, whatever ids they were given.
        """
        # sudo: an order, nothing that is shown
        return {
            partner.id: tuple(
                (value or "").strip().casefold()
                for value in (
                    partner.ref,
                    partner.vat,
                    partner.name,
                    partner.country_id.code,
                    partner.zip,
                    partner.email,
                )
            )
            for partner in self.sudo()
        }

    def _route_key(self) -> tuple[str, ...]:
        self.ensure_one()
        return self._route_keys()[self.id]

from datetime import date

from odoo import fields, models
from odoo.exceptions import UserError


class ResCompany(models.Model):
    _inherit = "res.company"

    distribution_sell_in = fields.Selection(
        [("invoiced", "Invoices"), ("delivered", "Deliveries")],
        "Channel Stock from",
        default="invoiced",
        required=True,
        help="Deliveries: goods of orders are in the channel when they left us, at the "
        "order's net price, however they are invoiced later; what was invoiced without "
        "an order that is delivered counts by its invoice.",
        groups="base.group_user",
    )

    def write(self, vals):
        changed = self.filtered(
            lambda company: (
                "distribution_sell_in" in vals
                and company.distribution_sell_in != vals["distribution_sell_in"]
            )
        )
        if changed:
            changed._check_no_resale_is_open()
        res = super().write(vals)
        if changed:
            # sudo: figures that nobody writes by hand; the job writes them anew
            stocks = self.env["distribution.stock"].sudo()
            stocks.search([("company_id", "in", changed.ids)]).refreshed_on = False
        return res

    def _check_no_resale_is_open(self) -> None:
        """What protection paid too much is found as long as its deliveries are."""
        # sudo: whether there are any decides, also where they are not seen
        claims = self.env["distribution.claim"].sudo()
        last = {}
        for claim in claims.search(
            [
                ("company_id", "in", self.ids),
                ("kind", "=", "protection"),
                ("state", "in", ("approved", "settled")),
                ("amount", ">", 0),
            ]
        ):
            key = (claim.company_id, claim.partner_id, claim.product_id)
            day = date.max if claim.covers_transit else claim.day
            last[key] = max(day, last.get(key, day))
        contracts = claims.env["distribution.special.price"].search(
            [("company_id", "in", self.ids)]
        )
        for contract in contracts:
            key = (contract.company_id, contract.partner_id, contract.product_id)
            is_open = contract.used_quantity < contract.quantity
            if is_open and key in last and contract.date_from < last[key]:
                raise UserError(
                    self.env._(
                        "Contract %(contract)s: what price protection paid too much "
                        "for its resales is found by the stock as it is counted now. "
                        "Claim them first, or lower its quantity to what was claimed.",
                        contract=contract.name,
                    )
                )

from odoo import models
from odoo.fields import Domain


class ResPartner(models.Model):
    """What a contact bought for a company stays that company's when he leaves it."""

    _inherit = "res.partner"

    def write(self, vals):
        if vals.keys().isdisjoint({"parent_id", "is_company"}):
            return super().write(vals)
        # sudo: whose purchases these are does not depend on who moves the contact
        moving = self.sudo().with_context(active_test=False)
        moving = moving.search([("id", "child_of", self.ids)])
        before = {one: one.commercial_partner_id for one in moving}
        res = super().write(vals)
        left = moving.filtered(
            lambda one: before[one] not in (one, one.commercial_partner_id)
        )
        for company, contacts in left.grouped(before.get).items():
            for documents in contacts._purchases_of_contacts():
                documents.purchaser_id = company
        return res

    def _purchases_of_contacts(self) -> list:
        """Hook: documents of these contacts that nobody else has kept."""
        orders = self.env["sale.order"].with_context(tracking_disable=True)
        return [
            orders.search(
                Domain("partner_id", "in", self.ids)
                & Domain("purchaser_id", "=", False)
                & Domain("state", "=", "sale")
            )
        ]

from odoo import models
from odoo.fields import Domain


class ResPartner(models.Model):
    """What a contact bought for a company stays that company's when he leaves it."""

    _inherit = "res.partner"

    def _leave_purchases_behind(self, company) -> None:
        for documents in self._purchases_of_contacts():
            documents.purchaser_id = company

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

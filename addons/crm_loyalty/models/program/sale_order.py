from odoo import models
from odoo.fields import Domain


class SaleOrder(models.Model):
    """Payment terms that a program offers: as long as the offer lasts, and no longer.

    Nothing is left on the customer: who is no member, or whose offer has ended, has his
    own terms again.
    """

    _inherit = "sale.order"

    def _apply_offered_term(self):
        offers = self._payment_term_offers()
        for order in self:
            key = order.partner_id.commercial_partner_id.id, order.company_id.id
            if terms := offers.get(key):
                order.payment_term_id = terms

    def _payment_term_offers(self) -> dict:
        """Terms by customer and company; of two offers the one that lasts longer."""
        customers = self.partner_id.commercial_partner_id
        if not customers or not self.env["crm.customer.program"]._any_offers_terms():
            return {}
        # sudo: the offer holds whoever writes the quotation
        members = self.env["crm.customer.program.member"].sudo()
        found = members.search(
            Domain("partner_id", "in", customers.ids)
            & Domain("company_id", "in", self.company_id.ids)
            & self.env["res.company"]._domain_by_day(
                lambda day: Domain("offer_until", ">=", day)
            )
            & Domain("program_id.offer", "=", "payment_term")
            & Domain("program_id.payment_term_id.active", "=", True),
            order="offer_until, id",
        )
        return {
            (member.partner_id.id, member.company_id.id): (
                member.program_id.payment_term_id
            )
            for member in found
        }

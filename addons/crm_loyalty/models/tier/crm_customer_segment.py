from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class CrmCustomerSegment(models.Model):
    """A tier as a criterion: whoever has it today."""

    _inherit = "crm.customer.segment"
    _condition_fields = {"tier_ids"}

    tier_ids = fields.Many2many("loyalty.tier", string="Tiers", ondelete="restrict")

    def _criteria(self, company):
        return [*super()._criteria(company), *self._tier_criteria(company)]

    def _tier_criteria(self, company):
        if not self.tier_ids:
            return []
        partners = self.env["res.partner"]
        # sudo: a fact about the customer; who may see the customer is decided above
        memberships = self.env["loyalty.tier.membership"].sudo()
        found = memberships._search(
            partners._current_memberships_domain(company)
            & Domain("tier_id", "in", self.tier_ids.ids)
        )
        members = found.subselect("id", "partner_id")
        return [partners._in_query(SQL("SELECT partner_id FROM %s member", members))]

from odoo import fields, models
from odoo.fields import Domain


class CrmCustomerSegment(models.Model):
    """A tier as a criterion: whoever has it today, as far as the reader may know it."""

    _inherit = "crm.customer.segment"
    _condition_fields = {"tier_ids"}
    _company_links = {"tier_ids"}

    tier_ids = fields.Many2many("loyalty.tier", string="Tiers", ondelete="restrict")

    def _criteria(self, company):
        return [*super()._criteria(company), *self._tier_criteria(company)]

    def _tier_criteria(self, company):
        # sudo: one that the reader may not see is asked for too, and nobody found
        tiers = self.sudo().tier_ids
        if not tiers:
            return []
        having = Domain("tier_id", "in", tiers.ids)
        return [self.env["res.partner"]._with_tier(having, company)]

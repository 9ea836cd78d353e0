from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.crm_suite.tools.companies import check_links_of_company


class CrmCustomerSegment(models.Model):
    """A tier as a criterion: whoever has it today, as far as the reader may know it."""

    _inherit = "crm.customer.segment"
    _condition_fields = {"tier_ids"}

    tier_ids = fields.Many2many("loyalty.tier", string="Tiers", ondelete="restrict")

    @api.constrains("company_id", "tier_ids")
    def _check_company_of_tiers(self):
        check_links_of_company(self, ["tier_ids"])

    def _criteria(self, company):
        return [*super()._criteria(company), *self._tier_criteria(company)]

    def _tier_criteria(self, company):
        # sudo: one that the reader may not see is asked for too, and nobody found
        tiers = self.sudo().tier_ids
        if not tiers:
            return []
        having = Domain("tier_id", "in", tiers.ids)
        return [self.env["res.partner"]._with_tier(having, company)]

from odoo import fields, models


class CrmLead(models.Model):
    _inherit = "crm.lead"

    program_member_ids = fields.One2many(
        "crm.customer.program.member",
        "lead_id",
        "Campaigns",
        groups="sales_team.group_sale_salesman",
    )

    def _merge_dependences(self, opportunities):
        """Odoo deletes the leads that were merged, and memberships with them."""
        # sudo: whoever may merge leads need not write members
        members = self.env["crm.customer.program.member"].sudo()
        members._gather("lead_id", [*opportunities.ids, self.id], self.id)
        return super()._merge_dependences(opportunities)

from odoo import api, fields, models


class CrmCustomerSegment(models.Model):
    _inherit = "crm.customer.segment"

    program_ids = fields.One2many("crm.customer.program", "segment_id")
    program_count = fields.Integer(compute="_compute_program_count")

    @api.depends("program_ids")
    def _compute_program_count(self):
        counts = dict(
            self.env["crm.customer.program"]._read_group(
                [("segment_id", "in", self.ids)], ["segment_id"], ["__count"]
            )
        )
        for segment in self:
            segment.program_count = counts.get(segment._origin, 0)

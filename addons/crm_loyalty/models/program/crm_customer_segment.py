from odoo import api, fields, models

MEMBERSHIPS = "program_member_ids"


class CrmCustomerSegment(models.Model):
    """The programs of a segment, and conditions that ask for members of programs."""

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

    @api.constrains("domain")
    def _check_program_circle(self):
        programs = self.env["crm.customer.program"].search(
            [("state", "!=", "done"), ("segment_id", "!=", False)]
        )
        programs._check_circular()

    def _programs_asked(self):
        """The programs whose members decide who belongs here; None if any may."""
        found = self.env["crm.customer.program"]
        for segment in self | self._segments_below():
            for path, operator, value in segment._conditions():
                if path.split(".")[0] != MEMBERSHIPS:
                    continue
                named = self._named("program_id", found, path, operator, value)
                if named is None:
                    return None
                found |= named
        return found

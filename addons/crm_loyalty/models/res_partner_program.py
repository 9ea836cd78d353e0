from odoo import api, fields, models


class ResPartner(models.Model):
    """The programs that a customer is, or was, a member of."""

    _inherit = "res.partner"

    program_member_ids = fields.One2many(
        "crm.customer.program.member",
        "partner_id",
        "Programs",
        groups="sales_team.group_sale_salesman",
    )
    program_member_count = fields.Integer(
        "Program Memberships",
        compute="_compute_program_member_count",
        groups="sales_team.group_sale_salesman",
    )

    @api.depends("program_member_ids")
    def _compute_program_member_count(self):
        counts = dict(
            self.env["crm.customer.program.member"]._read_group(
                [("partner_id", "in", self.ids)], ["partner_id"], ["__count"]
            )
        )
        for partner in self:
            partner.program_member_count = counts.get(partner._origin, 0)

from odoo import fields, models
from odoo.fields import Domain


class ResPartner(models.Model):
    """The programs that a customer is, or was, a member of."""

    _inherit = "res.partner"

    program_member_ids = fields.One2many(
        "crm.customer.program.member",
        "partner_id",
        "Campaigns",
        groups="sales_team.group_sale_salesman",
    )

    def _program_messages(self) -> list[dict]:
        """What running programs say to this customer in the portal, as plain values.

        Nobody who is held back is told anything, nor who has responded already.
        """
        # sudo: a portal user may not read members; only his own company's are asked for
        members = self.env["crm.customer.program.member"].sudo()
        told = members.search(
            Domain("partner_id", "=", self.commercial_partner_id.id)
            & Domain("state", "=", "touched")
            & Domain("observed_until", ">", fields.Datetime.now())
            & Domain("program_id.medium", "=", "portal")
            & Domain("program_id.state", "in", ("running", "done"))
        )
        return [
            {
                "subject": member.program_id.subject,
                "message": member.program_id.message,
                "offer": member.offer_words,
            }
            for member in told
        ]

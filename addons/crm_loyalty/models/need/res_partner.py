from odoo import fields, models


class ResPartner(models.Model):
    """A contact's needs: looked up, never stored."""

    _inherit = "res.partner"

    customer_need_ids = fields.One2many(
        "crm.partner.need",
        "partner_id",
        "Needs",
        groups="sales_team.group_sale_salesman",
    )

    def action_open_needs(self):
        """The smart button: what the customer, or the contact's company, needs."""
        self.ensure_one()
        self.env["crm.partner.need"].check_access("read")
        customer = self.commercial_partner_id
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty.crm_partner_need_action"
        )
        return {
            **action,
            "domain": [("partner_id", "=", customer.id)],
            "context": {"default_partner_id": customer.id},
        }

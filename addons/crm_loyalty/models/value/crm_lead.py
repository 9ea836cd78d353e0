from odoo import fields, models


class CrmLead(models.Model):
    _inherit = "crm.lead"

    customer_value_class = fields.Selection(
        related="partner_id.customer_value_class",
        related_sudo=False,
        groups="sales_team.group_sale_salesman",
    )
    customer_lifecycle = fields.Selection(
        related="partner_id.customer_lifecycle",
        related_sudo=False,
        groups="sales_team.group_sale_salesman",
    )
    customer_contact_before = fields.Date(
        related="partner_id.customer_contact_before",
        related_sudo=False,
        groups="sales_team.group_sale_salesman",
    )

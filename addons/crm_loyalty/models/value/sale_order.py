from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # portal users read their orders: the customer's value is none of their fields
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

from odoo import fields, models


class CrmCustomerProgramCreate(models.TransientModel):
    _inherit = "crm.customer.program.create"

    medium = fields.Selection(selection_add=[("sms", "Text Message"), ("call",)])

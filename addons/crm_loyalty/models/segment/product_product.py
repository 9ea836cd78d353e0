from odoo import models


class ProductProduct(models.Model):
    _inherit = "product.product"

    def action_who_bought(self):
        """A segment of those who bought this, ready for a mailing or opportunities."""
        return self.env["crm.customer.segment"]._action_buyers(self)

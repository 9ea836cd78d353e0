from odoo import models
from odoo.fields import Domain


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _purchases_of_contacts(self):
        sales = self.env["pos.order"].search(
            Domain("partner_id", "in", self.ids)
            & Domain("purchaser_id", "=", False)
            & Domain("state", "in", ("paid", "done"))
        )
        return [*super()._purchases_of_contacts(), sales]

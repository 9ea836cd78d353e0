from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    distribution_sell_in = fields.Selection(
        [("invoiced", "Invoices"), ("delivered", "Deliveries")],
        "Channel Stock from",
        default="invoiced",
        required=True,
        help="Deliveries: goods of orders are in the channel when they left us, at the "
        "order's net price, however they are invoiced later; what was invoiced without "
        "an order that is delivered counts by its invoice.",
    )

    def write(self, vals):
        res = super().write(vals)
        if "distribution_sell_in" in vals:
            # sudo: figures that nobody writes by hand; the job writes them anew
            stocks = self.env["distribution.stock"].sudo()
            stocks.search([("company_id", "in", self.ids)]).refreshed_on = False
        return res

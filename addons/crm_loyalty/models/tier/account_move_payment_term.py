from odoo import api, models


class AccountMove(models.Model):
    """An invoice without an order has the customer's longer term, as orders have."""

    _inherit = "account.move"

    @api.depends("partner_id")
    def _compute_invoice_payment_term_id(self):
        res = super()._compute_invoice_payment_term_id()
        sales = self.filtered(lambda move: move.move_type == "out_invoice")
        self.env["account.payment.term"]._grant_longer(sales, "invoice_payment_term_id")
        return res

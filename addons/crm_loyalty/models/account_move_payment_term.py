from odoo import api, models


class AccountMove(models.Model):
    """An invoice without an order has the customer's longer term, as orders have."""

    _inherit = "account.move"

    @api.depends("partner_id")
    def _compute_invoice_payment_term_id(self):
        res = super()._compute_invoice_payment_term_id()
        sales = self.filtered(lambda move: move.move_type == "out_invoice")
        for company, moves in sales.grouped("company_id").items():
            granted = moves.partner_id._tier_benefits("payment_term", company)
            for move in moves if granted else ():
                benefit = granted.get(move.partner_id.commercial_partner_id)
                own = move.invoice_payment_term_id
                if benefit and benefit.payment_term_id._lasts_longer(own):
                    move.invoice_payment_term_id = benefit.payment_term_id
        return res

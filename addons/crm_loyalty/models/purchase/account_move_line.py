from odoo import models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    # what goes against the rest of an invoice is rare, and asked for of all invoices
    _against_idx = models.Index("(move_id) WHERE quantity < 0 OR price_subtotal < 0")

from odoo import fields, models


class DistributionStockBucket(models.Model):
    """Pieces of one delivery that an intermediary has still, at what they cost it.

    Written anew from invoices, credit notes and sell-out whenever these change; first
    in, first out.
    """

    _name = "distribution.stock.bucket"
    _description = "Price Bucket"
    _order = "day, id"
    _log_access = False
    _rec_name = "product_id"

    stock_id = fields.Many2one(
        "distribution.stock",
        required=True,
        index=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="stock_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="stock_id.partner_id", store=True, index=True)
    product_id = fields.Many2one(related="stock_id.product_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    day = fields.Date("Acquired On", readonly=True)
    received = fields.Float(readonly=True)
    quantity = fields.Float("Left", readonly=True)
    price = fields.Float(
        digits="Product Price",
        readonly=True,
        help="What a piece cost, in the currency of the company, less what price "
        "protection paid back.",
    )
    is_priced = fields.Boolean(
        "Price Is Known",
        readonly=True,
        help="Nobody told what pieces cost that came from others or were sold before "
        "there was any record.",
    )
    value = fields.Monetary(readonly=True)
    move_line_id = fields.Many2one(
        "account.move.line", "Invoice Line", readonly=True, ondelete="set null"
    )

    _quantity_range = models.Constraint(
        "CHECK (quantity >= 0)", "A bucket is never below nothing."
    )

from odoo import api, fields, models
from odoo.exceptions import AccessError


class LoyaltyPointEntry(models.Model):
    """One movement of points, for ever: the ledger beside the card's balance.

    A wrong entry is corrected by another one.
    """

    _name = "loyalty.point.entry"
    _description = "Point Entry"
    _order = "id desc"
    _rec_name = "reason"

    card_id = fields.Many2one(
        "loyalty.card", required=True, readonly=True, index=True, ondelete="restrict"
    )
    lot_id = fields.Many2one(
        "loyalty.point.lot",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        help="The points of one date that this entry adds to or takes from.",
    )
    program_id = fields.Many2one(
        "loyalty.program", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The company of the card's holder, or the holder.",
    )
    kind = fields.Selection(
        [
            ("earn", "Earned"),
            ("spend", "Spent"),
            ("return", "Given Back"),
            ("claw_back", "Taken Back"),
            ("vest", "Became Available"),
            ("expire", "Expired"),
            ("settle", "Debt Paid"),
            ("write_off", "Debt Written Off"),
            ("adjust", "Adjusted"),
            ("merge", "Moved Between Cards"),
            ("opening", "Opening Balance"),
        ],
        required=True,
        readonly=True,
    )
    points = fields.Float(digits=(16, 4), required=True, readonly=True)
    pending = fields.Boolean(
        readonly=True, help="The entry stands beside the balance: not yet available."
    )
    available_on = fields.Date(related="lot_id.available_on")
    expires_on = fields.Date("Last Day", related="lot_id.expires_on")
    order_id = fields.Many2one(
        "sale.order",
        "Sales Order",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    sales_amount = fields.Float(
        "Sale",
        readonly=True,
        help="The untaxed sale that earned the points, in its company's currency; "
        "below zero where they were taken back.",
    )
    reason = fields.Char(readonly=True)
    key = fields.Char(
        "Movement",
        readonly=True,
        help="Which movement of which document this is: none is posted twice. Empty "
        "where no document asked for it.",
    )

    _key_uniq = models.UniqueIndex(
        "(key)", "This movement of points is posted already."
    )

    def write(self, vals):  # pylint: disable=method-required-super
        raise AccessError(
            self.env._("Point entries are never changed: post a new one instead.")
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise AccessError(
            self.env._("Point entries are never deleted: post a new one instead.")
        )

    def _portal_document(self, seen: dict) -> dict:
        """The document's name, and its page where the customer may open it.

        Without the usual access token: making one would write to the document.
        """
        if self.move_id:
            # posted with the refund, named after it
            url = f"/my/invoices/{self.move_id.id}"
            return {
                "document": self.move_id.name or self.reason,
                "url": url if self.move_id.id in seen["move_id"].ids else "",
            }
        if self.order_id:
            url = f"/my/orders/{self.order_id.id}"
            return {
                "document": self.order_id.name,
                "url": url if self.order_id.id in seen["order_id"].ids else "",
            }
        return {"document": self.reason or "", "url": ""}

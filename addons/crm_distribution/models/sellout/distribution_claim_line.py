from odoo import fields, models

REASONS = [
    ("claimed", "Claimed before"),
    ("customer", "Customer not in contract"),
    ("early", "Before the contract"),
    ("expired", "Expired"),
    ("in_transit", "Goods in transit are not covered"),
    ("late", "Reported too late"),
    ("no_fall", "Cost no more than the new price"),
    ("no_price", "Nobody knows what it cost"),
    ("quantity", "Authorised quantity exceeded"),
    ("too_old", "Older than what is protected"),
]


class DistributionClaimLine(models.Model):
    """Pieces of a delivery or of a resale: what is paid for them, or why nothing."""

    _name = "distribution.claim.line"
    _description = "Claim Line"
    _order = "claim_id, id"
    _log_access = False
    _rec_name = "reason"

    claim_id = fields.Many2one(
        "distribution.claim",
        required=True,
        index=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="claim_id.company_id", store=True, index=True)
    state = fields.Selection(related="claim_id.state", store=True)
    special_price_id = fields.Many2one(
        related="claim_id.special_price_id", store=True, index="btree_not_null"
    )
    currency_id = fields.Many2one(related="claim_id.currency_id")
    move_line_id = fields.Many2one(
        "account.move.line", "Delivery", readonly=True, ondelete="restrict"
    )
    sellout_line_id = fields.Many2one(
        "distribution.sellout.line",
        "Resale",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    day = fields.Date(readonly=True)
    in_transit = fields.Boolean(readonly=True)
    quantity = fields.Float(readonly=True)
    cost = fields.Float(digits="Product Price", readonly=True)
    fall = fields.Float(
        "Paid a Piece",
        digits="Product Price",
        readonly=True,
        help="Protection: the fall. Ship and debit: cost − contract price.",
    )
    amount = fields.Monetary(readonly=True)
    reason = fields.Selection(REASONS, "Refused", readonly=True)

    _resale_idx = models.Index(
        "(sellout_line_id) WHERE sellout_line_id IS NOT NULL AND reason IS NULL"
    )

    def _bucket_key(self) -> int:
        """Hook: the bucket that protection lowered."""
        return self.move_line_id.id
